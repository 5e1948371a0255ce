package graph_test

import (
	"flag"
	"testing"
	"time"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// benchmarkModels are those whose training steps are compiled here.
func benchmarkModels(b *testing.B) map[string]train.Model {
	mlp, err := models.NewMLP(models.MLPOptions{In: 784, Hidden: []int{128}, Out: 10, Head: models.MultiClass, DType: graph.Float32})
	if err != nil {
		b.Fatal(err)
	}
	cnn, err := models.NewCNN(models.CNNOptions{Channels: 1, Height: 28, Width: 28, Hidden: []int{120, 84}, Out: 10, Head: models.MultiClass, DType: graph.Float32,
		Blocks: []models.ConvBlock{{Channels: 6, Kernel: 5, Pad: 2, Pool: 2}, {Channels: 16, Kernel: 5, Pool: 2}}})
	if err != nil {
		b.Fatal(err)
	}
	rnn, err := models.NewRNN(models.RNNOptions{Steps: 28, In: 28, Hidden: 128, Out: 10, Head: models.MultiClass, DType: graph.Float32})
	if err != nil {
		b.Fatal(err)
	}
	return map[string]train.Model{"mlp": mlp, "cnn": cnn, "lstm": rnn}
}

// step is the loss of a batch of n with the gradients of all parameters.
func step(b testing.TB, m train.Model, n int) (builder *graph.Builder, loss *gorgonia.Node, grads gorgonia.Nodes) {
	b.Helper()
	builder = graph.New(m.Params())
	loss, _ = m.Loss(builder, n)
	grads, err := autograd.Gradients(loss, builder.ParamNodes()...)
	if err != nil {
		b.Fatal(err)
	}
	return builder, loss, grads
}

// BenchmarkCompile measures all of compiling a training step but its graph.
func BenchmarkCompile(b *testing.B) {
	for name, m := range benchmarkModels(b) {
		builder, loss, grads := step(b, m, 64)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := builder.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: grads, Workers: 1}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var asked = flag.Bool("asked", false, "measure the passes that run only when they are asked for as well")

// BenchmarkPasses measures each pass on a training step, and the planner without
// regions and with those that pay.
func BenchmarkPasses(b *testing.B) {
	optional := map[string]bool{}
	for _, p := range compile.Passes {
		optional[p.Name] = true
	}
	for name, m := range benchmarkModels(b) {
		builder, loss, grads := step(b, m, 64)
		b.Run(name, func(b *testing.B) {
			took := map[string]time.Duration{}
			measure := func(what string, f func()) {
				start := time.Now()
				f()
				took[what] += time.Since(start)
			}
			n := 0
			for b.Loop() {
				n++
				var f *ir.Func
				var err error
				measure("lower", func() {
					f, err = compile.Lower(compile.Source{Name: "main", Out: append(gorgonia.Nodes{loss}, grads...),
						Leaf: func(n *gorgonia.Node) (compile.Leaf, error) { return graph.Lookup(builder, n) }})
				})
				if err != nil {
					b.Fatal(err)
				}
				f.Sort()
				for _, p := range compile.Passes {
					if p.Asked == nil || *asked {
						measure(p.Name, func() { p.Run(f, nil) })
					}
				}
				for what, regions := range map[string]compile.Regions{"plan": compile.NoRegions, "plan-regions": compile.PayingRegions} {
					o := compile.Options{Skip: optional, Regions: regions} // fuse, which is not, finds nothing left
					measure(what, func() { _, err = compile.Compile(f, make([]compile.Target, len(f.Out)), o) })
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			for pass, t := range took {
				b.ReportMetric(float64(t.Microseconds())/float64(n), pass+"-us")
			}
		})
	}
}
