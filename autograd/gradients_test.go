package autograd_test

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestOrders differentiates x⁵ five times.
func TestOrders(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x")
	y := b.Mul(b.Square(b.Square(x)), x)
	want := []float64{32, 80, 160, 240, 240, 120}
	for order, w := range want {
		near(t, fmt.Sprintf("derivative %d of x⁵ at 2", order), graphtest.Run(t, b, map[string][]float64{"x": {2}}, y)[0][0], w)
		if order == len(want)-1 {
			break
		}
		g, err := autograd.Gradients(y, x)
		if err != nil {
			t.Fatal(err)
		}
		y = g[0]
	}
}

// TestTwice asks for the same gradient twice: both are right, where gorgonia's
// own second gradient is not.
func TestTwice(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 3)
	loss := b.Sum(b.Mul(b.Tanh(x), x))
	at := map[string][]float64{"x": {0.5, -1, 2}}
	var first [][]float64
	for range 2 {
		g, err := autograd.Gradients(loss, x)
		if err != nil {
			t.Fatal(err)
		}
		got := graphtest.Run(t, b, at, g[0])
		for i, v := range at["x"] {
			th := math.Tanh(v)
			near(t, "gradient", got[0][i], th+v*(1-th*th))
		}
		if first != nil && fmt.Sprint(first) != fmt.Sprint(got) {
			t.Errorf("the second gradient is %v, the first was %v", got, first)
		}
		first = got
	}
}

// TestIntermediate differentiates by a node that is no leaf.
func TestIntermediate(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x")
	h := b.Square(x)
	y := b.Mul(h, b.Scale(h, 3))
	g, err := autograd.Gradients(y, h, x)
	if err != nil {
		t.Fatal(err)
	}
	got := graphtest.Run(t, b, map[string][]float64{"x": {2}}, g...)
	near(t, "dy/dh", got[0][0], 24)
	near(t, "dy/dx", got[1][0], 96)
}

// TestDeep differentiates a chain of 20,000 nodes and one in which every node
// is used twice: neither recursion nor the number of paths is a limit.
func TestDeep(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x")
	y := x
	for range 20000 {
		y = b.AddConst(y, 1)
	}
	g, err := autograd.Gradients(y, x)
	if err != nil {
		t.Fatal(err)
	}
	got := graphtest.Run(t, b, map[string][]float64{"x": {1}}, y, g[0])
	near(t, "value", got[0][0], 20001)
	near(t, "gradient", got[1][0], 1)

	y = x
	for range 40 {
		y = b.Add(y, y)
	}
	if g, err = autograd.Gradients(y, x); err != nil {
		t.Fatal(err)
	}
	near(t, "doubled 40 times", graphtest.Run(t, b, map[string][]float64{"x": {1}}, g[0])[0][0], math.Pow(2, 40))
}

func TestErrors(t *testing.T) {
	b := graph.New(nil)
	x, z := b.Input("x", 2), b.Input("z", 2)
	other := graph.New(nil).Input("x", 2)
	labels := b.Ints("labels", 2)
	sum := b.Sum(x)
	for _, c := range []struct {
		name string
		loss *gorgonia.Node
		wrt  []*gorgonia.Node
		want string
		is   error
	}{
		{"vector loss", x, []*gorgonia.Node{x}, "want one element", graph.ErrShape},
		{"Int loss", labels, []*gorgonia.Node{x}, "want floats", graph.ErrDType},
		{"unconnected", sum, []*gorgonia.Node{x, z}, `"z"`, autograd.ErrUnconnected},
		{"other graph", sum, []*gorgonia.Node{other}, "another graph", nil},
		{"twice", sum, []*gorgonia.Node{x, x}, "a second time", graph.ErrOption},
		{"nil", sum, []*gorgonia.Node{nil}, "nil", nil},
	} {
		_, err := autograd.Gradients(c.loss, c.wrt...)
		if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: got the error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, err := autograd.Gradients(sum, x); err != nil {
		t.Errorf("after all mistakes: %v", err)
	}
	g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, sum, z)
	if err != nil {
		t.Fatal(err)
	}
	if got := graphtest.Run(t, b, map[string][]float64{"z": {1, 2}}, g[0])[0]; got[0] != 0 || got[1] != 0 {
		t.Errorf("got %v for what the loss does not depend on, want zeros", got)
	}
}

// TestConcurrent builds and differentiates in many goroutines, which the race
// detector watches: gorgonia's pools are shared by all graphs.
func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for k := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 10 {
				b := graph.New(nil)
				x := b.Input("x", 4)
				loss := b.Sum(b.Square(b.Tanh(b.Scale(x, float64(k)))))
				if _, err := autograd.Gradients(loss, x); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	wg.Wait()
}

func TestCheck(t *testing.T) {
	b := graph.New(nil)
	x := b.Input("x", 5, 3)
	w := b.Param("w", graph.Normal(0, 1), 3, 2)
	loss := b.Mean(b.Square(b.Tanh(b.MatMul(x, w))))
	at := autograd.Point{Floats: map[string][]float64{"x": {1, 2, 3, -1, 0.5, 0, 0.25, 1, -2, 1, 1, 0, 0.1, 0.2, 0.3}}}
	before := b.Params().Values("w")
	for seed := range uint64(3) {
		if err := autograd.Check(b, loss, at, autograd.CheckOptions{Seed: seed}); err != nil {
			t.Error(err)
		}
	}
	if fmt.Sprint(before) != fmt.Sprint(b.Params().Values("w")) {
		t.Error("Check did not restore the parameters")
	}
	// A steep step: its slope at 0 is not what one sees from afar.
	jump := b.Sum(b.Tanh(b.Scale(x, 1e7)))
	if err := autograd.Check(b, jump, autograd.Point{Floats: map[string][]float64{"x": make([]float64, 15)}}, autograd.CheckOptions{Step: 0.1}); !errors.Is(err, autograd.ErrMismatch) {
		t.Errorf("got %v for a function that is not smooth, want ErrMismatch", err)
	}
}

// TestCheckDraws checks the gradient of a loss that draws a mask in every run.
func TestCheckDraws(t *testing.T) {
	b := graph.New(nil)
	b.SetTraining(true)
	w := b.Param("w", graph.Normal(0, 1), 30)
	if err := autograd.Check(b, b.Sum(b.Square(nn.Dropout(b, w, 0.5))), autograd.Point{}, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
}
