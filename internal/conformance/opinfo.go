package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// callFile is a file of samples of one PyTorch function: calls with arguments,
// results, and the gradients of the results' products with cotangents.
type callFile struct {
	Name      string
	Callable  string `json:"torch_callable"`
	Samples   []callSample
	Tolerance *tolerance `json:"tolerance_float64"`
}

type callSample struct {
	Input      value
	Args       []value
	Kwargs     keywords
	Outputs    []*array
	Cotangents []*array `json:"cotangents_of_differentiable_outputs"`
	Grads      []*array `json:"grads_of_requires_grad_inputs_in_order"`
}

// keywords are named arguments in the order of the file.
type keywords struct {
	names []string
	by    map[string]*value
}

// UnmarshalJSON keeps the order of the keys.
func (k *keywords) UnmarshalJSON(text []byte) (err error) {
	if err := json.Unmarshal(text, &k.by); err != nil {
		return err
	}
	k.names, err = keysOf(text)
	for _, n := range k.names {
		if k.by[n] == nil {
			k.by[n] = &value{}
		}
	}
	return err
}

// checkCalls runs the samples of a file and calls verdict for each.
func checkCalls(text []byte, report func(name string, of64, of32 verdict)) error {
	var f callFile
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	t := tolerance{RTol: 1e-7, ATol: 1e-7} // torch's own for float64
	if f.Tolerance != nil {
		t = *f.Tolerance
	}
	name := f.Callable // with its module, as linalg.det
	for _, module := range []string{"linalg_", "special_"} {
		if bare, is := strings.CutPrefix(name, module); is {
			name = strings.TrimSuffix(module, "_") + "." + bare
		}
	}
	for i, s := range f.Samples {
		of64, of32 := both(func(d graph.DType) (*experiment, error) { return s.prepare(d, "opinfo."+name, t) })
		report(fmt.Sprintf("%s sample %d: %s", f.Name, i, f.Callable), of64, of32)
	}
	return nil
}

// prepare builds the sample's graph. Gradients come in the order of the arguments.
func (s *callSample) prepare(d graph.DType, name string, t tolerance) (*experiment, error) {
	b := newBench(d)
	var wrt []*gorgonia.Node
	var by []*array
	var leaf func(v value) value
	leaf = func(v value) value {
		if v.isList {
			list := make([]value, len(v.list))
			for i, x := range v.list {
				list[i] = leaf(x)
			}
			v.list = list
		}
		if v.tensor != nil {
			v = b.leaf(fmt.Sprint("x", len(b.leaves)), v)
			if v.grad {
				wrt, by = append(wrt, v.node), append(by, v.tensor)
				v.tensor, v.fixed = nil, false
			}
		}
		return v
	}
	first := leaf(s.Input)
	args, kwargs := []*value{&first}, map[string]*value{}
	for _, a := range s.Args {
		v := leaf(a)
		args = append(args, &v)
	}
	for _, n := range s.Kwargs.names {
		v := leaf(*s.Kwargs.by[n])
		kwargs[n] = &v
	}
	c := &call{bench: b, name: name, args: map[string]*value{}, read: map[string]bool{}, want: s.Outputs}
	out, err := c.run(args, kwargs)
	if err != nil {
		return nil, err
	}
	e := &experiment{bench: b, tolerance: t}
	if err = s.differentiate(c, e, out, wrt, by); err == nil {
		err = e.compile()
	}
	return e, err
}

// differentiate adds the float results and the gradients.
func (s *callSample) differentiate(c *call, e *experiment, out []value, wrt []*gorgonia.Node, leaves []*array) error {
	if len(out) == 1 && out[0].isList {
		out = out[0].list
	}
	if len(out) < len(s.Outputs) {
		return fmt.Errorf("got %d results, want %d", len(out), len(s.Outputs))
	}
	var floats, terms []*gorgonia.Node
	for i, want := range s.Outputs {
		if want.exact() {
			continue
		}
		if out[i].absent {
			return fmt.Errorf("%w: result %d of %s", graph.ErrUnsupported, i, c.name)
		}
		e.add(c.node(out[i]), claim{what: fmt.Sprint("output ", i), want: want})
		floats = append(floats, c.node(out[i]))
	}
	for i, cot := range s.Cotangents {
		if i < len(floats) && cot != nil {
			terms = append(terms, c.dot(floats[i], cot))
		}
	}
	if len(terms) == 0 || len(wrt) == 0 || len(s.Grads) != len(wrt) {
		return c.Err()
	}
	grads, err := c.gradients(c.total(terms), wrt)
	if err != nil {
		return err
	}
	size := 0.0
	for i, cot := range s.Cotangents {
		if i < len(e.claims) && cot != nil {
			size += cot.largest() * e.claims[i].want.largest()
		}
	}
	for i, g := range s.Grads {
		if g == nil {
			continue
		}
		e.addGradient(wrt[i], grads[i], claim{what: fmt.Sprint("gradient ", i), want: g, before: size / leaves[i].largest()})
	}
	return c.Err()
}
