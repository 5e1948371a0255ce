package onnxin

import (
	"math"

	"github.com/symgrad/symgrad/internal/onnxfile"
)

// makingRules are those of values that come from shapes and settings alone.
var makingRules = map[string]rule{
	"Size":            {least: 1, most: 1, indices: []int{0}, make: sizeOf},
	"ConstantOfShape": {least: 1, most: 1, settings: []int{0}, make: constantOfShape},
	"Range":           {least: 3, most: 3, settings: []int{0, 1, 2}, make: makeRange},
	"EyeLike":         {least: 1, most: 1, indices: []int{0}, make: eyeLike},

	"HannWindow":      {least: 1, most: 1, settings: []int{0}, make: window(0.5, 0.5, 0)},
	"HammingWindow":   {least: 1, most: 1, settings: []int{0}, make: window(25.0/46, 21.0/46, 0)},
	"BlackmanWindow":  {least: 1, most: 1, settings: []int{0}, make: window(0.42, 0.5, 0.08)},
	"MelWeightMatrix": {least: 5, most: 5, settings: []int{0, 1, 2, 3, 4}, make: melWeights},
}

// made returns a result that is known: f computes the elements. Integers are kept as such.
func (c *call) made(kind onnxfile.Kind, shape []int, f func(i int) float64) []Value {
	if err := kind.Check(); err != nil {
		panic(about(c.Node, err))
	}
	c.room(shape)
	a := &Array{Shape: shape}
	for i := range size(shape) {
		if v := f(i); kind.IsFloat() {
			a.Floats = append(a.Floats, c.rounded(v))
		} else {
			a.Ints = append(a.Ints, wrapped(kind, int64(v)))
		}
	}
	return []Value{{Kind: kind, Known: a}}
}

func sizeOf(c *call) []Value {
	v := vector(clip(size64(c.dims(0))))
	return []Value{{Kind: v.Kind, Known: v.Known.reshaped(nil)}}
}

// constantOfShape repeats one element, by default the float 0.
func constantOfShape(c *call) []Value {
	shape := c.ints(0)
	for _, d := range shape {
		if d < 0 {
			c.malformed("got the shape %v, want extents of at least 0", shape)
		}
	}
	v := Value{Kind: onnxfile.Float, Known: &Array{Shape: []int{1}, Floats: []float64{0}}}
	if t := c.tensorAttr("value"); t != nil {
		v = read(t)
	}
	if v.Known.len() != 1 {
		c.malformed("got the value of shape %v, want one element", v.Known.Shape)
	}
	if v.Kind.IsFloat() && size64(shape) > int64(c.g.limits.Known) {
		return c.typed(v.Kind, c.Broadcast(c.Scalar(v.Known.Floats[0]), shape...))
	}
	return []Value{{Kind: v.Kind, Known: c.gathered(v.Known, shape, func(int) int { return 0 })}}
}

// makeRange is the numbers from one to before another, in steps.
func makeRange(c *call) []Value {
	c.alike(0, 1)
	c.alike(0, 2)
	c.ignore("stash_type")
	start, limit, step := c.number(0, 0), c.number(1, 0), c.number(2, 1)
	n := math.Ceil((limit - start) / step)
	if step == 0 || math.IsNaN(n) || n > float64(c.g.limits.Known) {
		c.tooMuch("got a range from %v to %v in steps of %v, want at most %d elements", start, limit, step, c.g.limits.Known)
	}
	return c.made(c.kind(0), []int{int(max(n, 0))}, func(i int) float64 { return start + float64(i)*step })
}

// eyeLike has 1 on a diagonal.
func eyeLike(c *call) []Value {
	shape, k := c.dims(0), c.intAttr("k", 0)
	if len(shape) != 2 {
		c.malformed("got %v, want a matrix", shape)
	}
	kind := onnxfile.Kind(c.intAttr("dtype", int(c.kind(0))))
	return c.made(kind, shape, func(i int) float64 {
		if i%shape[1]-i/shape[1] == k {
			return 1
		}
		return 0
	})
}

// window is a sum of cosines over a number of points.
func window(a, b, d float64) func(c *call) []Value {
	return func(c *call) []Value {
		n, all := int(c.number(0, 0)), 0.0
		if n < 0 {
			c.malformed("got %d points, want at least 0", n)
		}
		if all = float64(n); !c.boolAttr("periodic", true) {
			all--
		}
		kind := onnxfile.Kind(c.intAttr("output_datatype", int(onnxfile.Float)))
		return c.made(kind, []int{n}, func(i int) float64 {
			at := 2 * math.Pi * float64(i) / max(all, 1)
			return a - b*math.Cos(at) + d*math.Cos(2*at)
		})
	}
}

// melWeights are triangles over the bins of a spectrum, at equal distances on the mel scale.
func melWeights(c *call) []Value {
	bins, length, rate := int(c.number(0, 0)), int(c.number(1, 0)), c.number(2, 0)
	low, high := c.number(3, 0), c.number(4, 0)
	spectrum := length/2 + 1
	if bins < 1 || bins > 1<<20 || length < 0 || length > 1<<24 {
		c.malformed("got %d mel bins of %d points, want at least one of each", bins, length)
	}
	mel := func(hz float64) float64 { return 2595 * math.Log10(1+hz/700) }
	from, to := mel(low), mel(high)
	at := make([]float64, bins+2) // of the edges and the middles
	for i := range at {
		hz := 700 * (math.Pow(10, (from+float64(i)*(to-from)/float64(bins+2))/2595) - 1)
		at[i] = math.Floor(float64(length+1) * hz / rate)
	}
	kind := onnxfile.Kind(c.intAttr("output_datatype", int(onnxfile.Float)))
	return c.made(kind, []int{spectrum, bins}, func(i int) float64 {
		k, j := float64(i/bins), i%bins
		lo, mid, hi := at[j], at[j+1], at[j+2]
		switch {
		case mid == lo && k == mid:
			return 1
		case mid > lo && k >= lo && k <= mid:
			return (k - lo) / (mid - lo)
		case hi > mid && k >= mid && k < hi:
			return (hi - k) / (hi - mid)
		}
		return 0
	})
}
