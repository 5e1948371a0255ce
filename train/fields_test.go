package train_test

import (
	"context"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// TestFieldKinds trains on pixels and labels in each type that a field can hold: the
// losses and the accuracies have the same bits.
func TestFieldKinds(t *testing.T) {
	const n, size = 12, 4
	var bytes, labels []uint8
	var floats []float64
	var narrow []float32
	var ints, classes []int
	for i := range n * size {
		b := uint8(i * i * 7)
		bytes, ints, floats, narrow = append(bytes, b), append(ints, int(b)), append(floats, float64(b)), append(narrow, float32(b))
	}
	for i := range n {
		labels, classes = append(labels, uint8(i*i%3)), append(classes, i*i%3)
	}
	x := data.Field{Name: "x", Shape: []int{size}, Scale: 1.0 / 255, Shift: -0.5}
	with := func(set func(f *data.Field)) data.Field { f := x; set(&f); return f }
	y := data.Field{Name: "y", Classes: 3}
	for _, dt := range []graph.DType{graph.Float32, graph.Float64} {
		var want []float64
		for _, f := range []data.Field{
			with(func(f *data.Field) { f.Floats = floats }), with(func(f *data.Field) { f.Floats32 = narrow }),
			with(func(f *data.Field) { f.Ints = ints }), with(func(f *data.Field) { f.Bytes = bytes }),
		} {
			y.Ints, y.Bytes = classes, nil
			if f.Bytes != nil {
				y.Ints, y.Bytes = nil, labels
			}
			set, err := data.New(f, y)
			if err != nil {
				t.Fatal(err)
			}
			m := builds{graph.NewParams(dt, 1), func(b *graph.Builder, n int) (l, output *gorgonia.Node) {
				out := nn.Dense(b, "out", b.Input("x", n, size), 3, nn.Identity)
				return loss.CrossEntropy(b, out, b.Ints("y", n)), out
			}}
			tr := newTrainer(t, m, train.Options{Epochs: 3, BatchSize: 5, Metrics: []train.Metric{train.Accuracy()}, Validation: set, Schedule: schedule.Constant(0.5)})
			h, err := tr.Fit(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			accuracy, _ := h.Last().Metric("accuracy")
			got := []float64{h.Last().Loss, *h.Last().Validation, accuracy}
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v: got the losses and the accuracy %v, want %v", dt, got, want)
			}
		}
	}
}
