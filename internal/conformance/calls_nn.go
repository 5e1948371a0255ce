package main

import (
	"math"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
)

// This file has the rules of torch.nn.functional.

// images gives x a batch axis if it has none, of so many spatial axes; undo
// takes it away again.
func (c *call) images(x node, spatial int) (y node, undo func(node) node) {
	if c.rank(x) == spatial+1 {
		return c.Unsqueeze(x, 0), func(y node) node { return c.Squeeze(y, 0) }
	}
	return x, func(y node) node { return y }
}

// channelwise reshapes a vector of the channels to be added to x; nil stays nil.
func (c *call) channelwise(v, x node) node {
	if v == nil {
		return nil
	}
	s := onesOf(c.Shape(x)[1:])
	s[0] = c.Shape(v)[0]
	return c.Reshape(v, s...)
}

// plus adds what may not be there.
func (c *call) plus(x, y node) node {
	if y == nil {
		return x
	}
	return c.Add(x, y)
}

// times multiplies by what may not be there.
func (c *call) times(x, y node) node {
	if y == nil {
		return x
	}
	return c.Mul(x, y)
}

func init() {
	for _, d := range []string{"1d", "2d", "3d"} {
		k := int(d[0] - '0') // spatial axes
		calls[functional+"conv"+d] = each1(func(c *call, x node) node { return convolved(c, x, k, false) })
		calls[functional+"conv_transpose"+d] = each1(func(c *call, x node) node { return convolved(c, x, k, true) })
		calls[functional+"max_pool"+d] = each1(func(c *call, x node) node {
			x, undo := c.images(x, k)
			p := nn.PoolOptions{Kernel: c.ints("kernel_size"), Ceil: c.flag("ceil_mode", false)}
			p.Stride, p.Pad, p.Dilation = c.ints("stride"), c.ints("padding"), c.ints("dilation")
			return undo(nn.MaxPool(c.Builder, x, p))
		})
		calls[functional+"max_pool"+d] = withPlaces(calls[functional+"max_pool"+d])
		calls[functional+"avg_pool"+d] = each1(func(c *call, x node) node {
			x, undo := c.images(x, k)
			p := nn.PoolOptions{Kernel: c.ints("kernel_size"), Ceil: c.flag("ceil_mode", false), InsideOnly: !c.flag("count_include_pad", true)}
			p.Stride, p.Pad = c.ints("stride"), c.ints("padding")
			if c.given("divisor_override") {
				p.InsideOnly = false
				return undo(c.Scale(nn.SumPool(c.Builder, x, p), 1/c.num("divisor_override", 1)))
			}
			return undo(nn.AvgPool(c.Builder, x, p))
		})
		adaptive := func(pool func(b *build, x node, out ...int) node) rule {
			return each1(func(c *call, x node) node {
				x, undo := c.images(x, k)
				v, _ := c.arg("output_size")
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
		calls[functional+"adaptive_avg_pool"+d] = adaptive(nn.AdaptiveAvgPool)
		calls[functional+"adaptive_max_pool"+d] = withPlaces(adaptive(nn.AdaptiveMaxPool))
	}
	layerRules()
}

func layerRules() {
	calls[functional+"linear"] = each1(func(c *call, x node) node {
		return c.plus(c.MatMul(x, c.swap(c.tensor("weight"), -1, -2)), c.optional("bias"))
	})
	calls[functional+"pad"] = each1(func(c *call, x node) node {
		list, mode := c.ints("pad"), c.text("mode", "constant")
		before, after := make([]int, len(list)/2), make([]int, len(list)/2)
		for i := range before { // from the last axis on
			before[len(before)-1-i], after[len(before)-1-i] = list[2*i], list[2*i+1]
		}
		if mode == "constant" {
			return c.PadConst(x, before, after, c.num("value", 0))
		}
		c.ignore("value")
		return c.Pad(x, before, after, word(c, "mode", "", map[string]graph.PadMode{"reflect": graph.PadReflect, "replicate": graph.PadReplicate, "circular": graph.PadCircular}))
	})
	calls["constant_pad_nd"] = calls[functional+"pad"]
	calls[functional+"unfold"] = each1(func(c *call, x node) node {
		x, undo := c.images(x, 2)
		return undo(nn.Patches(c.Builder, x, c.patching()))
	})
	calls[functional+"fold"] = each1(func(c *call, x node) node {
		x, undo := c.images(x, 1)
		out := c.ints("output_size")
		if len(out) == 1 {
			out = []int{out[0], out[0]}
		}
		return undo(nn.FromPatches(c.Builder, x, out, c.patching()))
	})
	resizeRules()
}

func resizeRules() {
	calls[functional+"interpolate"] = each1(func(c *call, x node) node {
		return resized(c, x, c.text("mode", "nearest"), c.flag("align_corners", false))
	})
	for _, name := range []string{"upsample_nearest", "upsample_bilinear"} {
		calls[functional+name] = each1(func(c *call, x node) node {
			return resized(c, x, strings.TrimPrefix(name, "upsample_"), name == "upsample_bilinear")
		})
	}
	calls[functional+"softmin"] = along(-1, func(c *call, x node, a int) node { return c.SoftmaxAxis(c.Neg(x), a) })
	calls[functional+"softmax"] = along(-1, func(c *call, x node, a int) node { return c.SoftmaxAxis(x, a) })
	calls[functional+"log_softmax"] = along(-1, func(c *call, x node, a int) node { return c.LogSoftmaxAxis(x, a) })
	calls[functional+"normalize"] = each1(func(c *call, x node) node {
		p, eps, a := c.num("p", 2), c.num("eps", 1e-12), c.int("dim", 1)
		if c.rank(x) == 0 {
			return c.Reshape(nn.Normalize(c.Builder, c.Reshape(x, 1), p, 0, eps))
		}
		return nn.Normalize(c.Builder, x, p, a, eps)
	})
	calls[functional+"cosine_similarity"] = each2(func(c *call, x, y node) node {
		x, y = together(c, x, y)
		if c.rank(x) == 0 {
			x, y = c.Reshape(x, 1), c.Reshape(y, 1)
		}
		return special.CosineSimilarity(c.Builder, x, y, axis(c.int("dim", 1), c.rank(x)), c.num("eps", 1e-8))
	})
	sampleRules()
	normRules()
	embeddingRules()
	lossRules()
	recurrentRules()
}

// patching reads the kernel, dilation, padding and stride.
func (c *call) patching() nn.PatchOptions {
	return nn.PatchOptions{Kernel: c.ints("kernel_size"), Windowing: nn.Windowing{Dilation: c.ints("dilation"), Pad: c.ints("padding"), Stride: c.ints("stride")}}
}

func convolved(c *call, x node, spatial int, transposed bool) node {
	x, undo := c.images(x, spatial)
	w := nn.Windowing{Stride: c.ints("stride"), Dilation: c.ints("dilation"), Groups: c.int("groups", 1)}
	switch v, _ := c.arg("padding"); v.plain {
	case "same":
		w.Pad, w.PadEnd = nn.SamePadding(c.Shape(c.tensor("weight"))[2:], w.Dilation)
	case "valid":
	default:
		w.Pad = c.ints("padding")
	}
	var y node
	if transposed {
		y = nn.ConvolveTranspose(c.Builder, x, c.tensor("weight"), w, c.ints("output_padding")...)
	} else {
		y = nn.Convolve(c.Builder, x, c.tensor("weight"), w)
	}
	return undo(c.plus(y, c.channelwise(c.optional("bias"), y)))
}

// resizeModes are the modes by torch's names.
var resizeModes = map[string]nn.ResizeMode{"nearest": nn.ResizeNearest, "nearest-exact": nn.ResizeNearestExact, "linear": nn.ResizeLinear,
	"bilinear": nn.ResizeLinear, "trilinear": nn.ResizeLinear, "bicubic": nn.ResizeCubic, "area": nn.ResizeArea}

// resized changes the extents of the spatial axes to the size, or by the factor.
func resized(c *call, x node, mode string, corners bool) node {
	m, ok := resizeModes[mode]
	if !ok || c.flag("antialias", false) {
		c.unsupported("interpolation %q", mode)
		return nil
	}
	r := nn.ResizeOptions{Mode: m, AlignCorners: corners}
	if c.given("size") {
		r.Size = c.ints("size")
	} else {
		r.Scale = c.floats("scale_factor")
		if c.flag("recompute_scale_factor", false) { // the factor only chooses the extents
			for i, n := range c.Shape(x)[2:] {
				r.Size = append(r.Size, int(math.Floor(float64(n)*r.Scale[min(i, len(r.Scale)-1)])))
			}
			r.Scale = nil
		}
	}
	return nn.Resize(c.Builder, x, r)
}

// standardized is Standardize for any eps, which torch does not check.
func (c *call) standardized(x node, eps float64, axes ...int) node {
	keep := c.Shape(x)
	for _, a := range axes {
		keep[axis(a, len(keep))] = 1
	}
	e := c.Sub(x, c.Reshape(c.Mean(x, axes...), keep...))
	return c.Mul(e, c.Rsqrt(c.AddConst(c.Reshape(c.Mean(c.Square(e), axes...), keep...), eps)))
}

// withPlaces is the rule of a pool that returns the places of the maxima too if
// asked to; they are not computed here.
func withPlaces(pool rule) rule {
	return func(c *call) []node {
		if c.flag("return_indices", false) {
			return append(pool(c), nil)
		}
		return pool(c)
	}
}

// keepRunning makes the statistics of a batch part of the running ones, which
// are changed in place.
func (c *call) keepRunning(x node, momentum float64) {
	if hasMean, hasVar := c.given("running_mean"), c.given("running_var"); !hasMean || !hasVar {
		return
	}
	if momentum < 0 || momentum > 1 {
		*c.args["running_mean"], *c.args["running_var"] = value{absent: true}, value{absent: true}
		return
	}
	s := c.Shape(x)
	rows := c.Reshape(c.MoveAxes(x, []int{1}, []int{-1}), sizeOf(s)/s[1], s[1])
	m := nn.RunningStats(c.Builder, rows, nn.Moments{Mean: c.tensor("running_mean"), Variance: c.tensor("running_var")}, momentum)
	c.args["running_mean"].node, c.args["running_var"].node = m.Mean, m.Variance
	for _, name := range []string{"running_mean", "running_var"} {
		c.args[name].tensor, c.args[name].fixed = nil, c.fixedArgs()
	}
}

// scaled is y times the weights of the channels, and plus their biases.
func scaled(c *call, y node) node {
	y = c.times(y, c.channelwise(c.optional("weight"), y))
	return c.plus(y, c.channelwise(c.optional("bias"), y))
}

// fixed is x standardised by the running statistics, and scaled.
func fixed(c *call, x node, eps float64) node {
	m := nn.Moments{Mean: c.tensor("running_mean"), Variance: c.tensor("running_var")}
	return nn.BatchNormFixed(c.Builder, x, m, c.optional("weight"), c.optional("bias"), eps)
}

// spatial are the axes behind the batch and the channels.
func spatial(c *call, x node) (axes []int) {
	for a := 2; a < c.rank(x); a++ {
		axes = append(axes, a)
	}
	return axes
}

func normRules() {
	calls[functional+"batch_norm"] = each1(func(c *call, x node) node {
		if c.rank(x) < 2 && sizeOf(c.Shape(x)) > 0 {
			c.unsupported("a batch without channels")
		}
		eps, momentum := c.num("eps", 1e-5), c.num("momentum", 0.1)
		if training := c.flag("training", false); c.rank(x) < 2 { // nothing is nothing
			c.ignore("running_mean", "running_var", "weight", "bias")
			return x
		} else if !training {
			return fixed(c, x, eps)
		}
		c.keepRunning(x, momentum)
		return scaled(c, c.standardized(x, eps, append(spatial(c, x), 0)...))
	})
	calls[functional+"instance_norm"] = each1(func(c *call, x node) node {
		eps := c.num("eps", 1e-5)
		c.num("momentum", 0.1) // of the running statistics, which no result shows
		if !c.flag("use_input_stats", true) {
			return fixed(c, x, eps)
		}
		for _, name := range []string{"running_mean", "running_var"} {
			if c.given(name) { // changed in place, to what is not computed here
				*c.args[name] = value{absent: true}
			}
		}
		return scaled(c, c.standardized(x, eps, spatial(c, x)...))
	})
	groupNormRules()
}

func groupNormRules() {
	calls[functional+"group_norm"] = each1(func(c *call, x node) node {
		s, g := c.Shape(x), c.int("num_groups", 1)
		y := c.standardized(c.Reshape(x, s[0], g, sizeOf(s[1:])/g), c.num("eps", 1e-5), 2)
		return scaled(c, c.Reshape(y, s...))
	})
	calls[functional+"layer_norm"] = each1(func(c *call, x node) node {
		var axes []int
		for i := range c.ints("normalized_shape") {
			axes = append(axes, c.rank(x)-1-i)
		}
		y := c.standardized(x, c.num("eps", 1e-5), axes...)
		return c.plus(c.times(y, c.optional("weight")), c.optional("bias"))
	})
	calls[functional+"local_response_norm"] = each1(func(c *call, x node) node {
		return nn.LocalResponseNorm(c.Builder, x, nn.LocalResponseOptions{Size: c.int("size", 1), Alpha: c.num("alpha", 1e-4), Beta: c.num("beta", 0.75), K: c.num("k", 1)})
	})
}

// sampleRules are those of pools undone, of grids and of shuffled channels.
func sampleRules() {
	for _, d := range []string{"1d", "2d", "3d"} {
		k := int(d[0] - '0')
		calls[functional+"max_unpool"+d] = each1(func(c *call, x node) node { return unpooled(c, x, k) })
		calls[functional+"lp_pool"+d] = each1(func(c *call, x node) node {
			x, undo := c.images(x, k)
			p := nn.PoolOptions{Kernel: c.ints("kernel_size"), Ceil: c.flag("ceil_mode", false)}
			p.Stride = c.ints("stride")
			return undo(nn.LPPool(c.Builder, x, c.num("norm_type", 2), p))
		})
	}
	calls[functional+"grid_sample"] = each1(func(c *call, x node) node {
		mode := word(c, "mode", "bilinear", resizeModes)
		pad := word(c, "padding_mode", "zeros", map[string]nn.GridPad{"zeros": nn.GridZeros, "border": nn.GridBorder, "reflection": nn.GridReflect})
		return nn.GridSample(c.Builder, x, c.tensor("grid"), nn.GridOptions{Mode: mode, Pad: pad, AlignCorners: c.flag("align_corners", false)})
	})
	calls[functional+"affine_grid"] = each1(func(c *call, x node) node {
		return nn.AffineGrid(c.Builder, x, c.ints("size")[2:], c.flag("align_corners", false))
	})
	leading := func(f func(c *call, x node) node) rule { // any axes before [C, H, W]
		return each1(func(c *call, x node) node {
			s := c.Shape(x)
			n := len(s) - 3
			y := f(c, c.Reshape(x, slices.Concat([]int{-1}, s[n:])...))
			return c.Reshape(y, slices.Concat(s[:n], c.Shape(y)[1:])...)
		})
	}
	calls[functional+"pixel_shuffle"] = leading(func(c *call, x node) node {
		return nn.PixelShuffle(c.Builder, x, c.int("upscale_factor", 1))
	})
	calls[functional+"pixel_unshuffle"] = leading(func(c *call, x node) node {
		return nn.PixelUnshuffle(c.Builder, x, c.int("downscale_factor", 1))
	})
	calls[functional+"channel_shuffle"] = each1(func(c *call, x node) node { return nn.ChannelShuffle(c.Builder, x, c.int("groups", 1)) })
}

// unpooled puts elements at the places of a max pool that indices name, 0
// elsewhere.
func unpooled(c *call, x node, spatial int) node {
	s := c.Shape(x)
	lead := len(s) - spatial
	planes := sizeOf(s[:lead])
	var out []int
	if c.given("output_size") {
		c.ignore("kernel_size", "stride", "padding")
		out = c.ints("output_size")
		out = out[len(out)-spatial:]
	} else {
		at := func(i int, name string, k, def int) int {
			v := c.ints(name)
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
	v, _ := c.arg("indices")
	index := c.static(v)
	if index == nil || index.Ints == nil || planes == 0 {
		c.unsupported("%s of indices that only the graph knows", c.name)
		return nil
	}
	each := sizeOf(s[lead:])
	for p := range planes { // of what lies on each other torch keeps any
		seen := map[int]bool{}
		for _, i := range index.Ints[p*each : (p+1)*each] {
			if seen[i] {
				c.unsupported("elements that lie on each other")
				return nil
			}
			seen[i] = true
		}
	}
	empty := c.filled(0, planes, sizeOf(out))
	y := c.Scatter(empty, c.Reshape(x, planes, each), c.ConstInts(index.Ints, planes, each), 1)
	return c.Reshape(y, slices.Concat(s[:lead], out)...)
}
