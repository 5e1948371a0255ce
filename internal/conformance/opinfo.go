package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/graph"
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
	Kwargs     named[value]
	Outputs    []*array
	Cotangents []*array `json:"cotangents_of_differentiable_outputs"`
	Grads      []*array `json:"grads_of_requires_grad_inputs_in_order"`
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
	k := &testCase{Cotangents: map[string]*array{}, Grads: map[string]*array{}}
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
			name := fmt.Sprint("x", len(b.leaves))
			v = b.leaf(name, v)
			if v.grad {
				k.Inputs.add(name, v.tensor)
				v.tensor, v.fixed = nil, false
				b.env[name] = &v
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
	for _, n := range s.Kwargs.Names {
		v := leaf(s.Kwargs.By[n])
		kwargs[n] = &v
	}
	c := &call{bench: b, name: name, args: map[string]*value{}, read: map[string]bool{}, want: s.Outputs}
	out, err := c.run(args, kwargs)
	if err != nil {
		return nil, err
	}
	floats, err := s.floats(k, out)
	if err != nil {
		return nil, err
	}
	e := &experiment{bench: b, tolerance: t}
	if err = k.differentiate(e, floats); err == nil {
		err = e.compile()
	}
	return e, err
}

// floats returns the results that are floats, and gives the case what they and the
// gradients must be.
func (s *callSample) floats(k *testCase, out []value) (floats []value, err error) {
	if len(out) == 1 && out[0].isList {
		out = out[0].list
	}
	if len(out) < len(s.Outputs) {
		return nil, fmt.Errorf("got %d results, want %d", len(out), len(s.Outputs))
	}
	for i, want := range s.Outputs {
		if want.exact() {
			continue
		}
		if out[i].absent {
			return nil, missing("result %d", i)
		}
		name := fmt.Sprint(i)
		k.Outputs.add(name, want)
		if n := len(floats); n < len(s.Cotangents) {
			k.Cotangents[name] = s.Cotangents[n]
		}
		floats = append(floats, out[i])
	}
	for i, g := range s.Grads {
		if g != nil && len(s.Grads) == len(k.Inputs.Names) {
			k.Grads[k.Inputs.Names[i]] = g
		}
	}
	return floats, nil
}
