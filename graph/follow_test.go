package graph_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestOnGradients compares each part of the gradients when f is called with the same part after the run.
// Of the layers two share their weights. One parameter is not used.
func TestOnGradients(t *testing.T) {
	for _, workers := range []int{1, 4} {
		for _, parts := range []int{1, 2, 7, 100} {
			t.Run(fmt.Sprint(workers, " workers, ", parts, " parts"), func(t *testing.T) {
				const rows, width = 64, 24
				params := graph.NewParams(graph.Float64, 1)
				b := graph.New(params)
				x := b.Input("x", rows, width)
				var weights []*gorgonia.Node
				for i := range 5 { // the fourth is not used
					weights = append(weights, b.Param(fmt.Sprint("w", i), graph.XavierUniform(), width, width))
				}
				h := x
				for _, w := range []int{0, 1, 2, 1, 4} {
					h = b.Tanh(b.MatMul(h, weights[w]))
				}
				loss := b.Mean(b.Mul(h, h))
				wrt := gorgonia.Nodes{weights[0], weights[1], weights[2], weights[4]}
				list, err := autograd.Gradients(loss, wrt...)
				if err != nil {
					t.Fatal(err)
				}
				prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{loss}, Grads: list, Wrt: wrt, Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				if err := graph.InputOf[float64](prog, "x").Set(waves(rows*width, 1)); err != nil {
					t.Fatal(err)
				}
				_, grads := params.Flat64()
				cuts := []int{0}
				for i := range parts {
					cuts = append(cuts, len(grads)*(i+1)/parts)
				}
				seen := make([]float64, len(grads))
				var order []int
				told, err := prog.OnGradients(cuts, func(part int) {
					order = append(order, part)
					copy(seen[cuts[part]:cuts[part+1]], grads[cuts[part]:])
				})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 {
					for i := range grads {
						grads[i] = -1
					}
					order = order[:0]
					if err := prog.Run(); err != nil {
						t.Fatal(err)
					}
					if !slices.Equal(seen, grads) {
						t.Error("a part was changed after f was called for it")
					}
					if sorted := slices.Sorted(slices.Values(order)); !slices.Equal(order, told) || len(order) != parts || sorted[0] != 0 || len(slices.Compact(sorted)) != parts {
						t.Errorf("got the parts %v, want each of %d once, in the order %v", order, parts, told)
					}
				}
				if last := order[len(order)-1]; parts == 100 && (last < 0 || cuts[last] >= 2*width*width) {
					t.Errorf("got the part %d last, want one of the first weight or of those that two layers share", last)
				}
				if _, err := prog.OnGradients(nil, nil); err != nil {
					t.Fatal(err)
				}
				order = order[:0]
				if err := prog.Run(); err != nil || len(order) > 0 {
					t.Errorf("got the parts %v and the error %v after f was taken away", order, err)
				}
			})
		}
	}
}

// TestOnGradientsErrors refuses what is no cut of the gradients.
func TestOnGradientsErrors(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float32, 1))
	loss := b.Sum(b.Param("w", graph.Zeros(), 4))
	list, err := autograd.Gradients(loss, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := b.Compile(graph.Options{Grads: list})
	if err != nil {
		t.Fatal(err)
	}
	for _, cuts := range [][]int{{-1, 4}, {0, 4000}, {3, 2}} {
		if _, err := prog.OnGradients(cuts, func(int) {}); !errors.Is(err, graph.ErrOption) {
			t.Errorf("cuts %v: got the error %v, want ErrOption", cuts, err)
		}
	}
	if _, err := (*graph.Program)(nil).OnGradients(nil, nil); !errors.Is(err, graph.ErrOption) {
		t.Errorf("nil: got the error %v, want ErrOption", err)
	}
}
