package loss

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// MeanOf returns the mean of the losses each: [N, ...] over the elements for which the
// mask is 1. It is 0 for the others, and broadcasts to the losses; nil counts them all. A
// loss that does not count may be anything, also NaN. If nothing counts, the mean and its gradient are 0.
//
// With weights of the examples it is the weighted mean, Σ w·l / Σ w over what counts:
// those that a Trainer gives (train.Options.SampleWeight, train.Options.ClassWeights). So a
// model that reduces a loss itself, with Each, uses MeanOf to be right with them. A Trainer
// averages it over a data set as it does MeanOver.
func MeanOf(b *graph.Builder, each, mask *gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "loss.MeanOf", each, mask)
	defer c.Leave()
	if !c.Checks().Onto(each, mask).OK() {
		return nil
	}
	if mask == nil {
		return reduceOver(b, each, nil, Mean)
	}
	each = b.Where(mask, each, b.Scalar(0))
	if c.ExampleWeights == nil {
		return MeanOver(b, b.Sum(each), b.Sum(c.Broadcast(mask, c.Shape(each))))
	}
	return weighedMean(b, each, mask)
}

// weighedMean returns the mean of the losses, weighted by the weights of the examples. The
// count is 0 for what does not count, and the sum of its products with the weights is
// what the sum is divided by; nil is 1 everywhere. The losses contain the count already.
func weighedMean(b *graph.Builder, each, count *gorgonia.Node) *gorgonia.Node {
	c := build.Of(b)
	w := exampleWeights(b, c.Shape(each))
	if !c.OK() {
		return nil
	}
	total := w
	if count != nil {
		total = c.Weigh(count, w)
	}
	return MeanOver(b, b.Sum(c.Weigh(w, each)), b.Sum(c.Broadcast(total, c.Shape(each))))
}

// exampleWeights returns the weights of the examples for losses of the shape, with the same
// number of axes.
func exampleWeights(b *graph.Builder, shape []int) *gorgonia.Node {
	c := build.Of(b)
	own := slices.Clone([]int(c.Shape(c.ExampleWeights)))
	for len(own) > 1 && own[len(own)-1] == 1 {
		own = own[:len(own)-1]
	}
	if len(own) > len(shape) || !slices.Equal(own, shape[:len(own)]) {
		c.Refuse(mistake.Shapef("got losses %v and weights of the examples %v, want the examples on the first axis of the losses, and a weight for each example or for each loss", shape, own))
		return nil
	}
	c.Weighted++
	return b.Reshape(c.ExampleWeights, append(own, slices.Repeat([]int{1}, len(shape)-len(own))...)...)
}
