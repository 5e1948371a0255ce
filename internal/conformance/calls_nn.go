package main

import (
	"math"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch.nn.functional.

// images gives x a batch axis if it has none, of so many spatial axes; undo
// takes it away again.
func (c *call) images(x *gorgonia.Node, spatial int) (y *gorgonia.Node, undo func(*gorgonia.Node) *gorgonia.Node) {
	if c.rank(x) == spatial+1 {
		return c.Unsqueeze(x, 0), func(y *gorgonia.Node) *gorgonia.Node { return c.Squeeze(y, 0) }
	}
	return x, func(y *gorgonia.Node) *gorgonia.Node { return y }
}

// channelwise reshapes a vector of the channels to be added to x.
func (c *call) channelwise(v, x *gorgonia.Node) *gorgonia.Node {
	s := make([]int, c.rank(x)-1)
	for i := range s {
		s[i] = 1
	}
	s[0] = c.Shape(v)[0]
	return c.Reshape(v, s...)
}

func init() {
	const nn = "nn.functional."
	for _, d := range []string{"1d", "2d", "3d"} {
		k := int(d[0] - '0') // spatial axes
		torchRules[nn+"conv"+d] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return convolved(c, x, k, false) })
		torchRules[nn+"conv_transpose"+d] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return convolved(c, x, k, true) })
		torchRules[nn+"max_pool"+d] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			x, undo := c.images(x, k)
			p := graph.Pool{Kernel: c.ints(0, "kernel_size"), Ceil: c.flag(4, "ceil_mode", false)}
			p.Stride, p.Pad, p.Dilation = c.ints(1, "stride"), c.ints(2, "padding"), c.ints(3, "dilation")
			return undo(c.MaxPool(x, p))
		})
		torchRules[nn+"avg_pool"+d] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			x, undo := c.images(x, k)
			p := graph.Pool{Kernel: c.ints(0, "kernel_size"), Ceil: c.flag(3, "ceil_mode", false), InsideOnly: !c.flag(4, "count_include_pad", true)}
			p.Stride, p.Pad = c.ints(1, "stride"), c.ints(2, "padding")
			if c.given(5, "divisor_override") {
				return undo(c.Scale(c.SumPool(x, p), 1/c.num(5, "divisor_override", 1)))
			}
			return undo(c.AvgPool(x, p))
		})
		adaptive := func(pool func(b *graph.Builder, x *gorgonia.Node, out ...int) *gorgonia.Node) torchRule {
			return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
				x, undo := c.images(x, k)
				v, _ := c.arg(0, "output_size")
				out := make([]int, k)
				for i := range out {
					e := v
					if v.isList {
						e = v.list[i]
					}
					f, ok := e.plain.(float64)
					if out[i] = int(f); !ok {
						out[i] = c.Shape(x)[2+i]
					}
				}
				return undo(pool(c.Builder, x, out...))
			})
		}
		torchRules[nn+"adaptive_avg_pool"+d] = adaptive((*graph.Builder).AdaptiveAvgPool)
		torchRules[nn+"adaptive_max_pool"+d] = adaptive((*graph.Builder).AdaptiveMaxPool)
	}
	torchRules[nn+"linear"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		y := c.MatMul(x, c.swap(c.tensor(0, "weight"), -1, -2))
		if c.given(1, "bias") {
			y = c.Add(y, c.tensor(1, "bias"))
		}
		return y
	})
	torchRules[nn+"pad"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		list, mode := c.ints(0, "pad"), c.text(1, "mode", "constant")
		before, after := make([]int, len(list)/2), make([]int, len(list)/2)
		for i := range before { // from the last axis on
			before[len(before)-1-i], after[len(before)-1-i] = list[2*i], list[2*i+1]
		}
		if mode == "constant" {
			return c.PadConst(x, before, after, c.num(2, "value", 0))
		}
		return c.Pad(x, before, after, map[string]graph.PadMode{"reflect": graph.PadReflect, "replicate": graph.PadReplicate, "circular": graph.PadCircular}[mode])
	})
	torchRules["constant_pad_nd"] = func(c *call) []*gorgonia.Node {
		if len(c.s.Args) > 1 {
			c.s.Kwargs = c.s.Kwargs.with("value", c.s.Args[1])
			c.s.Args = c.s.Args[:1]
		}
		return torchRules[nn+"pad"](c)
	}
	torchRules[nn+"unfold"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		x, undo := c.images(x, 2)
		return undo(c.Patches(x, c.ints(0, "kernel_size"), c.patching(1)))
	})
	torchRules[nn+"fold"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		x, undo := c.images(x, 1)
		out := c.ints(0, "output_size")
		if len(out) == 1 {
			out = []int{out[0], out[0]}
		}
		return undo(c.FromPatches(x, out, c.ints(1, "kernel_size"), c.patching(2)))
	})
	torchRules[nn+"interpolate"] = each1(interpolate)
	for _, name := range []string{"upsample_nearest", "upsample_bilinear"} {
		torchRules[nn+name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			return resized(c, x, strings.TrimPrefix(name, "upsample_"), name == "upsample_bilinear")
		})
	}
	torchRules[nn+"softmin"] = along(0, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.SoftmaxAxis(c.Neg(x), a) })
	torchRules[nn+"softmax"] = along(0, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.SoftmaxAxis(x, a) })
	torchRules[nn+"log_softmax"] = along(0, "dim", -1, func(c *call, x *gorgonia.Node, a int) *gorgonia.Node { return c.LogSoftmaxAxis(x, a) })
	for _, name := range []string{"softmax", "log_softmax"} {
		torchRules[name], torchRules["special_"+name] = torchRules[nn+name], torchRules[nn+name]
	}
	torchRules[nn+"normalize"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		p, eps := c.num(0, "p", 2), c.num(2, "eps", 1e-12)
		if c.rank(x) == 0 {
			return c.Reshape(c.Normalize(c.Reshape(x, 1), p, 0, eps))
		}
		return c.Normalize(x, p, c.int(1, "dim", 1), eps)
	})
	torchRules[nn+"cosine_similarity"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		x, y = together(c, x, y)
		if c.rank(x) == 0 {
			x, y = c.Reshape(x, 1), c.Reshape(y, 1)
		}
		a, eps := axis(c.int(1, "dim", 1), c.rank(x)), c.num(2, "eps", 1e-8)
		squares := c.Mul(c.Sum(c.Square(x), a), c.Sum(c.Square(y), a))
		return c.Div(c.Sum(c.Mul(x, y), a), c.Sqrt(c.Maximum(squares, c.Scalar(eps*eps))))
	})
	sampleRules(nn)
	normRules(nn)
	embeddingRules(nn)
	lossRules(nn)
}

// patching reads dilation, padding and stride from the i-th argument on.
func (c *call) patching(i int) graph.Windowing {
	return graph.Windowing{Dilation: c.ints(i, "dilation"), Pad: c.ints(i+1, "padding"), Stride: c.ints(i+2, "stride")}
}

func convolved(c *call, x *gorgonia.Node, spatial int, transposed bool) *gorgonia.Node {
	x, undo := c.images(x, spatial)
	w := graph.Windowing{Stride: c.ints(2, "stride"), Pad: c.ints(3, "padding")}
	if c.text(3, "padding", "") == "same" {
		w.Pad, w.PadEnd = graph.SamePadding(c.Shape(c.tensor(0, "weight"))[2:], c.ints(4, "dilation"))
	}
	var y *gorgonia.Node
	if transposed {
		w.Groups, w.Dilation = c.int(5, "groups", 1), c.ints(6, "dilation")
		y = c.ConvTranspose(x, c.tensor(0, "weight"), w, c.ints(4, "output_padding")...)
	} else {
		w.Dilation, w.Groups = c.ints(4, "dilation"), c.int(5, "groups", 1)
		y = c.Conv(x, c.tensor(0, "weight"), w)
	}
	if c.given(1, "bias") {
		y = c.Add(y, c.channelwise(c.tensor(1, "bias"), y))
	}
	return undo(y)
}

func interpolate(c *call, x *gorgonia.Node) *gorgonia.Node {
	return resized(c, x, c.text(2, "mode", "nearest"), c.flag(3, "align_corners", false))
}

// resizeModes are the modes by torch's names.
var resizeModes = map[string]graph.ResizeMode{"nearest": graph.ResizeNearest, "nearest-exact": graph.ResizeNearestExact, "linear": graph.ResizeLinear,
	"bilinear": graph.ResizeLinear, "trilinear": graph.ResizeLinear, "bicubic": graph.ResizeCubic, "area": graph.ResizeArea}

// resized changes the extents of the spatial axes to the size, or by the factor.
func resized(c *call, x *gorgonia.Node, mode string, corners bool) *gorgonia.Node {
	m, ok := resizeModes[mode]
	if !ok {
		c.unsupported("interpolation %q", mode)
		return nil
	}
	r := graph.Resize{Mode: m, AlignCorners: corners}
	if c.given(0, "size") {
		r.Size = c.ints(0, "size")
	} else {
		r.Scale = c.floats(1, "scale_factor")
		if c.flag(4, "recompute_scale_factor", false) { // the factor only chooses the extents
			for i, n := range c.Shape(x)[2:] {
				r.Size = append(r.Size, int(math.Floor(float64(n)*r.Scale[min(i, len(r.Scale)-1)])))
			}
		}
	}
	return c.Resize(x, r)
}

// standardized is Standardize for any eps, which torch does not check.
func (c *call) standardized(x *gorgonia.Node, eps float64, axes ...int) *gorgonia.Node {
	keep := c.Shape(x)
	for _, a := range axes {
		keep[axis(a, len(keep))] = 1
	}
	e := c.Sub(x, c.Reshape(c.Mean(x, axes...), keep...))
	return c.Mul(e, c.Rsqrt(c.AddConst(c.Reshape(c.Mean(c.Square(e), axes...), keep...), eps)))
}

func normRules(nn string) {
	scaled := func(c *call, y *gorgonia.Node, w, b int) *gorgonia.Node {
		if c.given(w, "weight") {
			y = c.Mul(y, c.channelwise(c.tensor(w, "weight"), y))
		}
		if c.given(b, "bias") {
			y = c.Add(y, c.channelwise(c.tensor(b, "bias"), y))
		}
		return y
	}
	fixed := func(c *call, x *gorgonia.Node, eps float64) *gorgonia.Node {
		mean, variance := c.channelwise(c.tensor(0, "running_mean"), x), c.channelwise(c.tensor(1, "running_var"), x)
		return c.Mul(c.Sub(x, mean), c.Rsqrt(c.AddConst(variance, eps)))
	}
	torchRules[nn+"batch_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.rank(x) < 2 {
			if sizeOf(c.Shape(x)) > 0 {
				c.unsupported("a batch without channels")
			}
			return x // nothing is nothing
		}
		eps := c.num(6, "eps", 1e-5)
		if !c.flag(4, "training", false) {
			return scaled(c, fixed(c, x, eps), 2, 3)
		}
		axes := []int{0}
		for a := 2; a < c.rank(x); a++ {
			axes = append(axes, a)
		}
		return scaled(c, c.standardized(x, eps, axes...), 2, 3)
	})
	torchRules[nn+"instance_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		eps := c.num(6, "eps", 1e-5)
		if !c.flag(4, "use_input_stats", true) {
			return scaled(c, fixed(c, x, eps), 2, 3)
		}
		var axes []int
		for a := 2; a < c.rank(x); a++ {
			axes = append(axes, a)
		}
		return scaled(c, c.standardized(x, eps, axes...), 2, 3)
	})
	torchRules[nn+"group_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		s, g := c.Shape(x), c.int(0, "num_groups", 1)
		y := c.standardized(c.Reshape(x, s[0], g, sizeOf(s[1:])/g), c.num(3, "eps", 1e-5), 2)
		return scaled(c, c.Reshape(y, s...), 1, 2)
	})
	torchRules[nn+"layer_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		var axes []int
		for i := range c.ints(0, "normalized_shape") {
			axes = append(axes, c.rank(x)-1-i)
		}
		y := c.standardized(x, c.num(3, "eps", 1e-5), axes...)
		if c.given(1, "weight") {
			y = c.Mul(y, c.tensor(1, "weight"))
		}
		if c.given(2, "bias") {
			y = c.Add(y, c.tensor(2, "bias"))
		}
		return y
	})
	torchRules[nn+"local_response_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.LocalResponseNorm(x, c.int(0, "size", 1), c.num(1, "alpha", 1e-4), c.num(2, "beta", 0.75), c.num(3, "k", 1))
	})
}

func embeddingRules(nn string) {
	torchRules[nn+"embedding"] = each1(func(c *call, w *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "input")
		if c.given(-1, "max_norm") || c.flag(-1, "scale_grad_by_freq", false) || v.tensor == nil {
			c.unsupported("an embedding with options")
			return nil
		}
		if pad := c.int(-1, "padding_idx", -1<<30); pad != -1<<30 { // its row has no gradient
			rows := zeros([]int{c.Shape(w)[0], 1})
			rows.Floats[axis(pad, c.Shape(w)[0])] = 1
			w = c.Where(c.Broadcast(c.Const(rows.Floats, rows.Shape...), c.Shape(w)...), c.StopGradient(w), w)
		}
		rows := c.IndexSelect(w, c.ConstInts(v.tensor.Ints, len(v.tensor.Ints)), 0)
		return c.Reshape(rows, append(append([]int{}, v.tensor.Shape...), c.Shape(w)[1])...)
	})
	torchRules[nn+"embedding_bag"] = each1(func(c *call, w *gorgonia.Node) *gorgonia.Node {
		v, _ := c.arg(0, "input")
		if v.tensor == nil || c.given(-1, "max_norm") {
			c.unsupported("an embedding with options")
			return nil
		}
		index, shape := v.tensor.Ints, v.tensor.Shape
		var bags [][]int // positions in the index
		if len(shape) == 2 {
			for i := range shape[0] {
				bags = append(bags, make([]int, shape[1]))
				for j := range bags[i] {
					bags[i][j] = i*shape[1] + j
				}
			}
		} else {
			offsets := c.ints(-1, "offsets")
			if !c.flag(-1, "include_last_offset", false) {
				offsets = append(append([]int{}, offsets...), len(index))
			}
			for i := range len(offsets) - 1 {
				var bag []int
				for j := offsets[i]; j < offsets[i+1]; j++ {
					bag = append(bag, j)
				}
				bags = append(bags, bag)
			}
		}
		pad := c.int(-1, "padding_idx", -1<<30)
		if pad != -1<<30 {
			pad = axis(pad, c.Shape(w)[0])
		}
		weights := (*gorgonia.Node)(nil)
		if c.given(-1, "per_sample_weights") {
			weights = c.Reshape(c.tensor(-1, "per_sample_weights"), len(index), 1)
		}
		mode := c.text(-1, "mode", "mean")
		var rows []*gorgonia.Node
		for _, bag := range bags {
			var list []int
			for _, j := range bag {
				if index[j] != pad {
					list = append(list, j)
				}
			}
			if len(list) == 0 {
				rows = append(rows, c.Scale(c.cut(w, 0, 0, 1), 0))
				continue
			}
			which := make([]int, len(list))
			for i, j := range list {
				which[i] = index[j]
			}
			x := c.IndexSelect(w, c.ConstInts(which, len(which)), 0)
			if weights != nil {
				x = c.Mul(x, c.IndexSelect(weights, c.ConstInts(list, len(list)), 0))
			}
			switch mode {
			case "sum":
				x = c.Sum(x, 0)
			case "mean":
				x = c.Mean(x, 0)
			default:
				x = c.Max(x, 0)
			}
			rows = append(rows, c.Unsqueeze(x, 0))
		}
		return c.Concat(0, rows...)
	})
}

// sampleRules are those of pools undone, of grids and of shuffled channels.
func sampleRules(nn string) {
	for _, d := range []string{"1d", "2d", "3d"} {
		k := int(d[0] - '0')
		torchRules[nn+"max_unpool"+d] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return unpooled(c, x, k) })
		torchRules[nn+"lp_pool"+d] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			x, undo := c.images(x, k)
			p := graph.Pool{Kernel: c.ints(1, "kernel_size"), Ceil: c.flag(3, "ceil_mode", false)}
			p.Stride = c.ints(2, "stride")
			power := c.num(0, "norm_type", 2)
			return undo(c.PowConst(c.SumPool(c.PowConst(x, power), p), 1/power))
		})
	}
	torchRules[nn+"grid_sample"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		mode, ok := resizeModes[c.text(1, "mode", "bilinear")]
		pads := map[string]graph.GridPad{"zeros": graph.GridZeros, "border": graph.GridBorder, "reflection": graph.GridReflect}
		pad, known := pads[c.text(2, "padding_mode", "zeros")]
		if !ok || !known {
			c.unsupported("a grid of that mode")
			return nil
		}
		return c.GridSample(x, c.tensor(0, "grid"), mode, pad, c.flag(3, "align_corners", false))
	})
	torchRules[nn+"affine_grid"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.AffineGrid(x, c.ints(0, "size")[2:], c.flag(1, "align_corners", false))
	})
	leading := func(f func(c *call, x *gorgonia.Node) *gorgonia.Node) torchRule { // any axes before [C, H, W]
		return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			s := c.Shape(x)
			n := len(s) - 3
			y := f(c, c.Reshape(x, append([]int{sizeOf(s[:n])}, s[n:]...)...))
			return c.Reshape(y, append(append([]int{}, s[:n]...), c.Shape(y)[1:]...)...)
		})
	}
	torchRules[nn+"pixel_shuffle"] = leading(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.PixelShuffle(x, c.int(0, "upscale_factor", 1))
	})
	torchRules[nn+"pixel_unshuffle"] = leading(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.PixelUnshuffle(x, c.int(0, "downscale_factor", 1))
	})
	torchRules[nn+"channel_shuffle"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.ChannelShuffle(x, c.int(0, "groups", 1)) })
	for _, name := range []string{"dropout", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"} {
		torchRules[nn+name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			if c.flag(1, "training", true) && c.num(0, "p", 0.5) != 0 {
				c.unsupported("a random mask")
				return nil
			}
			return x
		})
	}
	torchRules[nn+"_scaled_dot_product_attention"] = one1(func(c *call) *gorgonia.Node {
		if c.num(3, "dropout_p", 0) != 0 || len(c.s.Outputs) > 1 {
			c.unsupported("an attention with a random mask, or with its weights")
			return nil
		}
		var mask *gorgonia.Node
		if c.given(2, "attn_mask") {
			v, _ := c.arg(2, "attn_mask")
			if mask = c.node(v); v.bools {
				mask = c.Where(mask, c.Scalar(0), c.Scalar(math.Inf(-1)))
			}
		}
		if c.flag(5, "is_causal", false) {
			rows, keys := c.Shape(c.input)[c.rank(c.input)-2], c.Shape(c.tensor(0, "key"))[c.rank(c.input)-2]
			ones := c.Add(c.Const(make([]float64, rows*keys), rows, keys), c.Scalar(1))
			mask = c.Where(c.Tril(ones, 0), c.Scalar(0), c.Scalar(math.Inf(-1)))
		}
		return c.Attention(c.input, c.tensor(0, "key"), c.tensor(1, "value"), mask)
	})
}

// unpooled puts elements at the places of a max pool that indices name, 0
// elsewhere.
func unpooled(c *call, x *gorgonia.Node, spatial int) *gorgonia.Node {
	s := c.Shape(x)
	lead := len(s) - spatial
	planes := sizeOf(s[:lead])
	var out []int
	if c.given(4, "output_size") {
		out = c.ints(4, "output_size")
		out = out[len(out)-spatial:]
	} else {
		at := func(i int, name string, k, def int) int {
			v := c.ints(i, name)
			if len(v) == 0 {
				return def
			}
			return v[min(k, len(v)-1)]
		}
		for k, n := range s[lead:] {
			kernel := at(1, "kernel_size", k, 1)
			out = append(out, (n-1)*at(2, "stride", k, kernel)-2*at(3, "padding", k, 0)+kernel)
		}
	}
	v, _ := c.arg(0, "indices")
	if v.tensor == nil || planes == 0 {
		c.unsupported("no indices")
		return nil
	}
	each := sizeOf(s[lead:])
	for p := range planes { // of what lies on each other torch keeps any
		seen := map[int]bool{}
		for _, i := range v.tensor.Ints[p*each : (p+1)*each] {
			if seen[i] {
				c.unsupported("elements that lie on each other")
				return nil
			}
			seen[i] = true
		}
	}
	empty := c.Const(make([]float64, planes*sizeOf(out)), planes, sizeOf(out))
	n := sizeOf(s[lead:])
	y := c.Scatter(empty, c.Reshape(x, planes, n), c.ConstInts(v.tensor.Ints, planes, n), 1)
	return c.Reshape(y, append(append([]int{}, s[:lead]...), out...)...)
}
