package main

import (
	"math"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has formulas in words with numbers in them.

// x is the first input.
func (b *bench) x() *gorgonia.Node { return b.first() }

const (
	axisWords = `(?:along )?(?:axis|axes|dim|dims) ?\(?(-?[0-9]+(?:, ?-?[0-9]+)*)\)?`
	aNumber   = `(-?[0-9.]+(?:e-?[0-9]+)?)`
)

func init() {
	when(`einsum\(([^()]*)\)`, func(b *bench, m []string) *gorgonia.Node { return b.Einsum(m[1], b.inputs()...) })
	when(`(?:concat|cat|concatenate|stack|vstack|hstack|dstack)(?:\(\[?[a-z, ]*\]?\))?(?: `+axisWords+`)?`, func(b *bench, m []string) *gorgonia.Node {
		a := 0
		if m[1] != "" {
			a = numbers(m[1])[0]
		}
		switch {
		case strings.HasPrefix(b.k.Formula, "stack"):
			return b.Stack(a, b.inputs()...)
		case strings.HasPrefix(b.k.Formula, "c"):
			return b.Concat(a, b.inputs()...)
		}
		return nil
	})
	when(`sort (ascending|descending) `+axisWords, func(b *bench, m []string) *gorgonia.Node {
		return b.Sort(b.x(), numbers(m[2])[0], m[1] == "descending")
	})
	when(`(top|bottom|largest|smallest) ([0-9]+)(?: values)? `+axisWords, func(b *bench, m []string) *gorgonia.Node {
		k, a := numbers(m[2])[0], numbers(m[3])[0]
		y := b.Sort(b.x(), a, m[1] == "top" || m[1] == "largest")
		c := &call{bench: b}
		return c.cut(y, axis(a, len(b.Shape(y))), 0, k)
	})
	when(`topk ([0-9]+) `+axisWords, func(b *bench, m []string) *gorgonia.Node { return b.TopK(b.x(), numbers(m[1])[0], numbers(m[2])[0]) })
	when(`(?:p-norm p=|norm p=|L|l)`+aNumber+`(?:-norm| norm)?(?: `+axisWords+`)?`, func(b *bench, m []string) *gorgonia.Node {
		return b.Norm(b.x(), numberIn(m[1], 2), numbers(m[2])...)
	})
	when(`(?:p-norm p=|norm p=|L|l)?(-?)inf(?:-?norm| norm)?`, func(b *bench, m []string) *gorgonia.Node {
		p := math.Inf(1)
		if m[1] == "-" {
			p = math.Inf(-1)
		}
		return b.Norm(b.x(), p)
	})
	when(`(-?[0-9.]+)-norm`, func(b *bench, m []string) *gorgonia.Node { return b.Norm(b.x(), numberIn(m[1], 2)) })
	when(`(max|min)\|([a-z])\|`, func(b *bench, m []string) *gorgonia.Node {
		if m[1] == "max" {
			return b.Norm(b.x(), math.Inf(1))
		}
		return b.Norm(b.x(), math.Inf(-1))
	})
	when(`norm(1|2|3|inf)|(l1|l2|linf)norm|(l1|l2|linf)`, func(b *bench, m []string) *gorgonia.Node {
		p := numberIn(m[0], math.Inf(1))
		return b.folded(func(x *gorgonia.Node, axes ...int) *gorgonia.Node { return b.Norm(x, p, axes...) })
	})
	when(`(var|std)(?:_| )?(biased|unbiased)?.*`, func(b *bench, m []string) *gorgonia.Node {
		correction := 1
		if m[2] == "biased" {
			correction = 0
		}
		return b.folded(func(x *gorgonia.Node, axes ...int) *gorgonia.Node {
			if m[1] == "var" {
				return b.Variance(x, correction, axes...)
			}
			return b.Std(x, correction, axes...)
		})
	})
	when(`(sum|mean|prod|amax|amin|max|min|logsumexp|nansum|nanmean)(?:\(dim\))?`, func(b *bench, m []string) *gorgonia.Node {
		f := map[string]func(x *gorgonia.Node, axes ...int) *gorgonia.Node{"sum": b.Sum, "mean": b.Mean, "prod": b.Prod, "amax": b.Max, "amin": b.Min,
			"max": b.Max, "min": b.Min, "logsumexp": b.LogSumExp, "nansum": b.NaNSum, "nanmean": b.NaNMean}[m[1]]
		if len(b.k.Inputs.Names) > 1 {
			return nil
		}
		return b.folded(f)
	})
	when(`(?:amax|amin|max|min|median|mode)(?:\(dim\)|\(all\))? (?:on|with) ties.*|ties .*`, func(b *bench, m []string) *gorgonia.Node {
		f := b.Max
		if strings.Contains(m[0], "min") {
			f = b.Min
		}
		if len(b.wanted()) == 0 {
			return f(b.x())
		}
		return f(b.x(), -1)
	})
	shapePatterns()
	netPatterns()
	lossPatterns()
	scalarPatterns()
	when(`([a-z_0-9]+) `+axisWords, func(b *bench, m []string) *gorgonia.Node {
		axes := numbers(m[2])
		if len(axes) == 1 {
			return b.torch(m[1], "dim", float64(axes[0]), "dims", float64(axes[0]))
		}
		var list []any
		for _, a := range axes {
			list = append(list, a)
		}
		return b.torch(m[1], "dim", list, "dims", list)
	})
}

// wanted is the shape of the first output.
func (b *bench) wanted() []int {
	if len(b.k.Outputs.Names) == 0 {
		return nil
	}
	return b.k.Outputs.By[b.k.Outputs.Names[0]].Shape
}

// folded applies a fold over the axes that the attributes name.
func (b *bench) folded(f func(x *gorgonia.Node, axes ...int) *gorgonia.Node) *gorgonia.Node {
	axes := b.k.ints("axes")
	if axes == nil {
		axes = b.k.ints("axis")
	}
	y := f(b.x(), axes...)
	if !b.k.flag("keepdims") && !b.k.flag("keepdim") {
		return y
	}
	shape := b.Shape(b.x())
	if len(axes) == 0 {
		for i := range shape {
			axes = append(axes, i)
		}
	}
	for _, a := range axes {
		shape[axis(a, len(shape))] = 1
	}
	return b.Reshape(y, shape...)
}

func shapePatterns() {
	list := `\(?\[?(-?[0-9]+(?:, ?-?[0-9]+)*),?\]?\)?`
	when(`(?:permute|transpose) ?`+list, func(b *bench, m []string) *gorgonia.Node {
		p := numbers(m[1])
		if n := len(b.Shape(b.x())); len(p) == 2 && n != 2 {
			return b.SwapAxes(b.x(), p[0], p[1])
		}
		for i := range p {
			p[i] = axis(p[i], len(p))
		}
		return b.Transpose(b.x(), p...)
	})
	when(`(?:swapaxes|transpose axes|swap axes|swapdims) ?`+list, func(b *bench, m []string) *gorgonia.Node {
		p := numbers(m[1])
		return b.SwapAxes(b.x(), p[0], p[1])
	})
	when(`(?:movedim|moveaxis) ?\(?(-?[0-9]+)(?:,| to |->) ?(-?[0-9]+)\)?`, func(b *bench, m []string) *gorgonia.Node {
		return b.MoveAxes(b.x(), numbers(m[1]), numbers(m[2]))
	})
	when(`(?:reshape|view)(?: to)? ?`+list, func(b *bench, m []string) *gorgonia.Node { return b.Reshape(b.x(), numbers(m[1])...) })
	when(`(?:expand|broadcast_to|broadcast to|broadcast|expand to) ?`+list, func(b *bench, m []string) *gorgonia.Node {
		return b.Broadcast(b.x(), b.wanted()...)
	})
	when(`flatten(?: all)?`, func(b *bench, m []string) *gorgonia.Node { return b.Flatten(b.x(), 0, -1) })
	when(`ravel`, func(b *bench, m []string) *gorgonia.Node { return b.Flatten(b.x(), 0, -1) })
	when(`flatten (?:from )?axis ([0-9]+)(?: to (-?[0-9]+))?`, func(b *bench, m []string) *gorgonia.Node {
		last := -1
		if m[2] != "" {
			last = numbers(m[2])[0]
		}
		return b.Flatten(b.x(), numbers(m[1])[0], last)
	})
	when(`squeeze(?: ?\(?(-?[0-9]+)?\)?)?`, func(b *bench, m []string) *gorgonia.Node { return b.Squeeze(b.x(), numbers(m[1])...) })
	when(`unsqueeze ?\(?(-?[0-9]+)\)?`, func(b *bench, m []string) *gorgonia.Node { return b.Unsqueeze(b.x(), numbers(m[1])[0]) })
	when(`((?:(?:un)?squeeze\(-?[0-9]+\)\.?)+)`, func(b *bench, m []string) *gorgonia.Node {
		y := b.x()
		for _, step := range strings.Split(m[1], ".") {
			if n := numbers(step)[0]; strings.HasPrefix(step, "un") {
				y = b.Unsqueeze(y, n)
			} else {
				y = b.Squeeze(y, n)
			}
		}
		return y
	})
	when(`(?:flip|reverse) (?:both axes|all axes|all)`, func(b *bench, m []string) *gorgonia.Node {
		var axes []int
		for a := range b.Shape(b.x()) {
			axes = append(axes, a)
		}
		return b.Flip(b.x(), axes...)
	})
	when(`(?:flip|reverse) (?:axis |axes )?`+list, func(b *bench, m []string) *gorgonia.Node { return b.Flip(b.x(), numbers(m[1])...) })
	when(`roll (?:by )?`+list+`(?: (?:on |along )?(?:axis|axes|dims?) `+list+`)?`, func(b *bench, m []string) *gorgonia.Node {
		by, axes, y := numbers(m[1]), numbers(m[2]), b.x()
		if len(axes) == 0 {
			return b.Reshape(b.Roll(b.Flatten(y, 0, -1), by[0], 0), b.Shape(y)...)
		}
		for i, a := range axes {
			y = b.Roll(y, by[i], a)
		}
		return y
	})
	when(`rot90(?: k ?=? ?(-?[0-9]+))?`, func(b *bench, m []string) *gorgonia.Node {
		k := 1
		if m[1] != "" {
			k = numbers(m[1])[0]
		}
		return b.Rot90(b.x(), k, 0, 1)
	})
	when(`(?:tile|repeat) ?`+list, func(b *bench, m []string) *gorgonia.Node {
		c := callOf(b, []value{{node: b.x()}}, keywords{})
		return c.tiled(b.x(), numbers(m[1]))
	})
	when(`(?:repeat_interleave|repeat each|repeat) ([0-9]+)(?: times)? `+axisWords, func(b *bench, m []string) *gorgonia.Node {
		return b.Repeat(b.x(), numbers(m[2])[0], numbers(m[1])[0])
	})
	when(`pad(?: last)?(?: (axis|two axes|2 axes))? ?`+list+`(?:,? ?(?:mode )?(constant|reflect|replicate|circular|zeros?|edge|wrap))?(?:,? ?(?:value )?`+aNumber+`)?`, padPattern)
	when(`pad_(constant|reflect|replicate|circular) ?`+list+`(?: value `+aNumber+`)?`, func(b *bench, m []string) *gorgonia.Node {
		return padPattern(b, []string{m[0], "", m[2], m[1], m[3]})
	})
	when(`(gather|index_select|take_along_dim|scatter_add|scatter|index_add|index_copy|index_fill|take) axis (-?[0-9]+)`, func(b *bench, m []string) *gorgonia.Node {
		return b.indexed(m[1], numbers(m[2])[0])
	})
	when(`(take|embedding|index_put|masked_fill|masked_select|where)(?: .*)?`, func(b *bench, m []string) *gorgonia.Node { return b.indexed(m[1], 0) })
	when(`rows? .*|columns? .*|x\[i\].*|embedding.*|.*padding_idx.*`, func(b *bench, m []string) *gorgonia.Node {
		if len(b.k.Inputs.Names) != 1 || len(b.k.ConstInputs) != 1 {
			return nil
		}
		for name, a := range b.k.ConstInputs {
			switch {
			case a.Ints == nil:
			case strings.HasPrefix(m[0], "col"):
				return b.IndexSelect(b.x(), b.at(name), -1)
			case !strings.Contains(m[0], "padding"):
				return b.Take(b.x(), b.at(name))
			}
		}
		return nil
	})
	when(`pixel_shuffle ([0-9]+)`, func(b *bench, m []string) *gorgonia.Node { return b.PixelShuffle(b.x(), numbers(m[1])[0]) })
	when(`pixel_unshuffle ([0-9]+)`, func(b *bench, m []string) *gorgonia.Node { return b.PixelUnshuffle(b.x(), numbers(m[1])[0]) })
	when(`channel_shuffle(?: groups)? ([0-9]+).*`, func(b *bench, m []string) *gorgonia.Node { return b.ChannelShuffle(b.x(), numbers(m[1])[0]) })
	when(`unfold (?:axis|dim) ([0-9]+),? size ([0-9]+),? step ([0-9]+)`, func(b *bench, m []string) *gorgonia.Node {
		return b.Windows(b.x(), numbers(m[1])[0], numbers(m[2])[0], numbers(m[3])[0])
	})
	when(`(?:interpolate|upsample|resize)[_ ]?(?:mode )?(nearest|linear|bilinear|trilinear|bicubic|area)(?: ?x?([0-9]+)x?)?(.*)`, func(b *bench, m []string) *gorgonia.Node {
		corners := strings.Contains(m[3], "align_corners") && !strings.Contains(m[3], "False")
		return b.Resize(b.x(), graph.Resize{Mode: resizeModes[m[1]], Size: b.wanted()[2:], AlignCorners: corners})
	})
	when(`(tril|triu)(?:\([A-Za-z]\))?(?: (?:k=)?(-?[0-9]+))?`, func(b *bench, m []string) *gorgonia.Node {
		k := 0
		if m[2] != "" {
			k = numbers(m[2])[0]
		}
		if m[1] == "tril" {
			return b.Tril(b.x(), k)
		}
		return b.Triu(b.x(), k)
	})
	when(`(?:diag|diagonal|diag\(A\))(?: offset (-?[0-9]+))?`, func(b *bench, m []string) *gorgonia.Node {
		k := 0
		if m[1] != "" {
			k = numbers(m[1])[0]
		}
		if len(b.Shape(b.x())) == 1 {
			return b.DiagonalMatrices(b.x(), k, 0, 1)
		}
		return b.OffDiagonal(b.x(), k, -2, -1)
	})
}

func padPattern(b *bench, m []string) *gorgonia.Node {
	list := numbers(m[2])
	if len(list)%2 != 0 {
		return nil
	}
	before, after := make([]int, len(list)/2), make([]int, len(list)/2)
	for i := range before { // from the last axis on
		before[len(before)-1-i], after[len(before)-1-i] = list[2*i], list[2*i+1]
	}
	switch m[3] {
	case "reflect":
		return b.Pad(b.x(), before, after, graph.PadReflect)
	case "replicate", "edge":
		return b.Pad(b.x(), before, after, graph.PadReplicate)
	case "circular", "wrap":
		return b.Pad(b.x(), before, after, graph.PadCircular)
	}
	return b.PadConst(b.x(), before, after, numberIn(m[4], 0))
}

// indexed applies a function of x, a source s, and an index i or a mask m.
func (b *bench) indexed(name string, a int) *gorgonia.Node {
	var index, mask *gorgonia.Node
	var set *array
	for n, c := range b.k.ConstInputs {
		if c.Ints != nil && !strings.HasPrefix(n, "m") {
			index = b.at(n)
		} else {
			mask, set = b.at(n), c
		}
	}
	if mask != nil && set.Ints != nil {
		mask = b.Const(set.Floats, set.Shape...)
	}
	in := b.inputs()
	var s *gorgonia.Node
	if len(in) > 1 {
		s = in[1]
	}
	switch {
	case name == "where" && mask != nil && s != nil:
		return b.Where(mask, in[0], s)
	case name == "masked_fill" && mask != nil:
		v := b.Scalar(numberIn(strings.TrimPrefix(b.k.Formula, name), 0))
		if s != nil {
			v = s
		}
		return b.Where(mask, v, in[0])
	case name == "masked_select" && mask != nil:
		on := make([]bool, len(set.Floats))
		for i, v := range set.Floats {
			on[i] = v != 0
		}
		return b.MaskedSelect(in[0], on)
	case index == nil:
		return nil
	}
	switch name {
	case "gather", "take_along_dim":
		return b.Gather(in[0], index, a)
	case "index_select":
		return b.IndexSelect(in[0], index, a)
	case "take":
		return b.TakeFlat(in[0], index)
	case "embedding":
		return b.Take(in[0], index)
	case "index_fill":
		if s == nil {
			s = b.Scalar(numberIn(b.k.Formula[strings.Index(b.k.Formula, "axis")+6:], 0))
		}
		return b.IndexFill(in[0], s, index, a)
	}
	if s == nil {
		return nil
	}
	switch name {
	case "scatter":
		return b.Scatter(in[0], s, index, a)
	case "scatter_add":
		return b.ScatterAdd(in[0], s, index, a)
	case "index_add":
		return b.IndexFold(in[0], s, index, a, graph.FoldSum, true)
	case "index_copy", "index_put":
		return b.IndexCopy(in[0], s, index, a)
	}
	return nil
}
