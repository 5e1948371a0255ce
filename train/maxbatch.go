package train

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// maxBatch returns the most examples that the model takes at once, and 0 if it does not say.
func maxBatch(m Model) int {
	if b, ok := m.(interface{ MaxBatch() int }); ok && !mistake.IsNil(m) {
		return max(0, b.MaxBatch())
	}
	return 0
}

// atMost makes n no larger than what the model takes at once.
func atMost(m Model, n int) int {
	if most := maxBatch(m); most > 0 {
		return min(n, most)
	}
	return n
}

// buildOnce builds the model with p, so that its parameters exist: for two examples, since one is
// too few for batch normalisation, or for one if the model takes no more.
func buildOnce(m Model, p *graph.Params) error {
	_, _, err := buildLoss(m, graph.New(p), atMost(m, 2))
	if err != nil {
		if _, _, one := buildLoss(m, graph.New(p), 1); one == nil {
			return nil
		}
	}
	return err
}
