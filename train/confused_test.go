package train_test

import (
	"slices"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestConfused lists the pairs by how often they were confused.
func TestConfused(t *testing.T) {
	c := &train.ConfusionMatrix{Counts: [][]float64{{9, 1, 0}, {3, 9, 1}, {0, 2.5, 9}}}
	want := []train.ConfusedPair{{1, 0, 3}, {2, 1, 2.5}, {0, 1, 1}, {1, 2, 1}}
	if got := c.Confused(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := (*train.ConfusionMatrix)(nil).Confused(); got != nil {
		t.Errorf("nil: got %v, want none", got)
	}
}
