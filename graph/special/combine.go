package special

import (
	"math"
	"math/bits"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Meshgrid returns the vectors broadcast against each other: the i-th result varies
// along axis i.
// Shape: [N1], [N2], ...; each result [N1, N2, ...].
func Meshgrid(b *graph.Builder, xs ...*gorgonia.Node) []*gorgonia.Node {
	c := build.Enter(b, "special.Meshgrid", xs...)
	defer c.Leave()
	var shape []int
	for _, x := range xs {
		shape = append(shape, c.Shape(x).Size())
	}
	out := make([]*gorgonia.Node, len(xs))
	for i, x := range xs {
		each := slices.Repeat([]int{1}, len(xs))
		each[i] = shape[i]
		out[i] = b.Broadcast(b.Reshape(x, each...), shape...)
	}
	return out
}

// CartesianProduct returns all ways to choose one element of each vector; the last
// vector varies fastest.
// Shape: [N1], [N2], ..., K vectors; result [N1·N2·..., K].
func CartesianProduct(b *graph.Builder, xs ...*gorgonia.Node) *gorgonia.Node {
	c := build.Enter(b, "special.CartesianProduct", xs...)
	defer c.Leave()
	grid := Meshgrid(b, xs...)
	if c.Err != nil {
		return nil
	}
	for i, x := range grid {
		grid[i] = b.Reshape(x, c.Shape(x).Size())
	}
	return b.Stack(1, grid...)
}

// Combinations returns all ways to choose r elements of the vector x, in the order of
// their indices.
// Shape: x [N]; result [C(N, r), r].
func Combinations(b *graph.Builder, x *gorgonia.Node, r int) *gorgonia.Node {
	c := build.Enter(b, "special.Combinations", x)
	defer c.Leave()
	return combinations(b, x, r, false)
}

// CombinationsWithReplacement returns all ways to choose r elements of the vector x if
// an element may be chosen again.
// Shape: x [N]; result [C(N+r−1, r), r].
func CombinationsWithReplacement(b *graph.Builder, x *gorgonia.Node, r int) *gorgonia.Node {
	c := build.Enter(b, "special.CombinationsWithReplacement", x)
	defer c.Leave()
	return combinations(b, x, r, true)
}

// combinations returns all ways to choose r elements of x, which may be chosen again
// with repeats.
func combinations(b *graph.Builder, x *gorgonia.Node, r int, repeats bool) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(x)
	if c.Err != nil {
		return nil
	}
	if len(s) != 1 || r < 0 {
		c.Refuse(mistake.Shapef("got %v and r = %d, want a vector [N] and r of at least 0", s, r))
		return nil
	}
	count := choices(s[0], r, repeats)
	if !c.Holds(count, r) {
		return nil
	}
	rise := 1 // from one place of a choice to the next, at least
	if repeats {
		rise = 0
	}
	index := make([]int, 0, count*r)
	for c := range count {
		var last []int // the choice before
		i, next := 0, 0
		if c > 0 {
			last = index[len(index)-r:]
			for i = r - 1; last[i] == s[0]-1-(r-1-i)*rise; i-- { // it cannot rise any more
			}
			next = last[i] + 1
		}
		index = append(index, last[:i]...)
		for k := range r - i {
			index = append(index, next+k*rise)
		}
	}
	return b.Take(x, b.ConstInts(index, count, r))
}

// choices is how many choices of r of n places there are, math.MaxInt if that is more
// than an int holds.
func choices(n, r int, repeats bool) int {
	if repeats && n > 0 && r > 0 {
		if r > math.MaxInt-n {
			return math.MaxInt
		}
		n += r - 1
	}
	if r > n {
		return 0
	}
	r = min(r, n-r)
	count := uint64(1)
	for i := range r { // C(n−r+i+1, i+1): each is an integer
		hi, lo := bits.Mul64(count, uint64(n-r+i+1))
		if hi >= uint64(i+1) {
			return math.MaxInt
		}
		if count, _ = bits.Div64(hi, lo, uint64(i+1)); count > math.MaxInt {
			return math.MaxInt
		}
	}
	return int(count)
}
