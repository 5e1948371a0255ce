//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64) && !race

package mpi

// These tests compile all of a training; the race detector would take minutes for it.

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

func init() {
	parts["train"] = func(e dist.Engine) error { return partTrain(e, false) }
	parts["sync"] = func(e dist.Engine) error { return partTrain(e, true) }
}

// network is a network for the test; with sync it takes statistics of the whole batch.
func network(sync bool) (train.Model, error) {
	if !sync {
		return models.NewMLP(models.MLPOptions{In: 1, Hidden: []int{32, 32}, Out: 1, Head: models.Regression, DType: graph.Float32})
	}
	return normalized{graph.NewParams(graph.Float32, 1)}, nil
}

// normalized is a network with batch normalization.
type normalized struct{ p *graph.Params }

func (m normalized) Params() *graph.Params { return m.p }

func (m normalized) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	h := b.Input("x", n, 1)
	for _, name := range []string{"one", "two"} {
		h = nn.Activate(b, nn.ReLU, nn.BatchNorm(b, name+"/norm", nn.Dense(b, name, h, 32, nn.Identity), nn.BatchNormOptions{Sync: true}))
	}
	output = nn.Dense(b, "out", h, 1, nn.Identity)
	return loss.MSE(b, output, b.Input("y", n, 1)), output
}

// trained trains a network on all ranks, or alone, and returns the loss and a sum over the bits of all
// parameters.
func trained(sync bool) (string, error) {
	var x, y []float64
	for i := range 100 {
		x = append(x, float64(i)/25-2)
		y = append(y, math.Sin(x[i]))
	}
	set, err := data.XY(x, 1, y, 1)
	if err != nil {
		return "", err
	}
	m, err := network(sync)
	if err != nil {
		return "", err
	}
	t, err := train.New(m, train.Options{Epochs: 20, BatchSize: 24, Shards: 4, Validation: set, Workers: 1, Schedule: schedule.Constant(0.01)})
	if err != nil {
		return "", err
	}
	h, err := t.Fit(context.Background(), set)
	if err != nil {
		return "", err
	}
	sum := fnv.New64()
	for _, q := range m.Params().List() {
		fmt.Fprint(sum, m.Params().Values(q.Name))
	}
	return fmt.Sprintf("loss %v, parameters %x", h.Last().Loss, sum.Sum64()), nil
}

// partTrain trains on all ranks.
func partTrain(e dist.Engine, sync bool) error {
	got, err := trained(sync)
	if err != nil {
		return err
	}
	fmt.Printf("trained: %s\n", got)
	return leave(e)
}

// TestTraining checks that trainings on several ranks have the bits of one process.
func TestTraining(t *testing.T) {
	for part, sync := range map[string]bool{"train": false, "sync": true} {
		want, err := trained(sync)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{2, 4} {
			if testing.Short() && n != 2 {
				continue
			}
			rs := begin(t, n, part)
			rs.mustEnd(t, 0)
			if got := strings.Count(rs.said.String(), "trained: "+want+"\n"); got != n {
				t.Errorf("%s: %d of %d ranks have %s: %s", part, got, n, want, &rs.said)
			}
		}
	}
}
