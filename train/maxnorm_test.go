package train_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// units is a model of parameters of several shapes, and the axis of the units of each.
var units = []struct {
	name  string
	shape []int
	axis  int // -1: not limited
}{
	{"dense", []int{5, 37}, 1}, {"conv", []int{7, 3, 2, 2}, 0}, {"bias", []int{37}, -1}, {"table/rows", []int{40, 3}, 1},
}

func unitModel(d graph.DType) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		total := b.Scalar(0)
		for _, u := range units {
			total = b.Add(total, b.Sum(b.Square(b.Param(u.name, graph.Normal(0, 2), u.shape...))))
		}
		x := b.Input("x", n, 4)
		return b.Add(b.Mean(x), total), b.Add(x, total)
	}}
}

// TestMaxNorm makes steps with and without the limit: units above it have the norm and
// their direction, others are as they were.
func TestMaxNorm(t *testing.T) {
	const norm = 4.
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		tol := 1e-14
		if d == graph.Float32 {
			tol = 1e-6
		}
		for name, c := range map[string]struct {
			o    train.MaxNorm
			axis func(name string, axis int) int
		}{
			"all":       {train.MaxNorm{Norm: norm}, func(_ string, axis int) int { return axis }},
			"by name":   {train.MaxNorm{Norm: norm, Match: []string{"conv", "bias"}}, func(name string, axis int) int { return map[string]int{"conv": 1}[name] - 1 }},
			"by scope":  {train.MaxNorm{Norm: norm, Match: []string{"table/"}, Rows: true}, func(name string, axis int) int { return map[string]int{"table/rows": 1}[name] - 1 }},
			"all, rows": {train.MaxNorm{Norm: norm, Rows: true}, func(_ string, axis int) int { return min(axis, 0) }},
		} {
			free, held := unitModel(d), unitModel(d)
			c.o.Optimizer = train.SGD{Momentum: .5}
			for m, o := range map[*builds]train.Optimizer{&free: c.o.Optimizer, &held: c.o} {
				if err := step(t, newTrainer(t, *m, train.Options{Optimizer: o, Schedule: schedule.Constant(.01)}), blobs(t, 3), 0); err != nil {
					t.Fatal(err)
				}
			}
			over := 0
			for _, u := range units {
				want, got := free.p.Values(u.name), held.p.Values(u.name)
				over += limit(want, u.shape, c.axis(u.name, u.axis), norm)
				for i := range want {
					if math.Abs(want[i]-got[i]) > tol*math.Max(1, math.Abs(want[i])) {
						t.Errorf("%v, %s: %s: got %v, want %v at %d", d, name, u.name, got[i], want[i], i)
						break
					}
				}
			}
			if over == 0 {
				t.Errorf("%s: no unit is above the norm", name)
			}
		}
	}
}

// limit limits units along the axis by the definition and returns how many were above.
func limit(w []float64, shape []int, axis int, norm float64) (over int) {
	if axis < 0 {
		return 0
	}
	inner := 1
	for _, n := range shape[axis+1:] {
		inner *= n
	}
	for u := range shape[axis] {
		sum := 0.0
		for i, v := range w {
			if i/inner%shape[axis] == u {
				sum += v * v
			}
		}
		if f := norm / math.Sqrt(sum); f < 1 {
			over++
			for i := range w {
				if i/inner%shape[axis] == u {
					w[i] *= f
				}
			}
		}
	}
	return over
}

// TestMaxNormAllocatesNothing counts what a step allocates, and sees that any number of
// workers gets the same bits.
func TestMaxNormAllocatesNothing(t *testing.T) {
	var want []float64
	for _, workers := range []int{1, 2, 3} {
		m := wide(graph.Float32)
		tr := newTrainer(t, m, train.Options{Optimizer: train.MaxNorm{Norm: .1}, Workers: workers, AllowUnused: true})
		set := blobs(t, 9)
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		if got := m.p.Values("hidden/weight"); want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("%d workers get other bits", workers)
		}
		if n := testing.AllocsPerRun(10, func() {
			if err := step(t, tr, set, 0); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%d workers: a step allocates %v times, want 0", workers, n)
		}
	}
}

// TestMaxNormOptions refuses settings, also those of the optimizer within.
func TestMaxNormOptions(t *testing.T) {
	for _, o := range []train.MaxNorm{{Norm: -1}, {Norm: math.NaN()}, {Optimizer: train.SGD{Momentum: 2}}, {Optimizer: (*train.Adam)(nil)}} {
		if _, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: o}); !errors.Is(err, train.ErrOption) {
			t.Errorf("%+v: got %v, want an ErrOption", o, err)
		}
	}
}
