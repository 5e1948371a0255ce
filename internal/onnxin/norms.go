package onnxin

import (
	"slices"
	"strconv"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// normRules are those of normalizations.
var normRules = map[string]rule{
	"BatchNormalization":        {least: 5, most: 5, states: []int{3, 4}, make: batchNorm},
	"InstanceNormalization":     {least: 3, most: 3, make: instanceNorm},
	"LayerNormalization":        {least: 2, most: 3, make: layerNorm},
	"GroupNormalization":        {least: 3, most: 3, make: groupNorm},
	"RMSNormalization":          {least: 2, most: 2, make: rmsNorm},
	"LpNormalization":           {least: 1, most: 1, make: lpNorm},
	"LRN":                       {least: 1, most: 1, make: responseNorm},
	"MeanVarianceNormalization": {least: 1, most: 1, make: meanVariance},
}

// channelwise returns a vector with an element for each channel as [C, 1, ...], for images of the rank.
func (c *call) channelwise(v node, rank int) node {
	shape := slices.Repeat([]int{1}, max(1, rank-1))
	shape[0] = size(c.Shape(v))
	return c.Reshape(v, shape...)
}

// affine returns x·gain + bias, with the operands i and i+1, which have an element for each channel.
func (c *call) affine(x node, i int) node {
	rank := len(c.Shape(x))
	return c.Add(c.Mul(x, c.channelwise(c.float(i), rank)), c.channelwise(c.float(i+1), rank))
}

// singlePrecision reads the type that ONNX computes moments with, which changes nothing here:
// they are computed in the type of the graph.
func (c *call) singlePrecision() {
	if kind := onnxfile.Kind(c.intAttr("stash_type", int(onnxfile.Float))); !kind.IsFloat() {
		c.malformed("got stash_type = %v, want floats", kind)
	}
}

// batchNorm uses the running moments, or in training those of the batch. Then it also returns the
// next running moments.
func batchNorm(c *call) []Value {
	x, s := c.float(0), c.dims(0)
	if len(s) < 2 {
		c.malformed("got %v, want [N, C, ...]", s)
	}
	eps, keep := c.floatAttr("epsilon", 1e-5), c.floatAttr("momentum", 0.9)
	c.sameVectors(s[1])
	old := nn.Moments{Mean: c.float(3), Variance: c.float(4)}
	training := c.version >= 14 && c.boolAttr("training_mode", false)
	if c.version < 9 && !c.boolAttr("spatial", true) {
		c.refuse("got moments of each element, want those of channels")
	}
	if c.version < 7 {
		training = !c.boolAttr("is_test", false)
	}
	if !training && len(c.Out) > 1 && c.version < 14 {
		training = true
	}
	if !training {
		return c.floats(nn.BatchNormFixed(c.Builder, x, old, c.float(1), c.float(2), eps))
	}
	axes := append([]int{0}, sequence(2, len(s))...)
	mean := c.Mean(x, axes...)
	off := c.Sub(x, c.channelwise(mean, len(s)))
	variance := c.Mean(c.Square(off), axes...)
	y := c.Mul(off, c.channelwise(c.Rsqrt(c.AddConst(variance, eps)), len(s)))
	next := func(old, now node) node { return c.Add(c.Scale(old, keep), c.Scale(now, 1-keep)) }
	return c.floats(c.affine(y, 1), next(old.Mean, mean), next(old.Variance, variance))
}

// sameVectors ends the rule unless the operands 1 to 4 have n elements each.
func (c *call) sameVectors(n int) {
	for i := 1; i < 5; i++ {
		if d := c.dims(i); len(d) != 1 || d[0] != n {
			c.malformed("operand %d: got the shape %v, want [%d], one for each channel", i, d, n)
		}
	}
}

// standardize returns (x - mean)/√(variance + eps) over axes, and the means and factors, whose
// axes stay with the extent 1.
func (c *call) standardize(x node, eps float64, axes []int) (y, mean, factor node) {
	kept := c.Shape(x)
	for _, a := range axes {
		kept[a] = 1
	}
	mean = c.Reshape(c.Mean(x, axes...), kept...)
	off := c.Sub(x, mean)
	factor = c.Rsqrt(c.AddConst(c.Reshape(c.Mean(c.Square(off), axes...), kept...), eps))
	if len(axes) == 1 && axes[0] == len(kept)-1 && eps > 0 {
		return nn.Standardize(c.Builder, x, eps, axes[0]), mean, factor
	}
	return c.Mul(off, factor), mean, factor
}

func instanceNorm(c *call) []Value {
	s := c.dims(0)
	if len(s) < 3 {
		c.malformed("got %v, want [N, C, In...]", s)
	}
	y, _, _ := c.standardize(c.float(0), c.floatAttr("epsilon", 1e-5), sequence(2, len(s)))
	return c.floats(c.affine(y, 1))
}

// layerNorm also returns the means and the factors.
func layerNorm(c *call) []Value {
	s := c.dims(0)
	c.singlePrecision()
	axis := c.axis(c.intAttr("axis", -1), len(s))
	y, mean, factor := c.standardize(c.float(0), decimal(c.floatAttr("epsilon", 1e-5)), sequence(axis, len(s)))
	if !c.isOnes(1) {
		y = c.Mul(y, c.float(1))
	}
	if c.has(2) {
		y = c.Add(y, c.float(2))
	}
	return c.floats(y, mean, factor)
}

// isOnes reports whether operand i, of the last extent of operand 0, is known to repeat 1.
func (c *call) isOnes(i int) bool {
	if s := c.dims(0); !c.isKnown(i) || len(s) == 0 || !slices.Equal(c.known(i).Shape, s[len(s)-1:]) {
		return false
	}
	return !slices.ContainsFunc(c.known(i).numbers(), func(x float64) bool { return x != 1 })
}

// decimal returns the shortest decimal number that has the float32 x: 1e-5, which no float32 is.
func decimal(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', -1, 32), 64)
	return y
}

// groupNorm has gains and biases for each channel; before version 21 for each group.
func groupNorm(c *call) []Value {
	s, groups := c.dims(0), c.intAttr("num_groups", 0)
	c.singlePrecision()
	if len(s) < 2 || groups < 1 || s[1]%groups != 0 {
		c.malformed("got %d groups of %v, want [N, C, ...] and a divisor of C", groups, s)
	}
	grouped := append([]int{s[0], groups, s[1] / groups}, s[2:]...)
	y, _, _ := c.standardize(c.Reshape(c.float(0), grouped...), c.floatAttr("epsilon", 1e-5), sequence(2, len(grouped)))
	if n := size(c.dims(1)); n == groups && c.version < 21 {
		return c.floats(c.Reshape(c.affine(y, 1), s...))
	}
	return c.floats(c.affine(c.Reshape(y, s...), 1))
}

func rmsNorm(c *call) []Value {
	s := c.dims(0)
	c.singlePrecision()
	axis := c.axis(c.intAttr("axis", -1), len(s))
	y := nn.NormalizeRMS(c.Builder, c.float(0), c.floatAttr("epsilon", 1e-5), sequence(axis, len(s))...)
	return c.floats(c.Mul(y, c.float(1)))
}

// lpNorm divides by the norm along an axis; zeros stay zeros.
func lpNorm(c *call) []Value {
	x, s := c.float(0), c.dims(0)
	axis := c.axis(c.intAttr("axis", -1), len(s))
	norm := c.Unsqueeze(c.Norm(x, float64(c.intAttr("p", 2)), axis), axis)
	return c.floats(c.Div(x, c.Where(c.Equal(norm, c.Scalar(0)), c.Scalar(1), norm)))
}

// responseNorm divides by a power of the mean square of neighbouring channels.
func responseNorm(c *call) []Value {
	x, s, n := c.float(0), c.dims(0), c.intAttr("size", 0)
	if len(s) < 2 || n < 1 || n > 1<<20 {
		c.malformed("got size = %d and %v, want at least 1 and [N, C, ...]", n, s)
	}
	before, after := min((n-1)/2, s[1]), min(n-1-(n-1)/2, s[1]) // what is beyond the last channel counts as 0
	squares := c.Pad(c.Reshape(c.Square(x), s[0], 1, s[1], size(s[2:])), []int{before, 0}, []int{after, 0}, graph.PadZeros)
	o := nn.PoolOptions{Kernel: []int{before + after + 1, 1}, Windowing: nn.Windowing{Stride: []int{1}}}
	sum := c.Reshape(nn.SumPool(c.Builder, squares, o), s...)
	base := c.AddConst(c.Scale(sum, c.floatAttr("alpha", 1e-4)/float64(n)), c.floatAttr("bias", 1))
	return c.floats(c.Mul(x, c.PowConst(base, -c.floatAttr("beta", 0.75))))
}

// meanVariance subtracts means and divides by deviations.
func meanVariance(c *call) []Value {
	x, s := c.float(0), c.dims(0)
	axes := c.axes(c.intsAttr("axes", []int{0, 2, 3}), len(s))
	kept := slices.Clone(s)
	for _, a := range axes {
		kept[a] = 1
	}
	off := c.Sub(x, c.Reshape(c.Mean(x, axes...), kept...))
	deviation := c.Sqrt(c.Reshape(c.Mean(c.Square(off), axes...), kept...))
	return c.floats(c.Div(off, c.AddConst(deviation, 1e-9)))
}
