package workload

import (
	"math/rand/v2"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// Param is a parameter with its first values, row-major.
type Param struct {
	Name   string
	Shape  []int
	Values []float64
}

// Problem is what all systems start from. It is only read.
type Problem struct {
	Spec
	Params  []Param   // in the order of the model of package models
	X       []float64 // [Rows, Features]
	Labels  []int     // [Rows], of the cross-entropy
	Y       []float64 // [Rows, Out], of the mean squared error
	Lengths []int     // [Rows], of the sequences, if the model has lengths
}

// Model is the Spec as a model of package models.
func (s Spec) Model(dtype graph.DType) (train.Model, error) {
	head := models.MultiClass
	if s.MSE {
		head = models.Regression
	}
	last := len(s.Sizes) - 1
	switch s.Kind {
	case "mlp":
		return models.NewMLP(models.MLPOptions{In: s.Sizes[0], Hidden: s.Sizes[1:last], Out: s.Sizes[last], Head: head, Activation: s.Activation, DType: dtype, Seed: 1})
	case "cnn":
		return models.NewCNN(models.CNNOptions{Channels: s.Image[0], Height: s.Image[1], Width: s.Image[2], Blocks: s.Blocks, GlobalPool: s.GlobalPool,
			Hidden: s.Sizes[:last], Out: s.Sizes[last], Head: head, Activation: s.Activation, DType: dtype, Seed: 1})
	case "transformer":
		return models.NewTransformer(models.TransformerOptions{Steps: s.Steps, In: s.In, Features: s.Hidden, Heads: s.Heads, Hidden: s.Inner, Layers: s.Layers,
			Out: s.Sizes[last], Head: head, DType: dtype, Seed: 1})
	}
	cell := nn.LSTM
	if s.Kind == "gru" {
		cell = nn.GRU
	}
	return models.NewRNN(models.RNNOptions{Steps: s.Steps, In: s.In, Lengths: s.Lengths, Cell: cell, Hidden: s.Hidden, Out: s.Sizes[last], Head: head, DType: dtype, Seed: 1})
}

// Training builds the graph of a training step of n examples, without gradients. It
// returns the loss.
func Training(m train.Model, n int) (*graph.Builder, *gorgonia.Node) {
	b := graph.New(m.Params())
	b.SetTraining(true)
	loss, _ := m.Loss(b, n)
	return b, loss
}

// NewProblem draws the data, and the weights as the model of package models does.
// Elements of X are uniform in [0, 1); labels and targets follow from them by a
// random linear map, so that there is something to learn.
func NewProblem(s Spec) (*Problem, error) {
	m, err := s.Model(graph.Float64)
	if err != nil {
		return nil, err
	}
	if b, _ := Training(m, s.Batch); b.Err() != nil {
		return nil, b.Err()
	}
	p := &Problem{Spec: s}
	for _, q := range m.Params().List() {
		p.Params = append(p.Params, Param{q.Name, q.Shape, m.Params().Values(q.Name)})
	}
	r := rand.New(rand.NewPCG(7, 7))
	n, d, k := s.Rows, s.Features(), s.Out()
	p.X = make([]float64, n*d)
	for i := range p.X {
		p.X[i] = float64(float32(r.Float64()))
	}
	wide := min(d, 64) // features that the answer depends on
	w := make([]float64, wide*k)
	for i := range w {
		w[i] = r.NormFloat64()
	}
	answer := make([]float64, k)
	for i := range n {
		if s.Lengths {
			p.Lengths = append(p.Lengths, s.Length(i))
		}
		best := 0
		for j := range answer {
			answer[j] = 0
			for e, x := range p.X[i*d : i*d+wide] {
				answer[j] += (x - 0.5) * w[e*k+j]
			}
			if answer[j] > answer[best] {
				best = j
			}
		}
		if s.MSE {
			p.Y = append(p.Y, answer...)
		} else {
			p.Labels = append(p.Labels, best)
		}
	}
	return p, nil
}

// Batches is how many whole batches the rows make.
func (p *Problem) Batches() int { return p.Rows / p.Batch }
