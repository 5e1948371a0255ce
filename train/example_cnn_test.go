package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// PixelsOptions are the settings of Pixels. They are what a model file keeps of it.
type PixelsOptions struct {
	Side    int // of the square images, in pixels
	Classes int
	Dropout float64 // rate, in [0, 1)
	Seed    uint64  // of the first weights
}

// Pixels is a convolutional network of one's own.
type Pixels struct {
	o      PixelsOptions
	params *graph.Params
}

// NewPixels returns a network with fresh weights.
func NewPixels(o PixelsOptions) (*Pixels, error) {
	if o.Side < 4 || o.Classes < 2 {
		return nil, fmt.Errorf("got %d pixels and %d classes, want at least 4 and 2", o.Side, o.Classes)
	}
	return &Pixels{o, graph.NewParams(graph.Float32, o.Seed)}, nil
}

// Params returns the weights.
func (m *Pixels) Params() *graph.Params { return m.params }

// Loss is the whole architecture, for n images.
func (m *Pixels) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := b.Input("x", n, 1, m.o.Side, m.o.Side) // examples, channels, height, width
	h := block(b, "block0", x, 8)               // [n, 8, Side/2, Side/2]
	h = block(b, "block1", h, 16)               // [n, 16, Side/4, Side/4]
	h = nn.Dropout(b, b.Reshape(h, n, -1), m.o.Dropout)
	logits := nn.Linear(b, "out", h, nn.LinearOptions{Out: m.o.Classes})
	return loss.CrossEntropy(b, logits, b.Ints("y", n), loss.CrossEntropyOptions{}), b.Softmax(logits)
}

// block halves height and width. The bias of the convolution is left out: BatchNorm has one.
func block(b *graph.Builder, name string, x *gorgonia.Node, channels int) (h *gorgonia.Node) {
	b.Scope(name, func() {
		h = nn.Conv(b, "conv", x, nn.ConvOptions{Out: channels, Kernel: []int{3}, NoBias: true, Windowing: nn.Windowing{Pad: []int{1}}})
		h = nn.Activate(b, nn.ReLU, nn.BatchNorm(b, "norm", h, nn.BatchNormOptions{}))
		h = nn.MaxPool(b, h, nn.PoolOptions{Kernel: []int{2}})
	})
	return h
}

// Settings makes it a train.Described, which SaveModel can write.
func (m *Pixels) Settings() (name string, settings any) { return "mine.Pixels", m.o }

// Register lets train.Open make it again.
func init() {
	train.Register("mine.Pixels", func(settings json.RawMessage) (train.Model, error) {
		var o PixelsOptions
		if err := train.ReadSettings(settings, &o); err != nil {
			return nil, err
		}
		return NewPixels(o)
	})
}

// A convolutional network of one's own is trained, saved and opened again.
func Example_convolution() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "pixels.safetensors")

	//docs:cnn
	digits, err := data.Digits() // x: 64 numbers from 0 to 16
	check(err)
	fields := digits.Fields()
	fields[0].Shape, fields[0].Scale = []int{1, 8, 8}, 1.0/16
	digits, err = data.New(fields...)
	check(err)
	trainSet, testSet, err := digits.SplitStratified(0.25, 1)
	check(err)

	model, err := NewPixels(PixelsOptions{Side: 8, Classes: 10, Dropout: 0.2, Seed: 1})
	check(err)
	trainer, err := train.New(model, train.Options{Epochs: 8, Schedule: schedule.Cosine{Rate: 0.01},
		Validation: testSet, Metrics: []train.Metric{train.Accuracy()}})
	check(err)
	history, err := trainer.Fit(context.Background(), trainSet)
	check(err)
	check(trainer.SaveModel(file, train.ModelFile{})) // with the names of trainSet

	opened, err := train.Open(file) // in any program that registers mine.Pixels
	check(err)
	image := digits.Fields()[0].Floats[:64] // the first one, a 0, as it stood in the data set
	probs, err := opened.PredictRows(image)
	check(err)
	//docs:end
	fmt.Println(len(history.Epochs), "epochs:", opened.Label(probs))
	r, err := trainer.Evaluate(context.Background(), testSet)
	check(err)
	fmt.Println(r.Metrics[0].Value > 0.95)
	for _, q := range model.Params().List() {
		fmt.Println(q.Name, q.Shape)
	}
	// Output:
	// 8 epochs: 0
	// true
	// block0/conv/weight [8 1 3 3]
	// block0/norm/gain [8]
	// block0/norm/bias [8]
	// block1/conv/weight [16 8 3 3]
	// block1/norm/gain [16]
	// block1/norm/bias [16]
	// out/weight [64 10]
	// out/bias [10]
}
