package main

import (
	"fmt"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// step is one call of a program: its results get the names Out.
type step struct {
	Out    any // a name, or a list of names
	Call   string
	Args   []value
	Kwargs map[string]value
}

// bench is a graph under construction. All float tensors of a case are inputs of
// it: leaves are their elements by the names that the graph has for them.
type bench struct {
	*graph.Builder
	leaves map[string]*array
	env    map[string]*value // what a program has named
	steps  int               // of the program
	loose  tolerance         // where PyTorch itself computes with fewer digits

	// symmetric says of an input that it is a symmetric matrix: gradients are then
	// right if their symmetric parts are. triangle says of a matrix that only its
	// lower triangle is read, or, if true, the upper one: torch's gradient of the
	// other means nothing.
	symmetric, triangle map[*gorgonia.Node]bool
}

func (b *bench) loosen(rtol, atol float64) { b.loose = tolerance{rtol, atol} }

func newBench(d graph.DType) *bench {
	return &bench{Builder: graph.New(graph.NewParams(d, 0)), leaves: map[string]*array{}, env: map[string]*value{},
		symmetric: map[*gorgonia.Node]bool{}, triangle: map[*gorgonia.Node]bool{}}
}

// leaf is an input with the elements of a tensor; constants stay without a node
// until a call wants one.
func (b *bench) leaf(name string, v value) value {
	if a := v.tensor; !a.exact() {
		v.node, b.leaves[name] = b.Input(name, a.Shape...), a
	}
	return v
}

// execute runs the steps of a program and returns what results names.
func (b *bench) execute(steps []step, results []string) ([]value, error) {
	b.steps = len(steps)
	for i, s := range steps {
		if err := b.step(s); err != nil {
			return nil, errors.Wrapf(err, "step %d (%s)", i, s.Call)
		}
	}
	out := make([]value, len(results))
	for i, name := range results {
		v := b.env[name]
		if v == nil {
			return nil, fmt.Errorf("no step has the result %q", name)
		}
		if v.absent {
			return nil, errors.Wrapf(graph.ErrUnsupported, "the result %q", name)
		}
		out[i] = *v
	}
	return out, nil
}

func (b *bench) step(s step) error {
	c := &call{bench: b, name: s.Call, args: map[string]*value{}, read: map[string]bool{}}
	args := make([]*value, len(s.Args))
	for i, a := range s.Args {
		v, err := b.resolve(a)
		if err != nil {
			return err
		}
		args[i] = v
	}
	kwargs := map[string]*value{}
	for name, a := range s.Kwargs {
		v, err := b.resolve(a)
		if err != nil {
			return err
		}
		kwargs[name] = v
	}
	out, err := c.run(args, kwargs)
	if err != nil {
		return err
	}
	var names []string
	switch o := s.Out.(type) {
	case string:
		if len(out) > 1 || len(out) == 1 && out[0].isList { // several results under one name
			out = []value{{list: out, isList: true}}
		}
		names = []string{o}
	case []any:
		for _, n := range o {
			names = append(names, fmt.Sprint(n))
		}
	}
	if len(names) != len(out) {
		return fmt.Errorf("got %d results for the names %v", len(out), names)
	}
	for i, n := range names {
		if b.env[n] != nil {
			return fmt.Errorf("the name %q is given twice", n)
		}
		b.env[n] = &out[i]
	}
	return nil
}

// resolve is an argument with what its references name in their places.
func (b *bench) resolve(v value) (*value, error) {
	if text, is := v.plain.(string); is && strings.HasPrefix(text, "$") {
		if named := b.env[text[1:]]; named != nil {
			return named, nil
		}
		return nil, fmt.Errorf("nothing has the name %q", text[1:])
	}
	list := make([]value, len(v.list))
	for i, x := range v.list {
		x, err := b.resolve(x)
		if err != nil {
			return nil, err
		}
		list[i] = *x
	}
	v.list = list
	return &v, nil
}

// static is a tensor's elements, which the graph is run for if they follow from
// constants; nil if they do not.
func (b *bench) static(v value) *array {
	if v.tensor != nil || !v.fixed || v.node == nil || b.Err() != nil {
		return v.tensor
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{v.node}})
	if err == nil {
		err = b.feed(p, nil)
	}
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		b.Fail(err)
		return nil
	}
	y := graph.OutputOf[float64](p, 0)
	a := &array{Shape: y.Shape(), Floats: y.Read(nil), Bools: v.kind == ofBools}
	if v.kind == ofInts {
		a.Ints = make([]int, len(a.Floats))
		for i, x := range a.Floats {
			a.Ints[i] = int(x)
		}
	}
	return a
}

// feed gives a program the elements of the leaves, changed by noise if there is any.
func (b *bench) feed(p *graph.Program, n *noise) error {
	for _, in := range p.Inputs() {
		if err := graph.InputOf[float64](p, in.Name).Set(b.inRange(n.apply(b.leaves[in.Name].Floats))); err != nil {
			return err
		}
	}
	return nil
}

// inRange are elements as the graph's type has them: in float32 those beyond its
// range are infinite.
func (b *bench) inRange(v []float64) []float64 {
	if b.Params().DType() == graph.Float64 {
		return v
	}
	return narrowed(v)
}

// narrowed are elements as float32 has them.
func narrowed(v []float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = float64(float32(x))
	}
	return out
}
