package onnxin

import (
	"slices"

	"github.com/symgrad/symgrad/graph/special"
)

// pickRules are those of what reads and writes elements at indices.
var pickRules = map[string]rule{
	"GatherElements":  {least: 2, most: 2, indices: []int{1}, make: gatherElements},
	"GatherND":        {least: 2, most: 2, indices: []int{1}, make: gatherND},
	"Scatter":         {least: 3, most: 3, indices: []int{1}, make: scatterElements},
	"ScatterElements": {least: 3, most: 3, indices: []int{1}, make: scatterElements},
	"ScatterND":       {least: 3, most: 3, indices: []int{1}, make: scatterND},
	"OneHot":          {least: 3, most: 3, settings: []int{1}, make: oneHot},
	"Compress":        {least: 2, most: 2, settings: []int{1}, make: compress},
	"ReverseSequence": {least: 2, most: 2, make: reverseSequence},
	"TensorScatter":   {least: 2, most: 3, settings: []int{2}, make: tensorScatter},
}

// largestExact is the number up to which a float32 holds all integers.
const largestExact = 1 << 24

// indexOf returns operand i as indices into n elements. Negative ones count from the last.
func (c *call) indexOf(i, n int) node {
	v := c.value(i)
	if v.Known != nil {
		return c.ConstInts(c.within(c.ints(i), n), v.Known.Shape...)
	}
	if c.isIndex(v) && c.isNarrow() && n > largestExact {
		return v.Node // a run refuses negative indices
	}
	return c.AsInts(c.positive(c.float(i), n))
}

// positive adds n to negative numbers.
func (c *call) positive(x node, n int) node {
	return c.Where(c.Less(x, c.Scalar(0)), c.AddConst(x, float64(n)), x)
}

func gatherElements(c *call) []Value {
	shape := c.dims(0)
	axis := c.axis(c.intAttr("axis", 0), len(shape))
	return c.floats(c.Gather(c.float(0), c.indexOf(1, shape[axis]), axis))
}

// scatterElements puts elements at indices of an axis. Those that meet are reduced together.
func scatterElements(c *call) []Value {
	shape := c.dims(0)
	axis := c.axis(c.intAttr("axis", 0), len(shape))
	x, s, index := c.float(0), c.float(2), c.indexOf(1, shape[axis])
	switch by, r := c.reduction(); {
	case !by:
		return c.floats(c.Scatter(x, s, index, axis))
	case r == special.ReduceSum:
		return c.floats(c.wrap(c.kind(0), c.ScatterAdd(x, s, index, axis)))
	default:
		return c.floats(special.ScatterReduce(c.Builder, x, s, index, axis, special.ReduceOptions{Reduction: r, IncludeSelf: true}))
	}
}

// reduction returns how elements that meet at one place are reduced; by is false if the last counts.
func (c *call) reduction() (by bool, r special.Reduction) {
	switch name := c.textAttr("reduction", "none"); name {
	case "none":
		return false, 0
	case "add":
		return true, special.ReduceSum
	case "mul":
		return true, special.ReduceProd
	case "max":
		return true, special.ReduceMax
	case "min":
		return true, special.ReduceMin
	default:
		c.refuse("got reduction = %q, want none, add, mul, max or min", name)
	}
	return false, 0
}

// places returns the row-major number of the element that each row of operand i names, by one
// index for each extent. Of the first axes, apart of them, each row has its own element.
func (c *call) places(i int, extents []int, apart int) node {
	rows := c.dims(i)
	k := len(rows) - 1
	if k < 0 || rows[k]+apart != len(extents) {
		c.malformed("operand %d: got the shape %v, want %d indices in each row", i, rows, len(extents)-apart)
	}
	total := size64(extents)
	if c.isNarrow() && total > largestExact && !c.isKnown(i) {
		c.refuse("got indices into %v that are computed in float32, which holds integers up to %d", extents, largestExact)
	}
	strides := make([]int, len(extents))
	step := 1
	for a := len(extents) - 1; a >= 0; a-- {
		strides[a], step = step, step*max(extents[a], 1)
	}
	own := 0 // what the first axes add
	at := func(row int) (n int) {
		rest := row / max(1, size(rows[apart:k]))
		for a := apart - 1; a >= 0; a-- {
			n += rest % extents[a] * strides[a]
			rest /= extents[a]
		}
		return n
	}
	if c.isKnown(i) {
		return c.knownPlaces(i, extents[apart:], strides[apart:], at)
	}
	sum := c.Broadcast(c.Scalar(float64(own)), rows[:k]...)
	if apart > 0 {
		first := make([]float64, size(rows[:k]))
		for row := range first {
			first[row] = float64(at(row))
		}
		sum = c.Const(first, rows[:k]...)
	}
	x := c.float(i)
	for a := range rows[k] {
		part := c.positive(c.at(x, k, a), extents[apart+a])
		sum = c.Add(sum, c.Scale(part, float64(strides[apart+a])))
	}
	return c.AsInts(sum)
}

// knownPlaces is places of an operand that is known.
func (c *call) knownPlaces(i int, extents, strides []int, first func(row int) int) node {
	list, rows := c.ints(i), c.dims(i)
	k := len(rows) - 1
	out := make([]int, size(rows[:k]))
	for row := range out {
		out[row] = first(row)
		for a := range rows[k] {
			out[row] += c.within(list[row*rows[k]+a:][:1], extents[a])[0] * strides[a]
		}
	}
	return c.ConstInts(out, rows[:k]...)
}

// gatherND reads the slices that rows of indices name. Leading axes may be a batch, in which each
// row reads from its own part.
func gatherND(c *call) []Value {
	shape, rows := c.dims(0), c.dims(1)
	apart := c.intAttr("batch_dims", 0)
	if len(rows) == 0 || apart < 0 || apart >= len(rows) || apart+rows[len(rows)-1] > len(shape) || !slices.Equal(shape[:apart], rows[:apart]) {
		c.malformed("got the indices %v of %v with %d batch axes, want at most one index for each other axis", rows, shape, apart)
	}
	n := apart + rows[len(rows)-1]
	index := c.places(1, shape[:n], apart)
	flat := c.Reshape(c.float(0), append([]int{size(shape[:n])}, shape[n:]...)...)
	return c.floats(c.Take(flat, index))
}

// scatterND puts slices where rows of indices name.
func scatterND(c *call) []Value {
	shape, rows := c.dims(0), c.dims(1)
	if len(rows) == 0 || rows[len(rows)-1] > len(shape) {
		c.malformed("got the indices %v of %v, want at most one index for each axis", rows, shape)
	}
	n := rows[len(rows)-1]
	index, count := c.places(1, shape[:n], 0), size(rows[:len(rows)-1])
	inner := size(shape[n:])
	x := c.Reshape(c.float(0), size(shape[:n]), inner)
	s, index := c.Reshape(c.float(2), count, inner), c.Reshape(index, count)
	var y node
	switch by, r := c.reduction(); {
	case !by:
		y = special.IndexCopy(c.Builder, x, s, index, 0)
	case r == special.ReduceSum:
		y = c.wrap(c.kind(0), special.IndexAdd(c.Builder, x, s, index))
	default:
		y = special.IndexReduce(c.Builder, x, s, index, 0, special.ReduceOptions{Reduction: r, IncludeSelf: true})
	}
	return c.floats(c.Reshape(y, shape...))
}

// oneHot has a new axis with one value at an index and another elsewhere. An index out of range
// has none.
func oneHot(c *call) []Value {
	x, shape := c.float(0), c.dims(0)
	depth := int(c.number(1, 0))
	if depth < 0 || int64(depth) > int64(c.g.limits.Elements) {
		c.malformed("got a depth of %d, want at least 0", depth)
	}
	if s := c.dims(2); len(s) != 1 || s[0] != 2 {
		c.malformed("got values of the shape %v, want [2]", s)
	}
	axis := c.axis(c.intAttr("axis", -1), len(shape)+1)
	classes := make([]float64, depth)
	for i := range classes {
		classes[i] = float64(i)
	}
	along := slices.Repeat([]int{1}, len(shape)+1)
	along[axis] = depth
	is := c.Equal(c.Unsqueeze(c.positive(x, depth), axis), c.Const(classes, along...))
	values := c.float(2)
	return c.typed(c.kind(2), c.Where(is, c.at(values, 0, 1), c.at(values, 0, 0)))
}

// compress keeps the slices of an axis, or the elements, where a known condition holds.
func compress(c *call) []Value {
	x, shape := c.float(0), c.dims(0)
	axis := 0
	if c.hasAttr("axis") {
		axis = c.axis(c.intAttr("axis", 0), len(shape))
	} else {
		x, shape = c.Reshape(x, size(shape)), []int{size(shape)}
	}
	var index []int
	for i, v := range c.ints(1) {
		if v != 0 && i < shape[axis] {
			index = append(index, i)
		}
	}
	if len(c.ints(1)) > shape[axis] {
		c.malformed("got a condition of %d elements, want at most %d", len(c.ints(1)), shape[axis])
	}
	return c.floats(c.IndexSelect(x, c.ConstInts(index, len(index)), axis))
}

// reverseSequence turns the first steps of each sequence round.
func reverseSequence(c *call) []Value {
	x, shape := c.float(0), c.dims(0)
	time, batch := c.intAttr("time_axis", 0), c.intAttr("batch_axis", 1)
	if len(shape) < 2 || time+batch != 1 || time*batch != 0 {
		c.malformed("got the time axis %d and the batch axis %d of %v, want 0 and 1", time, batch, shape)
	}
	n, steps := shape[batch], shape[time]
	numbers := make([]float64, steps)
	for i := range numbers {
		numbers[i] = float64(i)
	}
	lengths, one := c.Reshape(c.float(1), n, 1), c.Const(numbers, 1, steps)
	from := c.Where(c.Less(one, lengths), c.Sub(c.AddConst(lengths, -1), one), c.Broadcast(one, n, steps))
	if time == 0 {
		from = c.Transpose(from)
	}
	index := c.Reshape(from, append([]int{shape[0], shape[1]}, slices.Repeat([]int{1}, len(shape)-2)...)...)
	return c.floats(c.Gather(x, c.AsInts(c.Broadcast(index, shape...)), time))
}

// tensorScatter writes steps into a cache, from a place of each example on.
func tensorScatter(c *call) []Value {
	shape, s := c.dims(0), c.dims(1)
	axis := c.axis(c.intAttr("axis", -2), len(shape))
	mode := c.textAttr("mode", "linear")
	if len(s) != len(shape) || axis == 0 || mode != "linear" && mode != "circular" {
		c.malformed("got %v into axis %d of %v by mode = %q, want linear or circular", s, axis, shape, mode)
	}
	starts := make([]int, shape[0])
	if c.has(2) {
		starts = c.ints(2)
	}
	index := make([]int, size(s))
	inner := size(s[axis+1:])
	for i := range index {
		at := i/inner%s[axis] + starts[i/max(1, size(s[1:]))]
		if mode == "circular" {
			at %= max(shape[axis], 1)
		}
		index[i] = at
	}
	return c.floats(c.Scatter(c.float(0), c.float(1), c.ConstInts(c.within(index, shape[axis]), s...), axis))
}
