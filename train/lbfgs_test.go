package train_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// landscape is a function with its gradient.
type landscape func(x []float64, g []float64) float64

func rosenbrock(x, g []float64) float64 {
	a, b := x[1]-x[0]*x[0], 1-x[0]
	g[0], g[1] = -40*x[0]*a-2*b, 20*a
	return 10*a*a + b*b
}

// bowl is a quadratic with very different curvatures, and a little else.
func bowl(x, g []float64) (f float64) {
	for i, v := range x {
		c, d := math.Pow(10, float64(i%5)), v-float64(i)/3
		f += c * d * d
		g[i] = 2 * c * d
	}
	g[0] -= x[1] * math.Sin(x[0]*x[1])
	g[1] -= x[0] * math.Sin(x[0]*x[1])
	return f + math.Cos(x[0]*x[1])
}

// cliff is not finite beyond 4.
func cliff(x, g []float64) float64 {
	g[0], g[1] = 2*(x[0]-3)+1/(4-x[0]), math.Exp(x[1])-1
	return (x[0]-3)*(x[0]-3) - math.Log(4-x[0]) + math.Exp(x[1]) - x[1]
}

// descend makes steps on a landscape and returns the last point.
func descend(t *testing.T, d graph.DType, f landscape, o train.Optimizer, rate float64, x []float64, steps int) (p *graph.Params, v *train.View) {
	t.Helper()
	p = one(t, d, x...)
	v = viewOf(t, p, o, 1)
	_, g32 := p.Flat32()
	_, g64 := p.Flat64()
	grad := make([]float64, len(x))
	again := func() (float64, error) {
		l := f(p.Values("w"), grad)
		if math.IsNaN(l) || math.IsInf(l, 0) {
			return l, train.ErrNotFinite
		}
		for i, g := range grad {
			if g32 != nil {
				g32[i] = float32(g)
			} else {
				g64[i] = g
			}
		}
		return l, nil
	}
	for n := 1; n <= steps; n++ {
		l, err := again()
		if err != nil {
			t.Fatal(err)
		}
		o.Update(train.Step{N: n, Rate: rate, Loss: l, Again: again}, v)
		if err := v.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return p, v
}

// TestLBFGS makes the steps of PyTorch 1.13 and comes to the same points with the same numbers
// of evaluations and iterations.
func TestLBFGS(t *testing.T) {
	wide := []float64{1, -2, 3, -4, 5, 6, -7}
	for i, c := range []struct {
		f                       landscape
		o                       train.LBFGS
		rate                    float64
		from                    []float64
		steps                   int
		want                    []float64
		evaluations, iterations float64
	}{
		{rosenbrock, train.LBFGS{Iterations: 4, History: 5}, 1, []float64{-0.8, 0.6}, 6, []float64{0.999994881178739, 0.9999882776253071}, 27, 19},
		{rosenbrock, train.LBFGS{Iterations: 7, History: 2}, 0.3, []float64{-1.2, 1}, 3, []float64{0.8191290528264082, 0.6479839924094415}, 24, 21},
		{rosenbrock, train.LBFGS{Iterations: 5, History: 3, Fixed: true}, 0.2, []float64{-1.2, 1}, 5, []float64{0.5066148130768722, 0.22124366438020632}, 25, 25},
		{rosenbrock, train.LBFGS{Iterations: 6, History: 3, Evaluations: 3, Fixed: true}, 0.2, []float64{-1.2, 1}, 4, []float64{-0.9132290974993633, 0.9385770109966027}, 12, 8},
		{bowl, train.LBFGS{Iterations: 20, History: 3}, 1, wide, 1,
			[]float64{0.9760365401335799, 0.3039344893860024, 0.6723040737075171, 0.9994432560211696, 1.3332975320643417, 5.489112016676649, 2.066806576792288}, 25, 18},
		{bowl, train.LBFGS{Iterations: 3, Fixed: true, GradTol: 1e-3, ChangeTol: 1e-5}, 1e-4, wide, 4,
			[]float64{0.9999999662644483, -1.9999915280253264, 2.9999154634812446, -3.998534028812624, 4.997263070635002, 5.999998391757513, -6.999966671318337}, 12, 8},
		{bowl, train.LBFGS{}, 100, wide, 1,
			[]float64{7.12358838852995e-07, 0.33333319448997417, 0.6666666698067967, 0.9999999999986836, 1.3333333333333366, 1.666668036994514, 2.0000000139899456}, 21, 11},
		{cliff, train.LBFGS{Iterations: 3, History: 4}, 1, []float64{-5, 3}, 3, []float64{2.624677428224071, 0.10317719863931038}, 9, 6},
	} {
		for _, o := range []train.Optimizer{c.o, train.EMA{Optimizer: train.Maximize{Optimizer: train.Maximize{Optimizer: c.o}}}} {
			p, v := descend(t, graph.Float64, c.f, o, c.rate, c.from, c.steps)
			for j, want := range c.want {
				if got := p.Values("w"); math.Abs(got[j]-want) > 1e-6*math.Max(1, math.Abs(want)) {
					t.Errorf("case %d, %T: got %v, want %v", i, o, got, c.want)
					break
				}
			}
			if e, n := *v.Scalar(v.Slot("evaluations")), *v.Scalar(v.Slot("iterations")); e != c.evaluations || n != c.iterations {
				t.Errorf("case %d, %T: got %v evaluations and %v iterations, want %v and %v", i, o, e, n, c.evaluations, c.iterations)
			}
		}
	}
}

// TestLBFGSGoesBack begins with lengths that lead beyond what is finite.
func TestLBFGSGoesBack(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, rate := range []float64{1, 100, 1e30, 1e38} {
			p, _ := descend(t, d, cliff, train.LBFGS{}, rate, []float64{3.99, 1}, 3)
			x := p.Values("w")
			f := cliff(x, make([]float64, 2))
			if !(f < cliff([]float64{3.99, 1}, make([]float64, 2))-3) || rate <= 100 && math.Abs(x[0]-2.633975) > 1e-4 {
				t.Errorf("%v, rate %v: got %v with the loss %v, want one near the minimum", d, rate, x, f)
			}
		}
	}
}

// TestLBFGSFails sees what stops a step: no Again, an error of it, and a fixed length that
// leads to numbers that are not finite. The parameters are then those before.
func TestLBFGSFails(t *testing.T) {
	broken := errors.New("broken")
	for name, c := range map[string]struct {
		o     train.LBFGS
		again func() (float64, error)
		want  error
	}{
		"no Again":      {train.LBFGS{}, nil, train.ErrOption},
		"error":         {train.LBFGS{}, func() (float64, error) { return 0, broken }, broken},
		"error, fixed":  {train.LBFGS{Fixed: true}, func() (float64, error) { return 0, broken }, broken},
		"NaN, fixed":    {train.LBFGS{Fixed: true}, func() (float64, error) { return 0, train.ErrNotFinite }, train.ErrNotFinite},
		"one iteration": {train.LBFGS{Fixed: true, Iterations: 1}, nil, nil},
	} {
		p := one(t, graph.Float64, 1, 2)
		v := viewOf(t, p, c.o, 1)
		setGrads(p, func(int) float64 { return 1 })
		c.o.Update(train.Step{N: 1, Rate: 1, Loss: 3, Again: c.again}, v)
		err := v.Err()
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		if same := slices.Equal(p.Values("w"), []float64{1, 2}); same != (err != nil) {
			t.Errorf("%s: got the parameters %v", name, p.Values("w"))
		}
	}
	p := one(t, graph.Float32, 3e38, 2)
	v := viewOf(t, p, train.LBFGS{}, 1)
	setGrads(p, func(int) float64 { return -1e15 })
	train.LBFGS{Fixed: true, Iterations: 1}.Update(train.Step{N: 1, Rate: 3e38, Loss: 3}, v)
	if err := v.Err(); !errors.Is(err, train.ErrNotFinite) || p.Values("w")[1] != 2 {
		t.Errorf("overflow: got %v and %v, want ErrNotFinite and the old parameters", err, p.Values("w"))
	}
	for _, o := range []train.LBFGS{{History: -1}, {History: 257}, {Iterations: -1}, {Evaluations: -1}, {GradTol: -1}, {ChangeTol: math.NaN()}} {
		if _, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: o}); !errors.Is(err, train.ErrOption) {
			t.Errorf("%+v: got %v, want ErrOption", o, err)
		}
	}
}

// TestLBFGSOfTrainer fits logistic regression by a Trainer: the gradient at the end is 0, the
// bits are the same for any number of workers, and later steps allocate nothing.
func TestLBFGSOfTrainer(t *testing.T) {
	set := blobs(t, 60)
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, o := range map[string]train.Optimizer{
			"LBFGS": train.LBFGS{}, "EMA": train.EMA{Optimizer: train.LBFGS{History: 3}}, "clipped": train.ClipNorm{Optimizer: train.LBFGS{}, Norm: 100}, "fixed": train.LBFGS{Fixed: true},
		} {
			var want []float64
			for _, workers := range []int{1, 2, 3} {
				m := ridge(d)
				tr := newTrainer(t, m, train.Options{Optimizer: o, BatchSize: 60, Epochs: 6, Schedule: schedule.Constant(1), Workers: workers})
				if _, err := tr.Fit(t.Context(), set); err != nil {
					t.Fatal(name, err)
				}
				got := all(m.p)
				if want == nil {
					want = got
				}
				if !slices.Equal(got, want) {
					t.Errorf("%v, %s, %d workers: other parameters than with one", d, name, workers)
				}
				if n := tr.GradNorm(); n > 1e-3 {
					t.Errorf("%v, %s: got a gradient of the norm %v after %d steps, want 0", d, name, n, tr.Position().Step)
				}
				index := make([]int, set.Len())
				for i := range index {
					index[i] = (i * 7) % len(index)
				}
				one := func() {
					if err := m.p.Set("w", make([]float64, 4*2500)); err != nil {
						t.Fatal(err)
					}
					if _, err := tr.Step(set, index); err != nil {
						t.Fatal(err)
					}
				}
				one()
				base := testing.AllocsPerRun(3, func() { _ = m.p.Set("w", make([]float64, 4*2500)) })
				if n := testing.AllocsPerRun(3, one) - base; n > 0 {
					t.Errorf("%v, %s, %d workers: a step allocates %v times, want 0", d, name, workers, n)
				}
			}
		}
	}
}

// ridge is a smooth model of many parameters.
func ridge(d graph.DType) builds {
	return builds{graph.NewParams(d, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		w := b.Param("w", graph.Normal(0, 1), 4, 2500)
		out := b.MatMul(b.Input("x", n, 4), w)
		l := b.Add(b.Mean(b.Square(b.Sub(b.Tanh(out), b.Scalar(0.5)))), b.Scale(b.Sum(b.Square(w)), 1e-3))
		return l, out
	}}
}

// TestLBFGSForgets freezes a parameter between steps: the training goes on with the others.
func TestLBFGSForgets(t *testing.T) {
	set := blobs(t, 30)
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, train.Options{Optimizer: train.LBFGS{Iterations: 3}, BatchSize: 30, Schedule: schedule.Constant(1),
		Groups: func(name string) train.Group {
			return train.Group{Rate: map[string]float64{"out/bias": train.Zero, "out/weight": 0.5}[name]}
		}})
	index := make([]int, 30)
	for i := range index {
		index[i] = i
	}
	last := math.Inf(1)
	for i := range 6 {
		switch i {
		case 2:
			m.p.Freeze("hidden/")
		case 4:
			m.p.Thaw("hidden/")
		}
		hidden, bias := m.p.Values("hidden/weight"), m.p.Values("out/bias")
		l, err := tr.Step(set, index)
		if err != nil {
			t.Fatal(err)
		}
		if !(l < last) {
			t.Errorf("step %d: the loss goes from %v to %v, want it smaller", i, last, l)
		}
		last = l
		if same := i > 0 && slices.Equal(hidden, m.p.Values("hidden/weight")); same != (i == 2 || i == 3) || !slices.Equal(bias, m.p.Values("out/bias")) && i > 0 {
			t.Errorf("step %d: the frozen parameters stay: %v", i, same)
		}
	}
}
