package report

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/train"
)

// The sizes of the graph of a model, in pixels.
const (
	boxWidth, boxHeight = 190, 44
	boxGap, rankGap     = 22, 34
	lineWidth           = 14 // of an edge that passes a rank
	graphMargin         = 10
	mostSweeps          = 6
	mostEdgeText        = 100_000 // bytes
)

// graphView is the graph of the layers, from the inputs at the top to the output.
type graphView struct {
	Width, Height int
	Boxes         []box
	Edges         []edge
	Omitted       string
	Back          bool // an edge leads to a box above
}

// box is a layer or an input.
type box struct {
	X, Y, Width, Height int
	MidX, Line1, Line2  int
	Class               string
	Name, Detail, Text  string
}

// edge is a path from a box to one below. Back is one to a box above.
type edge struct{ Path, Class string }

// spot is a box, or an edge that passes a rank.
type spot struct {
	box    int // -1: passes
	rank   int
	x, w   int
	up     []*spot // what it is joined to in the rank above
	down   []*spot
	weight float64
}

// drawing lays out a graph in ranks.
type drawing struct {
	view  *graphView
	ranks [][]*spot
	of    []*spot // by box
	wires [][]*spot
}

// graphOf returns nil for a model without layers.
func graphOf(layers []train.LayerSummary) *graphView {
	if len(layers) == 0 {
		return nil
	}
	d := &drawing{view: &graphView{}}
	shown := layers[:min(len(layers), mostBoxes)]
	d.view.Omitted = omitted(len(shown), len(layers), "layers, the last,")
	reads := d.boxes(shown)
	d.rank(reads)
	back := d.wire(reads)
	d.order()
	d.place()
	d.draw(back)
	return d.view
}

// boxes makes the boxes, inputs first, and returns for each what it reads.
func (d *drawing) boxes(layers []train.LayerSummary) (reads [][]int) {
	inputs := map[string]int{}
	for _, l := range layers {
		for _, name := range l.Inputs {
			if _, ok := inputs[name]; !ok && len(inputs) < mostBoxes {
				inputs[name] = len(d.view.Boxes)
				d.view.Boxes = append(d.view.Boxes, box{Name: shortened(name, 26), Detail: "input", Class: "input", Text: "input " + clipped(name, 80)})
				reads = append(reads, nil)
			}
		}
	}
	first := len(d.view.Boxes)
	for _, l := range layers {
		b := box{Name: shortened(l.Name, 26), Detail: clipped(fmt.Sprintf("%s %s", l.Op, shapeText(l.Shape)), 30), Class: "layer"}
		if l.Name == "" {
			b.Name, b.Detail, b.Class = shortened(l.Op, 26), clipped(shapeText(l.Shape), 30), "operator"
		}
		b.Text = fmt.Sprintf("%s %s %s, %s parameters", clipped(l.Name, 80), l.Op, shapeText(l.Shape), grouped(int64(l.Trained+l.Frozen+l.State)))
		var from []int
		for _, name := range l.Inputs {
			if i, ok := inputs[name]; ok {
				from = append(from, i)
			}
		}
		for _, k := range l.Reads {
			if k >= 0 && k < len(layers) && first+k != len(d.view.Boxes) {
				from = append(from, first+k)
			}
		}
		d.view.Boxes = append(d.view.Boxes, b)
		reads = append(reads, from)
	}
	return reads
}

// rank puts each box below all that it reads. What stands later in the list is read back.
func (d *drawing) rank(reads [][]int) {
	for i, from := range reads {
		s := &spot{box: i, w: boxWidth}
		for _, k := range from {
			if k < i {
				s.rank = max(s.rank, d.of[k].rank+1)
			}
		}
		d.of = append(d.of, s)
	}
	for i := range d.of { // an input stands just above what reads it first
		if d.view.Boxes[i].Class != "input" {
			continue
		}
		least := -1
		for k, from := range reads {
			if slices.Contains(from, i) && (least < 0 || d.of[k].rank < least) {
				least = d.of[k].rank
			}
		}
		d.of[i].rank = max(least-1, 0)
	}
	for _, s := range d.of {
		d.add(s)
	}
}

func (d *drawing) add(s *spot) {
	for len(d.ranks) <= s.rank {
		d.ranks = append(d.ranks, nil)
	}
	d.ranks[s.rank] = append(d.ranks[s.rank], s)
}

// wire joins the spots, with one more in each rank that an edge passes. It returns the edges that
// go back, as pairs of boxes.
func (d *drawing) wire(reads [][]int) (back [][2]int) {
	for i, from := range reads {
		for _, k := range from {
			if d.of[k].rank >= d.of[i].rank {
				back = append(back, [2]int{k, i})
				continue
			}
			path := []*spot{d.of[k]}
			for r := d.of[k].rank + 1; r < d.of[i].rank; r++ {
				s := &spot{box: -1, rank: r, w: lineWidth}
				d.add(s)
				path = append(path, s)
			}
			path = append(path, d.of[i])
			for j := 1; j < len(path); j++ {
				path[j-1].down = append(path[j-1].down, path[j])
				path[j].up = append(path[j].up, path[j-1])
			}
			d.wires = append(d.wires, path)
		}
	}
	return back
}

// order sorts each rank by the middle of what its spots are joined to, down and up in turns.
func (d *drawing) order() {
	for sweep := range mostSweeps {
		for r := range d.ranks {
			if sweep%2 == 1 {
				r = len(d.ranks) - 1 - r
			}
			for i, s := range d.ranks[r] {
				joined := s.up
				if sweep%2 == 1 {
					joined = s.down
				}
				s.weight = float64(i) / float64(len(d.ranks[r]))
				if len(joined) > 0 {
					s.weight = 0
					for _, o := range joined {
						s.weight += d.at(o) / float64(len(joined))
					}
				}
			}
			slices.SortStableFunc(d.ranks[r], func(a, b *spot) int {
				switch {
				case a.weight < b.weight:
					return -1
				case a.weight > b.weight:
					return 1
				}
				return 0
			})
		}
	}
}

// at returns where a spot stands in its rank, from 0 to 1.
func (d *drawing) at(s *spot) float64 {
	rank := d.ranks[s.rank]
	return (float64(slices.Index(rank, s)) + 0.5) / float64(len(rank))
}

// place gives each spot its place. Ranks stand around a middle line.
func (d *drawing) place() {
	width := 0
	for _, rank := range d.ranks {
		at := 0
		for _, s := range rank {
			s.x = at
			at += s.w + boxGap
		}
		width = max(width, at-boxGap)
		for _, s := range rank {
			s.x -= (at - boxGap) / 2
		}
	}
	d.view.Width, d.view.Height = width+2*graphMargin, len(d.ranks)*(boxHeight+rankGap)-rankGap+2*graphMargin
	for _, rank := range d.ranks {
		for _, s := range rank {
			s.x += width/2 + graphMargin
		}
	}
	for i := range d.view.Boxes {
		b, s := &d.view.Boxes[i], d.of[i]
		b.X, b.Y, b.Width, b.Height = s.x, graphMargin+s.rank*(boxHeight+rankGap), boxWidth, boxHeight
		b.MidX, b.Line1, b.Line2 = b.X+boxWidth/2, b.Y+18, b.Y+35
	}
}

// draw draws the edges.
func (d *drawing) draw(back [][2]int) {
	top := func(s *spot) int { return graphMargin + s.rank*(boxHeight+rankGap) }
	left := mostEdgeText
	for i, w := range d.wires {
		if left < 0 {
			d.view.Omitted += " " + omitted(i, len(d.wires), "edges")
			break
		}
		path := fmt.Sprintf("M%d %d", w[0].x+w[0].w/2, top(w[0])+boxHeight)
		for i, s := range w[1:] {
			x, y, before := s.x+s.w/2, top(s), w[i].x+w[i].w/2
			path += fmt.Sprintf("C%d %d %d %d %d %d", before, y-rankGap/2, x, y-rankGap/2, x, y)
			if s.box < 0 {
				path += fmt.Sprintf("V%d", y+boxHeight)
			}
		}
		left -= len(path)
		d.view.Edges = append(d.view.Edges, edge{path, "edge"})
	}
	for _, b := range back {
		from, to := d.of[b[0]], d.of[b[1]]
		x1, y1, x2, y2 := from.x+from.w, top(from)+boxHeight/2, to.x+to.w, top(to)+boxHeight/2
		out := max(x1, x2) + boxGap
		d.view.Edges = append(d.view.Edges, edge{fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x1, y1, out, y1, out, y2, x2, y2), "edge back"})
	}
	if d.view.Back = len(back) > 0; d.view.Back {
		d.view.Width += 2 * boxGap
	}
}
