package conv

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// BenchmarkWinograd measures convolutions by three by three places and their
// derivatives, by walking over the places and by tiles, in GFLOP/s of the
// definition:
//
//	go test ./internal/kernel/conv -bench Winograd/.*/float32 -cpu 1,2
func BenchmarkWinograd(b *testing.B) {
	for _, s := range []struct{ n, c, o, side int }{
		{32, 3, 32, 32}, {32, 16, 16, 32}, {32, 32, 32, 32}, {32, 32, 64, 16}, {32, 64, 64, 16}, {8, 64, 64, 56},
		{8, 128, 128, 28}, {8, 256, 256, 14}, {1, 64, 64, 56}, {1, 256, 256, 14}, {32, 128, 128, 8},
	} {
		spec := squares(s.n, s.c, s.o, [2]int{s.side, s.side}, [2]int{1, 1}, [2]int{1, 1})
		for _, way := range []string{"walk", "tiles"} {
			name := fmt.Sprintf("%dx%dx%dx%d-%d/%s", s.n, s.c, s.side, s.side, s.o, way)
			b.Run(name+"/float32", func(b *testing.B) { benchmarkDirections[float32](b, spec, way == "tiles") })
			b.Run(name+"/float64", func(b *testing.B) { benchmarkDirections[float64](b, spec, way == "tiles") })
		}
	}
}

func benchmarkDirections[T Float](b *testing.B, s Spec, tiles bool) {
	g, err := s.geometry()
	if err != nil {
		b.Fatal(err)
	}
	w := pool.Of(runtime.GOMAXPROCS(0))
	x, weight, y := random[T](g.sizeX(), 1), random[T](g.sizeW(), 2), random[T](g.sizeY(), 3)
	b.Run("forward", func(b *testing.B) {
		p := newForward[T](g, tiles)
		to := make([]T, len(y))
		benchmarkRun(b, s, p.Scratch(w.Workers()), func(scratch []T) { p.Run(w, to, x, weight, scratch, nil) })
	})
	b.Run("input", func(b *testing.B) {
		p := newInput[T](g, tiles)
		to := make([]T, len(x))
		benchmarkRun(b, s, p.Scratch(w.Workers()), func(scratch []T) { p.Run(w, to, y, weight, scratch, nil) })
	})
	b.Run("weight", func(b *testing.B) {
		p := newWeight[T](g, tiles)
		to := make([]T, len(weight))
		benchmarkRun(b, s, p.Scratch(w.Workers()), func(scratch []T) { p.Run(w, to, x, y, scratch) })
	})
}

func benchmarkRun[T Float](b *testing.B, s Spec, scratch int, run func(scratch []T)) {
	own := make([]T, scratch)
	run(own)
	b.ResetTimer()
	for range b.N { // b.Loop would not follow -cpu
		run(own)
	}
	b.ReportMetric(float64(s.Flops())*float64(b.N)/float64(b.Elapsed()), "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}
