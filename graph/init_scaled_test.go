package graph_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
)

// TestScaled holds mean, deviation and bounds of the laws to theory, to five standard errors.
func TestScaled(t *testing.T) {
	shape := []int{300, 200}
	for _, law := range []graph.Law{graph.NormalLaw, graph.TruncatedLaw, graph.UniformLaw} {
		for fan, size := range map[graph.Fan]float64{graph.FanIn: 300, graph.FanOut: 200, graph.FanMean: 250} {
			v := make([]float64, 300*200)
			if err := graph.Scaled(graph.ScaledOptions{Scale: 2, Fan: fan, Law: law})(v, shape, rand.New(rand.NewPCG(1, 2))); err != nil {
				t.Fatal(err)
			}
			std, mean, square := math.Sqrt(2/size), 0.0, 0.0
			for _, x := range v {
				mean += x / float64(len(v))
				square += x * x / float64(len(v))
			}
			most := map[graph.Law]float64{graph.NormalLaw: 6, graph.TruncatedLaw: 2 / 0.879625661, graph.UniformLaw: math.Sqrt(3)}[law]
			if math.Abs(mean) > 5*std/math.Sqrt(float64(len(v))) || math.Abs(math.Sqrt(square)/std-1) > 0.015 || slices.Max(v) > most*std*(1+1e-6) || slices.Max(v) < most*std*0.6 {
				t.Errorf("%v, fan %v: got the mean %v, the deviation %v, at most %v, want 0, %v, %v", law, fan, mean, math.Sqrt(square), slices.Max(v), std, most*std)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	fill := func(f graph.Initializer, shape ...int) []float64 {
		n := 1
		for _, d := range shape {
			n *= d
		}
		v := make([]float64, n)
		for i := range v {
			v[i] = 9
		}
		if err := f(v, shape, rand.New(rand.NewPCG(1, 2))); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if got := fill(graph.Eye(2), 2, 3); !slices.Equal(got, []float64{2, 0, 0, 0, 2, 0}) {
		t.Errorf("Eye: %v", got)
	}
	if got := fill(graph.Dirac(1), 2, 2, 3); !slices.Equal(got, []float64{0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}) {
		t.Errorf("Dirac: %v", got)
	}
	if got := fill(graph.Dirac(2), 4, 1, 1, 2); !slices.Equal(got, []float64{0, 1, 0, 0, 0, 1, 0, 0}) {
		t.Errorf("Dirac of two groups: %v", got)
	}
	sparse := fill(graph.Sparse(0.3, 1), 10, 4)
	for unit := range 4 {
		zeros := 0
		for i := range 10 {
			if sparse[i*4+unit] == 0 {
				zeros++
			}
		}
		if zeros != 3 {
			t.Errorf("Sparse: unit %d has %d zeros, want 3", unit, zeros)
		}
	}
	for i, f := range []graph.Initializer{graph.Scaled(graph.ScaledOptions{Scale: -1}), graph.Scaled(graph.ScaledOptions{Fan: 3}), graph.Scaled(graph.ScaledOptions{Law: 3}),
		graph.TruncatedNormal(0, 1, 4, 5), graph.TruncatedNormal(0, 1, 1, 1), graph.TruncatedNormal(0, math.NaN(), 0, 1), graph.Sparse(2, 1), graph.Sparse(0, -1)} {
		if err := f(make([]float64, 4), []int{2, 2}, rand.New(rand.NewPCG(1, 2))); !errors.Is(err, graph.ErrOption) {
			t.Errorf("%d: got %v, want ErrOption", i, err)
		}
	}
	for i, f := range []graph.Initializer{graph.Eye(1), graph.Dirac(1), graph.Sparse(0, 1)} {
		if err := f(make([]float64, 4), []int{4}, nil); !errors.Is(err, graph.ErrShape) {
			t.Errorf("%d: got %v, want ErrShape", i, err)
		}
	}
	if err := graph.Dirac(3)(make([]float64, 2), []int{2, 1, 1}, nil); !errors.Is(err, graph.ErrOption) {
		t.Errorf("groups that do not divide: got %v, want ErrOption", err)
	}
}
