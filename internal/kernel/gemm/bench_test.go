package gemm

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// BenchmarkShapes measures products in GFLOP/s, on as many threads as -cpu says:
//
//	go test ./internal/kernel/gemm -bench Shapes -cpu 1,2
func BenchmarkShapes(b *testing.B) {
	for _, s := range []struct{ m, n, k int }{
		{64, 64, 64}, {128, 128, 128}, {256, 256, 256}, {512, 512, 512}, {1024, 1024, 1024},
		{64, 128, 784}, {128, 512, 784}, {128, 512, 512}, {256, 1024, 1024},
		{1000, 128, 784}, {784, 128, 64}, {300, 211, 47}, {128, 512, 1728}, {256, 4096, 4096},
	} {
		for _, t := range []struct {
			name string
			a, b bool
		}{{"NN", false, false}, {"TN", true, false}, {"NT", false, true}} {
			spec := Spec{M: s.m, N: s.n, K: s.k, TransA: t.a, TransB: t.b, Alpha: 1}
			name := fmt.Sprintf("%dx%dx%d/%s", s.m, s.k, s.n, t.name)
			b.Run(name+"/float32", func(b *testing.B) { benchmarkShape[float32](b, spec) })
			b.Run(name+"/float64", func(b *testing.B) { benchmarkShape[float64](b, spec) })
		}
	}
}

func benchmarkShape[T Float](b *testing.B, s Spec) {
	p, err := NewPlan[T](s)
	if err != nil {
		b.Fatal(err)
	}
	w := pool.Of(runtime.GOMAXPROCS(0))
	x, y, z := make([]T, s.M*s.K), make([]T, s.K*s.N), make([]T, s.M*s.N)
	for i := range x {
		x[i] = T(i%7) - 3
	}
	for i := range y {
		y[i] = T(i%5) - 2
	}
	scratch := make([]T, p.Scratch(w.Workers()))
	b.ResetTimer()
	for range b.N { // b.Loop would not follow -cpu
		p.Run(w, z, x, y, scratch, nil)
	}
	b.ReportMetric(float64(p.Flops())*float64(b.N)/float64(b.Elapsed()), "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}
