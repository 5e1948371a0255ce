package report

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/si"
)

// The size of the picture of the memory and its margins, and how much it shows.
const (
	memoryWidth, memoryHeight = 960, 350
	memoryLeft, memoryRight   = 80, 10
	memoryTop, memoryBottom   = 10, 46
	mostPieces                = 1000
	mostLargest               = 20 // rows of the table
	leastFramed               = 3  // pixels of a rectangle with a frame
)

// memoryView is the memory between the kernels: the steps from left to right, addresses upwards.
type memoryView struct {
	Width, Height int
	Axes          axes
	Pieces        []rectangle
	Legend        []key
	Omitted       string
	Text          string
	Roles         *table
	Largest       *table
}

// rectangle is a piece of memory.
type rectangle struct {
	X, Y, Width, Height string
	Class, Text         string
}

func memoryOf(p *graph.Plan, hue coloured) *memoryView {
	if p == nil {
		return nil
	}
	v := &memoryView{Width: memoryWidth, Height: memoryHeight}
	v.Axes = axes{Left: memoryLeft, Right: memoryWidth - memoryRight, Top: memoryTop, Bottom: memoryHeight - memoryBottom, XName: "kernel"}
	a := &v.Axes
	v.Roles = roleTable(p.Stats)
	total := int64(p.Stats.Bytes["temp"])
	v.Text = fmt.Sprintf("%s between %s kernels, of which %s are needed at one time.", si.Bytes(total), grouped(int64(p.Stats.Kernels)), si.Bytes(int64(p.Stats.Live)))
	if len(p.Pieces) == 0 || total == 0 {
		v.Text = "No memory is needed between the kernels."
		return v
	}
	x := axis{hi: float64(max(p.Stats.Kernels, 1)), from: float64(a.Left), to: float64(a.Right)}
	y := axis{hi: float64(total), from: float64(a.Bottom), to: float64(a.Top)}
	for _, k := range x.ticks(10) {
		a.X = append(a.X, mark{place(x.at(k)), tickOfCount(k)})
	}
	for _, k := range y.ticks(5) {
		a.Y = append(a.Y, mark{place(y.at(k)), si.Text(k, "B")})
	}
	pieces := slices.Clone(p.Pieces)
	slices.SortStableFunc(pieces, func(a, b graph.Piece) int { return int(min(max(areaOf(b)-areaOf(a), -1), 1)) })
	v.Omitted = omitted(min(len(pieces), mostPieces), len(pieces), "pieces, the smallest,")
	pieces = pieces[:min(len(pieces), mostPieces)]
	var ops []string
	for _, q := range pieces {
		lo, hi := x.at(float64(q.From)), x.at(float64(q.To+1))
		bottom, top := y.at(float64(q.Offset)), y.at(float64(q.Offset+q.Bytes))
		class := hue.class[q.Op]
		ops = append(ops, q.Op)
		if min(hi-lo, bottom-top) < leastFramed {
			class += " small"
		}
		v.Pieces = append(v.Pieces, rectangle{place(lo), place(top), place(max(hi-lo, 0.5)), place(max(bottom-top, 0.3)), class, pieceText(q)})
	}
	v.Legend, v.Largest = hue.legend(ops), largestTable(pieces)
	return v
}

// areaOf returns the bytes of a piece times the kernels that need it.
func areaOf(p graph.Piece) int64 { return p.Bytes * int64(p.To-p.From+1) }

func pieceText(p graph.Piece) string {
	text := clipped(p.Op, 60)
	if p.Node != "" {
		text += " " + clipped(p.Node, 60)
	}
	return fmt.Sprintf("%s %s: %s, kernels %d to %d", text, shapeText(p.Shape), si.Bytes(p.Bytes), p.From, p.To)
}

// largestTable lists the pieces that take most, for those who cannot see the picture.
func largestTable(pieces []graph.Piece) *table {
	t := &table{Caption: "What takes most memory for longest", Head: []column{{Name: "operator"}, {Name: "node"}, {Name: "shape"}, {"memory", true}, {"from kernel", true}, {"to kernel", true}}}
	for _, p := range pieces[:min(len(pieces), mostLargest)] {
		t.Rows = append(t.Rows, []string{clipped(p.Op, 60), clipped(p.Node, 60), shapeText(p.Shape), si.Bytes(p.Bytes), fmt.Sprint(p.From), fmt.Sprint(p.To)})
	}
	return t
}

// roleTable has the memory by role.
func roleTable(s graph.Stats) *table {
	t := &table{Caption: "Memory by role", Head: []column{{Name: "role"}, {"memory", true}}}
	for _, r := range []struct{ role, name string }{{"param", "parameters"}, {"grad", "gradients"}, {"state", "states"}, {"temp", "between the kernels"},
		{"input", "inputs"}, {"output", "outputs"}, {"scratch", "work space"}, {"const", "constants"}} {
		if n := s.Bytes[r.role]; n > 0 {
			t.Rows = append(t.Rows, []string{r.name, si.Bytes(int64(n))})
		}
	}
	return t
}
