package nn_test

import (
	"context"
	"fmt"
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// tagger gives each step of a sequence of up to steps numbers one of two tags.
type tagger struct {
	params *graph.Params
	steps  int
}

func (m tagger) Params() *graph.Params { return m.params }

func (m tagger) Loss(b *graph.Builder, n int) (cost, output *gorgonia.Node) {
	x, lengths, tags := b.Input("x", n, m.steps, 1), b.Ints("lengths", n), b.Ints("y", n, m.steps)
	h, _ := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: nn.GRU, Hidden: 8, Bidirectional: true, BatchFirst: true, Lengths: lengths})
	logits := nn.Linear(b, "tag", h, nn.LinearOptions{Out: 2})

	each := loss.CrossEntropy(b, logits, tags, loss.CrossEntropyOptions{Reduction: loss.Each})
	mask := nn.LengthMask(b, lengths, m.steps)
	b.CountSteps(tags, lengths) // for metrics
	return loss.MeanOf(b, each, mask), logits
}

// A tagger for sequences of different lengths. The tag of a step is 1 if its number has
// the sign of the last number of its sequence, which the second direction reads first. The
// loss is the mean over all steps that there are, and a step of tag 1 counts twice. What stands in the padding does not
// matter: here numbers that would spoil the tags, and tags that do not exist. The accuracy is that
// of the steps that there are.
func ExampleLengthMask() {
	const n, steps = 128, 6
	var x []float64
	var lengths, tags []int
	for i := range n {
		l := 1 + i%steps
		lengths = append(lengths, l)
		last := math.Sin(float64(i*steps + l - 1))
		for t := range steps {
			v, tag := math.Sin(float64(i*steps+t)), 0
			if v*last > 0 {
				tag = 1
			}
			if t >= l {
				v, tag = 1e6, 7
			}
			x, tags = append(x, v), append(tags, tag)
		}
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{steps, 1}, Floats: x},
		data.Field{Name: "lengths", Ints: lengths}, data.Field{Name: "y", Shape: []int{steps}, Ints: tags})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := tagger{graph.NewParams(graph.Float64, 1), steps}
	t, err := train.New(m, train.Options{Epochs: 30, Seed: 1, Schedule: schedule.Constant(0.02), Metrics: []train.Metric{train.Accuracy()},
		ClassWeights: []float64{1, 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := t.Fit(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	losses := history.Losses()
	fmt.Println(losses[0] > 0.5, losses[len(losses)-1] < 0.1)
	accuracy, _ := history.Epochs[29].Metric("accuracy")
	fmt.Println(accuracy > 0.95)
	// Output:
	// true true
	// true
}

// A program of one step makes a sequence: it gets what it made before, and its own states.
// It shares the parameters with the layer that reads whole sequences for training.
func ExampleRecurrentStep() {
	params := graph.NewParams(graph.Float64, 1)
	o := nn.RecurrentOptions{Cell: nn.GRU, Hidden: 4}

	training := graph.New(params) // ... and a loss, and a trainer
	nn.Recurrent(training, "rnn", training.Input("x", 10, 32, 4), o)

	b := graph.New(params)
	y, states := nn.RecurrentStep(b, "rnn", b.Input("x", 1, 4), []nn.State{{H: b.Input("h", 1, 4)}}, o)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Softmax(y), states[0].H}})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, h := []float64{1, 0, 0, 0}, make([]float64, 4)
	for range 3 {
		if err := graph.InputOf[float64](p, "x").Set(x); err != nil {
			fmt.Println(err)
			return
		}
		if err := graph.InputOf[float64](p, "h").Set(h); err != nil {
			fmt.Println(err)
			return
		}
		if err := p.Run(); err != nil {
			fmt.Println(err)
			return
		}
		x, h = graph.OutputOf[float64](p, 0).Read(x), graph.OutputOf[float64](p, 1).Read(h)
		fmt.Printf("%.2f\n", x)
	}
	// Output:
	// [0.24 0.30 0.20 0.25]
	// [0.24 0.29 0.19 0.28]
	// [0.23 0.28 0.19 0.30]
}
