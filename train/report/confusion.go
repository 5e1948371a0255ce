package report

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/symgrad/symgrad/train"
)

// How much of a confusion matrix is shown.
const (
	mostClasses = 40
	mostPairs   = 15
	shades      = 9
	mostName    = 28 // characters of a name
	mostLevel   = 8  // of one that stands level above its column
)

// confusionView is the matrix, a row for each class of the targets, and the pairs that are
// confused most. A matrix of very many classes has the pairs alone.
type confusionView struct {
	Head  []className
	Rows  []confusionRow
	Pairs *table
	Text  string

	Upright bool // the names of the columns stand upright
}

type confusionRow struct {
	Name   className
	Cells  []cell
	Recall string
}

// cell is a count. Class says how dark it is, and whether it is right.
type cell struct{ Text, Class string }

func confusionOf(c *train.ConfusionMatrix) *confusionView {
	if c == nil || len(c.Counts) == 0 {
		return nil
	}
	v := &confusionView{Pairs: pairTable(c), Text: fmt.Sprintf("%s of %s are predicted right: %.2f %%.", count(c.Accuracy()*c.Total()), count(c.Total()), 100*c.Accuracy())}
	if len(c.Counts) > mostClasses {
		v.Text += fmt.Sprintf(" The matrix of %d classes is left out.", len(c.Counts))
		return v
	}
	names := classNames(c.Names, len(c.Counts))
	v.Head = names
	if c.None != nil {
		v.Head = append(slices.Clip(v.Head), className{Short: "NaN", Full: "NaN"})
	}
	v.Upright = slices.ContainsFunc(v.Head, func(n className) bool { return utf8.RuneCountInString(n.Short) > mostLevel })
	for i, counts := range c.Counts {
		row := confusionRow{Name: names[i], Recall: "–"}
		counts = slices.Clone(counts)
		right := 0.0
		if i < len(counts) {
			right = counts[i]
		}
		if i < len(c.None) {
			counts = append(counts, c.None[i])
		}
		sum := 0.0
		for _, n := range counts {
			sum += n
		}
		if sum > 0 {
			row.Recall = fmt.Sprintf("%.1f %%", 100*right/sum)
		}
		for j, n := range counts {
			row.Cells = append(row.Cells, cell{count(n), shade(n, sum, i == j)})
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// shade returns the class of a cell with n of sum.
func shade(n, sum float64, right bool) string {
	k := 0
	if n > 0 && sum > 0 {
		k = min(1+int(n/sum*shades), shades)
	}
	kind := "bad"
	if right {
		kind = "good"
	}
	return fmt.Sprint(kind, k)
}

// className is the name of a class as the matrix shows it, and as it is.
type className struct{ Short, Full string }

func classNames(names []string, n int) []className {
	out := make([]className, n)
	for i, s := range shortNames(names, n, mostName) {
		out[i] = className{s, s}
		if i < len(names) {
			out[i].Full = clipped(names[i], 200)
		}
	}
	return out
}

// count returns a sum of weights.
func count(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }

// pairTable lists the pairs that are confused most, nil for none.
func pairTable(c *train.ConfusionMatrix) *table {
	list := c.Confused()
	if len(list) == 0 {
		return nil
	}
	t := &table{Caption: "Confused most", Head: []column{{Name: "is"}, {Name: "taken for"}, {"times", true}}}
	names := shortNames(c.Names, len(c.Counts), 60)
	for _, p := range list[:min(len(list), mostPairs)] {
		t.Rows = append(t.Rows, []string{names[p.Class], names[p.Predicted], count(p.Weight)})
	}
	t.Omitted = omitted(len(t.Rows), len(list), "pairs")
	return t
}
