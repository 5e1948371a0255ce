package gosource

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
)

// speedOf is a benchmark of a written package; its name is that of the package.
const speedOf = `package %s

import "testing"

func BenchmarkPredict(b *testing.B) {
	m, x, y := New(), make([]%[2]s, XSize), make([]%[3]s, OutputSize)
	for i := range x {
		x[i] = %[2]s(i%%7)
	}
	for i := 0; i < b.N; i++ {
		if err := m.Predict(y, x); err != nil {
			b.Fatal(err)
		}
	}
}
`

// BenchmarkSource measures the programs of four models at batch 1, and how many times as long they
// take as the compiled ones, which run on one thread.
func BenchmarkSource(b *testing.B) {
	for name, m := range four(b) {
		b.Run(name, func(b *testing.B) {
			dir := b.TempDir()
			if err := Write(dir, m, Options{Package: name, Module: "example.com/" + name}); err != nil {
				b.Fatal(err)
			}
			one, err := trace(m, 1)
			if err != nil {
				b.Fatal(err)
			}
			p, err := one.compiled()
			if err != nil {
				b.Fatal(err)
			}
			typ := "float32"
			if x := p.Inputs()[0]; x.Ints {
				typ = "int32"
				err = graph.InputOf[int](p, x.Name).Set(make([]int, ir.Shape(x.Shape).Size()))
			} else {
				err = graph.InputOf[float64](p, x.Name).Set(make([]float64, ir.Shape(x.Shape).Size()))
			}
			if err != nil {
				b.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "speed_test.go"), fmt.Appendf(nil, speedOf, name, typ, "float32"), 0o644); err != nil {
				b.Fatal(err)
			}
			out := tool(b, dir, nil, "test", "-run", "^$", "-bench", ".", "-benchtime", "200ms")
			found := regexp.MustCompile(`BenchmarkPredict\S*\s+\d+\s+([0-9.]+) ns/op`).FindSubmatch(out)
			if found == nil {
				b.Fatalf("got %s", out)
			}
			source, err := strconv.ParseFloat(string(found[1]), 64)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := p.Run(); err != nil {
					b.Fatal(err)
				}
			}
			compiled := float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			b.ReportMetric(source, "source-ns/op")
			b.ReportMetric(source/compiled, "times")
		})
	}
}
