package onnx_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"gorgonia.org/gorgonia"
)

var graphs = flag.Int("graphs", 300, "number of random models")

// batch stands for the extent N in the shapes of a random model.
const batch = -1

// random draws a model. All that it draws depends on the seed alone, so the model is the same
// at each batch size.
type random struct {
	*graph.Builder
	*rand.Rand
	n      int
	jumps  bool // operators whose results jump may be drawn
	nodes  []*gorgonia.Node
	shapes [][]int
	params int
}

// step is what a random model may have next; x is an earlier value of the shape. It returns
// nil if it does not fit.
type step func(r *random, x *gorgonia.Node, shape []int) (*gorgonia.Node, []int)

// extents returns a shape for the batch size of this build.
func (r *random) extents(shape []int) []int {
	out := slices.Clone(shape)
	for i, d := range out {
		if d < 0 {
			out[i] = -d * r.n
		}
	}
	return out
}

// param returns a parameter.
func (r *random) param(shape ...int) *gorgonia.Node {
	r.params++
	return r.Builder.Param(fmt.Sprintf("w%d", r.params), graph.XavierUniform(), shape...)
}

// axis returns an axis that does not grow with the batch; it is not ok if there is none.
func (r *random) axis(shape []int) (axis int, ok bool) {
	var list []int
	for i, d := range shape {
		if d > 0 {
			list = append(list, i)
		}
	}
	if len(list) == 0 {
		return 0, false
	}
	return list[r.IntN(len(list))], true
}

// with returns the shape with another extent on an axis.
func with(shape []int, axis, d int) []int {
	out := slices.Clone(shape)
	out[axis] = d
	return out
}

// without returns the shape without an axis.
func without(shape []int, axis int) []int { return slices.Delete(slices.Clone(shape), axis, axis+1) }

// unary are functions of one element.
var unary = []func(r *random, x *gorgonia.Node) *gorgonia.Node{
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Tanh(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Sigmoid(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.ReLU(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Softplus(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.GELU(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.SiLU(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.ELU(x, 0.7) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.LeakyReLU(x, 0.1) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Abs(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Sin(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Erf(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Atan(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Asinh(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Clamp(x, -0.5, 1.5) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Square(r.Tanh(x)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Cube(r.Tanh(x)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Exp(r.Neg(r.Abs(x))) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Expm1(r.Tanh(x)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Exp2(r.Sin(x)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Log1p(r.Square(x)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Log(r.AddConst(r.Abs(x), 0.5)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.LogSigmoid(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Rsqrt(r.AddConst(r.Square(x), 1)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Reciprocal(r.AddConst(r.Abs(x), 1)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.PowConst(r.AddConst(r.Abs(x), 0.2), 0.7) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Scale(x, -0.3) },
}

// jumping are functions whose results jump.
var jumping = []func(r *random, x *gorgonia.Node) *gorgonia.Node{
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Round(r.Scale(x, 3)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Floor(r.Scale(x, 3)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Trunc(r.Scale(x, 3)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Sign(x) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Greater(x, r.Scalar(0.1)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.Remainder(x, r.Scalar(0.3)) },
	func(r *random, x *gorgonia.Node) *gorgonia.Node {
		return r.Where(r.LessEqual(x, r.Scalar(0)), r.Scale(x, 2), r.Neg(x))
	},
	func(r *random, x *gorgonia.Node) *gorgonia.Node { return r.NotEqual(r.Round(x), r.Scalar(1)) },
}

// binary are functions of two values that broadcast.
var binary = []func(r *random, x, y *gorgonia.Node) *gorgonia.Node{
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Add(x, y) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Sub(x, y) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Mul(r.Tanh(x), y) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Div(x, r.AddConst(r.Abs(y), 1)) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Maximum(x, y) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Minimum(x, y) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Hypot(x, y) },
	func(r *random, x, y *gorgonia.Node) *gorgonia.Node { return r.Lerp(x, y, r.Sigmoid(x)) },
}

// steps are drawn with equal chances.
var steps = []step{
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) {
		return unary[r.IntN(len(unary))](r, x), s
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) {
		return unary[r.IntN(len(unary))](r, x), s
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) {
		if !r.jumps {
			return nil, nil
		}
		return jumping[r.IntN(len(jumping))](r, x), s
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // with a value that broadcasts to x
		f := binary[r.IntN(len(binary))]
		i := r.IntN(len(r.nodes))
		t, ok := r.shapes[i], len(r.shapes[i]) <= len(s)
		for k := range t {
			ok = ok && (t[k] == 1 || t[k] == s[len(s)-len(t)+k])
		}
		if !ok {
			return nil, nil
		}
		if r.IntN(2) == 0 {
			return f(r, r.nodes[i], x), s
		}
		return f(r, x, r.nodes[i]), s
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // with a parameter
		if len(s) == 0 || s[len(s)-1] < 0 {
			return nil, nil
		}
		return binary[r.IntN(len(binary))](r, x, r.param(s[len(s)-1])), s
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // dense
		if len(s) < 2 || s[len(s)-1] < 0 {
			return nil, nil
		}
		k := 1 + r.IntN(6)
		return r.MatMul(x, r.param(s[len(s)-1], k)), with(s, len(s)-1, k)
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // x·xᵀ
		k := len(s)
		if k < 3 || s[k-1] < 0 || s[k-2] < 0 {
			return nil, nil
		}
		y := r.Tanh(x)
		return r.Scale(r.MatMul(y, r.SwapAxes(y, k-2, k-1)), 0.3), with(s, k-1, s[k-2])
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // the axes in another order
		perm := r.Perm(len(s))
		out := make([]int, len(s))
		for i, p := range perm {
			out[i] = s[p]
		}
		if len(s) < 2 {
			return nil, nil
		}
		return r.Transpose(x, perm...), out
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // two axes become one
		if len(s) < 2 {
			return nil, nil
		}
		i := r.IntN(len(s) - 1)
		if s[i] < 0 && s[i+1] < 0 {
			return nil, nil
		}
		out := slices.Concat(s[:i], []int{s[i] * s[i+1]}, s[i+2:])
		return r.Reshape(x, r.extents(out)...), out
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // an axis becomes two
		if len(s) == 0 || len(s) > 3 {
			return nil, nil
		}
		i := r.IntN(len(s))
		for _, k := range []int{2, 3} {
			if s[i]%k == 0 {
				out := slices.Concat(s[:i], []int{s[i] / k, k}, s[i+1:])
				return r.Reshape(x, r.extents(out)...), out
			}
		}
		return r.Unsqueeze(x, i), slices.Concat(s[:i], []int{1}, s[i:])
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // folds
		axis, ok := r.axis(s)
		if !ok {
			return nil, nil
		}
		switch r.IntN(7) {
		case 0:
			return r.Sum(x, axis), without(s, axis)
		case 1:
			return r.Mean(x, axis), without(s, axis)
		case 2:
			return r.Max(x, axis), without(s, axis)
		case 3:
			return r.LogSumExp(x, axis), without(s, axis)
		case 4:
			return r.SoftmaxAxis(x, axis), s
		case 5:
			return r.LogSoftmaxAxis(x, axis), s
		}
		return r.Min(x, axis), without(s, axis)
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // running folds and orders
		axis, ok := r.axis(s)
		if !ok {
			return nil, nil
		}
		switch r.IntN(6) {
		case 0:
			return r.CumSum(x, axis), s
		case 1:
			return r.CumProd(r.Tanh(x), axis), s
		case 2:
			return r.Sort(x, axis, graph.Descending), s
		case 3:
			return r.Roll(x, 1, axis), s
		case 4:
			return r.Repeat(x, axis, 2), with(s, axis, 2*s[axis])
		}
		return r.Flip(x, axis), s
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // parts, and what is around
		axis, ok := r.axis(s)
		if !ok || s[axis] < 2 || s[axis] > 20 {
			return nil, nil
		}
		spans := slices.Repeat([]graph.Span{graph.All()}, axis+1)
		switch r.IntN(4) {
		case 0:
			spans[axis] = graph.Range(1, s[axis])
			return r.Slice(x, spans...), with(s, axis, s[axis]-1)
		case 1:
			spans[axis] = graph.Span{Stop: s[axis], Step: 2}
			return r.Slice(x, spans...), with(s, axis, (s[axis]+1)/2)
		case 2:
			before, after := make([]int, len(s)), make([]int, len(s))
			before[axis], after[axis] = 1, 2
			return r.PadConst(x, before, after, 0.5), with(s, axis, s[axis]+3)
		}
		return r.Concat(axis, x, r.Tanh(x)), with(s, axis, 2*s[axis])
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // of the batch
		i := slices.IndexFunc(s, func(d int) bool { return d < 0 })
		if i < 0 || s[i] < -12 {
			return nil, nil
		}
		switch r.IntN(3) {
		case 0:
			return r.Concat(i, x, r.Sin(x)), with(s, i, 2*s[i])
		case 1:
			return r.Tanh(r.Sum(r.Scale(x, 0.1), i)), without(s, i)
		}
		if len(s) > 3 {
			return nil, nil
		}
		return r.Broadcast(x, r.extents(slices.Concat([]int{3}, s))...), slices.Concat([]int{3}, s)
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // layers of images
		if len(s) < 3 || slices.ContainsFunc(s[1:], func(d int) bool { return d < 0 }) || slices.Min(s[2:]) < 2 {
			return nil, nil
		}
		k := len(s) - 2
		switch r.IntN(4) {
		case 0:
			w := r.param(append([]int{3, s[1]}, slices.Repeat([]int{2}, k)...)...)
			out := with(s, 1, 3)
			for i := range k {
				out[2+i] = s[2+i] + 1
			}
			return nn.Convolve(r.Builder, x, w, nn.Windowing{Pad: []int{1}}), out
		case 1:
			w := r.param(append([]int{s[1], 2}, slices.Repeat([]int{3}, k)...)...)
			out := with(s, 1, 2)
			for i := range k {
				out[2+i] = (s[2+i]-1)*2 + 1
			}
			return nn.ConvolveTranspose(r.Builder, x, w, nn.Windowing{Stride: []int{2}, Pad: []int{1}}), out
		}
		out := slices.Clone(s)
		for i := range k {
			out[2+i] = s[2+i] - 1
		}
		pool := nn.PoolOptions{Kernel: []int{2}, Windowing: nn.Windowing{Stride: []int{1}}}
		if r.IntN(2) == 0 {
			return nn.MaxPool(r.Builder, x, pool), out
		}
		return nn.AvgPool(r.Builder, x, pool), out
	},
	func(r *random, x *gorgonia.Node, s []int) (*gorgonia.Node, []int) { // rows of a table
		if len(s) == 0 || s[0] < 0 {
			return nil, nil
		}
		name := fmt.Sprintf("i%d", len(r.nodes))
		return r.Take(x, r.Ints(name, r.n, 2)), slices.Concat([]int{batch, 2}, s[1:])
	},
}

// randomModel returns the model of a seed.
func randomModel(seed uint64, d graph.DType, jumps bool) exported {
	p := graph.NewParams(d, seed)
	ints := map[string]int{}
	build := func(b *graph.Builder, n int) []*gorgonia.Node {
		r := &random{Builder: b, Rand: rand.New(rand.NewPCG(seed, 1)), n: n, jumps: jumps}
		for i := range 1 + r.IntN(2) {
			s := []int{batch}
			for range r.IntN(4) {
				s = append(s, 1+r.IntN(5))
			}
			r.nodes, r.shapes = append(r.nodes, b.Input(fmt.Sprintf("x%d", i), r.extents(s)...)), append(r.shapes, s)
		}
		for range 12 {
			f, i := steps[r.IntN(len(steps))], len(r.nodes)-1-min(r.IntN(len(r.nodes)), r.IntN(len(r.nodes)))
			inputs := len(b.InputNodes())
			y, s := f(r, r.nodes[i], r.shapes[i])
			if y == nil {
				continue
			}
			if new := b.InputNodes()[inputs:]; len(new) > 0 {
				ints[new[0].Name()] = r.shapes[i][0]
			}
			if size := graphSize(s); size > 500 {
				continue
			}
			r.nodes, r.shapes = append(r.nodes, y), append(r.shapes, s)
		}
		last := len(r.nodes) - 1
		return []*gorgonia.Node{r.nodes[last], r.nodes[last/2]}
	}
	return exported{name: fmt.Sprintf("seed %d", seed), of: onnx.Model{Params: p, Outputs: build}, ints: ints}
}

// graphSize returns the elements of a shape for one example.
func graphSize(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= max(d, -d)
	}
	return n
}

// randomModels returns as many models as the flag says, fewer in a short test.
func randomModels(d graph.DType, jumps bool) (all []exported) {
	n := *graphs
	if testing.Short() {
		n = min(n, 60)
	}
	for seed := range n {
		all = append(all, randomModel(uint64(seed), d, jumps))
	}
	return all
}

func TestRandom(t *testing.T) {
	all := randomModels(graph.Float64, true)
	write(t, all, onnx.Options{})
	interpreted(t, all, 1e-9, 1, 5)
}

func TestRandomInRuntime(t *testing.T) {
	all := randomModels(graph.Float32, false)
	write(t, all, onnx.Options{})
	inRuntime(t, all, 1e-5, 1, 5, 64)
}

func TestRandomInChecker(t *testing.T) {
	all := randomModels(graph.Float32, true)
	write(t, all, onnx.Options{})
	checked(t, all)
}
