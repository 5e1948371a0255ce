package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/exact"
	"gorgonia.org/gorgonia"
)

// PutAdd makes zeros with as many rows as the attribute rows says, and adds the rows of
// x to those that the index lists, in order: x: index's shape followed by a row's, result
// [rows, ...]. dx takes the rows of d.
var PutAdd Entry

func init() {
	define(&PutAdd, Entry{
		Def: ir.Def{Name: "putadd", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				x, idx := in[0], in[1]
				if err := wantIndexed(x, idx); err != nil {
					return ir.Type{}, err
				}
				k := len(idx.Shape)
				if len(x.Shape) < k || !x.Shape[:k].Equal(idx.Shape) {
					return ir.Type{}, shapef("got %v and the index %v, want a row for each index", x.Shape, idx.Shape)
				}
				return ir.Type{DType: x.DType, Shape: append(ir.Shape{a.Int("rows")}, x.Shape[k:]...)}, nil
			},
			Range: func(v *ir.Value, i int) (int, bool) { return v.Attrs.Int("rows"), i == 1 },
			F32:   ir.Kernel[float32]{Prepare: preparePutAdd, Run: putAdd[float32]},
			F64:   ir.Kernel[float64]{Prepare: preparePutAdd, Run: putAdd[float64]}},
		VJP: func(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
			return []*gorgonia.Node{c.Take(d, n.In[1]), nil}
		},
		Ref: func(c *ir.Call[float64]) {
			w := c.V.Type.Shape[1:].Size()
			clear(c.Out)
			for i, x := range c.In[0] {
				c.Out[c.IntIn[1][i/w]*w+i%w] += x
			}
		},
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{4, 3}, {4}}, Int: []int{0, 5}, Attrs: ir.A("rows", 5)},
				{In: []ir.Shape{{2, 3}, {2, 3}}, Int: []int{0, 5}, Attrs: ir.A("rows", 5)},
				{In: []ir.Shape{{700, 3}, {700}}, Int: []int{0, 2}, Attrs: ir.A("rows", 2)},
			}
		},
	})
}

// putting is the state of a prepared PutAdd. After exact.Block additions to a row of the
// result, the row moves to a sum of its own in the scratch, which few rows can need.
type putting struct {
	count []int32 // of the additions to each row since it moved
	moved []int32 // the number of its sum in the scratch, from 1 on; 0: it has none
	sums  int
}

func preparePutAdd(v *ir.Value, _ int) (any, int) {
	rows, w := v.Attrs.Int("rows"), v.Type.Shape[1:].Size()
	s := &putting{sums: min(rows, v.In[1].Type.Shape.Size()/exact.Block)}
	if s.sums > 0 {
		s.count, s.moved = make([]int32, rows), make([]int32, rows)
	}
	return s, 2 * s.sums * w
}

func putAdd[T ir.Float](c *ir.Call[T]) {
	s := c.State.(*putting)
	rows := c.V.Type.Shape[0]
	w := c.V.Type.Shape[1:].Size()
	clear(c.Out)
	clear(s.count)
	clear(s.moved)
	used := int32(0)
	for i, k := range c.IntIn[1] {
		if k < 0 || k >= rows {
			failRun(c, shapef("got the index %d at element %d, want 0 to %d", k, i, rows-1))
			continue
		}
		row := c.Out[k*w : (k+1)*w]
		if s.sums > 0 {
			if s.count[k] == exact.Block {
				s.count[k] = 0
				fresh := s.moved[k] == 0
				if fresh {
					used++
					s.moved[k] = used
				}
				moveRow(row, movedSum(s, c.Scratch, k, w), fresh)
			}
			s.count[k]++
		}
		addTo(row, c.In[0][i*w:(i+1)*w])
	}
	for k, m := range s.moved {
		if m > 0 {
			row, sum := c.Out[k*w:(k+1)*w], movedSum(s, c.Scratch, k, w)
			moveRow(row, sum, false)
			for j := range row {
				row[j] = sum[j] + sum[w+j]
			}
		}
	}
}

// movedSum is the sum of the k-th row, of w elements, in the scratch, and what rounding took
// from it.
func movedSum[T ir.Float](s *putting, scratch []T, k, w int) []T {
	return scratch[2*w*int(s.moved[k]-1):][:2*w]
}

// moveRow adds a row to its sum, which is nothing yet if it is fresh, and clears it.
func moveRow[T ir.Float](row, sum []T, fresh bool) {
	if fresh {
		clear(sum)
	}
	exact.Add(sum[:len(row)], sum[len(row):], row)
	clear(row)
}

// IndexAdd is x with the rows of s added to the rows that index lists.
func (c *Ctx) IndexAdd(x, s, index *gorgonia.Node) *gorgonia.Node {
	return c.Add(x, c.Apply(&PutAdd, ir.A("rows", c.rows(x)), s, index))
}
