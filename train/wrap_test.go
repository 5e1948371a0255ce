package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// wrappers are optimizers on top of others.
var wrappers = map[string]func(train.Optimizer) train.Optimizer{
	"ClipNorm":     func(o train.Optimizer) train.Optimizer { return train.ClipNorm{Optimizer: o, Norm: 0.5} },
	"ClipNorm P=3": func(o train.Optimizer) train.Optimizer { return train.ClipNorm{Optimizer: o, Norm: 0.5, P: 3} },
	"ClipParam":    func(o train.Optimizer) train.Optimizer { return train.ClipParam{Optimizer: o, Norm: 0.5} },
	"ClipValue":    func(o train.Optimizer) train.Optimizer { return train.ClipValue{Optimizer: o, Value: 0.01} },
	"Maximize":     func(o train.Optimizer) train.Optimizer { return train.Maximize{Optimizer: o} },
	"EMA":          func(o train.Optimizer) train.Optimizer { return train.EMA{Optimizer: o, Decay: 0.9, WarmUp: true} },
	"SWA":          func(o train.Optimizer) train.Optimizer { return train.SWA{Optimizer: o, Start: 2, Every: 2} },
	"Lookahead":    func(o train.Optimizer) train.Optimizer { return train.Lookahead{Optimizer: o, K: 4} },
	"all": func(o train.Optimizer) train.Optimizer {
		return train.EMA{Optimizer: train.Lookahead{Optimizer: train.ClipNorm{Optimizer: train.ClipValue{Optimizer: train.Maximize{Optimizer: train.MaxNorm{Norm: 1e6, Optimizer: train.ClipNorm{Optimizer: o}}}}}}}
	},
}

func init() {
	for _, name := range slices.Sorted(maps.Keys(wrappers)) { // in the same order in every process
		everyOptimizer = append(everyOptimizer, wrappers[name](train.SGD{Momentum: 0.9, Decay: 0.1}))
	}
}

// eachWrapped runs f for each wrapper on top of some others, in one of the types.
func eachWrapped(t *testing.T, f func(t *testing.T, o train.Optimizer, d graph.DType)) {
	for name, wrap := range wrappers {
		for i, o := range []train.Optimizer{nil, train.SGD{}, train.SGD{Momentum: 0.9, Nesterov: true}, train.AdamW{}, thirds{}} {
			d := []graph.DType{graph.Float64, graph.Float32}[(i+len(name))%2]
			t.Run(fmt.Sprintf("%s of %T %v", name, o, d), func(t *testing.T) { f(t, wrap(o), d) })
		}
	}
}

// TestWrappedWorkers trains with one, two and three workers: the bits are the same, what the
// loss does not depend on stays, and the predictions are finite.
func TestWrappedWorkers(t *testing.T) {
	eachWrapped(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		if has(o, "average") {
			t.Skip("two slots of one name")
		}
		var want []float64
		for _, workers := range []int{1, 2, 3} {
			m := wide(d)
			tr := newTrainer(t, m, train.Options{Optimizer: o, Epochs: 2, BatchSize: 10, Workers: workers, Schedule: schedule.Constant(0.01), AllowUnused: true})
			set := blobs(t, 20)
			if _, err := tr.Fit(context.Background(), set); err != nil {
				t.Fatal(err)
			}
			out, err := tr.Predict(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			got := append(all(m.p), out...)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d workers: other numbers than with one", workers)
			}
			if slices.ContainsFunc(m.p.Values("idle"), func(x float64) bool { return x != 1 }) {
				t.Error("a parameter has moved that the loss does not depend on")
			}
		}
	})
}

// has reports whether a slot of the name occurs twice.
func has(o train.Optimizer, name string) bool {
	n := 0
	for _, s := range o.Slots() {
		if s.Name == name {
			n++
		}
	}
	return n > 1
}

// TestWrappedAllocatesNothing counts what steps of a Trainer allocate.
func TestWrappedAllocatesNothing(t *testing.T) {
	eachWrapped(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		if has(o, "average") {
			t.Skip("two slots of one name")
		}
		tr := newTrainer(t, newNet(d, 0.1), train.Options{Optimizer: o, Workers: 2})
		set := blobs(t, 9)
		one := func() {
			if err := step(t, tr, set, 0); err != nil {
				t.Fatal(err)
			}
		}
		one()
		if n := testing.AllocsPerRun(10, one); n != 0 {
			t.Errorf("a step allocates %v times, want 0", n)
		}
	})
}

// TestWrapperSettings gives each setting of each wrapper wrong values, and an inner optimizer
// that is wrong itself.
func TestWrapperSettings(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	var nilled *train.Adam
	for _, c := range []struct {
		o  train.Optimizer
		ok bool
	}{
		{train.ClipNorm{}, true}, {train.ClipNorm{Norm: train.Zero, P: inf}, true}, {train.ClipNorm{P: 0.5}, true},
		{train.ClipNorm{Norm: -1}, false}, {train.ClipNorm{Norm: nan}, false}, {train.ClipNorm{Norm: inf}, false},
		{train.ClipNorm{P: -1}, false}, {train.ClipNorm{P: nan}, false}, {train.ClipNorm{P: train.Zero}, false},
		{train.ClipParam{}, true}, {train.ClipParam{Norm: -1}, false}, {train.ClipParam{P: nan}, false},
		{train.ClipValue{}, true}, {train.ClipValue{Value: -1}, false}, {train.ClipValue{Value: inf}, false},
		{train.Maximize{}, true}, {train.Maximize{Optimizer: train.Adam{Beta1: 2}}, false}, {train.Maximize{Optimizer: nilled}, false},
		{train.EMA{}, true}, {train.EMA{Decay: train.Zero}, true}, {train.EMA{Decay: 1}, false}, {train.EMA{Decay: nan}, false},
		{train.SWA{}, true}, {train.SWA{Start: -1}, false}, {train.SWA{Every: -1}, false},
		{train.Lookahead{}, true}, {train.Lookahead{Alpha: 1}, true}, {train.Lookahead{K: -1}, false}, {train.Lookahead{Alpha: 1.1}, false}, {train.Lookahead{Alpha: nan}, false}, {train.Lookahead{Alpha: train.Zero}, false},
		{train.EMA{Optimizer: train.SWA{}}, false}, // two averages
		{train.ClipNorm{Optimizer: train.ClipNorm{}}, true},
		{train.ClipNorm{Optimizer: train.EMA{Optimizer: train.Lookahead{Optimizer: train.SGD{Momentum: 1}}}}, false},
	} {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: c.o})
		if (err == nil) != c.ok || err != nil && !errors.Is(err, train.ErrOption) {
			t.Errorf("%T%+v: got %v, want it taken %v", c.o, c.o, err, c.ok)
		}
	}
}

// TestOptimizerText writes settings with the names of their types.
func TestOptimizerText(t *testing.T) {
	for _, c := range []struct {
		o    train.Optimizer
		want string
	}{
		{train.ClipNorm{P: math.Inf(1)}, `{"type":"ClipNorm","Optimizer":{"type":"Adam","Beta1":0,"Beta2":0,"Eps":0,"Decay":0},"Norm":0,"P":"+Inf"}`},
		{train.Maximize{Optimizer: train.EMA{Optimizer: train.AdamW{Decay: train.Zero}, WarmUp: true}},
			`{"type":"Maximize","Optimizer":{"type":"EMA","Optimizer":{"type":"AdamW","Beta1":0,"Beta2":0,"Eps":0,"Decay":5e-324},"Decay":0,"WarmUp":true}}`},
		{train.Lookahead{Optimizer: onTop{&train.SWA{Optimizer: frail("x")}}, K: 2},
			`{"type":"Lookahead","Optimizer":{"type":"train_test.onTop","Optimizer":{"type":"SWA","Optimizer":{"type":"train_test.frail","value":"x"},"Start":0,"Every":0}},"K":2,"Alpha":0}`},
		{train.MaxNorm{Match: []string{"a/"}, Optimizer: (*train.Adam)(nil)}, `{"type":"MaxNorm","Optimizer":null,"Norm":0,"Match":["a/"],"Rows":false}`},
		{train.ClipParam{Optimizer: train.ClipValue{Optimizer: thirds{}}}, `{"type":"ClipParam","Optimizer":{"type":"ClipValue","Optimizer":{"type":"train_test.thirds"},"Value":0},"Norm":0,"P":0}`},
	} {
		text, err := json.Marshal(c.o)
		if err != nil || !equalJSON(t, string(text), c.want) {
			t.Errorf("got %s and %v, want\n%s", text, err, c.want)
		}
	}
}

// equalJSON compares two texts; fields that want has not may be there if they are zero.
func equalJSON(t *testing.T, got, want string) bool {
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(got), &a), json.Unmarshal([]byte(want), &b)); err != nil {
		t.Error(err)
	}
	return contains(a, b)
}

func contains(a, b any) bool {
	x, ok := a.(map[string]any)
	y, also := b.(map[string]any)
	if !ok || !also {
		return fmt.Sprint(a) == fmt.Sprint(b)
	}
	for k, v := range x {
		if _, there := y[k]; !there && v != false && v != 0.0 {
			return false
		}
	}
	for k, v := range y {
		if !contains(x[k], v) {
			return false
		}
	}
	return true
}

// TestNorms measures gradients of every size, of which some have squares that overflow or
// vanish: the norm is finite and right, and clipping takes it to the limit.
func TestNorms(t *testing.T) {
	inf := math.Inf(1)
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		sizes, tol := []float64{1e-320, 1e-200, 1e-30, 1, 1e30, 1e200, 1.7e308}, 1e-12
		if d == graph.Float32 {
			sizes, tol = []float64{1e-44, 1e-30, 1, 1e25, 3e38}, 1e-5
		}
		for _, size := range sizes {
			for _, p := range []float64{0.5, 1, 2, 3, 7.5, inf} {
				ps := several(t, d)
				v := viewOf(t, ps, train.SGD{}, 2)
				set := func() {
					setGrads(ps, func(i int) float64 { return size * []float64{1, 0, -0.25, 0.5}[i%4] })
				}
				set()
				sum, most := 0.0, 0.0
				grads := func() (out []float64) {
					for _, q := range ps.List() {
						out = append(out, ps.Grad(q.Name)...)
					}
					return out
				}
				before := grads()
				for _, g := range before {
					most = max(most, math.Abs(g))
				}
				for _, g := range before {
					sum += math.Pow(math.Abs(g)/most, p)
				}
				unit := logOf(most)
				want := unit + math.Log(sum)/p
				if p == inf {
					want = unit
				}
				got := v.GradNorm(p)
				near := tol
				if got < 1e-300 { // it has few digits
					near = 1e-3
				}
				if math.IsInf(got, 0) || math.Abs(logOf(got)-min(want, math.Log(math.MaxFloat64))) > near {
					t.Errorf("%v, size %v, P=%v: got the norm %v, want e^%v", d, size, p, got, want)
				}
				if again := v.ClipGradNorm(0.125, p); again != got {
					t.Errorf("%v, size %v, P=%v: ClipGradNorm: got %v, want %v", d, size, p, again, got)
				}
				after := grads()
				for i, g := range before {
					w := g
					if norm := math.Exp(want) + 1e-6; norm > 0.125 {
						w = g / most * math.Exp(math.Log(0.125)-want+unit)
						if !math.IsInf(norm, 1) {
							w = g / norm * 0.125
						}
					}
					if math.Abs(after[i]-w) > 100*tol*math.Abs(w)+2e-45 {
						t.Errorf("%v, size %v, P=%v: element %d: got %v, want %v", d, size, p, i, after[i], w)
						break
					}
				}
			}
		}
	}
	ps := one(t, graph.Float64, 1, 2)
	v := viewOf(t, ps, train.SGD{}, 1)
	for _, bad := range []float64{math.NaN(), inf, -inf} {
		setGrads(ps, func(i int) float64 { return []float64{3, bad}[min(i, 1)] })
		for _, p := range []float64{1, 2, 3, inf} {
			if n := v.ClipGradNorm(1, p); !math.IsNaN(n) && !math.IsInf(n, 1) || ps.Grad("w")[0] != 3 {
				t.Errorf("a gradient %v, P=%v: got the norm %v", bad, p, n)
			}
		}
		for _, o := range []train.Optimizer{train.ClipNorm{}, train.ClipParam{}} {
			o.Update(train.Step{N: 1, Rate: 1}, v)
			if err := v.Err(); !errors.Is(err, train.ErrNotFinite) || !slices.Equal(ps.Values("w"), []float64{1, 2}) {
				t.Errorf("%T with a gradient %v: got %v and %v, want ErrNotFinite and no step", o, bad, err, ps.Values("w"))
			}
		}
	}
}

// logOf is the logarithm of numbers below the normal ones too, which math.Log has wrong on
// some processors.
func logOf(x float64) float64 {
	if x < 1e-300 {
		return math.Log(x*0x1p60) - 60*math.Ln2
	}
	return math.Log(x)
}

// TestNormOfManySizes holds the norm of gradients of very different sizes together.
func TestNormOfManySizes(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		ps := several(t, d)
		v := viewOf(t, ps, train.SGD{}, 2)
		setGrads(ps, func(i int) float64 { return math.Sin(float64(i)) * math.Pow(10, float64(i%60-30)) })
		for _, p := range []float64{1, 2} {
			want := 0.0
			for _, q := range ps.List() {
				for _, g := range ps.Grad(q.Name) {
					want += math.Pow(math.Abs(g), p)
				}
			}
			want = math.Pow(want, 1/p)
			if got := v.GradNorm(p); math.Abs(got/want-1) > 1e-6 {
				t.Errorf("%v, P=%v: got %v, want %v", d, p, got, want)
			}
		}
	}
}

// TestClip makes one step of plain gradient descent with gradients that are clipped.
func TestClip(t *testing.T) {
	for _, c := range []struct {
		o    train.Optimizer
		want []float64 // the step, for the gradients 3, 0, 4 of a and 12 of b
	}{
		{train.ClipNorm{Optimizer: train.SGD{}, Norm: 6.5}, []float64{1.5, 0, 2, 6}},
		{train.ClipNorm{Optimizer: train.SGD{}, Norm: 13.1}, []float64{3, 0, 4, 12}},
		{train.ClipNorm{Optimizer: train.SGD{}, Norm: 9.5, P: 1}, []float64{1.5, 0, 2, 6}},
		{train.ClipNorm{Optimizer: train.SGD{}, Norm: 6, P: math.Inf(1)}, []float64{1.5, 0, 2, 6}},
		{train.ClipNorm{Optimizer: train.SGD{}, Norm: train.Zero}, []float64{0, 0, 0, 0}},
		{train.ClipParam{Optimizer: train.SGD{}, Norm: 2.5}, []float64{1.5, 0, 2, 2.5}},
		{train.ClipParam{Optimizer: train.SGD{}, Norm: 6, P: math.Inf(1)}, []float64{3, 0, 4, 6}},
		{train.ClipValue{Optimizer: train.SGD{}, Value: 3.5}, []float64{3, 0, 3.5, 3.5}},
		{train.Maximize{Optimizer: train.SGD{}}, []float64{-3, 0, -4, -12}},
		{train.Maximize{Optimizer: train.ClipValue{Optimizer: train.SGD{}, Value: 3.5}}, []float64{-3, 0, -3.5, -3.5}},
		{train.ClipValue{Optimizer: train.ClipNorm{Optimizer: train.SGD{}, Norm: 2.5}, Value: 4}, []float64{3 * 2.5 / math.Sqrt(41), 0, 10 / math.Sqrt(41), 10 / math.Sqrt(41)}},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				l := b.Add(b.Sum(b.Param("a", graph.Zeros(), 3)), b.Sum(b.Param("b", graph.Zeros(), 1)))
				return l, l
			}}
			if err := train.Build(m); err != nil {
				t.Fatal(err)
			}
			v := viewOf(t, m.p, c.o, 1)
			setGrads(m.p, func(i int) float64 { return 0 })
			g := map[string][]float64{"a": {3, 0, 4}, "b": {12}}
			_, f32 := m.p.Flat32()
			_, f64 := m.p.Flat64()
			for _, q := range m.p.List() {
				for i, x := range g[q.Name] {
					if f64 != nil {
						f64[q.Offset()+i] = x
					} else {
						f32[q.Offset()+i] = float32(x)
					}
				}
			}
			c.o.Update(train.Step{N: 1, Rate: 1}, v)
			got := append(m.p.Values("a"), m.p.Values("b")...)
			for i, w := range c.want {
				if math.Abs(got[i]+w) > 2e-6 {
					t.Errorf("%T%+v, %v: got the step %v, want %v", c.o, c.o, d, got, c.want)
					break
				}
			}
		}
	}
}

// TestWrappersRefuse makes steps with gradients that are not finite, and with such whose
// squares are not: the first are refused before the optimizer sees them, the second are not
// if they are clipped.
func TestWrappersRefuse(t *testing.T) {
	for name, wrap := range wrappers {
		for _, g := range []float64{1e20, 1e15} {
			m := poled()
			tr := newTrainer(t, m, train.Options{Optimizer: wrap(train.Adam{}), Schedule: schedule.Constant(0.1)})
			if err := errors.Join(step(t, tr, numbers(t, 1), 0), step(t, tr, numbers(t, 2), 0)); err != nil {
				t.Fatal(name, err)
			}
			before := m.p.Values("w")
			err := step(t, tr, numbers(t, g), 0)
			var bad *train.NotFiniteError
			clips := strings.HasPrefix(name, "Clip") || name == "all"
			if g == 1e15 && clips {
				if err != nil {
					t.Errorf("%s, gradient %v²: got %v, want a step", name, g, err)
				}
				continue
			}
			if !errors.As(err, &bad) || bad.Stage != train.StageGradient || !bad.Kept || tr.Position().Step != 2 || !slices.Equal(before, m.p.Values("w")) {
				t.Errorf("%s, gradient %v²: got %v, want it refused and nothing changed", name, g, err)
			}
			if err := step(t, tr, numbers(t, 1), 0); err != nil {
				t.Errorf("%s: after it: %v", name, err)
			}
		}
	}
}

// poled is a model whose gradient is x², and whose loss is finite all the same.
func poled() builds {
	return builds{graph.NewParams(graph.Float32, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		in := b.Input("x", n, 1)
		x := b.Square(b.Reshape(in, n))
		w := b.Param("w", graph.Zeros(), 1)
		l := b.Sum(b.Mul(x, b.Sub(w, b.StopGradient(w))))
		known := b.Where(b.Less(b.Abs(l), b.Scalar(math.Inf(1))), l, b.Scalar(0))
		return known, in
	}}
}
