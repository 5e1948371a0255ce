package onnx

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// This file compares the computations of a model for two batch sizes, and reads from what
// differs how it depends on the batch.

// dim is the number c + k·N, where N is the batch size.
type dim struct{ c, k int }

// String returns the number as files name it: 3, N, 4*N.
func (d dim) String() string {
	switch {
	case d.k == 0:
		return fmt.Sprint(d.c)
	case d.k == 1 && d.c == 0:
		return "N"
	case d.c == 0:
		return fmt.Sprintf("%d*N", d.k)
	}
	return fmt.Sprintf("%d*N%+d", d.k, d.c)
}

// is reports whether d is the number n at any batch size.
func (d dim) is(n int) bool { return d == dim{c: n} }

// fixed returns n as dims.
func fixed(n ...int) []dim {
	out := make([]dim, len(n))
	for i, x := range n {
		out[i].c = x
	}
	return out
}

// constants returns the numbers of dims. It is not ok if one depends on the batch.
func constants(dims []dim) (n []int, ok bool) {
	n = make([]int, len(dims))
	for i, d := range dims {
		if d.k != 0 {
			return nil, false
		}
		n[i] = d.c
	}
	return n, true
}

// pair is one computation for the batch sizes n and m. With one size alone, both functions
// are the same.
type pair struct {
	f, g  *ir.Func
	n, m  int
	other ir.Table[*ir.Value] // the value of g for each of f
}

// newPair returns the pair of f and g.
//
// Errors: an *Error for the first value in which they differ by more than multiples of the
// batch size.
func newPair(f, g *ir.Func, n, m int) (*pair, error) {
	p := &pair{f: f, g: g, n: n, m: m, other: ir.NewTable[*ir.Value](f)}
	for i, v := range f.Values {
		if i >= len(g.Values) {
			return nil, export.Refuse(v, "got %d operators for a batch of %d and %d for one of %d, want as many", len(f.Values), n, len(g.Values), m)
		}
		w := g.Values[i]
		if err := p.alike(v, w); err != nil {
			return nil, err
		}
		*p.other.At(v) = w
	}
	if len(g.Values) != len(f.Values) || len(g.Out) != len(f.Out) {
		return nil, export.Refuse(g.Values[len(f.Values)], "got %d operators for a batch of %d and %d for one of %d, want as many", len(f.Values), n, len(g.Values), m)
	}
	for i, v := range f.Out {
		if *p.other.At(v) != g.Out[i] {
			return nil, export.Refuse(v, "got another output for a batch of %d than for one of %d, want the same computation", n, m)
		}
	}
	return p, nil
}

// alike returns an error unless v and w are one step of the computation.
func (p *pair) alike(v, w *ir.Value) error {
	if v.Def == nil || w.Def == nil {
		if v.Def != w.Def || v.Leaf != w.Leaf || v.Leaf != ir.Const && v.Name != w.Name {
			return p.differ(v, w)
		}
	} else if v.Def.Name != w.Def.Name {
		return p.differ(v, w)
	}
	if len(v.In) != len(w.In) || len(v.Attrs) != len(w.Attrs) || v.Type.DType != w.Type.DType || len(v.Type.Shape) != len(w.Type.Shape) {
		return p.differ(v, w)
	}
	for i, x := range v.In {
		if *p.other.At(x) != w.In[i] {
			return p.differ(v, w)
		}
	}
	if _, err := p.dims(v, "the shape", v.Type.Shape, w.Type.Shape); err != nil {
		return err
	}
	for i, a := range v.Attrs {
		if err := p.alikeAttr(v, a, w.Attrs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *pair) differ(v, w *ir.Value) error {
	name := w.Leaf.String()
	if w.Def != nil {
		name = w.Def.Name
	}
	return export.Refuse(v, "got another operator for a batch of %d than for one of %d, where it is %s; want the same computation for all sizes", p.n, p.m, name)
}

// alikeAttr returns an error unless the attributes are equal, or integers in step with the
// batch.
func (p *pair) alikeAttr(v *ir.Value, a, b ir.Attr) error {
	what := "the attribute " + a.Key
	if a.Key != b.Key {
		return export.Refuse(v, "got %s for one batch size and %s for another, want one", what, b.Key)
	}
	switch x := a.Val.(type) {
	case int:
		y, ok := b.Val.(int)
		if !ok {
			return export.Refuse(v, "%s: got %v and %v for two batch sizes, want one type", what, a.Val, b.Val)
		}
		_, err := p.dims(v, what, []int{x}, []int{y})
		return err
	case []int:
		y, ok := b.Val.([]int)
		if !ok {
			return export.Refuse(v, "%s: got %v and %v for two batch sizes, want one type", what, a.Val, b.Val)
		}
		_, err := p.dims(v, what, x, y)
		return err
	case float64:
		if y, ok := b.Val.(float64); ok && math.Float64bits(x) == math.Float64bits(y) {
			return nil
		}
	default:
		if a.Val == b.Val {
			return nil
		}
	}
	return export.Refuse(v, "%s: got %v for a batch of %d and %v for one of %d, want the same for all sizes", what, a.Val, p.n, b.Val, p.m)
}

// dims returns numbers of the two computations: those that are equal are constants, k·n and
// k·m are k·N.
func (p *pair) dims(v *ir.Value, what string, a, b []int) ([]dim, error) {
	if len(a) != len(b) {
		return nil, export.Refuse(v, "%s: got %v for a batch of %d and %v for one of %d, want as many numbers", what, ir.Shape(a), p.n, ir.Shape(b), p.m)
	}
	out := make([]dim, len(a))
	for i := range a {
		switch {
		case a[i] == b[i]:
			out[i].c = a[i]
		case a[i]%p.n == 0 && b[i]%p.m == 0 && a[i]/p.n == b[i]/p.m:
			out[i].k = a[i] / p.n
		default:
			return nil, export.Refuse(v, "%s: got %d for a batch of %d and %d for one of %d, want a constant or a multiple of the batch", what, a[i], p.n, b[i], p.m)
		}
	}
	return out, nil
}

// shape returns the shape of a value of f. newPair has found it to be in step.
func (p *pair) shape(v *ir.Value) []dim {
	d, _ := p.dims(v, "the shape", v.Type.Shape, (*p.other.At(v)).Type.Shape)
	return d
}

// shrunk returns a constant without the axes that grow with the batch: these have the extent
// 1. Its elements must not change along them.
func (p *pair) shrunk(v *ir.Value) (shape []int, floats []float64, ints []int, err error) {
	shape = slices.Clone(v.Type.Shape)
	big := slices.Clone((*p.other.At(v)).Type.Shape)
	floats, _ = v.Data.([]float64)
	ints, _ = v.Data.([]int)
	otherFloats, _ := (*p.other.At(v)).Data.([]float64)
	otherInts, _ := (*p.other.At(v)).Data.([]int)
	for i, d := range p.shape(v) {
		if d.k != 0 {
			floats, otherFloats = shrink(floats, shape, i), shrink(otherFloats, big, i)
			ints, otherInts = shrink(ints, shape, i), shrink(otherInts, big, i)
			shape[i], big[i] = 1, 1
		}
	}
	if floats == nil && ints == nil || !slices.EqualFunc(floats, otherFloats, sameBits) || !slices.Equal(ints, otherInts) {
		return nil, nil, nil, export.Refuse(v, "got a constant %v whose elements change with the batch, want the same for each example", v.Type.Shape)
	}
	return shape, floats, ints, nil
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

// shrink returns the elements at index 0 of an axis, or nil if others differ from them.
func shrink[T float64 | int](data []T, shape []int, axis int) []T {
	if data == nil {
		return nil
	}
	inner := ir.Shape(shape[axis+1:]).Size()
	n := shape[axis]
	out := make([]T, 0, len(data)/max(1, n))
	for at := 0; at < len(data); at += n * inner {
		first := data[at : at+inner]
		for i := 1; i < n; i++ {
			if !slices.EqualFunc(first, data[at+i*inner:at+(i+1)*inner], func(a, b T) bool { return sameBits(float64(a), float64(b)) }) {
				return nil
			}
		}
		out = append(out, first...)
	}
	return out
}
