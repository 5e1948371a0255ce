package graph_test

import (
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// TestProfile checks that the kernels' figures add up.
func TestProfile(t *testing.T) {
	b := graph.New(nil)
	y := b.Tanh(b.MatMul(b.Const(graphtest.Wave(60, 1), 6, 10), b.Const(graphtest.Wave(40, 2), 10, 4)))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		t.Fatal(err)
	}
	q, err := p.Profile(5)
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Kernels) != 1 || q.Kernels[0].Op != "matmul+tanh" || q.Kernels[0].Flops < 2*6*10*4 || !passed(q.PerRun) || q.MaxBytes <= 0 {
		t.Errorf("got %+v", q)
	}
	if _, err := p.Profile(0); err == nil {
		t.Error("no runs: no error")
	}
}

// passed reports whether d is the time of a computation: more than 0, unless the clock has steps
// that are longer than kernels take, as that of a browser has.
func passed(d time.Duration) bool {
	start := time.Now()
	step := time.Since(start)
	for step == 0 {
		step = time.Since(start)
	}
	return d > 0 || d == 0 && step > 4*time.Microsecond
}
