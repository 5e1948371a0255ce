package main

import (
	"fmt"
	"math"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// bench is a graph under construction for a case.
type bench struct {
	*graph.Builder
	k  *testCase
	in map[string]*gorgonia.Node
}

// rule builds the outputs of a case, in the order of its file.
type rule func(b *bench) []*gorgonia.Node

// check runs one case. Not covered: no rule knows its formula.
func check(k *testCase) (covered bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			covered, err = true, fmt.Errorf("panic: %v", r)
		}
	}()
	if k.Category == "model" {
		return checkModel(k)
	}
	if len(k.Steps) > 0 {
		return checkSteps(k)
	}
	f := find(k)
	if f == nil {
		return false, nil
	}
	b := k.newBench()
	out := f(b)
	if err := b.Err(); err != nil {
		return true, err
	}
	if k.Value != nil {
		return true, b.checkScalarFunction(out[0])
	}
	return true, b.checkFunction(out)
}

// at finds an input or makes a constant of a const_input: a node.
func (b *bench) at(name string) *gorgonia.Node {
	if n := b.in[name]; n != nil {
		return n
	}
	a := b.k.ConstInputs[name]
	if a == nil {
		a = b.k.Consts[name]
	}
	if a == nil {
		b.Fail(fmt.Errorf("the case has no input %q", name))
		return nil
	}
	if a.Ints != nil {
		return b.ConstInts(a.Ints, a.Shape...)
	}
	return b.Const(a.Floats, a.Shape...)
}

// first is the only input, or the first.
func (b *bench) first() *gorgonia.Node { return b.at(b.k.Inputs.Names[0]) }

// dot is the sum of the products of x with constants of its shape.
func (b *bench) dot(x *gorgonia.Node, a *array) *gorgonia.Node {
	return b.Sum(b.Mul(x, b.Const(a.Floats, a.Shape...)))
}

// checkFunction compares outputs, the gradients of their products with the
// cotangents, and the gradients of the gradients' products with a direction.
func (b *bench) checkFunction(out []*gorgonia.Node) error {
	k := b.k
	if len(out) != len(k.Outputs.Names) {
		return fmt.Errorf("built %d outputs, want %d", len(out), len(k.Outputs.Names))
	}
	want := make([]expected, 0, 8)
	nodes := gorgonia.Nodes{}
	var total *gorgonia.Node
	for i, name := range k.Outputs.Names {
		want = append(want, expected{what: "output " + name, want: k.Outputs.By[name], exact: exact(k, true, name)})
		nodes = append(nodes, out[i])
		if c := k.Cotangents[name]; c != nil {
			if s := b.dot(out[i], c); total == nil {
				total = s
			} else {
				total = b.Add(total, s)
			}
		}
	}
	if total != nil && len(k.Grads) > 0 {
		grads, err := b.gradients(total)
		if err != nil {
			return err
		}
		for i, name := range k.Inputs.Names {
			g := k.Grads[name]
			if g == nil { // the reference has none
				continue
			}
			want = append(want, expected{what: "gradient of " + name, want: g, exact: exact(k, false, name), kink: k.Kink})
			nodes = append(nodes, grads[i])
		}
		if k.SecondOrder != nil && len(k.SecondOrder.Direction) > 0 {
			second, err := b.hvp(grads)
			if err != nil {
				return fmt.Errorf("second order: %w", err)
			}
			for i, name := range k.Inputs.Names {
				if h := k.SecondOrder.HVP[name]; h != nil {
					want = append(want, expected{what: "Hessian-vector product of " + name, want: h})
					nodes = append(nodes, second[i])
				}
			}
		}
	}
	if err := b.Err(); err != nil {
		return err
	}
	return b.compare(nodes, want)
}

func (b *bench) inputs() []*gorgonia.Node {
	out := make([]*gorgonia.Node, len(b.k.Inputs.Names))
	for i, name := range b.k.Inputs.Names {
		out[i] = b.in[name]
	}
	return out
}

func (b *bench) gradients(of *gorgonia.Node) ([]*gorgonia.Node, error) {
	if err := b.Err(); err != nil {
		return nil, err
	}
	return autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, of, b.inputs()...)
}

// hvp is the gradient of the sum of the gradients' products with the direction.
func (b *bench) hvp(grads []*gorgonia.Node) ([]*gorgonia.Node, error) {
	var s *gorgonia.Node
	for i, name := range b.k.Inputs.Names {
		d := b.k.SecondOrder.Direction[name]
		if d == nil {
			continue
		}
		if t := b.dot(grads[i], d); s == nil {
			s = t
		} else {
			s = b.Add(s, t)
		}
	}
	return b.gradients(s)
}

// checkScalarFunction compares value, gradient, Hessian, Hessian-vector product
// and the gradient of v'H(x)v of a scalar function of one vector x.
func (b *bench) checkScalarFunction(y *gorgonia.Node) error {
	k := b.k
	g, err := b.gradients(y)
	if err != nil {
		return err
	}
	want := []expected{{what: "value", want: k.Value}, {what: "gradient", want: k.Grad}}
	nodes := gorgonia.Nodes{y, g[0]}
	n := k.Inputs.By[k.Inputs.Names[0]].Shape[0]
	for i := range n { // a row of the Hessian at a time
		unit := zeros([]int{n})
		unit.Floats[i] = 1
		row, err := b.gradients(b.dot(g[0], unit))
		if err != nil {
			return fmt.Errorf("row %d of the Hessian: %w", i, err)
		}
		want = append(want, expected{what: fmt.Sprintf("row %d of the Hessian", i),
			want: &array{Shape: []int{n}, Floats: k.Hessian.Floats[i*n : (i+1)*n]}})
		nodes = append(nodes, row[0])
	}
	hv, err := b.gradients(b.dot(g[0], k.Direction))
	if err != nil {
		return err
	}
	want = append(want, expected{what: "Hessian-vector product", want: k.HVP})
	nodes = append(nodes, hv[0])
	if k.Third != nil {
		third, err := b.gradients(b.dot(hv[0], k.Direction))
		if err != nil {
			return fmt.Errorf("third order: %w", err)
		}
		want = append(want, expected{what: "third derivative", want: k.Third})
		nodes = append(nodes, third[0])
	}
	if err := b.Err(); err != nil {
		return err
	}
	return b.compare(nodes, want)
}

// expected is what one compiled output must be.
type expected struct {
	what  string
	want  *array
	exact *array // a truer value, which is as good
	kink  bool   // any split of a tie is right: compare the sums
}

func exact(k *testCase, output bool, name string) *array {
	switch {
	case k.Exact == nil:
		return nil
	case output:
		return k.Exact.Outputs[name]
	}
	return k.Exact.Grads[name]
}

func zeros(shape []int) *array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return &array{Shape: shape, Floats: make([]float64, n)}
}

// compare runs the graph on the case's inputs and holds the outputs to what is
// expected.
func (b *bench) compare(nodes gorgonia.Nodes, want []expected) error {
	p, err := b.Compile(graph.Config{Outputs: nodes})
	if err != nil {
		return err
	}
	for _, name := range p.Inputs() {
		if err := p.Feed(name, b.k.Inputs.By[name].Floats); err != nil {
			return err
		}
	}
	if err := p.Run(); err != nil {
		return err
	}
	for i, e := range want {
		got := p.Output(i, nil)
		if shape := p.OutputShape(i); fmt.Sprint(shape) != fmt.Sprint(append([]int{}, e.want.Shape...)) {
			return fmt.Errorf("%s: got the shape %v, want %v", e.what, shape, e.want.Shape)
		}
		if err := b.k.near(got, e); err != nil {
			return fmt.Errorf("%s: %w", e.what, err)
		}
	}
	return nil
}

func (k *testCase) near(got []float64, e expected) error {
	if e.kink {
		s, t := sum(got), sum(e.want.Floats)
		if !k.close(s, t) {
			return fmt.Errorf("got the sum %v, want %v", s, t)
		}
		return nil
	}
	for i, g := range got {
		if !k.close(g, e.want.Floats[i]) && (e.exact == nil || !k.close(g, e.exact.Floats[i])) {
			return fmt.Errorf("got %v at element %d, want %v", g, i, e.want.Floats[i])
		}
	}
	return nil
}

func sum(v []float64) (s float64) {
	for _, x := range v {
		s += x
	}
	return s
}

func (k *testCase) close(got, want float64) bool {
	if math.IsNaN(want) || math.IsNaN(got) {
		return math.IsNaN(want) && math.IsNaN(got)
	}
	if math.IsInf(want, 0) || math.IsInf(got, 0) {
		return got == want
	}
	return math.Abs(got-want) <= k.Tolerance.ATol+k.Tolerance.RTol*math.Abs(want)
}
