package autograd

import (
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Point is the point at which Check differentiates. It has the elements of each input by its
// name, row-major. Parameters have their present values.
type Point struct {
	Floats map[string][]float64
	Ints   map[string][]int
}

// CheckOptions are the settings of Check. The zero value has the defaults.
type CheckOptions struct {
	Seed uint64  // draws the random direction
	Step float64 // h, relative to the size of a coordinate; default 1e-5
	RTol float64 // relative tolerance; default 1e-6
	ATol float64 // absolute tolerance; default 1e-8
}

// ErrMismatch marks a gradient that differs from finite differences.
var ErrMismatch = errors.New("the gradient and the finite difference differ")

// errNothing is the error of a graph without parameters and float inputs.
var errNothing = mistake.Optionf("got no parameters and no float inputs, want at least one to differentiate by")

// Check compares the gradient of loss by all parameters and float inputs of b with a
// finite difference along one random direction u:
//
//	∇f·u  against  (8(f(x+hu) − f(x−hu)) − (f(x+2hu) − f(x−2hu))) / 12h
//
// whose error is O(h⁴). The loss must have one element and be smooth around the point.
// Random operators draw the numbers of step 0 each time. The parameters are restored
// afterwards. Like b, Check is for one goroutine.
// Errors: ErrMismatch with both numbers if they differ, ErrDType for Float32, and those of
// Gradients.
func Check(b *graph.Builder, loss *gorgonia.Node, at Point, o CheckOptions) error {
	return refused(check(b, loss, at, o), "Check", loss)
}

func check(b *graph.Builder, loss *gorgonia.Node, at Point, o CheckOptions) error {
	if err := b.Err(); err != nil {
		return err
	}
	if b.Params().DType() != graph.Float64 {
		return mistake.Newf(graph.ErrDType, "got parameters of float32, want float64: differences of float32 are too coarse")
	}
	c, err := newChecker(b, loss, at, o)
	if err != nil {
		return err
	}
	got, want, err := c.slopes()
	if back := c.move(0); err == nil {
		err = back
	}
	if err != nil {
		return err
	}
	if !(math.Abs(got-want) <= c.o.ATol+c.o.RTol*math.Max(math.Abs(want), c.scale)) {
		return mistake.Newf(ErrMismatch, "got the slope %v from the gradient, want %v, the finite difference", got, want)
	}
	return nil
}

// CheckSecondOrder compares a Hessian-vector product with finite differences of the gradient.
// It checks the slope of loss along a random direction as Check does. The loss must be twice
// differentiable around the point. Errors: those of Check.
func CheckSecondOrder(b *graph.Builder, loss *gorgonia.Node, at Point, o CheckOptions) error {
	if err := b.Err(); err != nil {
		return errors.Wrap(err, "autograd: CheckSecondOrder")
	}
	wrt := b.ParamNodes()
	for _, n := range b.InputNodes() {
		if _, ok := at.Floats[n.Name()]; ok {
			wrt = append(wrt, n)
		}
	}
	grads, err := gradients(Options{AllowUnconnected: true}, loss, wrt)
	if err != nil {
		return refused(err, "CheckSecondOrder", loss)
	}
	r := rand.New(rand.NewPCG(o.Seed, 2))
	var slope *gorgonia.Node
	for _, g := range grads {
		v := make([]float64, g.Shape().TotalSize())
		for i := range v {
			v[i] = r.NormFloat64()
		}
		term := b.Sum(b.Mul(g, b.Const(v, g.Shape()...)))
		if slope == nil {
			slope = term
		} else {
			slope = b.Add(slope, term)
		}
	}
	if err := b.Err(); err != nil {
		return errors.Wrap(err, "autograd: CheckSecondOrder")
	}
	if slope == nil {
		return refused(errNothing, "CheckSecondOrder", loss)
	}
	return refused(check(b, slope, at, o), "CheckSecondOrder", loss)
}

// checker is a compiled loss with a random direction.
type checker struct {
	p      *graph.Program
	loss   graph.Output[float64]
	params *graph.Params
	o      CheckOptions
	leaves []coordinate
	scale  float64 // of the terms of the slope
}

// coordinate is one parameter or input, at the point x, with its part u of the direction.
type coordinate struct {
	name    string
	isParam bool
	isInput bool // it is an input that the loss needs
	input   graph.Input[float64]
	grad    graph.Output[float64]
	x, u, y []float64
}

func newChecker(b *graph.Builder, loss *gorgonia.Node, at Point, o CheckOptions) (*checker, error) {
	if o.Step == 0 {
		o.Step = 1e-5
	}
	if o.RTol == 0 {
		o.RTol = 1e-6
	}
	if o.ATol == 0 {
		o.ATol = 1e-8
	}
	c := &checker{params: b.Params(), o: o}
	r := rand.New(rand.NewPCG(o.Seed, 1))
	var wrt []*gorgonia.Node
	add := func(n *gorgonia.Node, isParam bool, x []float64) {
		l := coordinate{name: n.Name(), isParam: isParam, x: append([]float64(nil), x...)}
		for _, v := range x {
			l.u = append(l.u, r.NormFloat64()*math.Max(1, math.Abs(v)))
		}
		l.y = make([]float64, len(x))
		c.leaves = append(c.leaves, l)
		wrt = append(wrt, n)
	}
	for _, n := range b.ParamNodes() {
		add(n, true, b.Params().Values(n.Name()))
	}
	for _, n := range b.InputNodes() {
		if x, ok := at.Floats[n.Name()]; ok {
			add(n, false, x)
		}
	}
	if len(wrt) == 0 {
		return nil, errNothing
	}
	grads, err := gradients(Options{AllowUnconnected: true}, loss, wrt)
	if err != nil {
		return nil, err
	}
	if c.p, err = b.Compile(graph.Options{Outputs: append(gorgonia.Nodes{loss}, grads...)}); err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, in := range c.p.Inputs() {
		needed[in.Name] = true
		if in.Ints {
			if err := graph.InputOf[int](c.p, in.Name).Set(at.Ints[in.Name]); err != nil {
				return nil, err
			}
		}
	}
	c.loss = graph.OutputOf[float64](c.p, 0)
	for i := range c.leaves {
		l := &c.leaves[i]
		l.grad = graph.OutputOf[float64](c.p, i+1)
		if l.isInput = !l.isParam && needed[l.name]; l.isInput {
			l.input = graph.InputOf[float64](c.p, l.name)
		}
	}
	return c, nil
}

// slopes returns the slope along the direction by the gradient and by finite differences.
func (c *checker) slopes() (got, want float64, err error) {
	if _, err := c.lossAt(0); err != nil {
		return 0, 0, err
	}
	for _, l := range c.leaves {
		for i, g := range l.grad.Read(nil) {
			got += g * l.u[i]
			c.scale += math.Abs(g * l.u[i])
		}
	}
	var f [4]float64
	for i, k := range []float64{1, -1, 2, -2} {
		if f[i], err = c.lossAt(k * c.o.Step); err != nil {
			return 0, 0, err
		}
	}
	return got, (8*(f[0]-f[1]) - (f[2] - f[3])) / (12 * c.o.Step), nil
}

// lossAt returns the loss at x + t·u.
func (c *checker) lossAt(t float64) (float64, error) {
	if err := c.move(t); err != nil {
		return 0, err
	}
	c.p.SetStep(0)
	if err := c.p.Run(); err != nil {
		return 0, err
	}
	return c.loss.Scalar(), nil
}

// move sets parameters and inputs to x + t·u.
func (c *checker) move(t float64) error {
	for _, l := range c.leaves {
		for i, x := range l.x {
			l.y[i] = x + t*l.u[i]
		}
		var err error
		if l.isParam {
			err = c.params.Set(l.name, l.y)
		} else if l.isInput {
			err = l.input.Set(l.y)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
