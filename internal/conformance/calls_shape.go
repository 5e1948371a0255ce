package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch's functions that move elements.

// lifted is x, or for a scalar the vector of it.
func (c *call) lifted(x *gorgonia.Node) *gorgonia.Node {
	if c.rank(x) == 0 {
		return c.Reshape(x, 1)
	}
	return x
}

// cut takes a range of an axis.
func (c *call) cut(x *gorgonia.Node, a, lo, hi int) *gorgonia.Node {
	spans := make([]graph.Span, c.rank(x))
	for i, n := range c.Shape(x) {
		spans[i] = graph.Range(0, n)
	}
	spans[a] = graph.Range(lo, hi)
	return c.Slice(x, spans...)
}

// swap exchanges two axes.
func (c *call) swap(x *gorgonia.Node, i, j int) *gorgonia.Node {
	n := c.rank(x)
	if n == 0 {
		return x
	}
	perm := make([]int, n)
	for k := range perm {
		perm[k] = k
	}
	i, j = axis(i, n), axis(j, n)
	perm[i], perm[j] = perm[j], perm[i]
	return c.Transpose(x, perm...)
}

// sizes resolves the -1 of a shape of as many elements as x.
func (c *call) sizes(v value) []int {
	if v.tensor != nil && v.tensor.Ints == nil {
		return v.tensor.Shape
	}
	return intsOf(v)
}

func init() {
	transposed := each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) < 2 {
			return x
		}
		return c.swap(x, -1, -2)
	})
	for _, name := range []string{"T", "mT", "mH", "H", "t", "adjoint"} {
		torchRules[name] = transposed
	}
	torchRules["transpose"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.swap(x, c.int(0, "dim0", 0), c.int(1, "dim1", 1))
	})
	torchRules["swapaxes"] = torchRules["transpose"]
	torchRules["permute"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		perm := c.ints(0, "dims")
		for i := range perm {
			perm[i] = axis(perm[i], c.rank(x))
		}
		if len(perm) == 0 {
			return x
		}
		return c.Transpose(x, perm...)
	})
	torchRules["movedim"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) == 0 {
			return x
		}
		return c.MoveAxes(x, c.ints(0, "source"), c.ints(1, "destination"))
	})
	torchRules["moveaxis"], torchRules["swapdims"] = torchRules["movedim"], torchRules["transpose"]
	shaped := each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "shape")
		return c.Reshape(x, c.sizes(v)...)
	})
	for _, name := range []string{"reshape", "view", "view_as", "reshape_as"} {
		torchRules[name] = shaped
	}
	torchRules["flatten"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Flatten(x, c.int(0, "start_dim", 0), c.int(1, "end_dim", -1))
	})
	torchRules["unflatten"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Unflatten(x, c.int(0, "dim", 0), c.ints(1, "sizes")...)
	})
	torchRules["ravel"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Reshape(x, sizeOf(c.Shape(x))) })
	torchRules["squeeze"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		var out []int
		only := -1
		if c.given(0, "dim") && c.rank(x) > 0 {
			only = axis(c.int(0, "dim", 0), c.rank(x))
		}
		for i, d := range c.Shape(x) {
			if d != 1 || c.given(0, "dim") && i != only {
				out = append(out, d)
			}
		}
		return c.Reshape(x, out...)
	})
	torchRules["unsqueeze"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Unsqueeze(x, axis(c.int(0, "dim", 0), c.rank(x)+1))
	})
	expanded := each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "size")
		to, s := slices.Clone(c.sizes(v)), c.Shape(x)
		if v.tensor != nil {
			to = slices.Clone(v.tensor.Shape)
		}
		for i := range s {
			if at := len(to) - len(s) + i; to[at] == -1 {
				to[at] = s[i]
			}
		}
		return c.Broadcast(x, to...)
	})
	torchRules["expand"], torchRules["expand_as"], torchRules["broadcast_to"] = expanded, expanded, expanded
	torchRules["sum_to_size"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		var to []int
		for _, v := range c.s.Args {
			to = append(to, intsOf(v)...)
		}
		s := c.Shape(x)
		var axes []int
		for i := range s {
			if at := i - (len(s) - len(to)); at < 0 || to[at] == 1 && s[i] != 1 {
				axes = append(axes, i)
			}
		}
		if len(axes) > 0 {
			x = c.Sum(x, axes...)
		}
		return c.Reshape(x, to...)
	})
	flipped := func(axes func(c *call) []int) torchRule {
		return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			list := axes(c)
			if len(list) == 0 || c.rank(x) == 0 {
				return x
			}
			return c.Flip(x, list...)
		})
	}
	torchRules["fliplr"] = flipped(func(*call) []int { return []int{1} })
	torchRules["flipud"] = flipped(func(*call) []int { return []int{0} })
	torchRules["flip"] = flipped(func(c *call) []int { return c.ints(0, "dims") })
	torchRules["roll"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		by, axes := c.ints(0, "shifts"), c.ints(1, "dims")
		if len(axes) == 0 {
			s := c.Shape(x)
			return c.Reshape(c.Roll(c.Reshape(x, sizeOf(s)), by[0], 0), s...)
		}
		for i, a := range axes {
			x = c.Roll(x, by[i], axis(a, c.rank(x)))
		}
		return x
	})
	torchRules["rot90"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		axes := c.ints(1, "dims")
		if len(axes) == 0 {
			axes = []int{0, 1}
		}
		return c.Rot90(x, c.int(0, "k", 1), axes[0], axes[1])
	})
	for name, half := range map[string]int{"fft.fftshift": 0, "fft.ifftshift": 1} {
		torchRules[name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			for _, a := range c.axesOf(0, "dim", x) {
				n := c.Shape(x)[a]
				x = c.Roll(x, (n+half)/2, a)
			}
			return x
		})
	}
	torchRules["repeat"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.tiled(x, c.ints(0, "repeats")) })
	torchRules["tile"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		counts := c.ints(0, "dims")
		for len(counts) < c.rank(x) {
			counts = append([]int{1}, counts...)
		}
		return c.tiled(x, counts)
	})
	torchRules["repeat_interleave"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "repeats")
		if v.tensor != nil {
			index := []int{}
			for i, n := range v.tensor.Ints {
				for range n {
					index = append(index, i)
				}
			}
			a := axis(c.int(1, "dim", 0), c.rank(x))
			return c.IndexSelect(x, c.ConstInts(index, len(index)), a)
		}
		if !c.given(1, "dim") {
			return c.Repeat(c.Reshape(x, sizeOf(c.Shape(x))), 0, c.int(0, "repeats", 1))
		}
		return c.Repeat(c.lifted(x), axis(c.int(1, "dim", 0), max(1, c.rank(x))), c.int(0, "repeats", 1))
	})
	torchRules["as_strided"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Strided(x, c.ints(0, "size"), c.ints(1, "stride"), c.int(2, "storage_offset", 0))
	})
	joinRules()
	splitRules()
	diagonalRules()
	partRules()
}

func (c *call) tiled(x *gorgonia.Node, counts []int) *gorgonia.Node {
	if len(counts) == 0 {
		return x
	}
	for c.rank(x) < len(counts) {
		x = c.Unsqueeze(x, 0)
	}
	return c.Tile(x, counts...)
}

func sizeOf(s []int) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

func joinRules() {
	joined := func(least int, a int, prepare func(c *call, x *gorgonia.Node) *gorgonia.Node) torchRule {
		return one1(func(c *call) *gorgonia.Node {
			var parts []*gorgonia.Node
			for _, x := range c.nodes(-1, "") {
				x = prepare(c, x)
				for c.rank(x) < least {
					x = c.Unsqueeze(x, c.rank(x))
				}
				parts = append(parts, x)
			}
			return c.Concat(a, parts...)
		})
	}
	row := func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if x = c.lifted(x); c.rank(x) == 1 {
			x = c.Unsqueeze(x, 0)
		}
		return x
	}
	torchRules["dstack"] = joined(3, 2, row)
	torchRules["vstack"] = joined(2, 0, row)
	torchRules["row_stack"] = torchRules["vstack"]
	torchRules["column_stack"] = joined(2, 1, func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.lifted(x) })
	torchRules["hstack"] = one1(func(c *call) *gorgonia.Node {
		var parts []*gorgonia.Node
		for _, x := range c.nodes(-1, "") {
			parts = append(parts, c.lifted(x))
		}
		return c.Concat(min(1, c.rank(parts[0])-1), parts...)
	})
	torchRules["cat"] = one1(func(c *call) *gorgonia.Node {
		var parts []*gorgonia.Node
		for _, x := range c.nodes(-1, "") {
			if c.rank(x) == 1 && c.Shape(x)[0] == 0 {
				continue // torch's old way to say nothing
			}
			parts = append(parts, x)
		}
		if len(parts) == 0 {
			return c.nodes(-1, "")[0]
		}
		return c.Concat(c.int(0, "dim", 0), parts...)
	})
	torchRules["concat"], torchRules["concatenate"] = torchRules["cat"], torchRules["cat"]
	torchRules["stack"] = one1(func(c *call) *gorgonia.Node { return c.Stack(c.int(0, "dim", 0), c.nodes(-1, "")...) })
	torchRules["meshgrid"] = func(c *call) []*gorgonia.Node {
		parts := c.nodes(-1, "")
		for i := range c.s.Args { // as many arguments instead of a list
			parts = append(parts, c.tensor(i, ""))
		}
		shape := make([]int, len(parts))
		for i, x := range parts {
			shape[i] = sizeOf(c.Shape(x))
		}
		xy := c.text(-1, "indexing", "ij") == "xy" && len(parts) > 1
		if xy {
			shape[0], shape[1] = shape[1], shape[0]
		}
		for i, x := range parts {
			at := i
			if xy && i < 2 {
				at = 1 - i
			}
			each := make([]int, len(shape))
			for k := range each {
				each[k] = 1
			}
			each[at] = shape[at]
			parts[i] = c.Broadcast(c.Reshape(x, each...), shape...)
		}
		return parts
	}
	lists := map[string]func(c *call, xs []*gorgonia.Node) []*gorgonia.Node{
		"block_diag": func(c *call, xs []*gorgonia.Node) []*gorgonia.Node { return []*gorgonia.Node{c.BlockDiagonal(xs...)} },
		"cartesian_prod": func(c *call, xs []*gorgonia.Node) []*gorgonia.Node {
			if len(xs) == 1 {
				return xs
			}
			return []*gorgonia.Node{c.CartesianProduct(xs...)}
		},
		"broadcast_tensors": func(c *call, xs []*gorgonia.Node) []*gorgonia.Node {
			sum := xs[0]
			for _, x := range xs[1:] {
				sum = c.Add(sum, x)
			}
			for i, x := range xs {
				xs[i] = c.Broadcast(x, c.Shape(sum)...)
			}
			return xs
		},
	}
	for k, name := range []string{"atleast_1d", "atleast_2d", "atleast_3d"} {
		lists[name] = func(c *call, xs []*gorgonia.Node) []*gorgonia.Node {
			for i, x := range xs {
				if c.rank(x) == 0 {
					x = c.Reshape(x, 1)
				}
				if c.rank(x) == 1 && k >= 1 {
					x = c.Unsqueeze(x, 0)
				}
				if c.rank(x) == 2 && k == 2 {
					x = c.Unsqueeze(x, 2)
				}
				xs[i] = x
			}
			return xs
		}
	}
	for name, f := range lists {
		torchRules[name] = func(c *call) []*gorgonia.Node { // a list, or as many arguments
			xs := c.nodes(-1, "")
			for i := range c.s.Args {
				xs = append(xs, c.nodes(i, "")...)
			}
			return f(c, xs)
		}
	}
	torchRules["combinations"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Combinations(x, c.int(0, "r", 2), c.flag(1, "with_replacement", false))
	})
}

func splitRules() {
	torchRules["chunk"] = func(c *call) []*gorgonia.Node {
		k, a := c.int(0, "chunks", 1), axis(c.int(1, "dim", 0), c.rank(c.input))
		n := c.Shape(c.input)[a]
		each := (n + k - 1) / k
		return c.pieces(c.input, a, each)
	}
	torchRules["split"] = func(c *call) []*gorgonia.Node {
		a, sizes := axis(c.int(1, "dim", 0), c.rank(c.input)), c.ints(0, "split_size_or_sections")
		v, _ := c.arg(0, "split_size_or_sections")
		if !v.isList {
			return c.pieces(c.input, a, sizes[0])
		}
		return c.Split(c.input, a, sizes...)
	}
	torchRules["split_with_sizes"] = torchRules["split"]
	torchRules["tensor_split"] = func(c *call) []*gorgonia.Node {
		a := axis(c.int(1, "dim", 0), c.rank(c.input))
		return c.cuts(c.input, a)
	}
	for name, a := range map[string]int{"hsplit": 1, "vsplit": 0, "dsplit": 2} {
		torchRules[name] = func(c *call) []*gorgonia.Node { return c.cuts(c.input, min(a, c.rank(c.input)-1)) }
	}
	torchRules["unbind"] = func(c *call) []*gorgonia.Node {
		a := axis(c.int(0, "dim", 0), c.rank(c.input))
		var out []*gorgonia.Node
		for i := range c.Shape(c.input)[a] {
			out = append(out, c.Squeeze(c.cut(c.input, a, i, i+1), a))
		}
		return out
	}
	torchRules["select"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		a := axis(c.int(0, "dim", 0), c.rank(x))
		i := axis(c.int(1, "index", 0), c.Shape(x)[a])
		return c.Squeeze(c.cut(x, a, i, i+1), a)
	})
	torchRules["narrow"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		a := axis(c.int(0, "dim", 0), c.rank(x))
		lo := axis(c.int(1, "start", 0), c.Shape(x)[a])
		return c.cut(x, a, lo, lo+c.int(2, "length", 0))
	})
	torchRules["unfold"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) == 0 {
			return c.Reshape(c.Windows(c.Reshape(x, 1), 0, c.int(1, "size", 1), c.int(2, "step", 1)), c.int(1, "size", 1))
		}
		return c.Windows(x, c.int(0, "dimension", 0), c.int(1, "size", 1), c.int(2, "step", 1))
	})
}

// pieces cuts an axis into runs of so many places, the last maybe shorter.
func (c *call) pieces(x *gorgonia.Node, a, each int) (out []*gorgonia.Node) {
	n := c.Shape(x)[a]
	for lo := 0; lo < n || lo == 0; lo += max(1, each) {
		out = append(out, c.cut(x, a, lo, min(n, lo+each)))
	}
	return out
}

// cuts cuts an axis at the places, or into as many nearly equal parts, that the
// first argument says.
func (c *call) cuts(x *gorgonia.Node, a int) (out []*gorgonia.Node) {
	v, _ := c.arg(0, "indices_or_sections")
	list, n := intsOf(v), c.Shape(x)[a]
	if v.isList || v.tensor != nil && len(v.tensor.Shape) > 0 {
		at := 0
		for _, i := range append(list, n) {
			i = max(at, min(axis(i, n), n))
			out = append(out, c.cut(x, a, at, i))
			at = i
		}
		return out
	}
	k, at := list[0], 0
	for i := range k {
		size := n / k
		if i < n%k {
			size++
		}
		out = append(out, c.cut(x, a, at, at+size))
		at += size
	}
	return out
}

func diagonalRules() {
	torchRules["linalg_diagonal"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.OffDiagonal(x, c.int(-1, "offset", 0), c.int(-1, "dim1", -2), c.int(-1, "dim2", -1))
	})
	torchRules["diagonal"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.OffDiagonal(x, c.int(0, "offset", 0), c.int(1, "dim1", 0), c.int(2, "dim2", 1))
	})
	torchRules["diag_embed"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.DiagonalMatrices(x, c.int(0, "offset", 0), c.int(1, "dim1", -2), c.int(2, "dim2", -1))
	})
	torchRules["diag"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) == 1 {
			return c.DiagonalMatrices(x, c.int(0, "diagonal", 0), 0, 1)
		}
		return c.OffDiagonal(x, c.int(0, "diagonal", 0), 0, 1)
	})
	torchRules["tril"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Tril(x, c.int(0, "diagonal", 0)) })
	torchRules["triu"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Triu(x, c.int(0, "diagonal", 0)) })
	torchRules["trace"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Sum(c.OffDiagonal(x, 0, 0, 1)) })
}
