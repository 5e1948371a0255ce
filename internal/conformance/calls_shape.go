package main

import (
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/special"
)

// This file has the rules of torch's functions that move elements.

// lifted is x, or for a scalar the vector of it.
func (c *call) lifted(x node) node {
	if c.rank(x) == 0 {
		return c.Reshape(x, 1)
	}
	return x
}

// cut takes a range of an axis.
func (c *call) cut(x node, a, lo, hi int) node {
	spans := make([]graph.Span, c.rank(x))
	for i, n := range c.Shape(x) {
		spans[i] = graph.Range(0, n)
	}
	spans[a] = graph.Range(lo, hi)
	return c.Slice(x, spans...)
}

// swap exchanges two axes; a scalar has none.
func (c *call) swap(x node, i, j int) node {
	if c.rank(x) == 0 {
		return x
	}
	return c.SwapAxes(x, i, j)
}

// sizes is a shape, or that of the tensor other.
func (c *call) sizes(name string) []int {
	if y := c.optional("other"); y != nil {
		return c.Shape(y)
	}
	v, _ := c.arg(name)
	if v.isTensor() && v.kind == ofFloats { // OpInfo gives view_as and its like a tensor
		return c.Shape(c.node(v))
	}
	return c.ints(name)
}

func init() {
	transposed := each1(func(c *call, x node) node {
		if c.rank(x) < 2 {
			return x
		}
		return c.SwapAxes(x, -1, -2)
	})
	for _, name := range []string{"T", "mT", "mH", "H", "t", "adjoint"} {
		calls[name] = transposed
	}
	calls["transpose"] = each1(func(c *call, x node) node {
		return c.swap(x, c.int(c.names[1], 0), c.int(c.names[2], 1))
	})
	calls["swapaxes"], calls["swapdims"] = calls["transpose"], calls["transpose"]
	calls["permute"] = each1(func(c *call, x node) node {
		if c.rank(x) == 0 {
			c.ignore("dims")
			return x
		}
		return c.Transpose(x, c.ints("dims")...)
	})
	calls["movedim"] = each1(func(c *call, x node) node {
		if c.rank(x) == 0 {
			return x
		}
		return c.MoveAxes(x, c.ints("source"), c.ints("destination"))
	})
	calls["moveaxis"] = calls["movedim"]
	shapedRules()
}

func shapedRules() {
	shaped := each1(func(c *call, x node) node {
		return c.Reshape(x, c.sizes("shape")...)
	})
	for _, name := range []string{"reshape", "view", "view_as", "reshape_as"} {
		calls[name] = shaped
	}
	calls["flatten"] = each1(func(c *call, x node) node {
		return c.Flatten(x, c.int("start_dim", 0), c.int("end_dim", -1))
	})
	calls["unflatten"] = each1(func(c *call, x node) node {
		return c.Unflatten(x, c.int("dim", 0), c.ints("sizes")...)
	})
	calls["ravel"] = each1(func(c *call, x node) node { return c.Reshape(x, sizeOf(c.Shape(x))) })
	calls["squeeze"] = each1(func(c *call, x node) node {
		var out []int
		only := c.axesOf("dim", x)
		for i, d := range c.Shape(x) {
			if d != 1 || !slices.Contains(only, i) {
				out = append(out, d)
			}
		}
		return c.Reshape(x, out...)
	})
	calls["unsqueeze"] = each1(func(c *call, x node) node {
		return c.Unsqueeze(x, axis(c.int("dim", 0), c.rank(x)+1))
	})
	expanded := func(name string) rule {
		return each1(func(c *call, x node) node {
			to, s := slices.Clone(c.sizes(name)), c.Shape(x)
			for i := range s {
				if at := len(to) - len(s) + i; to[at] == -1 {
					to[at] = s[i]
				}
			}
			return c.Broadcast(x, to...)
		})
	}
	calls["expand"], calls["expand_as"], calls["broadcast_to"] = expanded("size"), expanded("other"), expanded("shape")
	calls["sum_to_size"] = each1(func(c *call, x node) node {
		to, s := c.ints("size"), c.Shape(x)
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
	turnedRules()
}

func turnedRules() {
	calls["fliplr"] = each1(func(c *call, x node) node { return c.Flip(x, 1) })
	calls["flipud"] = each1(func(c *call, x node) node { return c.Flip(x, 0) })
	calls["flip"] = each1(func(c *call, x node) node {
		if axes := c.ints("dims"); len(axes) > 0 {
			return c.Flip(x, axes...)
		}
		return x
	})
	calls["roll"] = each1(func(c *call, x node) node {
		by, axes := c.ints("shifts"), c.ints("dims")
		if len(axes) == 0 {
			s := c.Shape(x)
			return c.Reshape(c.Roll(c.Reshape(x, sizeOf(s)), by[0], 0), s...)
		}
		for i, a := range axes {
			x = c.Roll(x, by[i], axis(a, c.rank(x)))
		}
		return x
	})
	calls["rot90"] = each1(func(c *call, x node) node {
		axes := c.ints("dims")
		if len(axes) == 0 {
			axes = []int{0, 1}
		}
		return special.Rot90(c.Builder, x, c.int("k", 1), [2]int(axes[:2]))
	})
	for name, half := range map[string]int{"fft.fftshift": 0, "fft.ifftshift": 1} {
		calls[name] = each1(func(c *call, x node) node {
			for _, a := range c.axesOf("dim", x) {
				n := c.Shape(x)[a]
				x = c.Roll(x, (n+half)/2, a)
			}
			return x
		})
	}
	repeatRules()
}

func repeatRules() {
	for name, counts := range map[string]string{"repeat": "repeats", "tile": "dims"} {
		calls[name] = each1(func(c *call, x node) node {
			counts := c.ints(counts)
			for len(counts) < c.rank(x) {
				counts = append([]int{1}, counts...)
			}
			for c.rank(x) < len(counts) {
				x = c.Unsqueeze(x, 0)
			}
			if len(counts) == 0 {
				return x
			}
			return c.Tile(x, counts...)
		})
	}
	calls["repeat_interleave"] = each1(func(c *call, x node) node {
		counts := c.ints("repeats")
		if !c.given("dim") {
			x = c.Reshape(x, sizeOf(c.Shape(x)))
		}
		x = c.lifted(x)
		a := axis(c.int("dim", 0), c.rank(x))
		if len(counts) == 1 {
			return c.Repeat(x, a, counts[0])
		}
		index := []int{}
		for i, n := range counts {
			for range n {
				index = append(index, i)
			}
		}
		return c.IndexSelect(x, c.ConstInts(index, len(index)), a)
	})
	calls["as_strided"] = each1(func(c *call, x node) node {
		return special.Strided(c.Builder, x, c.ints("size"), c.ints("stride"), c.int("storage_offset", 0))
	})
	joinRules()
	splitRules()
	diagonalRules()
	madeRules()
}

func joinRules() {
	joined := func(rank, a int) rule {
		return one1(func(c *call) node {
			xs := atLeast(c, rank, c.nodes("tensors"))
			return c.Concat(min(a, c.rank(xs[0])-1), xs...)
		})
	}
	calls["hstack"], calls["vstack"], calls["row_stack"], calls["dstack"] = joined(1, 1), joined(2, 0), joined(2, 0), joined(3, 2)
	calls["column_stack"] = one1(func(c *call) node {
		xs := atLeast(c, 1, c.nodes("tensors"))
		for i, x := range xs {
			if c.rank(x) == 1 {
				xs[i] = c.Unsqueeze(x, 1)
			}
		}
		return c.Concat(1, xs...)
	})
	calls["cat"] = one1(func(c *call) node {
		var parts []node
		a := c.int("dim", 0)
		for _, x := range c.nodes("tensors") {
			if c.rank(x) == 1 && c.Shape(x)[0] == 0 {
				continue // torch's old way to say nothing
			}
			parts = append(parts, x)
		}
		if len(parts) == 0 {
			return c.nodes("tensors")[0]
		}
		return c.Concat(a, parts...)
	})
	calls["concat"], calls["concatenate"] = calls["cat"], calls["cat"]
	calls["stack"] = one1(func(c *call) node { return c.Stack(c.int("dim", 0), c.nodes("tensors")...) })
	listRules()
}

func listRules() {
	calls["meshgrid"] = func(c *call) []node {
		parts := special.Meshgrid(c.Builder, c.nodes("tensors")...)
		if c.text("indexing", "ij") == "xy" && len(parts) > 1 {
			for i, x := range parts {
				parts[i] = c.SwapAxes(x, 0, 1)
			}
		}
		return parts
	}
	for name, f := range map[string]func(c *call, xs []node) []node{
		"block_diag": func(c *call, xs []node) []node { return []node{special.BlockDiagonal(c.Builder, xs...)} },
		"cartesian_prod": func(c *call, xs []node) []node {
			if len(xs) == 1 {
				return xs
			}
			return []node{special.CartesianProduct(c.Builder, xs...)}
		},
		"broadcast_tensors": func(c *call, xs []node) []node {
			s := c.Shape(c.total(xs))
			for i, x := range xs {
				xs[i] = c.Broadcast(x, s...)
			}
			return xs
		},
		"atleast_1d": func(c *call, xs []node) []node { return atLeast(c, 1, xs) },
		"atleast_2d": func(c *call, xs []node) []node { return atLeast(c, 2, xs) },
		"atleast_3d": func(c *call, xs []node) []node { return atLeast(c, 3, xs) },
	} {
		calls[name] = func(c *call) []node { // a list, or as many arguments
			return f(c, c.nodes(c.names[0]))
		}
	}
	calls["combinations"] = each1(func(c *call, x node) node {
		if c.flag("with_replacement", false) {
			return special.CombinationsWithReplacement(c.Builder, x, c.int("r", 2))
		}
		return special.Combinations(c.Builder, x, c.int("r", 2))
	})
}

// atLeast gives each tensor k axes or more, as numpy does.
func atLeast(c *call, k int, xs []node) []node {
	for i, x := range xs {
		if x = c.lifted(x); c.rank(x) == 1 && k >= 2 {
			x = c.Unsqueeze(x, 0)
		}
		if c.rank(x) == 2 && k == 3 {
			x = c.Unsqueeze(x, 2)
		}
		xs[i] = x
	}
	return xs
}

func splitRules() {
	calls["chunk"] = func(c *call) []node {
		k, a := c.int("chunks", 1), axis(c.int("dim", 0), c.rank(c.input))
		return c.pieces(c.input, a, (c.Shape(c.input)[a]+k-1)/k)
	}
	calls["split"] = func(c *call) []node {
		a, sizes := axis(c.int("dim", 0), c.rank(c.input)), c.ints("split_size_or_sections")
		v, _ := c.arg("split_size_or_sections")
		if !v.isList {
			return c.pieces(c.input, a, sizes[0])
		}
		return c.Split(c.input, a, sizes...)
	}
	calls["split_with_sizes"] = calls["split"]
	calls["tensor_split"] = func(c *call) []node {
		return c.cuts(c.input, axis(c.int("dim", 0), c.rank(c.input)))
	}
	for name, a := range map[string]int{"hsplit": 1, "vsplit": 0, "dsplit": 2} {
		calls[name] = func(c *call) []node { return c.cuts(c.input, min(a, c.rank(c.input)-1)) }
	}
	calls["unbind"] = func(c *call) []node {
		a := axis(c.int("dim", 0), c.rank(c.input))
		var out []node
		for i := range c.Shape(c.input)[a] {
			out = append(out, c.Squeeze(c.cut(c.input, a, i, i+1), a))
		}
		return out
	}
	calls["select"] = each1(func(c *call, x node) node {
		a := axis(c.int("dim", 0), c.rank(x))
		i := axis(c.int("index", 0), c.Shape(x)[a])
		return c.Squeeze(c.cut(x, a, i, i+1), a)
	})
	calls["narrow"] = each1(func(c *call, x node) node {
		a := axis(c.int("dim", 0), c.rank(x))
		lo := axis(c.int("start", 0), c.Shape(x)[a])
		return c.cut(x, a, lo, lo+c.int("length", 0))
	})
	calls["tensor.unfold"] = each1(func(c *call, x node) node {
		a, size, step := c.int("dimension", 0), c.int("size", 1), c.int("step", 1)
		y := special.Windows(c.Builder, c.lifted(x), a, special.WindowOptions{Size: size, Step: step})
		if c.rank(x) == 0 {
			return c.Reshape(y, size)
		}
		return y
	})
}

// pieces cuts an axis into runs of so many places, the last maybe shorter.
func (c *call) pieces(x node, a, each int) (out []node) {
	n := c.Shape(x)[a]
	for lo := 0; lo < n || lo == 0; lo += max(1, each) {
		out = append(out, c.cut(x, a, lo, min(n, lo+each)))
	}
	return out
}

// cuts cuts an axis at the places, or into as many nearly equal parts, that the
// first argument says.
func (c *call) cuts(x node, a int) (out []node) {
	v, _ := c.arg("indices_or_sections")
	list, n := c.intsOf(v), c.Shape(x)[a]
	if v.isList || v.isTensor() && c.rank(c.node(v)) > 0 {
		at := 0
		for _, i := range append(list, n) {
			i = max(at, min(axis(i, n), n))
			out = append(out, c.cut(x, a, at, i))
			at = i
		}
		return out
	}
	k := list[0]
	for i := range k { // the first n%k are longer by one
		out = append(out, c.cut(x, a, i*(n/k)+min(i, n%k), (i+1)*(n/k)+min(i+1, n%k)))
	}
	return out
}

func diagonalRules() {
	calls["linalg.diagonal"] = each1(func(c *call, x node) node {
		return special.OffDiagonal(c.Builder, x, c.int("offset", 0), [2]int{c.int("dim1", -2), c.int("dim2", -1)})
	})
	calls["diagonal"] = each1(func(c *call, x node) node {
		return special.OffDiagonal(c.Builder, x, c.int("offset", 0), [2]int{c.int("dim1", 0), c.int("dim2", 1)})
	})
	calls["diag_embed"] = each1(func(c *call, x node) node {
		return special.DiagonalMatrices(c.Builder, x, c.int("offset", 0), [2]int{c.int("dim1", -2), c.int("dim2", -1)})
	})
	calls["diagflat"] = each1(func(c *call, x node) node {
		return special.DiagonalMatrices(c.Builder, c.Reshape(x, sizeOf(c.Shape(x))), c.int("offset", 0), [2]int{0, 1})
	})
	calls["diag"] = each1(func(c *call, x node) node {
		if c.rank(x) == 1 {
			return special.DiagonalMatrices(c.Builder, x, c.int("diagonal", 0), [2]int{0, 1})
		}
		return special.OffDiagonal(c.Builder, x, c.int("diagonal", 0), [2]int{0, 1})
	})
	calls["tril"] = each1(func(c *call, x node) node { return c.Tril(x, c.int("diagonal", 0)) })
	calls["triu"] = each1(func(c *call, x node) node { return c.Triu(x, c.int("diagonal", 0)) })
	calls["trace"] = each1(func(c *call, x node) node { return c.Sum(special.OffDiagonal(c.Builder, x, 0, [2]int{0, 1})) })
}
