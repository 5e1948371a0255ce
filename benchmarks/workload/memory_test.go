package workload

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// maxRatio is how much more than the largest set of results that are needed at
// once the memory between kernels may be.
const maxRatio = 1.1

// deep is a perceptron of so many layers that what lies between them is most of
// its memory.
const deep = "mlp:64-64-64-64-64-64-64-64-64-64-64-64-64-64-64-64-64-64-64-64-10,batch=128"

// TestMemory holds the memory of training steps to the largest set of results
// that are needed at once.
func TestMemory(t *testing.T) {
	all := Standard()
	for _, text := range []string{
		deep,
		"mlp:300-211-47-90-33-10,tanh,batch=37,adam",
		"cnn:3x32x32,16@3p1,16@3p1,pool2,32@3p1,32@3p1,pool2,64-10,batch=20",
		"lstm:100x16,64,10,batch=16",
		"lstm:7x5,13,3,batch=3",
	} {
		s, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Workload{text, s})
	}
	for _, w := range all {
		t.Run(w.Name, func(t *testing.T) {
			s := stats(t, w.Spec, false)
			ratio := float64(s.Bytes["temp"]) / float64(s.Live)
			t.Logf("%d kernels, %d bytes between them, %d needed at once: %.3f", s.Kernels, s.Bytes["temp"], s.Live, ratio)
			if ratio < 1 || ratio > maxRatio {
				t.Errorf("the memory is %.3f times what is needed at once, want at most %v", ratio, maxRatio)
			}
			if w.Name == deep {
				// The results of the layers, which their gradients need, and a few more.
				if layers := 19 * 128 * 64 * 4; s.Live > layers*5/4 {
					t.Errorf("%d bytes are needed at once, the layers have %d", s.Live, layers)
				}
			}
		})
	}
}

// stats compiles a training step in float32.
func stats(t *testing.T, s Spec, recompute bool) graph.Stats {
	t.Helper()
	m, err := s.Model(graph.Float32)
	if err != nil {
		t.Fatal(err)
	}
	b, loss := Training(m, s.Batch)
	g, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: g, Workers: 1, Recompute: recompute})
	if err != nil {
		t.Fatal(err)
	}
	return p.Stats()
}

// TestRecompute holds the memory of a perceptron of 256 layers to a quarter of
// what it needs when nothing is computed twice, for at most 1.4 times the
// operations.
func TestRecompute(t *testing.T) {
	s, err := Parse("mlp:32" + strings.Repeat("-32", 256) + ",mse,batch=64")
	if err != nil {
		t.Fatal(err)
	}
	once, twice := stats(t, s, false), stats(t, s, true)
	memory, flops := float64(once.Live)/float64(twice.Live), float64(twice.Flops)/float64(once.Flops)
	t.Logf("%d bytes are needed at once instead of %d: %.2f times less, for %.3f times the operations", twice.Live, once.Live, memory, flops)
	if memory < 4 || flops > 1.4 {
		t.Errorf("got %.2f times less memory for %.3f times the operations, want at least 4 and at most 1.4", memory, flops)
	}
	if ratio := float64(twice.Bytes["temp"]) / float64(twice.Live); ratio > maxRatio {
		t.Errorf("the memory is %.3f times what is needed at once, want at most %v", ratio, maxRatio)
	}
}
