package train

import (
	"encoding/json"
	"path/filepath"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// scaledInput is a model of one weight.
type scaledInput struct{ p *graph.Params }

func (m scaledInput) Params() *graph.Params { return m.p }

func (m scaledInput) Settings() (string, any) { return "train.scaledInput", struct{}{} }

func (m scaledInput) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	output = b.Mul(b.Input("x", n, 1), b.Param("w", graph.Ones(), 1))
	return b.Mean(b.Square(output)), output
}

func init() {
	Register("train.scaledInput", func(json.RawMessage) (Model, error) {
		return scaledInput{graph.NewParams(graph.Float64, 1)}, nil
	})
}

// TestRunnersAreBounded asks for many batch sizes in many goroutines, and counts what is
// kept.
func TestRunnersAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	if err := SaveModel(path, scaledInput{graph.NewParams(graph.Float64, 1)}, ModelFile{}); err != nil {
		t.Fatal(err)
	}
	p, err := OpenWith(path, PredictorOptions{Sizes: 3, Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			rows := make([]float64, 1+i%10)
			rows[0] = float64(i)
			if out, err := p.PredictRows(rows); err != nil || len(out) != len(rows) || out[0] != rows[0] {
				t.Errorf("got %v and %v", out, err)
			}
		})
	}
	wait.Wait()
	if n := len(p.runners.list); n > 3 {
		t.Errorf("got %d batch sizes, want at most 3", n)
	}
	for _, o := range p.runners.list {
		if len(o.idle) == 0 || len(o.idle) > 2 {
			t.Errorf("batches of %d: got %d runners, want 1 or 2", o.n, len(o.idle))
		}
	}
	if len(p.runners.turn) != 0 {
		t.Error("a turn was not given back")
	}
	n := p.runners.list[len(p.runners.list)-1].n
	o, r := p.runners.take(n)
	p.runners.put(r)
	if again, same := p.runners.take(n); again != o || same != r {
		t.Error("a runner that is free is not used again")
	}
}
