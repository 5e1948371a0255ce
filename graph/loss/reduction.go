package loss

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Reduction says what a loss returns: one number, or one for each element or example.
type Reduction uint8

// The reductions.
const (
	Mean Reduction = iota // a scalar: the sum divided by how many there are; the default
	Sum                   // a scalar: the sum
	Each                  // nothing is added up: a loss for each element or example
)

var reductionNames = []string{"mean", "sum", "each"}

// String returns the name: mean, sum or each.
func (r Reduction) String() string { return enum.String("reduction", reductionNames, int(r)) }

// MarshalText returns the name. Errors: ErrOption for a number that is no reduction.
func (r Reduction) MarshalText() ([]byte, error) {
	return enum.Text("reduction", reductionNames, int(r))
}

// UnmarshalText sets the reduction that has the name. Errors: ErrOption for other names.
func (r *Reduction) UnmarshalText(text []byte) error {
	return enum.Read(r, "reduction", reductionNames, text)
}

// first returns the optional argument, its zero value if there is none. Checks.Optional
// refuses more than one.
func first[T any](given []T) (v T) {
	if len(given) > 0 {
		v = given[0]
	}
	return v
}

// reduce returns the losses reduced by r. The mean divides by their number.
func reduce(b *graph.Builder, each *gorgonia.Node, r Reduction) *gorgonia.Node {
	return reduceOver(b, each, nil, r)
}

// reduceOver returns the losses reduced by r. The mean divides by the sum of the weights,
// which the losses already contain, or by their number if weights are nil.
func reduceOver(b *graph.Builder, each, weights *gorgonia.Node, r Reduction) *gorgonia.Node {
	c := build.Of(b)
	if !c.Checks().OneOf("reduction", reductionNames, int(r)).OK() {
		return nil
	}
	switch {
	case r == Each:
		return each
	case r == Sum && c.ExampleWeights != nil:
		c.Refuse(mistake.Newf(mistake.ErrUnsupported, "got the reduction sum, want mean, or loss.MeanOf of each: with weights of examples (Options.SampleWeight, Options.ClassWeights) a loss is a weighted mean"))
		return nil
	case c.ExampleWeights != nil:
		return weighedMean(b, each, weights)
	case r == Sum:
		return b.Sum(each)
	case weights != nil:
		return MeanOver(b, b.Sum(each), b.Sum(weights))
	}
	return b.Mean(each)
}
