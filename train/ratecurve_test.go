package train_test

import (
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train"
)

// TestRateCurveWithoutRate: a picture without a suggested rate says why.
func TestRateCurveWithoutRate(t *testing.T) {
	for want, c := range map[string]train.RateCurve{
		"no rate suggested: 2 steps, want 3 or more":       {Rates: []float64{1, 2}, Losses: []float64{3, 2}, Smoothed: []float64{3, 2}},
		"no rate suggested: the loss falls nowhere":        {Rates: []float64{1, 2, 4}, Losses: []float64{3, 3, 3}, Smoothed: []float64{3, 3, 3}},
		"no rate suggested: the loss grows from the start": {Rates: []float64{1, 2, 4}, Losses: []float64{1, 2, 9}, Smoothed: []float64{1, 2, 9}, Diverged: true},
	} {
		var picture strings.Builder
		if err := c.WriteSVG(&picture); err != nil || !math.IsNaN(c.Suggested()) || !strings.Contains(picture.String(), ">"+want+"<") {
			t.Errorf("got %v, the rate %v and the picture\n%s\nwant the text %q", err, c.Suggested(), &picture, want)
		}
	}
}
