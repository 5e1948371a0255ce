package train_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// several returns parameters of many shapes, for one worker and for more, with the values
// of wavy.
func several(t *testing.T, d graph.DType) *graph.Params {
	t.Helper()
	m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		total := b.Scalar(0)
		for i, shape := range [][]int{{3, 5}, {}, {7}, {200, 170}, {40000}, {6, 2, 3, 3}, {5, 3}} {
			total = b.Add(total, b.Sum(b.Param(fmt.Sprint("p", i), graph.Uniform(-1, 1), shape...)))
		}
		return total, total
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m.p
}

// wavy sets the gradients of step n to numbers of both signs, with zeros.
func wavy(p *graph.Params, n int) {
	setGrads(p, func(i int) float64 { return wave(i, n) })
}

func wave(i, n int) float64 {
	if i%11 == n%3 {
		return 0
	}
	return math.Sin(float64(3*i+7*n)) * math.Exp(float64(i%5))
}

// setGrads sets all gradients, whose elements are numbered in the order of Params.List.
func setGrads(p *graph.Params, at func(i int) float64) {
	_, g32 := p.Flat32()
	_, g64 := p.Flat64()
	i := 0
	for _, q := range p.List() {
		for k := q.Offset(); k < q.Offset()+q.Size(); k++ {
			if g64 != nil {
				g64[k] = at(i)
			} else {
				g32[k] = float32(at(i))
			}
			i++
		}
	}
}

// all returns the values of all parameters.
func all(p *graph.Params) (out []float64) {
	for _, q := range p.List() {
		out = append(out, p.Values(q.Name)...)
	}
	return out
}

func viewOf(t *testing.T, p *graph.Params, o train.Optimizer, workers int) *train.View {
	t.Helper()
	v, err := train.NewView(p, o, workers)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// eachOptimizer runs f for every optimizer in both types.
func eachOptimizer(t *testing.T, f func(t *testing.T, o train.Optimizer, d graph.DType)) {
	for _, o := range everyOptimizer {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			t.Run(fmt.Sprintf("%T%+v %v", o, o, d), func(t *testing.T) { f(t, o, d) })
		}
	}
}

// TestOptimizerWorkers makes steps with one, two and three workers: they have the same
// bits.
func TestOptimizerWorkers(t *testing.T) {
	eachOptimizer(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		var want []float64
		for _, workers := range []int{1, 2, 3} {
			p := several(t, d)
			v := viewOf(t, p, o, workers)
			before := all(p)
			for n := 1; n <= 4; n++ {
				wavy(p, n)
				o.Update(train.Step{N: n, Rate: 0.01}, v)
			}
			got := all(p)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d workers: other parameters than with one", workers)
			}
			if slices.Equal(got, before) || slices.ContainsFunc(got, func(x float64) bool { return math.IsNaN(x - x) }) {
				t.Error("the parameters have not moved, or are not finite")
			}
		}
	})
}

// TestOptimizerZeroGradients makes steps with gradients that are 0 from the first step on:
// parameters that do not decay stay as they are.
func TestOptimizerZeroGradients(t *testing.T) {
	eachOptimizer(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		p := several(t, d)
		for _, q := range p.List() {
			q.Decay = false
		}
		v := viewOf(t, p, o, 2)
		before := all(p)
		for n := 1; n <= 3; n++ {
			setGrads(p, func(int) float64 { return 0 })
			o.Update(train.Step{N: n, Rate: 0.1}, v)
		}
		if !slices.Equal(all(p), before) {
			t.Error("parameters have moved without a gradient")
		}
	})
}

// TestOptimizerRateZero makes a step with the rate 0 first, and one later.
func TestOptimizerRateZero(t *testing.T) {
	eachOptimizer(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		p := several(t, d)
		v := viewOf(t, p, o, 2)
		for n := 1; n <= 4; n++ {
			before, rate := all(p), float64(1-n%2)*0.1
			wavy(p, n)
			o.Update(train.Step{N: n, Rate: rate}, v)
			if same := slices.Equal(all(p), before); same != (rate == 0) {
				t.Errorf("step %d with the rate %v: the parameters stay %v", n, rate, same)
			}
		}
	})
}

// TestOptimizerJSON writes the settings as JSON and reads them.
func TestOptimizerJSON(t *testing.T) {
	for _, o := range everyOptimizer {
		if _, ok := o.(train.Wrapper); ok { // it writes types, and does not read them
			continue
		}
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		read := reflect.New(reflect.TypeOf(o))
		if err := json.Unmarshal(text, read.Interface()); err != nil {
			t.Fatal(err)
		}
		if got := read.Elem().Interface(); !reflect.DeepEqual(got, o) {
			t.Errorf("%s: got %+v, want %+v", text, got, o)
		}
	}
}

// TestOptimizerAllocatesNothing counts what a step allocates, on one worker and on two.
func TestOptimizerAllocatesNothing(t *testing.T) {
	eachOptimizer(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		for _, workers := range []int{1, 2} {
			p := several(t, d)
			v := viewOf(t, p, o, workers)
			n := 0
			step := func() {
				n++
				o.Update(train.Step{N: n, Rate: 0.01}, v)
			}
			wavy(p, 1)
			step()
			if got := testing.AllocsPerRun(5, step); got != 0 {
				t.Errorf("%d workers: a step allocates %v times, want 0", workers, got)
			}
		}
	})
}

// TestOptimizerBounds makes steps at the limits of what each optimizer says about safe
// ones: with the largest gradients, parameters and slots for which they are.
func TestOptimizerBounds(t *testing.T) {
	eachOptimizer(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		b, ok := o.(train.Bounded)
		if !ok {
			t.Fatal("no Bound")
		}
		limit, most := 1e15, math.MaxFloat32
		if d == graph.Float64 {
			limit, most = 1e100, math.MaxFloat64
		}
		safe := 0
		for e := -12; e <= 38; e++ {
			rate := math.Pow(10, float64(e))
			bound := b.Bound(rate)
			if !bound.Safe {
				continue
			}
			safe++
			for mix := range 8 {
				p := oneParam(t, d, map[bool]float64{true: limit, false: most}[bound.Params])
				v := viewOf(t, p, o, 1)
				for n := 1; n <= 9; n++ {
					if x := p.Values("w")[0]; n > 1 && bound.Params && math.Abs(x) > limit {
						break // not promised
					}
					g := []float64{limit, -limit, limit * 1e-25, 0}[mix%4]
					if mix >= 4 { // one after the other
						g = []float64{limit, limit * 1e-25, -limit, 0, 1}[(n*mix+mix)%5]
					}
					setGrads(p, func(int) float64 { return g })
					o.Update(train.Step{N: n, Rate: rate}, v)
					if x := p.Values("w")[0]; math.IsNaN(x - x) {
						t.Fatalf("rate %v, gradient %v, step %d: got the parameter %v", rate, g, n, x)
					}
					for i := range o.Slots() {
						train.Each(v, i, slotFinite[float32], slotFinite[float64])
					}
				}
			}
		}
		if safe == 0 {
			t.Error("no rate is safe")
		}
	})
}

// oneParam returns the parameter w: [1, 1], which decays.
func oneParam(t *testing.T, d graph.DType, w float64) *graph.Params {
	t.Helper()
	m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		p := b.Param("w", graph.Values([]float64{w}), 1, 1)
		return b.Sum(p), p
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	return m.p
}

// slotFinite panics for a slot with an element that is not finite.
func slotFinite[T train.Float](slot int, x train.Span[T]) {
	for _, s := range x.Slot[slot] {
		if s-s != 0 {
			panic(fmt.Sprintf("slot %d: got %v", slot, s))
		}
	}
}

// TestOptimizerFrozen freezes two of the parameters: they stay as they are, and the others
// move as they do in company.
func TestOptimizerFrozen(t *testing.T) {
	eachOptimizer(t, func(t *testing.T, o train.Optimizer, d graph.DType) {
		p, q := several(t, d), several(t, d)
		q.Freeze("p0", "p4")
		v, w := viewOf(t, p, o, 2), viewOf(t, q, o, 2)
		before := map[string][]float64{"p0": q.Values("p0"), "p4": q.Values("p4")}
		for n := 1; n <= 3; n++ {
			wavy(p, n)
			wavy(q, n)
			_, g32 := p.Flat32()
			_, g64 := p.Flat64()
			for name := range before { // a norm of all gradients has no share of them
				lo, size := p.Get(name).Offset(), p.Get(name).Size()
				clear(g32[min(lo, len(g32)):min(lo+size, len(g32))])
				clear(g64[min(lo, len(g64)):min(lo+size, len(g64))])
			}
			o.Update(train.Step{N: n, Rate: 0.01}, v)
			o.Update(train.Step{N: n, Rate: 0.01}, w)
		}
		for _, x := range q.List() {
			want, frozen := before[x.Name]
			if !frozen {
				want = p.Values(x.Name)
			}
			if !slices.Equal(q.Values(x.Name), want) {
				t.Errorf("%s: got other values than wanted, frozen %v", x.Name, frozen)
			}
		}
	})
}
