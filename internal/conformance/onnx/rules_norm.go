package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// This file has norms, slopes, dropout and lookups.

func init() {
	rules["BatchNormalization"] = batchNorm
	rules["InstanceNormalization"] = func(c *call) []*gorgonia.Node {
		norm := nn.NormOptions{Eps: c.float("epsilon", 1e-5), Gain: c.initial(1), Bias: c.initial(2)}
		return []*gorgonia.Node{nn.InstanceNorm(c.Builder, "h", c.tensor(0), nn.InstanceNormOptions{NormOptions: norm})}
	}
	rules["GroupNormalization"] = groupNorm
	rules["LayerNormalization"] = layerNorm
	rules["RMSNormalization"] = func(c *call) []*gorgonia.Node {
		c.only("stash_type", kindFloat)
		norm := nn.NormOptions{Eps: c.float("epsilon", 1e-5), Gain: c.initial(1)}
		return []*gorgonia.Node{c.rows(func(x *gorgonia.Node) *gorgonia.Node { return nn.RMSNorm(c.Builder, "h", x, norm) })}
	}
	rules["LpNormalization"] = func(c *call) []*gorgonia.Node {
		return []*gorgonia.Node{nn.Normalize(c.Builder, c.tensor(0), float64(c.int("p", 2)), c.int("axis", -1), 1e-12)}
	}
	rules["LRN"] = func(c *call) []*gorgonia.Node {
		size := c.int("size", 0)
		o := nn.LocalResponseOptions{Size: size, Alpha: c.float("alpha", 1e-4), Beta: c.float("beta", .75), K: c.float("bias", 1)}
		if size%2 == 0 {
			c.open("a window of an even size")
		}
		return []*gorgonia.Node{nn.LocalResponseNorm(c.Builder, c.tensor(0), o)}
	}
	rules["PRelu"] = prelu
	rules["Dropout"] = dropout
	rules["Gather"] = gather
}

// batchNorm also returns the running statistics in training. ONNX's momentum is the weight
// of the old ones, and it takes the biased variance of the batch.
func batchNorm(c *call) []*gorgonia.Node {
	x, eps, keep := c.tensor(0), c.float("epsilon", 1e-5), c.float("momentum", .9)
	c.only("is_test", 1) // before version 7
	old := nn.Moments{Mean: c.tensor(3), Variance: c.tensor(4)}
	if c.int("training_mode", 0) == 0 {
		return []*gorgonia.Node{nn.BatchNormFixed(c.Builder, x, old, c.tensor(1), c.tensor(2), eps)}
	}
	y := nn.BatchNorm(c.Builder, "h", x, nn.BatchNormOptions{Eps: eps, NoRunning: true, Gain: c.initial(1), Bias: c.initial(2)})
	now := nn.RunningStats(c.Builder, x, old, 1-keep)
	s, n := c.Shape(x), 1
	for i, d := range s {
		if i != 1 {
			n *= d
		}
	}
	before := c.Scale(old.Variance, keep)
	variance := c.Add(before, c.Scale(c.Sub(now.Variance, before), float64(n-1)/float64(n)))
	return []*gorgonia.Node{y, now.Mean, variance}
}

// groupNorm has a gain and a bias for each channel, or for each group as ONNX had before.
func groupNorm(c *call) []*gorgonia.Node {
	c.only("stash_type", kindFloat)
	x, groups := c.tensor(0), c.int("num_groups", 0)
	spread := func(i int) graph.Initializer {
		v := c.value(i).data
		var out []float64
		for _, e := range v {
			out = append(out, slices.Repeat([]float64{e}, c.Shape(x)[1]/len(v))...)
		}
		return graph.Values(out)
	}
	norm := nn.NormOptions{Eps: c.float("epsilon", 1e-5), Gain: spread(1), Bias: spread(2)}
	return []*gorgonia.Node{nn.GroupNorm(c.Builder, "h", x, groups, norm)}
}

// rows returns f of input 0 with the axes from the attribute axis on as one.
func (c *call) rows(f func(x *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	x := c.tensor(0)
	s := c.Shape(x)
	first := len(s) - len(axesFrom(c.int("axis", -1), len(s)))
	return c.Reshape(f(c.Reshape(x, append(slices.Clone(s[:first]), -1)...)), s...)
}

// layerNorm also returns the means and the inverse deviations.
func layerNorm(c *call) []*gorgonia.Node {
	c.only("stash_type", kindFloat)
	eps := c.float("epsilon", 1e-5)
	norm := nn.NormOptions{Eps: eps, Gain: c.initial(1), Bias: c.initial(2)}
	var mean, inverse *gorgonia.Node
	y := c.rows(func(x *gorgonia.Node) *gorgonia.Node {
		mean = c.Mean(x, -1)
		squares := c.Mean(c.Square(c.Sub(x, c.Unsqueeze(mean, -1))), -1)
		inverse = c.Rsqrt(c.AddConst(squares, eps))
		return nn.LayerNorm(c.Builder, "h", x, norm)
	})
	kept := slices.Clone(c.Shape(y))
	for _, axis := range axesFrom(c.int("axis", -1), len(kept)) {
		kept[axis] = 1
	}
	return []*gorgonia.Node{y, c.Reshape(mean, kept...), c.Reshape(inverse, kept...)}
}

// prelu has a slope that broadcasts to x: one for each channel goes to SlopedReLU. Before
// version 7 a vector was one for each channel.
func prelu(c *call) []*gorgonia.Node {
	x, slope := c.tensor(0), c.tensor(1)
	s, t := c.Shape(x), c.Shape(slope)
	if c.version < 7 && len(t) == 1 {
		return []*gorgonia.Node{nn.SlopedReLU(c.Builder, x, slope)}
	}
	if n := len(s) - len(t); n >= 0 && n < 2 && len(s) > 1 {
		t = append(slices.Repeat([]int{1}, n), t...)
		if t[1] == s[1] && t[0] == 1 && !slices.ContainsFunc(t[2:], func(d int) bool { return d != 1 }) {
			return []*gorgonia.Node{nn.SlopedReLU(c.Builder, x, c.Reshape(slope, s[1]))}
		}
	}
	return []*gorgonia.Node{c.Sub(c.ReLU(x), c.Mul(slope, c.ReLU(c.Neg(x))))}
}

// dropout covers what draws no numbers, which are ONNX's own.
func dropout(c *call) []*gorgonia.Node {
	x, rate := c.tensor(0), c.float("ratio", 0.5) // an attribute before version 12
	c.int("seed", 0)
	if c.has(1) {
		rate = c.value(1).data[0]
	}
	if c.has(2) && c.value(2).data[0] != 0 {
		if rate != 0 {
			c.open("numbers that NumPy draws")
		}
		c.SetTraining(true)
	}
	return []*gorgonia.Node{nn.Dropout(c.Builder, x, rate), c.ones(x)}
}

// gather looks up rows of an axis. Negative indices count from the last row.
func gather(c *call) []*gorgonia.Node {
	x, index, shape := c.tensor(0), c.whole(1), c.value(1).shape
	axis := axesFrom(c.int("axis", 0), len(c.Shape(x)))[0]
	from, to := make([]int, len(shape)), make([]int, len(shape))
	for i, v := range index {
		if v < 0 {
			index[i] = v + c.Shape(x)[axis]
		}
	}
	for i := range shape { // the axes of the index go where the axis was
		from[i], to[i] = i, axis+i
	}
	y := nn.Lookup(c.Builder, c.MoveAxes(x, []int{axis}, []int{0}), c.ConstInts(index, shape...), nil)
	return []*gorgonia.Node{c.MoveAxes(y, from, to)}
}
