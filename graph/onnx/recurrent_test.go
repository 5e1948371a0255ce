package onnx_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"gorgonia.org/gorgonia"
)

// recurrents are layers of each cell with some settings each; the outputs are all that they
// return.
func recurrents(d graph.DType) (all []exported) {
	for _, cell := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN, nn.ReLURNN} {
		for settings := range 16 {
			o := nn.RecurrentOptions{Cell: cell, Hidden: 3, Layers: 1 + settings&1, Bidirectional: settings&2 != 0, NoBias: settings&4 != 0}
			lengths, initial := settings&8 != 0, settings&12 == 4
			p := graph.NewParams(d, uint64(settings))
			build := func(b *graph.Builder, n int) []*gorgonia.Node {
				o := o
				if lengths {
					o.Lengths = b.Ints("lengths", n)
				}
				if initial {
					for i := range o.Layers {
						for range 1 + settings&2/2 {
							s := nn.State{H: b.Input(fmt.Sprintf("h%d.%d", i, len(o.Initial)), n, 3)}
							if cell == nn.LSTM {
								s.C = b.Input(fmt.Sprintf("c%d.%d", i, len(o.Initial)), n, 3)
							}
							o.Initial = append(o.Initial, s)
						}
					}
				}
				y, last := nn.Recurrent(b, "layer", b.Input("x", 4, n, 2), o)
				out := []*gorgonia.Node{y}
				for _, s := range last {
					if out = append(out, s.H); s.C != nil {
						out = append(out, s.C)
					}
				}
				return out
			}
			e := exported{name: fmt.Sprintf("%v %d", cell, settings), of: onnx.Model{Params: p, Outputs: build}, ints: map[string]int{"lengths": 5}}
			build(graph.New(p), 2)
			graphtest.Unfresh(p, 0.1)
			all = append(all, e)
		}
	}
	return all
}

func TestRecurrent(t *testing.T) {
	all := recurrents(graph.Float64)
	write(t, all, onnx.Options{}) // step by step
	interpreted(t, all, 1e-12, 1, 5)
	write(t, all, onnx.Options{Float32: true})
	interpreted(t, all, 1e-6, 1, 5)
	for _, e := range all {
		m, err := onnxtest.Read(e.file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, node := range m.Nodes {
			if slices.Contains([]string{"LSTM", "GRU", "RNN"}, node.Op) {
				n++
			}
			if node.Op == "MatMul" {
				t.Errorf("%s: got a step by itself", e.name)
				break
			}
		}
		if n == 0 || n > 4 {
			t.Errorf("%s: got %d layers", e.name, n)
		}
	}
}

func TestRecurrentInRuntime(t *testing.T) {
	all := recurrents(graph.Float32)
	write(t, all, onnx.Options{})
	inRuntime(t, all, 1e-5, 1, 5, 64)
}

func TestRecurrentInChecker(t *testing.T) {
	all := recurrents(graph.Float32)
	write(t, all, onnx.Options{})
	checked(t, all)
}

// TestUnrolled checks layers that ONNX has no operator for.
func TestUnrolled(t *testing.T) {
	all := []exported{
		{name: "projection", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			y, _ := nn.Recurrent(b, "layer", b.Input("x", 4, n, 2), nn.RecurrentOptions{Hidden: 3, Projection: 2})
			return y
		})},
		{name: "lengths and a state", ints: map[string]int{"lengths": 5}, of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			o := nn.RecurrentOptions{Cell: nn.GRU, Hidden: 3, Lengths: b.Ints("lengths", n), Initial: []nn.State{{H: b.Input("h", n, 3)}}}
			_, last := nn.Recurrent(b, "layer", b.Input("x", 4, n, 2), o)
			return last[0].H
		})},
	}
	write(t, all, onnx.Options{Float32: true})
	interpreted(t, all, 1e-6, 1, 5)
}
