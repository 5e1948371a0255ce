package main

import (
	"math"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has more formulas in words: of networks and of functions of one vector.

// optional is the input of that name, or nil.
func (b *bench) optional(names ...string) *gorgonia.Node {
	for _, n := range names {
		if b.has(n) {
			return b.at(n)
		}
	}
	return nil
}

// affine is y times the gain g plus the bias b, for each channel, where the case
// has them.
func (b *bench) affine(y *gorgonia.Node, channels bool) *gorgonia.Node {
	shaped := func(v *gorgonia.Node) *gorgonia.Node {
		if !channels {
			return v
		}
		c := &call{bench: b}
		return c.channelwise(v, y)
	}
	if g := b.optional("g", "gamma", "weight", "w"); g != nil {
		y = b.Mul(y, shaped(g))
	}
	if c := b.optional("b", "beta", "bias"); c != nil {
		y = b.Add(y, shaped(c))
	}
	return y
}

// epsIn is the number behind eps, or def.
func epsIn(text string, def float64) float64 {
	if _, tail, ok := strings.Cut(text, "eps"); ok {
		return numberIn(tail, def)
	}
	return def
}

func netPatterns() {
	when(`conv([123])d.*`, func(b *bench, m []string) *gorgonia.Node {
		w := windowing(b.k)
		if p, _ := b.k.Attrs["padding"].(string); p == "same" || strings.Contains(m[0], "same") {
			w.Pad, w.PadEnd = graph.SamePadding(b.Shape(b.at("w"))[2:], w.Dilation)
		}
		return b.biased(b.Conv(b.at("x"), b.at("w"), w))
	})
	when(`conv_?transpose([123])d.*`, func(b *bench, m []string) *gorgonia.Node {
		return b.biased(b.ConvTranspose(b.at("x"), b.at("w"), windowing(b.k), b.k.ints("output_padding")...))
	})
	when(`(max|avg|lp)_?pool([123])d((?: [kspd]=?[0-9]+)*).*`, func(b *bench, m []string) *gorgonia.Node {
		p := pooling(b.k)
		for _, f := range strings.Fields(m[3]) {
			n := numbers(f)
			switch f[0] {
			case 'k':
				p.Kernel = n
			case 's':
				p.Stride = n
			case 'p':
				p.Pad = n
			case 'd':
				p.Dilation = n
			}
		}
		if len(p.Kernel) == 0 {
			return nil
		}
		switch m[1] {
		case "max":
			return b.MaxPool(b.x(), p)
		case "lp":
			power := 2.0
			if v, ok := b.k.Attrs["norm_type"].(float64); ok {
				power = v
			}
			return b.PowConst(b.SumPool(b.PowConst(b.x(), power), p), 1/power)
		}
		if d, ok := b.k.Attrs["divisor_override"].(float64); ok {
			return b.Scale(b.SumPool(b.x(), p), 1/d)
		}
		return b.AvgPool(b.x(), p)
	})
	when(`adaptive_(avg|max)_?pool([123])d ?\(?([0-9, ]+)\)?.*`, func(b *bench, m []string) *gorgonia.Node {
		out := b.wanted()
		if len(out) < 3 {
			return nil
		}
		if m[1] == "avg" {
			return b.AdaptiveAvgPool(b.x(), out[2:]...)
		}
		return b.AdaptiveMaxPool(b.x(), out[2:]...)
	})
	when(`global (?:average|avg) pool.*|global_avg_pool.*`, func(b *bench, m []string) *gorgonia.Node { return b.GlobalAvgPool(b.x()) })
	when(`(?:padding must .*|.*all.?negative.*)max.?pool.*`, func(b *bench, m []string) *gorgonia.Node {
		return b.MaxPool(b.x(), graph.Pool{Kernel: []int{3}, Windowing: graph.Windowing{Stride: []int{2}, Pad: []int{1}}})
	})
	when(`layer_?norm.*`, func(b *bench, m []string) *gorgonia.Node {
		axes := []int{-1}
		if strings.Contains(m[0], "two") || strings.Contains(m[0], "2 axes") {
			axes = []int{-2, -1}
		}
		return b.affine(b.Standardize(b.at("x"), epsIn(m[0], 1e-5), axes...), false)
	})
	when(`(?:batch_?norm).*`, func(b *bench, m []string) *gorgonia.Node {
		x, eps := b.at("x"), epsIn(m[0], 1e-5)
		if mean, variance := b.k.floats("running_mean"), b.k.floats("running_var"); len(mean) > 0 {
			c := &call{bench: b}
			m, v := c.channelwise(b.Const(mean, len(mean)), x), c.channelwise(b.Const(variance, len(mean)), x)
			return b.affine(b.Mul(b.Sub(x, m), b.Rsqrt(b.AddConst(v, eps))), true)
		}
		axes := []int{0}
		for a := 2; a < len(b.Shape(x)); a++ {
			axes = append(axes, a)
		}
		return b.affine(b.Standardize(x, eps, axes...), true)
	})
	when(`instance_?norm.*`, func(b *bench, m []string) *gorgonia.Node {
		return b.affine(b.InstanceNorm(b.at("x"), epsIn(m[0], 1e-5)), true)
	})
	when(`group_?norm.*?([0-9]+).*`, func(b *bench, m []string) *gorgonia.Node {
		x, groups := b.at("x"), numbers(m[1])[0]
		if g := b.k.ints("groups"); len(g) == 1 {
			groups = g[0]
		}
		s := b.Shape(x)
		y := b.Standardize(b.Reshape(x, s[0], groups, -1), epsIn(m[0], 1e-5), -1)
		return b.affine(b.Reshape(y, s...), true)
	})
	when(`group_?norm.*`, func(b *bench, m []string) *gorgonia.Node {
		g := b.k.ints("groups")
		if g == nil {
			g = b.k.ints("num_groups")
		}
		if len(g) != 1 {
			return nil
		}
		x := b.at("x")
		s := b.Shape(x)
		return b.affine(b.Reshape(b.Standardize(b.Reshape(x, s[0], g[0], -1), epsIn(m[0], 1e-5), -1), s...), true)
	})
	when(`rms_?norm.*`, func(b *bench, m []string) *gorgonia.Node {
		x := b.at("x")
		s := b.Shape(x)
		s[len(s)-1] = 1
		y := b.Mul(x, b.Rsqrt(b.AddConst(b.Reshape(b.Mean(b.Square(x), -1), s...), epsIn(m[0], 1e-6))))
		return b.affine(y, false)
	})
	when(`local_response_norm.*?([0-9]+).*|lrn.*?([0-9]+).*`, func(b *bench, m []string) *gorgonia.Node {
		attr := func(key string, def float64) float64 {
			if v, ok := b.k.Attrs[key].(float64); ok {
				return v
			}
			if _, tail, ok := strings.Cut(m[0], key); ok {
				return numberIn(tail, def)
			}
			return def
		}
		return b.LocalResponseNorm(b.x(), int(attr("size", float64(numbers(m[0])[0]))), attr("alpha", 1e-4), attr("beta", 0.75), attr("k", 1))
	})
	when(`weight_?norm.*|g ?\*? ?v ?/ ?\|\|v\|\|`, func(b *bench, m []string) *gorgonia.Node {
		v, g := b.optional("v", "w", "x"), b.at("g")
		if len(b.Shape(g)) == 1 {
			shape := []int{b.Shape(g)[0]}
			for range len(b.Shape(v)) - 1 {
				shape = append(shape, 1)
			}
			g = b.Reshape(g, shape...)
		}
		return b.WeightNorm(v, g, 0)
	})
	when(`(?:inverted )?dropout.*keep ?= ?`+aNumber+`.*`, func(b *bench, m []string) *gorgonia.Node {
		for _, a := range b.k.ConstInputs {
			return b.Scale(b.Mul(b.x(), b.Const(a.Floats, a.Shape...)), 1/numberIn(m[1], 1))
		}
		return nil
	})
	when(`x/max\(\|\|x\|\|(_[0-9])?, ?`+aNumber+`\)`, func(b *bench, m []string) *gorgonia.Node {
		return b.Normalize(b.x(), numberIn(m[1], 2), -1, numberIn(m[2], 1e-12))
	})
	when(`(?:(?:scaled )?dot.product attention|attention|softmax\(q ?@? ?k\^T ?/ ?sqrt\(?d_?k?\)?\) ?@? ?v|no mask|self.attention)(.*)|(?:causal|padding|key padding|additive|boolean|bool).*mask.*|mask.*`, attention)
	when(`.*multi.?head.*?(?:([0-9]+) heads|heads ?=? ?([0-9]+)).*`, func(b *bench, m []string) *gorgonia.Node {
		return multiHead(b, numbers(m[1] + m[2])[0])
	})
	when(`(lstm|gru|rnn)_cell.*`, func(b *bench, m []string) *gorgonia.Node {
		if out := cell(b); len(out) == 1 {
			return out[0]
		}
		return nil
	})
	when(`linear.*|x ?@? ?w\^T ?\+ ?b|x W\^T \+ b`, func(b *bench, m []string) *gorgonia.Node {
		w := b.optional("w", "W")
		if w == nil {
			return nil
		}
		y := b.MatMul(b.at("x"), b.Transpose(w))
		if c := b.optional("b", "bias"); c != nil {
			y = b.Add(y, c)
		}
		return y
	})
}

// attention is scaled dot-product attention with a causal mask, or a given one.
func attention(b *bench, m []string) *gorgonia.Node {
	if !b.has("q") || !b.has("k") || !b.has("v") {
		return nil
	}
	q := b.at("q")
	var mask *gorgonia.Node
	s := b.Shape(q)
	keys := b.Shape(b.at("k"))[len(s)-2]
	if strings.Contains(m[0], "causal") {
		ones := b.Broadcast(b.Scalar(1), s[len(s)-2], keys)
		mask = b.Where(b.Tril(ones, 0), b.Scalar(0), b.Scalar(math.Inf(-1)))
	}
	for name, a := range b.k.ConstInputs {
		given := b.Const(a.Floats, a.Shape...)
		if a.Ints != nil || !strings.Contains(m[0], "additive") && !strings.Contains(name, "bias") { // 1: seen
			given = b.Where(given, b.Scalar(0), b.Scalar(math.Inf(-1)))
		}
		if len(a.Shape) == 2 && len(s) == 3 && a.Shape[0] == s[0] && a.Shape[1] == keys && s[0] != s[1] {
			given = b.Unsqueeze(given, 1) // of the keys
		}
		mask = given
	}
	if extra := b.optional("mask", "bias"); extra != nil && b.in["mask"] != nil {
		mask = extra
	}
	return b.Attention(q, b.at("k"), b.at("v"), mask)
}

// multiHead is attention in heads with projections wq, wk, wv and wo, [in, out].
func multiHead(b *bench, heads int) *gorgonia.Node {
	project := func(x *gorgonia.Node, names ...string) *gorgonia.Node {
		if w := b.optional(names...); w != nil {
			return b.MatMul(x, w)
		}
		return x
	}
	x := b.optional("x", "q")
	if x == nil {
		return nil
	}
	q := project(x, "wq", "w_q", "Wq")
	k, v := project(b.optional("k", "x"), "wk", "w_k", "Wk"), project(b.optional("v", "x"), "wv", "w_v", "Wv")
	split := func(x *gorgonia.Node) *gorgonia.Node {
		n := len(b.Shape(x))
		return b.SwapAxes(b.Unflatten(x, n-1, heads, -1), n-2, n-1)
	}
	y := b.Attention(split(q), split(k), split(v), nil)
	n := len(b.Shape(y))
	y = b.SwapAxes(y, n-3, n-2)
	return project(b.Flatten(y, n-2, n-1), "wo", "w_o", "Wo")
}

// scalarPatterns are functions of a vector x, whose Hessians are asked for.
func scalarPatterns() {
	when(`(?:log.?sum.?exp|lse)(?: of .*)?`, func(b *bench, m []string) *gorgonia.Node {
		if b.k.Value != nil || len(b.wanted()) == 0 {
			return b.LogSumExp(b.x())
		}
		return b.LogSumExp(b.x(), -1)
	})
	when(`Rosenbrock.*`, func(b *bench, m []string) *gorgonia.Node {
		x := b.x()
		n := b.Shape(x)[0]
		lo, hi := b.Slice(x, graph.Range(0, n-1)), b.Slice(x, graph.Range(1, n))
		return b.Sum(b.Add(b.Scale(b.Square(b.Sub(hi, b.Square(lo))), 100), b.Square(b.AddConst(b.Neg(lo), 1))))
	})
	when(`(?:CE|softmax CE|cross.entropy).* of ([0-9]+)x([0-9]+) logits.*`, func(b *bench, m []string) *gorgonia.Node {
		y := b.optional("y", "Y")
		rows, cols := numbers(m[1])[0], numbers(m[2])[0]
		if y == nil {
			return nil
		}
		return b.SoftmaxCrossEntropy(b.Reshape(b.x(), rows, cols), y)
	})
	when(`(MSE|CE|BCE) of (?:an? )?MLP \[([0-9, ]+)\] ([a-z_]+).*`, func(b *bench, m []string) *gorgonia.Node {
		f := functionOf(m[3])
		sizes := numbers(m[2])
		if f == nil {
			return nil
		}
		var shapes [][]int
		for i := range len(sizes) - 1 {
			shapes = append(shapes, []int{sizes[i], sizes[i+1]}, []int{sizes[i+1]})
		}
		p := b.packed(b.x(), shapes...)
		h := b.at("X")
		for i := 0; i < len(p); i += 2 {
			if h = b.Add(b.MatMul(h, p[i]), p[i+1]); i+2 < len(p) {
				h = callOf(b, []value{{node: h}}, keywords{}).run(f)[0]
			}
		}
		y := b.optional("Y", "y")
		switch m[1] {
		case "MSE":
			return b.MSE(h, y)
		case "CE":
			return b.SoftmaxCrossEntropy(h, y)
		}
		return b.BCEWithLogits(h, y)
	})
	when(`(?:x\^T A x|quadratic.*)`, func(b *bench, m []string) *gorgonia.Node {
		if !b.has("A") {
			return nil
		}
		return b.MatMul(b.x(), b.MatMul(b.at("A"), b.x()))
	})
	when(`log ?(?:\|det ?\(?A\)?\||det\(?(?:A|X|x)?\)?|det.*)`, func(b *bench, m []string) *gorgonia.Node {
		x := b.x()
		if s := b.Shape(x); len(s) == 1 {
			n := int(math.Round(math.Sqrt(float64(s[0]))))
			x = b.Reshape(x, n, n)
		}
		_, y := b.SlogDet(x)
		return y
	})
	when(`(.*(?:inverse|\^-1|solve).*)`, func(b *bench, m []string) *gorgonia.Node {
		in := b.inputs()
		switch {
		case len(in) == 1:
			return b.Inverse(in[0])
		case strings.Contains(m[0], "triangular"):
			return b.TriangularSolve(in[0], b.columns(in[1]), strings.Contains(m[0], "upper"))
		case len(in) == 2:
			y := b.Solve(in[0], b.columns(in[1]))
			if len(b.Shape(in[1])) == 1 {
				return b.Squeeze(y, -1)
			}
			return y
		}
		return nil
	})
	when(`(?:nuclear|spectral|Frobenius) norm.*`, func(b *bench, m []string) *gorgonia.Node {
		return b.MatrixNorm(b.x(), map[byte]int{'n': graph.NormNuclear, 's': graph.NormSpectral, 'F': graph.NormFrobenius}[m[0][0]])
	})
	when(`(?:eigvalsh|eigenvalues).*`, func(b *bench, m []string) *gorgonia.Node { l, _ := b.Eigh(b.x()); return l })
	when(`(?:svdvals|singular values).*`, func(b *bench, m []string) *gorgonia.Node { _, s, _ := b.SVD(b.x()); return s })
	when(`cholesky.*`, func(b *bench, m []string) *gorgonia.Node { return b.Cholesky(b.x()) })
	when(`(?:tensordot).*?([0-9]+).*`, func(b *bench, m []string) *gorgonia.Node { return b.torch("tensordot", "dims", numbers(m[1])[0]) })
	when(`a\*\*b.*|pow.*`, func(b *bench, m []string) *gorgonia.Node {
		if in := b.inputs(); len(in) == 2 {
			return b.Pow(in[0], in[1])
		}
		return nil
	})
}

// columns makes a vector a column.
func (b *bench) columns(x *gorgonia.Node) *gorgonia.Node {
	if len(b.Shape(x)) == 1 {
		return b.Unsqueeze(x, 1)
	}
	return x
}
