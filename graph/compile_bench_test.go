package graph_test

import (
	"testing"
	"time"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// benchmarkModels are those whose training steps are compiled here.
func benchmarkModels(b *testing.B) map[string]train.Model {
	mlp, err := models.NewMLP(models.Perceptron{In: 784, Hidden: []int{128}, Out: 10, Head: models.MultiClass, DType: graph.Float32})
	if err != nil {
		b.Fatal(err)
	}
	cnn, err := models.NewCNN(models.ConvNet{Channels: 1, Height: 28, Width: 28, Hidden: []int{120, 84}, Out: 10, Head: models.MultiClass, DType: graph.Float32,
		Blocks: []models.ConvBlock{{Channels: 6, Kernel: 5, Pad: 2, Pool: 2}, {Channels: 16, Kernel: 5, Pool: 2}}})
	if err != nil {
		b.Fatal(err)
	}
	rnn, err := models.NewRNN(models.Recurrence{Steps: 28, In: 28, Hidden: 128, Out: 10, Head: models.MultiClass, DType: graph.Float32})
	if err != nil {
		b.Fatal(err)
	}
	return map[string]train.Model{"mlp": mlp, "cnn": cnn, "lstm": rnn}
}

// step is the loss of a batch of 64 with the gradients of all parameters.
func step(b *testing.B, m train.Model) (builder *graph.Builder, loss *gorgonia.Node, grads gorgonia.Nodes) {
	builder = graph.New(m.Params())
	loss, _ = m.Loss(builder, 64)
	grads, err := autograd.Gradients(loss, builder.ParamNodes()...)
	if err != nil {
		b.Fatal(err)
	}
	return builder, loss, grads
}

// BenchmarkCompile measures all of compiling a training step but its graph.
func BenchmarkCompile(b *testing.B) {
	for name, m := range benchmarkModels(b) {
		builder, loss, grads := step(b, m)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := builder.Compile(graph.Config{Outputs: gorgonia.Nodes{loss}, Grads: grads, Workers: 1}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPasses measures each pass on a training step.
func BenchmarkPasses(b *testing.B) {
	for name, m := range benchmarkModels(b) {
		builder, loss, grads := step(b, m)
		b.Run(name, func(b *testing.B) {
			took := map[string]time.Duration{}
			n := 0
			for b.Loop() {
				n++
				start := time.Now()
				f, err := compile.Lower(compile.Source{Name: "main", Out: append(gorgonia.Nodes{loss}, grads...),
					Leaf: func(n *gorgonia.Node) (compile.Leaf, error) { return graph.Lookup(builder, n) }})
				if err != nil {
					b.Fatal(err)
				}
				took["lower"] += time.Since(start)
				f.Sort()
				for _, p := range compile.Passes {
					start := time.Now()
					p.Run(f)
					took[p.Name] += time.Since(start)
				}
			}
			for pass, t := range took {
				b.ReportMetric(float64(t.Microseconds())/float64(n), pass+"-us")
			}
		})
	}
}
