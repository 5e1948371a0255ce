package train_test

import (
	"context"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// TestEvaluationAllocates: batches of an evaluation with metrics cost no memory of their own.
func TestEvaluationAllocates(t *testing.T) {
	var o train.ClassOptions
	allocs := func(batches int) float64 {
		set := blobs(t, 3*batches)
		tr := newTrainer(t, newNet(graph.Float32, 0), train.Options{EvalBatch: 3, Workers: 1, Metrics: []train.Metric{train.Accuracy(), train.F1(o), train.Confusion(), train.LogLoss(train.ProbabilityOptions{})}})
		return testing.AllocsPerRun(3, func() {
			if _, err := tr.Evaluate(context.Background(), set); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(10), allocs(210); many > few+20 {
		t.Errorf("got %v allocations for 10 batches and %v for 210, want no more", few, many)
	}
}
