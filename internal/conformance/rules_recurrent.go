package main

import (
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// cells are the names of the cells in formulas. Whole sequences ("torch.nn.LSTM
// seq-first" and its like) have no rule: the outputs of those reference cases do
// not follow from the weights that they list, but from others, which a fit by
// least squares to rnn_seq recovers without a remainder. Tests of package graph
// hold sequences to their cells.
var cells = map[string]graph.Cell{"rnn_cell_tanh": graph.TanhRNN, "rnn_cell_relu": graph.ReLURNN, "lstm_cell": graph.LSTM, "gru_cell": graph.GRU}

// weights are the parameters of a cell, stored as [units, inputs].
func (b *bench) weights(input, hidden, bias, hiddenBias string) graph.CellWeights {
	return graph.CellWeights{Input: b.Transpose(b.at(input)), Hidden: b.Transpose(b.at(hidden)),
		InputBias: b.in[bias], HiddenBias: b.in[hiddenBias]}
}

// cell is one step.
func cell(b *bench) []*gorgonia.Node {
	name, _, _ := strings.Cut(b.k.Formula, " ")
	s := b.CellStep(cells[name], b.at("x"), graph.State{H: b.at("h"), C: b.in["c"]}, b.weights("w_ih", "w_hh", "b_ih", "b_hh"))
	if s.C != nil {
		return []*gorgonia.Node{s.H, s.C}
	}
	return []*gorgonia.Node{s.H}
}

func init() {
	rules := map[string]rule{
		"causal mask with -inf": one(func(b *bench) *gorgonia.Node {
			return b.Attention(b.at("q"), b.at("k"), b.at("v"), b.CausalMask(b.Shape(b.at("q"))[1]))
		}),
		"det(A)":      unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Det(x) }),
		"log|det A|":  unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { _, y := b.SlogDet(x); return y }),
		"inverse(A)":  unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Inverse(x) }),
		"cholesky(A)": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node { return b.Cholesky(x) }),
		"ctc targets [[1,2],[1,1]], blank 0, T=5": unary(func(b *bench, x *gorgonia.Node) *gorgonia.Node {
			loss := b.CTC(b.LogSoftmaxAxis(x, 2), b.ConstInts([]int{1, 2, 1, 1}, 2, 2), 0)
			return b.Scale(b.Mean(loss), 0.5) // the mean of the losses for each label
		}),
	}
	for _, name := range []string{"lstm_cell", "gru_cell", "rnn_cell_tanh", "rnn_cell_relu"} {
		rules[name+" (torch gate order: LSTM i,f,g,o; GRU r,z,n)"] = cell
	}
	add(formulas, rules)
}
