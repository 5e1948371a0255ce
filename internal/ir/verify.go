package ir

import (
	"fmt"
)

// Verify returns an error if f is not well formed. It checks that
//
//   - the IDs of its values are unique, operands stand before their users, and its results
//     are among its values;
//   - its leaves are inputs, parameters and constants. Constants have as many elements as
//     their shapes say. All floats are of one type;
//   - every operator has as many operands as it wants, attributes of the allowed types,
//     sorted by key, and the type that Infer returns;
//   - a body reads its value's operands by arguments of their types. It has elementwise
//     operators and views, and returns the value's type. The body of a Contract value is
//     the epilogue of the product of the first operands. Any other value with a body
//     computes just the body.
func Verify(f *Func) error {
	c := &verifier{}
	if err := c.function(f, nil); err != nil {
		return fmt.Errorf("ir: func %q: %w", f.Name, err)
	}
	return nil
}

type verifier struct {
	float *Value // the first float value
}

// function checks f. It is the body of the value of, unless that is nil.
func (c *verifier) function(f *Func, of *Value) error {
	stands := make(map[*Value]bool, len(f.Values))
	ids := make(map[int]bool, len(f.Values))
	for _, v := range f.Values {
		if v.ID < 0 || ids[v.ID] {
			return fmt.Errorf("v%d: the name is negative or taken", v.ID)
		}
		if v.ID >= f.nextID {
			return fmt.Errorf("v%d: the next value would be named v%d", v.ID, f.nextID)
		}
		ids[v.ID] = true
		for i, x := range v.In {
			if x == nil || !stands[x] {
				return fmt.Errorf("v%d: operand %d does not stand before it", v.ID, i)
			}
		}
		stands[v] = true
		if err := c.value(v, of); err != nil {
			return fmt.Errorf("v%d: %w", v.ID, err)
		}
	}
	for i, v := range f.Out {
		if v == nil || !stands[v] {
			return fmt.Errorf("result %d is not among the values", i)
		}
	}
	return nil
}

func (c *verifier) value(v, of *Value) error {
	if d := v.Type.DType; d.IsFloat() {
		if c.float != nil && c.float.Type.DType != d {
			return fmt.Errorf("has the type %v beside %v", v.Type, c.float.Type)
		}
		c.float = v
	} else if d != Int {
		return fmt.Errorf("has the type %v", v.Type)
	}
	for _, n := range v.Type.Shape {
		if n < 0 {
			return fmt.Errorf("has the shape %v", v.Type.Shape)
		}
	}
	if err := v.Attrs.check(); err != nil {
		return err
	}
	if (v.Def == nil) != (v.Leaf != NotLeaf) {
		return fmt.Errorf("must be either a leaf or an operator's result")
	}
	switch {
	case v.Leaf != NotLeaf:
		return v.checkLeaf(of)
	case of != nil && v.Def.Class != Elementwise && v.Def.Class != Move:
		return fmt.Errorf("the %s is neither elementwise nor a view, in a body", v.Def.Name)
	case of != nil && v.Body != nil:
		return fmt.Errorf("has a body in a body")
	case v.Body != nil:
		return c.withBody(v)
	}
	return v.checkType(v.In, v.Type)
}

// check reports attributes that A would not make.
func (a Attrs) check() error {
	for i, x := range a {
		switch x.Val.(type) {
		case bool, int, float64, string, []int:
		default:
			return fmt.Errorf("the attribute %s has the type %T", x.Key, x.Val)
		}
		if !isKey(x.Key) || i > 0 && a[i-1].Key >= x.Key {
			return fmt.Errorf("the attribute %q is badly named or out of order", x.Key)
		}
	}
	return nil
}

func (v *Value) checkLeaf(of *Value) error {
	if len(v.In) > 0 || len(v.Attrs) > 0 || v.Body != nil {
		return fmt.Errorf("the leaf has operands, attributes or a body")
	}
	if (v.Leaf == Arg) != (of != nil) {
		return fmt.Errorf("bodies read arguments and no other leaves, functions other leaves only")
	}
	switch v.Leaf {
	case Arg:
		want := of.Type
		switch {
		case v.Index == ProductArg && of.Def.Class == Contract:
		case v.Index < 0 || v.Index >= len(of.In):
			return fmt.Errorf("argument %d of %d operands", v.Index, len(of.In))
		default:
			want = of.In[v.Index].Type
		}
		if !v.Type.Equal(want) {
			return fmt.Errorf("argument %d has the type %v, its operand %v", v.Index, v.Type, want)
		}
	case Const:
		n := -1
		switch d := v.Data.(type) {
		case []float64:
			if v.Type.DType.IsFloat() {
				n = len(d)
			}
		case []int:
			if v.Type.DType == Int {
				n = len(d)
			}
		}
		if n != v.Type.Shape.Size() {
			return fmt.Errorf("the constant of %v has %T of %d elements", v.Type, v.Data, n)
		}
	case Param, State:
		if v.Index < 0 {
			return fmt.Errorf("the %v lies at %d", v.Leaf, v.Index)
		}
	}
	return nil
}

// withBody checks a value with a body.
func (c *verifier) withBody(v *Value) error {
	if len(v.Body.Out) != 1 || v.Body.Out[0] == nil || !v.Body.Out[0].Type.Equal(v.Type) {
		return fmt.Errorf("the body of %v returns something else", v.Type)
	}
	if v.Def.Class == Contract {
		n := v.Def.Arity
		if n < 0 || n > len(v.In) {
			return fmt.Errorf("%s has %d operands, want %d and those of its body", v.Def.Name, len(v.In), n)
		}
		if err := v.checkType(v.In[:n], v.Type); err != nil {
			return err
		}
	}
	if err := c.function(v.Body, v); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

// checkType compares the type that v's operator infers from in with want.
func (v *Value) checkType(in []*Value, want Type) error {
	if v.Def.Arity >= 0 && len(in) != v.Def.Arity {
		return fmt.Errorf("%s has %d operands, want %d", v.Def.Name, len(in), v.Def.Arity)
	}
	types := make([]Type, len(in))
	for i, x := range in {
		types[i] = x.Type
	}
	t, err := v.Def.Infer(types, v.Attrs)
	if err != nil {
		return fmt.Errorf("%s: %w", v.Def.Name, err)
	}
	if !t.Equal(want) {
		return fmt.Errorf("%s has the type %v, its shape rule says %v", v.Def.Name, want, t)
	}
	return nil
}
