package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// testCase is a reference case as its file has it.
type testCase struct {
	Name, Category string
	Program        []step
	Results        []string
	Inputs         named[*array]     // differentiable
	ConstInputs    map[string]*array `json:"const_inputs"`
	Outputs        named[*array]
	Cotangents     map[string]*array
	Grads          map[string]*array // nil: the outputs do not depend on the input
	SecondOrder    *struct {
		Direction map[string]*array
		HVP       map[string]*array
	} `json:"second_order"`
	Exact *struct {
		Outputs map[string]*array
		Grads   map[string]*array
	} `json:"exact_mpmath"`
	Kink      bool
	Tolerance tolerance `json:"tolerance_float64"`

	// Of the category second: a scalar function of one vector.
	Value, Grad, Hessian, Direction, HVP *array
	Third                                *array `json:"third_vv"`
	Consts                               map[string]*array

	// Of the category model.
	Params      named[*array]
	Data        map[string]*array
	LR          float64
	SGDLosses   []float64         `json:"sgd_losses"`
	FinalParams map[string]*array `json:"final_params"`
}

func readCase(text []byte) (*testCase, error) {
	k := &testCase{}
	if err := json.Unmarshal(text, k); err != nil {
		return nil, err
	}
	if k.Tolerance == (tolerance{}) {
		k.Tolerance = tolerance{RTol: 1e-9, ATol: 1e-12}
	}
	return k, nil
}

// prepare builds the case's graph for a type of floats.
func (k *testCase) prepare(d graph.DType) (*experiment, error) {
	if len(k.Program) == 0 {
		return nil, fmt.Errorf("%w: no program", graph.ErrUnsupported)
	}
	b := newBench(d)
	for _, more := range []map[string]*array{k.ConstInputs, k.Consts, k.Data} {
		for _, name := range sorted(more) {
			v := b.leaf(name, ofArray(more[name]))
			b.env[name] = &v
		}
	}
	for _, name := range k.Inputs.Names {
		v := b.leaf(name, ofArray(k.Inputs.By[name]))
		v.tensor, v.fixed = nil, false
		b.env[name] = &v
	}
	for _, name := range k.Params.Names {
		a := k.Params.By[name]
		b.env[name] = &value{node: b.Param(name, graph.Values(b.inRange(a.Floats)), a.Shape...)}
	}
	out, err := b.execute(k.Program, k.Results)
	if err != nil {
		return nil, err
	}
	e := &experiment{bench: b, tolerance: k.Tolerance}
	switch {
	case len(k.Params.Names) > 0:
		return e, k.train(e, b.node(out[0]))
	case k.Value != nil:
		err = k.differentiateScalar(e, b.node(out[0]))
	default:
		err = k.differentiate(e, out)
	}
	if err == nil {
		err = e.compile()
	}
	return e, err
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// node is the node of a result.
func (b *bench) node(v value) *gorgonia.Node {
	c := &call{bench: b, name: "result"}
	return c.node(v)
}

// dot is the sum of the products of x with constants of its shape.
func (b *bench) dot(x *gorgonia.Node, a *array) *gorgonia.Node {
	return b.Sum(b.Mul(x, b.Const(b.inRange(a.Floats), a.Shape...)))
}

// total is the sum of nodes; nil of none.
func (b *bench) total(terms []*gorgonia.Node) (sum *gorgonia.Node) {
	for _, t := range terms {
		if sum == nil {
			sum = t
		} else {
			sum = b.Add(sum, t)
		}
	}
	return sum
}

func (b *bench) gradients(of *gorgonia.Node, by []*gorgonia.Node) ([]*gorgonia.Node, error) {
	if err := b.Err(); err != nil {
		return nil, err
	}
	return autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, of, by...)
}

// differentiate adds the outputs, the gradients of their products with the
// cotangents, and the gradients of the gradients' products with a direction.
func (k *testCase) differentiate(e *experiment, out []value) error {
	if len(out) != len(k.Outputs.Names) {
		return fmt.Errorf("got %d outputs, want %d", len(out), len(k.Outputs.Names))
	}
	var terms, along []*gorgonia.Node
	var size, slope float64 // of outputs times cotangents, of gradients times directions
	for i, name := range k.Outputs.Names {
		c := claim{what: "output " + name, want: k.Outputs.By[name]}
		if k.Exact != nil {
			c.exact = k.Exact.Outputs[name]
		}
		y := e.bench.node(out[i])
		e.add(y, c)
		if cot := k.Cotangents[name]; cot != nil {
			terms = append(terms, e.bench.dot(y, cot))
			size += cot.largest() * c.want.largest()
		}
	}
	if len(terms) == 0 || len(k.Grads) == 0 {
		return nil
	}
	var by []*gorgonia.Node
	for _, name := range k.Inputs.Names {
		by = append(by, e.bench.env[name].node)
	}
	grads, err := e.bench.gradients(e.bench.total(terms), by)
	if err != nil {
		return err
	}
	for i, name := range k.Inputs.Names {
		want, listed := k.Grads[name]
		if !listed {
			continue
		}
		c := claim{what: "gradient of " + name, want: want, kink: k.Kink, before: size / k.Inputs.By[name].largest()}
		if want == nil {
			c.want = zeros(k.Inputs.By[name].Shape)
		}
		if k.Exact != nil {
			c.exact = k.Exact.Grads[name]
		}
		grads[i] = e.addGradient(by[i], grads[i], c)
		if k.SecondOrder != nil && k.SecondOrder.Direction[name] != nil {
			along = append(along, e.bench.dot(grads[i], k.SecondOrder.Direction[name]))
			slope += k.SecondOrder.Direction[name].largest() * max(c.before, c.want.largest())
		}
	}
	if len(along) == 0 {
		return nil
	}
	return k.differentiateAgain(e, along, by, slope)
}

// differentiateAgain adds the gradients of the gradients' products with a direction.
func (k *testCase) differentiateAgain(e *experiment, along, by []*gorgonia.Node, slope float64) error {
	if len(e.bench.triangle) > 0 {
		return fmt.Errorf("%w: second derivatives by a matrix of which torch reads a triangle", graph.ErrUnsupported)
	}
	second, err := e.bench.gradients(e.bench.total(along), by)
	if err != nil {
		return fmt.Errorf("second order: %w", err)
	}
	for i, name := range k.Inputs.Names {
		if h := k.SecondOrder.HVP[name]; h != nil {
			e.addGradient(by[i], second[i], claim{what: "Hessian-vector product of " + name, want: h, before: slope / k.Inputs.By[name].largest()})
		}
	}
	return nil
}

// differentiateScalar adds value, gradient, Hessian, Hessian-vector product and
// the gradient of v'H(x)v of a scalar function of one vector.
func (k *testCase) differentiateScalar(e *experiment, y *gorgonia.Node) error {
	b, x := e.bench, []*gorgonia.Node{e.bench.env[k.Inputs.Names[0]].node}
	g, err := b.gradients(y, x)
	if err != nil {
		return err
	}
	e.add(y, claim{what: "value", want: k.Value})
	e.add(g[0], claim{what: "gradient", want: k.Grad})
	shape := k.Inputs.By[k.Inputs.Names[0]].Shape
	n := sizeOf(shape)
	for i := range n { // a row of the Hessian at a time
		unit := zeros(shape)
		unit.Floats[i] = 1
		row, err := b.gradients(b.dot(g[0], unit), x)
		if err != nil {
			return fmt.Errorf("row %d of the Hessian: %w", i, err)
		}
		e.add(row[0], claim{what: fmt.Sprintf("row %d of the Hessian", i), want: &array{Shape: shape, Floats: k.Hessian.Floats[i*n : (i+1)*n]}})
	}
	for _, order := range []claim{{what: "Hessian-vector product", want: k.HVP}, {what: "third derivative", want: k.Third}} {
		if order.want == nil {
			break
		}
		if g, err = b.gradients(b.dot(g[0], k.Direction), x); err != nil {
			return fmt.Errorf("%s: %w", order.what, err)
		}
		e.add(g[0], order)
	}
	return nil
}

// train makes an experiment of a whole training: the losses of full-batch gradient
// descent, the gradients of the first step, and the parameters at the end.
func (k *testCase) train(e *experiment, loss *gorgonia.Node) error {
	b := e.bench
	grads, err := b.gradients(loss, b.ParamNodes())
	if err != nil {
		return err
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads})
	if err != nil {
		return err
	}
	for i, want := range k.SGDLosses {
		e.claims = append(e.claims, claim{what: fmt.Sprint("loss of step ", i), want: &array{Floats: []float64{want}}})
	}
	for _, name := range k.Params.Names {
		e.claims = append(e.claims, claim{what: "gradient of " + name, want: k.Grads[name]})
	}
	for _, name := range k.Params.Names {
		e.claims = append(e.claims, claim{what: "final " + name, want: k.FinalParams[name]})
	}
	e.run = func(n *noise) ([][]float64, error) {
		var got, first [][]float64
		for _, name := range k.Params.Names {
			if err := b.Params().Set(name, b.inRange(n.apply(k.Params.By[name].Floats))); err != nil {
				return nil, err
			}
		}
		if err := b.feed(p, n); err != nil {
			return nil, err
		}
		view, err := train.NewView(b.Params(), train.SGD{}, 1)
		if err != nil {
			return nil, err
		}
		for i := range k.SGDLosses {
			if err := p.Run(); err != nil {
				return nil, err
			}
			got = append(got, []float64{graph.OutputOf[float64](p, 0).Scalar()})
			for _, name := range k.Params.Names {
				if i == 0 {
					first = append(first, b.Params().Grad(name))
				}
			}
			if i < len(k.SGDLosses)-1 {
				train.SGD{}.Update(train.Step{N: i + 1, Rate: k.LR}, view)
			}
		}
		got = append(got, first...)
		for _, name := range k.Params.Names {
			got = append(got, b.Params().Values(name))
		}
		return got, nil
	}
	return nil
}

// unsupported says that an error is a limit of the harness and no fault.
func unsupported(err error) bool { return errors.Is(err, graph.ErrUnsupported) }
