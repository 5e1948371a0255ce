// Embed uses the differentiation alone, inside somebody else's optimisation
// loop: it fits the damped oscillation y(t) = a·exp(-k t)·cos(w t + p) to
// measurements by gonum's BFGS, with exact gradients of a graph of the formula.
//
//	go run ./examples/embed
package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gonum.org/v1/gonum/optimize"
	"gorgonia.org/gorgonia"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

// residual compiles the sum of squared errors of the formula, a function of
// theta = (a, k, w, p), with its gradient.
func residual(t, y []float64) (*graph.Program, error) {
	b := graph.New(nil)
	theta := b.Input("theta", 4)
	par := func(i int) *gorgonia.Node { return b.Slice(theta, graph.Range(i, i+1)) }
	ts, ys := b.Const(t, len(t)), b.Const(y, len(y))
	decay := b.Exp(b.Neg(b.Mul(par(1), ts)))
	wave := b.Cos(b.Add(b.Mul(par(2), ts), par(3)))
	model := b.Mul(par(0), b.Mul(decay, wave))
	loss := b.Sum(b.Square(b.Sub(model, ys)))
	if err := b.Err(); err != nil {
		return nil, err
	}
	grad, err := autograd.Gradients(loss, theta)
	if err != nil {
		return nil, err
	}
	return b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss, grad[0]}})
}

func run(w io.Writer) error {
	truth := []float64{2, 0.3, 3, 0.5}
	t, y := measure(truth, 200)
	p, err := residual(t, y)
	if err != nil {
		return err
	}
	x := graph.InputOf[float64](p, "theta")
	loss, gradient := graph.OutputOf[float64](p, 0), graph.OutputOf[float64](p, 1)
	var failed error
	eval := func(theta []float64) {
		if err := errors.Join(x.Set(theta), p.Run()); err != nil && failed == nil {
			failed = err
		}
	}
	problem := optimize.Problem{
		Func: func(theta []float64) float64 { eval(theta); return loss.Scalar() },
		Grad: func(grad, theta []float64) { eval(theta); gradient.Read(grad) },
	}
	start := []float64{1, 0.1, 2.8, 0}
	r, err := optimize.Minimize(problem, start, &optimize.Settings{GradientThreshold: 1e-6}, &optimize.BFGS{})
	if err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	for i, name := range []string{"amplitude", "damping", "frequency", "phase"} {
		fmt.Fprintf(w, "%-9s  true %.3f  fitted %.3f\n", name, truth[i], r.X[i])
	}
	fmt.Fprintf(w, "root mean square error %.3f; the noise has 0.050\n", math.Sqrt(r.F/float64(len(t))))
	return nil
}

// measure samples the oscillation at n times in [0, 10) with normal noise.
func measure(theta []float64, n int) (t, y []float64) {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		x := 10 * float64(i) / float64(n)
		t = append(t, x)
		y = append(y, theta[0]*math.Exp(-theta[1]*x)*math.Cos(theta[2]*x+theta[3])+0.05*r.NormFloat64())
	}
	return t, y
}
