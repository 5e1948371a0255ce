package randgraph

import "math"

// array is a value of the interpreter: row-major elements.
type array struct {
	shape []int
	v     []float64
}

// naive is one interpretation. It remembers which way every comparison went:
// between two points with equal ways the graph is smooth.
type naive struct {
	ways  uint64
	close bool // a jump is so near that rounding may decide
}

// way is the sign of x - y.
func (k *naive) way(x, y float64) int {
	w := 0
	switch {
	case x > y:
		w = 1
	case x < y:
		w = 2
	}
	k.note(w)
	return w
}

func (k *naive) note(w int) { k.ways = (k.ways ^ uint64(w)) * 0x100000001b3 }

// above is x > y for a function that jumps there.
func (k *naive) above(x, y float64) bool {
	k.close = k.close || math.Abs(x-y) < 1e-6
	return k.way(x, y) == 1
}

// larger is the larger of two numbers.
func (k *naive) larger(x, y float64) float64 {
	if k.way(x, y) == 1 {
		return x
	}
	return y
}

// size is the number of elements of a shape.
func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// each calls f with the places of a shape in order.
func each(shape []int, f func(at []int)) {
	at := make([]int, len(shape))
	for range size(shape) {
		f(at)
		for k := len(at) - 1; k >= 0; k-- {
			if at[k]++; at[k] < shape[k] {
				break
			}
			at[k] = 0
		}
	}
}

// fill makes an array of what f says of each place.
func fill(shape []int, f func(at []int) float64) array {
	a := array{shape: shape}
	each(shape, func(at []int) { a.v = append(a.v, f(at)) })
	return a
}

// get is the element at a place.
func (a array) get(at []int) float64 { return a.v[a.index(at)] }

func (a array) index(at []int) int {
	i := 0
	for k, d := range a.shape {
		i = i*d + at[k]
	}
	return i
}

// spread is the element that a place of a larger shape sees of a by broadcasting.
func (a array) spread(at []int) float64 {
	own := make([]int, len(a.shape))
	for k, d := range a.shape {
		if d != 1 {
			own[k] = at[len(at)-len(a.shape)+k]
		}
	}
	return a.get(own)
}

// broadcast is the shape of what combines x and y; false if they do not fit.
func broadcast(x, y []int) ([]int, bool) {
	if len(x) < len(y) {
		x, y = y, x
	}
	out := append([]int(nil), x...)
	for i, d := range y {
		k := len(x) - len(y) + i
		switch {
		case out[k] == 1:
			out[k] = d
		case d != 1 && d != out[k]:
			return nil, false
		}
	}
	return out, true
}

// lines calls f with the elements along an axis, for all places of the others,
// and puts what it returns where they stood; the axis may change its extent.
func (a array) lines(axis, extent int, f func(line []float64) []float64) array {
	shape := append([]int(nil), a.shape...)
	shape[axis] = 1
	out := array{shape: append([]int(nil), a.shape...)}
	out.shape[axis] = extent
	out.v = make([]float64, size(out.shape))
	each(shape, func(at []int) {
		var line []float64
		for i := range a.shape[axis] {
			at[axis] = i
			line = append(line, a.get(at))
		}
		for i, x := range f(line) {
			at[axis] = i
			out.v[out.index(at)] = x
		}
		at[axis] = 0
	})
	return out
}

// fold calls f with the elements along some axes, for all places of the others.
func (a array) fold(axes []bool, keep bool, f func(part []float64) float64) array {
	var out, outer, inner []int
	for i, d := range a.shape {
		outer, inner = append(outer, d), append(inner, 1)
		if axes[i] {
			outer[i], inner[i] = 1, d
		}
		if !axes[i] || keep {
			out = append(out, outer[i])
		}
	}
	y := fill(outer, func(at []int) float64 {
		var part []float64
		each(inner, func(in []int) {
			where := make([]int, len(at))
			for i := range at {
				where[i] = at[i] + in[i]
			}
			part = append(part, a.get(where))
		})
		return f(part)
	})
	return array{out, y.v}
}

// matmul is the product of the last two axes, with the leading ones broadcast.
func matmul(x, y array) array {
	nx, ny := len(x.shape), len(y.shape)
	lead, _ := broadcast(x.shape[:nx-2], y.shape[:ny-2])
	return fill(append(lead, x.shape[nx-2], y.shape[ny-1]), func(at []int) float64 {
		n := len(at)
		sum := 0.0
		for l := range x.shape[nx-1] {
			left := append(append([]int(nil), at[:n-1]...), l)
			right := append(append([]int(nil), at[:n-2]...), l, at[n-1])
			sum += x.spreadLead(left) * y.spreadLead(right)
		}
		return sum
	})
}

// spreadLead is spread with the last two axes as they are.
func (a array) spreadLead(at []int) float64 {
	own := make([]int, len(a.shape))
	for k, d := range a.shape {
		if d != 1 || k >= len(a.shape)-2 {
			own[k] = at[len(at)-len(a.shape)+k]
		}
	}
	return a.get(own)
}

// transposed is a with its axes in another order.
func (a array) transposed(perm []int) array {
	shape := make([]int, len(perm))
	for i, p := range perm {
		shape[i] = a.shape[p]
	}
	return fill(shape, func(at []int) float64 {
		own := make([]int, len(at))
		for i, p := range perm {
			own[p] = at[i]
		}
		return a.get(own)
	})
}
