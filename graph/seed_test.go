package graph_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/golden"
	"gorgonia.org/gorgonia"
)

// TestSeedBits holds all that is drawn from a seed to the bits of a golden file, the
// same on every processor: it is run on several.
func TestSeedBits(t *testing.T) {
	var b strings.Builder
	for _, dtype := range []graph.DType{graph.Float64, graph.Float32} {
		for _, c := range []struct {
			name  string
			init  graph.Initializer
			shape []int
		}{
			{"uniform", graph.Uniform(-0.3, 0.7), []int{70, 30}},
			{"normal", graph.Normal(0.1, 1.7), []int{300, 300}},
			{"xavier uniform", graph.XavierUniform(), []int{70, 30}},
			{"xavier normal", graph.XavierNormal(), []int{70, 30}},
			{"he uniform", graph.HeUniform(), []int{70, 30}},
			{"he normal", graph.HeNormal(), []int{8, 3, 5, 5}},
			{"lecun uniform", graph.LeCunUniform(), []int{70, 30}},
			{"lecun normal", graph.LeCunNormal(), []int{70}},
			{"orthogonal", graph.Orthogonal(1.4), []int{40, 40}},
			{"orthogonal rows", graph.Orthogonal(1), []int{7, 3, 5}},
			{"orthogonal columns", graph.Orthogonal(1), []int{35, 6}},
		} {
			for _, seed := range []uint64{0, 1<<63 + 5} {
				build := graph.New(graph.NewParams(dtype, seed))
				build.Param("w", c.init, c.shape...)
				if err := build.Err(); err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				fmt.Fprintf(&b, "%v %s %d: %s\n", dtype, c.name, seed, hashed(build.Params().Values("w")))
			}
		}
		for _, seed := range []uint64{0, 7, 1<<32 + 7, 1<<63 + 5} {
			fmt.Fprintf(&b, "%v dropout %d: %s\n", dtype, seed, hashed(masks(t, dtype, seed)))
			build := graph.New(graph.NewParams(dtype, seed))
			out := everyDraw(build)
			for i, v := range drawn(t, compiled(build, graph.Options{Outputs: out}), 1000, out) {
				name, _, _ := strings.Cut(fmt.Sprint(out[i].Op()), "{")
				fmt.Fprintf(&b, "%v %s %d: %s\n", dtype, name, seed, hashed(v))
			}
		}
	}
	golden.Check(t, "testdata/seed.golden", b.String())
}

// hashed are the first number and a hash of all bits.
func hashed(v []float64) string {
	h := fnv.New64a()
	for _, x := range v {
		fmt.Fprintf(h, "%016x", math.Float64bits(x))
	}
	return fmt.Sprintf("%v %016x", v[0], h.Sum64())
}

// masks are two dropouts of ones in each of two runs, the second from step 1000 on.
func masks(t *testing.T, dtype graph.DType, seed uint64) (v []float64) {
	b := graph.New(graph.NewParams(dtype, seed))
	b.SetTraining(true)
	x := b.Broadcast(b.Scalar(1), 50, 400)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{nn.Dropout(b, x, 0.3), nn.Dropout(b, x, 0.5)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []int{0, 1000} {
		p.SetStep(step)
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			v = append(v, graph.OutputOf[float64](p, i).Read(nil)...)
		}
	}
	return v
}

// TestNormalOfRand compares Normal with math/rand/v2, whose algorithm it follows: the
// numbers may differ in the last bits where they come from the tails.
func TestNormalOfRand(t *testing.T) {
	got, r := make([]float64, 1<<20), rand.New(rand.NewPCG(3, 4))
	if err := graph.Normal(0, 1)(got, []int{len(got)}, rand.New(rand.NewPCG(3, 4))); err != nil {
		t.Fatal(err)
	}
	for i, x := range got {
		if want := r.NormFloat64(); math.Abs(x-want) > 1e-14*math.Abs(want) {
			t.Fatalf("draw %d: got %v, want %v", i, x, want)
		}
	}
}
