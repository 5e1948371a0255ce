package train_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// half is one of two models with the same parameters, of which each trains some.
type half struct{ p *graph.Params }

func (m half) Params() *graph.Params { return m.p }

func (m half) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	h := nn.Dense(b, "a", b.Input("x", n, 1), 3, nn.Tanh)
	output = nn.Dense(b, "b", h, 1, nn.Identity)
	return loss.MSE(b, output, b.Input("y", n, 1)), output
}

// TestRestorePlayers: two trainers on one set of parameters that are saved at the same
// moment, into two files, go on together with the same bits.
func TestRestorePlayers(t *testing.T) {
	set, err := data.XY([]float64{0, 1, 2, 3}, 1, []float64{1, 3, 5, 7}, 1)
	if err != nil {
		t.Fatal(err)
	}
	game := func() (all *graph.Params, list []*train.Trainer) {
		all = graph.NewParams(graph.Float64, 1)
		for _, name := range []string{"a/", "b/"} {
			trainer, err := train.New(half{all.Only(name)}, train.Options{})
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, trainer)
		}
		return all, list
	}
	play := func(list []*train.Trainer) {
		for range 5 {
			for _, trainer := range list {
				if _, err := trainer.Step(set, []int{0, 1, 2, 3}); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	files := []string{filepath.Join(t.TempDir(), "a.safetensors"), filepath.Join(t.TempDir(), "b.safetensors")}
	first, list := game()
	play(list)
	for i, trainer := range list {
		if err := trainer.Save(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	play(list)
	second, list := game()
	for i, trainer := range list {
		if err := trainer.Restore(files[i]); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Equal(values(first), values(second)) {
		t.Fatal("got the same parameters before the last steps, want others")
	}
	play(list)
	if !slices.Equal(values(first), values(second)) {
		t.Errorf("got %v after the files, want %v", values(second), values(first))
	}
}

// values returns the parameters of p.
func values(p *graph.Params) []float64 {
	v, _ := p.Flat64()
	return v
}
