package gosource

import (
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// rows is a computation with an application of a row for each output.
type rows struct {
	f       *ir.Func
	params  *graph.Params
	float   ir.DType
	state   uint32
	samples samples
}

func newRows(d graph.DType) *rows {
	r := &rows{f: &ir.Func{}, params: graph.NewParams(d, 1), float: ir.F64, state: 1}
	if d == graph.Float32 {
		r.float = ir.F32
	}
	return r
}

func (r *rows) apply(d *ir.Def, a ir.Attrs, x ...*ir.Value) *ir.Value {
	v, err := r.f.New(d, a, x...)
	if err != nil {
		panic(err)
	}
	return v
}

// add appends an application of e. Its operands are inputs, the weights of a convolution constants.
func (r *rows) add(e *op.Entry, s op.Sample) {
	lo, hi := s.Lo, s.Hi
	if lo == 0 && hi == 0 {
		lo, hi = -2, 2
	}
	var in []*ir.Value
	for i, shape := range s.In {
		t, below := ir.Type{DType: r.float, Shape: append(ir.Shape{1}, shape...)}, 0
		if i < len(s.Int) && s.Int[i] > 0 {
			t.DType, below = ir.Int, s.Int[i]
		}
		if e.Name == "conv" && i == 1 {
			data := make([]float64, shape.Size())
			for k := range data {
				data[k] = number(&r.state)
			}
			in = append(in, r.f.AddConst(ir.Type{DType: r.float, Shape: shape}, data))
			continue
		}
		x := r.f.Add(&ir.Value{Leaf: ir.Input, Name: fmt.Sprintf("x%d", len(r.samples.inputs)), Type: t})
		r.samples.inputs = append(r.samples.inputs, sampleInput{name: x.Name, v: x, below: below, unit: true})
		y := r.apply(&op.Reshape.Def, ir.A("shape", []int(shape)), x)
		if t.DType != ir.Int {
			y = r.apply(&op.AddConst.Def, ir.A("by", lo), r.apply(&op.Scale.Def, ir.A("by", hi-lo), y))
		}
		in = append(in, y)
	}
	v := r.apply(&e.Def, s.Attrs, in...)
	v.Name = "result"
	r.f.Out = append(r.f.Out, r.apply(&op.Reshape.Def, ir.A("shape", append([]int{1}, v.Type.Shape...)), v))
}

// write draws the inputs, evaluates all rows by their kernels and writes the program.
func (r *rows) write(name string) (*written, error) {
	compiled := *r.f.Clone()
	compile.Tidy(&compiled)
	r.samples.inputs = slices.DeleteFunc(r.samples.inputs, func(x sampleInput) bool { // those that nothing reads
		return !slices.ContainsFunc(compiled.Values, func(v *ir.Value) bool { return v.Leaf == ir.Input && v.Name == x.name })
	})
	state := uint32(1)
	for i := range r.samples.inputs {
		x := &r.samples.inputs[i]
		for range examples * x.v.Type.Shape.Size() {
			if x.v.Type.DType == ir.Int {
				x.data = append(x.data, integer(&state, x.below))
			} else {
				x.data = append(x.data, float64(draw(&state)>>8)/(1<<24))
			}
		}
	}
	r.samples.want = make([][]float64, len(r.f.Out))
	for i := range examples {
		if err := r.evaluate(i); err != nil {
			return nil, err
		}
	}
	for i := range r.samples.inputs {
		x := &r.samples.inputs[i]
		at := slices.IndexFunc(compiled.Values, func(v *ir.Value) bool { return v.Leaf == ir.Input && v.Name == x.name })
		x.v = compiled.Values[at]
	}
	g, err := generate(&compiled, r.params)
	if err != nil {
		return nil, err
	}
	return print(name, g, &r.samples)
}

// evaluate appends what the rows make of example i.
func (r *rows) evaluate(i int) error {
	ev := newEvaluator(r.f, r.params)
	for _, v := range r.f.Values {
		switch {
		case v.Leaf == ir.Input:
			n := v.Type.Shape.Size()
			d := &datum{floats: make([]float64, n)}
			if k := slices.IndexFunc(r.samples.inputs, func(x sampleInput) bool { return x.v == v }); k >= 0 {
				d.floats = r.samples.inputs[k].data[i*n : (i+1)*n]
			}
			if v.Type.DType == ir.Int {
				d = &datum{ints: ints(d.floats)}
			}
			*ev.known.At(v) = d
		case v.Def != nil:
			if ev.compute(v); *ev.known.At(v) == nil {
				return fmt.Errorf("%s cannot be evaluated", v.Def.Name)
			}
		}
	}
	for k, v := range r.f.Out {
		y := *ev.known.At(v)
		r.samples.want[k] = append(r.samples.want[k], y.floats...)
		for _, n := range y.ints {
			r.samples.want[k] = append(r.samples.want[k], float64(n))
		}
	}
	return nil
}

func ints(x []float64) []int {
	out := make([]int, len(x))
	for i, v := range x {
		out[i] = int(v)
	}
	return out
}

// TestRows holds each written row to its kernel, for all samples of the row.
func TestRows(t *testing.T) {
	const together = 40 // in one program
	each(t, 2e-5, 1e-9, func(t *testing.T, d graph.DType, tolerance float64) {
		var all []*written
		open, first := newRows(d), ""
		close := func(last string) {
			if len(open.f.Out) == 0 {
				return
			}
			w, err := open.write(first + " to " + last)
			if err != nil {
				t.Fatalf("%s to %s: %v", first, last, err)
			}
			all = append(all, w)
			open = newRows(d)
		}
		last := ""
		for _, e := range op.All() {
			n := 0
			for _, s := range e.Samples() {
				empty := slices.ContainsFunc(s.In, func(shape ir.Shape) bool { return shape.Size() == 0 })
				if rules[e.Name].make == nil || empty || e.Name == "sinc" && s.Attrs.Int("order") != 0 {
					continue
				}
				if len(open.f.Out) == 0 {
					first = e.Name
				}
				open.add(e, s)
				n++
				if last = e.Name; len(open.f.Out) == together {
					close(last)
				}
			}
			if n == 0 && rules[e.Name].make != nil {
				t.Errorf("%s has no sample that is written", e.Name)
			}
		}
		close(last)
		run(t, all, tolerance)
	})
}

// TestTable checks that every operator's row is written, or has a reason why not.
func TestTable(t *testing.T) {
	rows, without := map[string]bool{}, 0
	for _, e := range op.All() {
		rows[e.Name] = true
		r, ok := rules[e.Name]
		switch {
		case !ok:
			t.Errorf("%s has no rule", e.Name)
		case (r.make == nil) != (r.why != ""):
			t.Errorf("%s: want a function or a reason, and not both", e.Name)
		case (r.expr != nil) != (r.make != nil && e.Class == ir.Elementwise):
			t.Errorf("%s: want an expression if and only if it is elementwise", e.Name)
		case r.make == nil:
			without++
			r := newRows(graph.Float64)
			r.add(e, e.Samples()[0])
			_, err := generate(r.f, r.params)
			if why, ok := err.(*Error); !ok || why.Op != e.Name || why.Node != "result" {
				t.Errorf("%s: got the error %v, want an *Error of the operator", e.Name, err)
			}
		}
	}
	for name := range rules {
		if !rows[name] {
			t.Errorf("the rule %s is for no operator", name)
		}
	}
	if without > 26 {
		t.Errorf("got %d operators without a counterpart, want at most 26", without)
	}
}
