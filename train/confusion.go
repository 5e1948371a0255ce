package train

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ConfusionMatrix says how often each class was taken for each other one. It is for printing
// and for reading; Confusion fills it in, and Value.Confusion has it.
type ConfusionMatrix struct {
	// Counts[i][j] is the sum of the weights of the labels of class i that were predicted as
	// class j: their number without weights.
	Counts [][]float64
	// None[i] is that of the labels of class i whose outputs are NaN, which predict no class;
	// nil if there are none.
	None []float64 `json:",omitempty"`
	// Names are the names of the classes, from the data set; nil for none.
	Names []string `json:",omitempty"`
}

// Confusion returns the metric "confusion". Its value is that of Accuracy, and Value.Confusion
// has the matrix: it comes with Result.Metrics of Evaluate, and with Epoch.Metrics of Fit. Who
// runs the Meter without a Trainer asks its method Confusion() *ConfusionMatrix.
//
// Outputs are [..., C], with labels [...] or rows of numbers that add up to 1, or single ones
// with labels of 0 or 1. Weights, and what counts, are those of Accuracy. The matrix is
// scikit-learn's confusion_matrix with the labels 0..C−1: a class that is missing has a row and
// a column of 0. It takes 8·C² bytes.
//
// Errors of Check: ErrShape and data.ErrLabel as of Accuracy, and ErrShape for several labels
// of their own, which have a matrix each; ErrMemory for more than 4096 classes.
func Confusion() Metric {
	return Metric{Name: "confusion", Maximize: true, Start: func() Meter { return &confusionMeter{} }, Check: checkConfusion}
}

// mostConfused is the number of classes that a matrix has at most.
const mostConfused = 4096

func checkConfusion(p Pair) error {
	w := p.width()
	if w == 1 {
		return checkAccuracy(p)
	}
	if err := checkClasses(p); err != nil {
		return err
	}
	if w > mostConfused {
		return mistake.Newf(graph.ErrMemory, "got %d classes, want at most %d for a matrix of all pairs", w, mostConfused)
	}
	return nil
}

// confusionMeter counts pairs of classes.
type confusionMeter struct {
	n      int
	counts []float64 // [n, n]
	none   []float64
	mean   weightedMean
}

func (m *confusionMeter) Add(b Scored) {
	if b.N == 0 {
		return
	}
	kind, w := layouts(&b)
	if kind == ownLabels {
		w = 1
	}
	if m.counts == nil {
		m.n = max(w, 2)
		m.counts, m.none = make([]float64, m.n*m.n), make([]float64, m.n)
	}
	for i, weight := range b.counted(len(b.Output) / w) {
		predicted, wanted := Predicted(b.Output[i*w:(i+1)*w]), 0
		switch kind {
		case classLabels:
			wanted = b.Label[i]
		case classRows:
			wanted = Predicted(b.Target[i*w : (i+1)*w])
		default:
			wanted = int(one(isPositive(&b, i)))
		}
		m.mean.add(one(predicted == wanted), weight)
		switch {
		case uint(wanted) >= uint(m.n):
		case uint(predicted) < uint(m.n):
			m.counts[wanted*m.n+predicted] += weight
		default:
			m.none[wanted] += weight
		}
	}
}

func (m *confusionMeter) Value() float64 { return m.mean.value() }

// Confusion returns the matrix of all batches so far.
func (m *confusionMeter) Confusion() *ConfusionMatrix {
	c := &ConfusionMatrix{Counts: make([][]float64, m.n)}
	for i := range c.Counts {
		c.Counts[i] = slices.Clone(m.counts[i*m.n : (i+1)*m.n])
	}
	if slices.ContainsFunc(m.none, func(v float64) bool { return v > 0 }) {
		c.None = slices.Clone(m.none)
	}
	return c
}

// String returns the matrix as a table: a row for each class of the targets, a column for each
// prediction, and how much of the class was predicted right. It ends with a new line. Of nil and of
// no classes it is "".
func (c *ConfusionMatrix) String() string {
	if c == nil || len(c.Counts) == 0 {
		return ""
	}
	head := []string{""}
	for j := range c.Counts {
		head = append(head, c.name(j))
	}
	if c.None != nil {
		head = append(head, "NaN")
	}
	table := [][]string{append(head, "recall")}
	for i, row := range c.Counts {
		line, sum := []string{c.name(i)}, 0.0
		for _, v := range row {
			line = append(line, strconv.FormatFloat(v, 'g', 6, 64))
			sum += v
		}
		if i < len(c.None) {
			line = append(line, strconv.FormatFloat(c.None[i], 'g', 6, 64))
			sum += c.None[i]
		}
		recall := "-"
		if sum > 0 && i < len(row) {
			recall = fmt.Sprintf("%.1f%%", 100*row[i]/sum)
		}
		table = append(table, append(line, recall))
	}
	return aligned(table)
}

// name returns the name of class i, or its number.
func (c *ConfusionMatrix) name(i int) string {
	if i < len(c.Names) {
		return c.Names[i]
	}
	return strconv.Itoa(i)
}

// Total returns the sum of all weights.
func (c *ConfusionMatrix) Total() float64 {
	var sum accumulator
	for _, row := range c.Counts {
		for _, v := range row {
			sum.add(v)
		}
	}
	for _, v := range c.None {
		sum.add(v)
	}
	return sum.value()
}

// Accuracy returns the share of what was predicted right; NaN of nothing.
func (c *ConfusionMatrix) Accuracy() float64 {
	var right accumulator
	for i, row := range c.Counts {
		if i < len(row) {
			right.add(row[i])
		}
	}
	if total := c.Total(); total > 0 {
		return right.value() / total
	}
	return math.NaN()
}

// aligned returns the rows with their columns aligned: the first to the left, others to the
// right.
func aligned(table [][]string) string {
	width := make([]int, 0, len(table[0]))
	for _, row := range table {
		for j, cell := range row {
			if j == len(width) {
				width = append(width, 0)
			}
			width[j] = max(width[j], len([]rune(cell)))
		}
	}
	var out strings.Builder
	for _, row := range table {
		for j, cell := range row {
			pad := strings.Repeat(" ", width[j]-len([]rune(cell)))
			if j == 0 {
				out.WriteString(cell + pad)
			} else {
				out.WriteString("  " + pad + cell)
			}
		}
		out.WriteString("\n")
	}
	return out.String()
}
