package train_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// BenchmarkStep times a step of a Trainer, with all that it checks.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name  string
		sizes []int
		batch int
		o     train.Optimizer
	}{
		{"small sgd", []int{2, 16, 2}, 32, train.SGD{}},
		{"small adam", []int{2, 16, 2}, 32, train.Adam{}},
		{"digits sgd", []int{784, 128, 10}, 64, train.SGD{}},
		{"digits adam", []int{784, 128, 10}, 64, train.Adam{}},
		{"wide adam", []int{784, 512, 512, 10}, 128, train.Adam{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			in, out := c.sizes[0], c.sizes[len(c.sizes)-1]
			m := builds{graph.NewParams(graph.Float32, 1), func(g *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				h := g.Input("x", n, in)
				for i, units := range c.sizes[1 : len(c.sizes)-1] {
					h = nn.Dense(g, fmt.Sprintf("hidden%d", i), h, units, nn.ReLU)
				}
				h = nn.Dense(g, "out", h, out, nn.Identity)
				return loss.CrossEntropy(g, h, g.Ints("y", n)), h
			}}
			x, y, index := make([]float64, c.batch*in), make([]int, c.batch), make([]int, c.batch)
			for i := range x {
				x[i] = float64(i%17) / 17
			}
			for i := range y {
				y[i], index[i] = i%out, i
			}
			set, err := data.XLabels(x, in, y)
			if err != nil {
				b.Fatal(err)
			}
			tr := newTrainer(b, m, train.Options{Optimizer: c.o, Workers: 1, Schedule: schedule.Constant(1e-6)})
			for b.Loop() {
				if _, err := tr.Step(set, index); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
