package conv

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// BenchmarkWinograd measures convolutions by three by three places, forward, by
// walking over the places and by tiles, in GFLOP/s of the definition:
//
//	go test ./internal/kernel/conv -bench Winograd -cpu 1,2
func BenchmarkWinograd(b *testing.B) {
	for _, s := range []struct{ n, c, o, side int }{
		{32, 3, 32, 32}, {32, 16, 16, 32}, {32, 32, 32, 32}, {32, 32, 64, 16}, {32, 64, 64, 16}, {8, 64, 64, 56},
		{8, 128, 128, 28}, {8, 256, 256, 14}, {1, 64, 64, 56}, {1, 256, 256, 14}, {32, 128, 128, 8},
	} {
		spec := squares(s.n, s.c, s.o, [2]int{s.side, s.side}, [2]int{1, 1}, [2]int{1, 1})
		name := fmt.Sprintf("%dx%dx%dx%d-%d", s.n, s.c, s.side, s.side, s.o)
		b.Run(name+"/float32/walk", func(b *testing.B) { benchmarkForward[float32](b, spec, false) })
		b.Run(name+"/float32/tiles", func(b *testing.B) { benchmarkForward[float32](b, spec, true) })
		b.Run(name+"/float64/walk", func(b *testing.B) { benchmarkForward[float64](b, spec, false) })
		b.Run(name+"/float64/tiles", func(b *testing.B) { benchmarkForward[float64](b, spec, true) })
	}
}

func benchmarkForward[T Float](b *testing.B, s Spec, tiles bool) {
	g, err := s.geometry()
	if err != nil {
		b.Fatal(err)
	}
	p := newForward[T](g, tiles)
	w := pool.Of(runtime.GOMAXPROCS(0))
	x, weight, y := random[T](g.sizeX(), 1), random[T](g.sizeW(), 2), make([]T, g.sizeY())
	scratch := make([]T, p.Scratch(w.Workers()))
	p.Run(w, y, x, weight, scratch, nil)
	b.ResetTimer()
	for range b.N { // b.Loop would not follow -cpu
		p.Run(w, y, x, weight, scratch, nil)
	}
	b.ReportMetric(float64(s.Flops())*float64(b.N)/float64(b.Elapsed()), "GFLOP/s")
	b.ReportMetric(0, "ns/op")
}
