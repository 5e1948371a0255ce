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
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/schedule"
)

func init() { parts["train"] = partTrain }

// trained trains a network on all ranks, or alone, and returns the loss and a sum over the bits of all
// parameters.
func trained() (string, error) {
	var x, y []float64
	for i := range 100 {
		x = append(x, float64(i)/25-2)
		y = append(y, math.Sin(x[i]))
	}
	set, err := data.XY(x, 1, y, 1)
	if err != nil {
		return "", err
	}
	m, err := models.NewMLP(models.MLPOptions{In: 1, Hidden: []int{32, 32}, Out: 1, Head: models.Regression, DType: graph.Float32})
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
func partTrain(e dist.Engine) error {
	got, err := trained()
	if err != nil {
		return err
	}
	fmt.Printf("trained: %s\n", got)
	return leave(e)
}

// TestTraining checks that a training on several ranks has the bits of one process.
func TestTraining(t *testing.T) {
	want, err := trained()
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{2, 4} {
		if testing.Short() && n != 2 {
			continue
		}
		rs := begin(t, n, "train")
		rs.mustEnd(t, 0)
		if got := strings.Count(rs.said.String(), "trained: "+want+"\n"); got != n {
			t.Errorf("%d of %d ranks have %s: %s", got, n, want, &rs.said)
		}
	}
}
