package onnx

import (
	"maps"

	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// rule says how an operator of the compiler is written.
type rule struct {
	form form
	// make adds the nodes of an application and returns the name of their result.
	make func(c *call) string
	// why says why there is no counterpart.
	why string
}

// form says what an operator is in a file.
type form int

const (
	oneNode     form = iota // one node, at least for some settings
	composition             // several nodes
	none                    // nothing: a model with the operator is refused
)

// one, several and without return rules.
func one(f func(c *call) string) rule     { return rule{form: oneNode, make: f} }
func several(f func(c *call) string) rule { return rule{form: composition, make: f} }
func without(why string) rule             { return rule{form: none, why: why} }

// rules are those of all operators, by the names of their rows.
var rules = join(elementwiseRules, compareRules, smoothRules, lossRules, shapeRules, reduceRules, productRules, windowRules, indexRules, runningRules, withoutRules)

func join(tables ...map[string]rule) map[string]rule {
	all := map[string]rule{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// call is an operator's application that is written.
type call struct {
	*writer
	v     *ir.Value
	in    []string // of an elementwise operator: tensors that broadcast against each other
	out   []dim    // the shape of the result that make returns
	truth string   // that result as booleans, if make has made it
}

// ruleOf returns the rule of an operator.
//
// Errors: an *Error if there is no counterpart.
func ruleOf(v *ir.Value) (rule, error) {
	if v.Def == &sweepRow.Def {
		return several(sweepRule), nil
	}
	r, known := rules[v.Def.Name]
	switch {
	case !known:
		return r, export.Refuse(v, "got gorgonia's operator %s, which gorgonia's own code runs; want one of the Builder's", v.Attrs.Str("op"))
	case r.form == none:
		return r, export.Refuse(v, "got an operator that has no counterpart in opset %d: %s", opset, r.why)
	}
	return r, nil
}

// counterparts returns an error for the first operator of f that has none.
func counterparts(f *ir.Func) error {
	for _, v := range f.Values {
		if v.Def == nil {
			continue
		}
		if _, err := ruleOf(v); err != nil {
			return err
		}
	}
	return nil
}

// add writes the application v.
func (w *writer) add(v *ir.Value) {
	r, err := ruleOf(v)
	if err != nil {
		panic(err)
	}
	w.now = v
	c := &call{writer: w, v: v, out: w.shape(v)}
	if v.Def.Class == ir.Elementwise {
		c.out = nil
		for _, x := range v.In {
			c.in = append(c.in, w.made.At(x).name)
			c.out = together(c.out, w.made.At(x).shape)
		}
	}
	y := result{name: r.make(c)}
	if r.form == composition {
		w.last(y.name)
	}
	y.shape, y.truth = c.out, c.truth
	if full := w.shape(v); equal(full, c.out) {
		y.whole = y.name
	}
	*w.made.At(v) = y
	w.now = nil
}

// together returns the shape that two shapes broadcast to.
func together(x, y []dim) []dim {
	if len(x) < len(y) {
		x, y = y, x
	}
	out := append([]dim(nil), x...)
	off := len(x) - len(y)
	for i, d := range y {
		if out[off+i].is(1) {
			out[off+i] = d
		}
	}
	return out
}

func equal(x, y []dim) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// do adds a node without attributes.
func (c *call) do(op string, in ...string) string { return c.node(op, nil, in...) }

// arg returns the tensor of operand i, in its own shape.
func (c *call) arg(i int) string { return c.name(c.v.In[i]) }

// shapeOf returns the shape of operand i.
func (c *call) shapeOf(i int) []dim { return c.shape(c.v.In[i]) }

// dimsOf returns an attribute's integers.
func (c *call) dimsOf(key string) []dim {
	d, _ := c.dims(c.v, key, c.v.Attrs.Ints(key), (*c.other.At(c.v)).Attrs.Ints(key))
	return d
}

// ints returns an attribute's integers, which must not depend on the batch.
func (c *call) ints(key string) []int {
	return c.must("the attribute "+key, c.dimsOf(key))
}

// must returns dims as integers, which must not depend on the batch.
func (c *call) must(what string, d []dim) []int {
	n, ok := constants(d)
	if !ok {
		panic(export.Refuse(c.v, "%s: got %v, which depends on the batch size N, want constants", what, d))
	}
	return n
}

// int returns an attribute's integer, which must not depend on the batch.
func (c *call) int(key string) int {
	a, b := c.v.Attrs.Int(key), (*c.other.At(c.v)).Attrs.Int(key)
	if a != b {
		panic(export.Refuse(c.v, "the attribute %s: got %d and %d for two batch sizes, want a constant", key, a, b))
	}
	return a
}

// refuse ends the rule with an Error.
func (c *call) refuse(format string, a ...any) string { panic(export.Refuse(c.v, format, a...)) }

// cast returns booleans as floats.
func (c *call) cast(x string) string { return c.node("Cast", attrs{"to": int(c.floats)}, x) }

// String returns what the form is called.
func (f form) String() string {
	return [...]string{"one node", "a composition", "no counterpart"}[f]
}
