package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// cells are the names of the cells in formulas.
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
	patterns = append(patterns, pattern{regexp.MustCompile(`^(lstm_cell|gru_cell|rnn_cell_tanh|rnn_cell_relu)\b.*$`), func(b *bench, _ []string) []*gorgonia.Node { return cell(b) }})
	patterns = append(patterns, pattern{regexp.MustCompile(`^torch\.nn\.(LSTM|GRU|RNN) seq-first.*$`), sequence})
}

// sequence runs layers over all steps. It is no reading of a case whose weights
// have no gradient, which says that they are not used: its outputs then follow
// from weights that the case does not list.
func sequence(b *bench, m []string) []*gorgonia.Node {
	kind := map[string]graph.Cell{"LSTM": graph.LSTM, "GRU": graph.GRU, "RNN": graph.TanhRNN}[m[1]]
	if b.k.Attrs["nonlinearity"] == "relu" {
		kind = graph.ReLURNN
	}
	if b.k.Grads["weight_ih_l0"] == nil {
		return nil
	}
	y, directions := b.at("x"), []string{""}
	if b.k.flag("bidirectional") {
		directions = append(directions, "_reverse")
	}
	var lastH, lastC []*gorgonia.Node
	start := func(name string) *gorgonia.Node { // of the next layer and direction
		i := len(lastH)
		return b.Squeeze(b.Slice(b.at(name), graph.Range(i, i+1)), 0)
	}
	for layer := range max(1, b.k.ints("layers")[0]) {
		var outs []*gorgonia.Node
		for _, d := range directions {
			key := func(what string) string { return fmt.Sprintf("%s_l%d%s", what, layer, d) }
			s := graph.State{H: start("h0")}
			if kind == graph.LSTM {
				s.C = start("c0")
			}
			out, end := b.Unroll(kind, y, s, b.weights(key("weight_ih"), key("weight_hh"), key("bias_ih"), key("bias_hh")), d != "")
			outs, lastH, lastC = append(outs, out), append(lastH, end.H), append(lastC, end.C)
		}
		y = b.Concat(2, outs...)
	}
	out := []*gorgonia.Node{y, b.Stack(0, lastH...)}
	if kind == graph.LSTM {
		out = append(out, b.Stack(0, lastC...))
	}
	return out
}
