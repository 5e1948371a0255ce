package graph_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/graph"
)

// TestInitializers compares the mean and variance of many draws with theory, to
// five standard errors.
func TestInitializers(t *testing.T) {
	const in, out = 300, 200
	for _, c := range []struct {
		name     string
		init     graph.Initializer
		mean     float64
		variance float64
		bound    float64 // no element is farther from 0; 0: no bound
	}{
		{"uniform", graph.Uniform(-1, 3), 1, 16.0 / 12, 3},
		{"normal", graph.Normal(2, 0.5), 2, 0.25, 0},
		{"xavier uniform", graph.XavierUniform(), 0, 2.0 / (in + out), math.Sqrt(6.0 / (in + out))},
		{"xavier normal", graph.XavierNormal(), 0, 2.0 / (in + out), 0},
		{"he uniform", graph.HeUniform(), 0, 2.0 / in, math.Sqrt(6.0 / in)},
		{"he normal", graph.HeNormal(), 0, 2.0 / in, 0},
		{"lecun uniform", graph.LeCunUniform(), 0, 1.0 / in, math.Sqrt(3.0 / in)},
		{"lecun normal", graph.LeCunNormal(), 0, 1.0 / in, 0},
	} {
		v := make([]float64, in*out)
		if err := c.init(v, []int{in, out}, rand.New(rand.NewPCG(1, 2))); err != nil {
			t.Fatal(err)
		}
		var mean, m2 float64
		for _, x := range v {
			mean += x / float64(len(v))
			if c.bound > 0 && math.Abs(x) > c.bound {
				t.Errorf("%s: %v is out of bounds", c.name, x)
			}
		}
		for _, x := range v {
			m2 += (x - mean) * (x - mean) / float64(len(v))
		}
		n := float64(len(v))
		if math.Abs(mean-c.mean) > 5*math.Sqrt(c.variance/n) {
			t.Errorf("%s: got the mean %v, want %v", c.name, mean, c.mean)
		}
		if math.Abs(m2-c.variance) > 5*c.variance*math.Sqrt(2/n) {
			t.Errorf("%s: got the variance %v, want %v", c.name, m2, c.variance)
		}
	}
}

func TestOrthogonal(t *testing.T) {
	for _, s := range [][]int{{5, 5}, {3, 8}, {8, 3}, {4, 2, 3}} {
		rows := s[0]
		cols := 1
		for _, d := range s[1:] {
			cols *= d
		}
		v := make([]float64, rows*cols)
		if err := graph.Orthogonal(2)(v, s, rand.New(rand.NewPCG(3, 4))); err != nil {
			t.Fatal(err)
		}
		at := func(i, k int) float64 { return v[i*cols+k] }
		n, m := rows, cols
		if rows > cols {
			at = func(i, k int) float64 { return v[k*cols+i] }
			n, m = cols, rows
		}
		for i := range n {
			for j := range n {
				dot := 0.0
				for k := range m {
					dot += at(i, k) * at(j, k)
				}
				want := 0.0
				if i == j {
					want = 4
				}
				near(t, "product of two rows", dot, want, 1e-12)
			}
		}
	}
	if err := graph.Orthogonal(1)(make([]float64, 3), []int{3}, rand.New(rand.NewPCG(1, 1))); err == nil {
		t.Error("orthogonal rows of a vector: got no error")
	}
}

func TestFans(t *testing.T) {
	for _, c := range []struct {
		shape   []int
		in, out float64
	}{{nil, 1, 1}, {[]int{7}, 7, 7}, {[]int{3, 5}, 3, 5}, {[]int{6, 3, 5, 5}, 75, 150}} {
		if in, out := graph.Fans(c.shape); in != c.in || out != c.out {
			t.Errorf("%v: got the fans %v and %v, want %v and %v", c.shape, in, out, c.in, c.out)
		}
	}
}
