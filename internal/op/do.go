package op

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// Do computes o when one of gorgonia's own machines runs the graph. It is correct,
// not fast. A Program never calls it. Errors name the operator that the user called and
// his line.
func (o *Op) Do(in ...gorgonia.Value) (v gorgonia.Value, err error) {
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, o.failed(errors.Errorf("internal error: %v", r))
		}
	}()
	if o.isFloat32() {
		return do[float32](o, in)
	}
	return do[float64](o, in)
}

// failed returns err with the operator that the user called, the name of the node and the
// line.
func (o *Op) failed(err error) error {
	name := o.Made
	if name == "" {
		name = o.Entry.Name
	}
	return &Error{Op: name, Node: o.Label, At: Position(o.PC), Err: err}
}

// isFloat32 says whether o works on float32: its result or an operand is.
func (o *Op) isFloat32() bool {
	if o.Out.DType != ir.Int {
		return o.Out.DType == ir.F32
	}
	for _, n := range o.In {
		if t, err := TypeOf(n); err == nil && t.DType == ir.F32 {
			return true
		}
	}
	return false
}

func do[T ir.Float](o *Op, in []gorgonia.Value) (gorgonia.Value, error) {
	v := &ir.Value{Def: &o.Entry.Def, Attrs: o.Attrs, Type: o.Out, Name: o.Label, Made: o.Made, PC: o.PC, In: make([]*ir.Value, len(o.In))}
	var fault ir.Fault
	c := ir.Call[T]{V: v, In: make([][]T, len(in)), IntIn: make([][]int, len(in)), Fault: &fault}
	for i, n := range o.In {
		t, err := TypeOf(n)
		if err != nil {
			return nil, o.failed(err)
		}
		v.In[i] = &ir.Value{Type: t}
		if c.In[i], c.IntIn[i], err = Elements[T](in[i], t); err != nil {
			return nil, o.failed(errors.WithMessagef(err, "operand %d", i))
		}
	}
	if o.Out.DType == ir.Int {
		c.IntOut = make([]int, o.Out.Shape.Size())
	} else {
		c.Out = make([]T, o.Out.Shape.Size())
	}
	Apply(&c)
	if err := fault.Take(); err != nil {
		return nil, err
	}
	return NewValue(o.Out.Shape, c.Out, c.IntOut), nil
}

// Apply computes one application by itself, with one worker. An elementwise body
// runs on the whole operands, a view is copied, a kernel gets memory of its own.
func Apply[T ir.Float](c *ir.Call[T]) {
	d := c.V.Def
	switch {
	case d.Class == ir.Elementwise:
		var k []T
		if d.Consts != nil {
			for _, x := range d.Consts(c.V.Attrs) {
				k = append(k, T(x))
			}
		}
		ir.ElemOf[T](d)(c.Out, c.In, k)
	case d.View != nil:
		l, _ := d.View(c.V, ir.Dense(c.V.In[0].Type.Shape))
		if c.IntOut != nil {
			copyView(c.IntOut, c.IntIn[0], l)
		} else {
			copyView(c.Out, c.In[0], l)
		}
	default:
		k := ir.KernelOf[T](d)
		if k.Prepare != nil {
			n := 0
			c.State, n = k.Prepare(c.V, 1)
			c.Scratch = make([]T, n)
		}
		k.Run(c)
	}
}
