package graph_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"gorgonia.org/gorgonia"
)

// linear is a function that is linear in x, whose elements each reach some elements of
// the result.
type linear struct {
	name  string
	shape []int
	f     func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
}

// volume is how many elements a shape has.
func volume(shape []int) int {
	n := 1
	for _, e := range shape {
		n *= e
	}
	return n
}

// ramp is a constant without zeros.
func ramp(b *graph.Builder, shape ...int) *gorgonia.Node {
	v := make([]float64, volume(shape))
	for i := range v {
		v[i] = .3 + float64(i%7)/8
	}
	return b.Const(v, shape...)
}

// linears are the functions that move, pick, spread or add elements.
func linears() []linear {
	type B = graph.Builder
	type N = gorgonia.Node
	image := []int{1, 2, 5, 5}
	every := func(stride, pad int) nn.Windowing {
		return nn.Windowing{Stride: []int{stride}, Pad: []int{pad}}
	}
	pool := func(k, pad int) nn.PoolOptions { return nn.PoolOptions{Kernel: []int{k}, Windowing: every(1, pad)} }
	index := func(b *B, shape ...int) *N { // each place of three twice
		return b.ConstInts([]int{0, 2, 1, 0, 2, 1}, shape...)
	}
	points := func(b *B) *N { return b.Const([]float64{.1, .3, -.8, .9, 1, 1, -1, 0}, 1, 2, 2, 2) }
	resize := func(m nn.ResizeMode, n int) func(b *B, x *N) *N {
		return func(b *B, x *N) *N { return nn.Resize(b, x, nn.ResizeOptions{Mode: m, Size: []int{n}}) }
	}
	return []linear{
		{"Patches", image, func(b *B, x *N) *N {
			return nn.Patches(b, x, nn.PatchOptions{Kernel: []int{2, 3}, Windowing: every(1, 1)})
		}},
		{"Patches of a line", []int{1, 1, 6}, func(b *B, x *N) *N {
			return nn.Patches(b, x, nn.PatchOptions{Kernel: []int{3}, Windowing: every(2, 1)})
		}},
		{"FromPatches", []int{1, 8, 16}, func(b *B, x *N) *N {
			return nn.FromPatches(b, x, []int{5, 5}, nn.PatchOptions{Kernel: []int{2, 2}, Windowing: every(1, 0)})
		}},
		{"FromPatches with padding", []int{2, 3, 4}, func(b *B, x *N) *N {
			return nn.FromPatches(b, x, []int{7}, nn.PatchOptions{Kernel: []int{3}, Windowing: every(2, 1)})
		}},
		{"Convolve", image, func(b *B, x *N) *N { return nn.Convolve(b, x, ramp(b, 3, 2, 2, 2), every(2, 1)) }},
		{"ConvolveTranspose", []int{1, 2, 3, 3}, func(b *B, x *N) *N { return nn.ConvolveTranspose(b, x, ramp(b, 2, 2, 2, 2), every(2, 0), 1) }},
		{"AvgPool", image, func(b *B, x *N) *N { return nn.AvgPool(b, x, pool(2, 1)) }},
		{"SumPool", image, func(b *B, x *N) *N { return nn.SumPool(b, x, pool(3, 1)) }},
		{"AdaptiveAvgPool", image, func(b *B, x *N) *N { return nn.AdaptiveAvgPool(b, x, 3, 2) }},
		{"Resize nearest", image, resize(nn.ResizeNearest, 7)},
		{"Resize linear", image, resize(nn.ResizeLinear, 7)},
		{"Resize cubic", image, resize(nn.ResizeCubic, 7)},
		{"Resize to less", image, resize(nn.ResizeLinear, 2)},
		{"GridSample", image, func(b *B, x *N) *N {
			return nn.GridSample(b, x, points(b), nn.GridOptions{Mode: nn.ResizeLinear, Pad: nn.GridZeros, AlignCorners: true})
		}},
		{"Differences", []int{7}, func(b *B, x *N) *N { return special.Differences(b, x, nil, 0, 2) }},
		{"Diff", []int{7}, func(b *B, x *N) *N { return b.Diff(x, 2, 0) }},
		{"Trapezoid", []int{3, 4}, func(b *B, x *N) *N { return special.Trapezoid(b, x, nil, .5, 1) }},
		{"CumSum", []int{3, 4}, func(b *B, x *N) *N { return b.CumSum(x, 1) }},
		{"Pad", image, func(b *B, x *N) *N { return b.Pad(x, []int{1, 1}, []int{2, 1}, graph.PadReflect) }},
		{"Roll", []int{7}, func(b *B, x *N) *N { return b.Roll(x, 3, 0) }},
		{"Tile", []int{2, 2}, func(b *B, x *N) *N { return b.Tile(x, 2, 3) }},
		{"Tril", []int{4, 4}, func(b *B, x *N) *N { return b.Tril(x, 0) }},
		{"Diag", []int{4}, func(b *B, x *N) *N { return b.Diag(x) }},
		{"DiagonalMatrices", []int{2, 3}, func(b *B, x *N) *N { return special.DiagonalMatrices(b, x, 1, [2]int{0, 1}) }},
		{"Trace", []int{4, 4}, func(b *B, x *N) *N { return b.Trace(x) }},
		{"BlockDiagonal", []int{2, 2}, func(b *B, x *N) *N { return special.BlockDiagonal(b, x, b.Scale(x, 2)) }},
		{"Kron", []int{2, 2}, func(b *B, x *N) *N { return linalg.Kron(b, x, ramp(b, 2, 2)) }},
		{"Windows", []int{8}, func(b *B, x *N) *N { return special.Windows(b, x, 0, special.WindowOptions{Size: 3, Step: 2}) }},
		{"Strided", []int{8}, func(b *B, x *N) *N { return special.Strided(b, x, []int{3, 2}, []int{2, 1}, 1) }},
		{"Take", []int{3, 2}, func(b *B, x *N) *N { return b.Take(x, index(b, 6)) }},
		{"IndexSelect", []int{2, 3}, func(b *B, x *N) *N { return b.IndexSelect(x, index(b, 6), 1) }},
		{"Gather", []int{3, 3}, func(b *B, x *N) *N { return b.Gather(x, index(b, 3, 2), 1) }},
		{"Scatter into", []int{3, 3}, func(b *B, x *N) *N { return b.Scatter(x, ramp(b, 3, 2), index(b, 3, 2), 1) }},
		{"Scatter from", []int{1, 6}, func(b *B, x *N) *N { return b.Scatter(ramp(b, 1, 4), x, index(b, 1, 6), 1) }},
		{"ScatterAdd", []int{1, 6}, func(b *B, x *N) *N { return b.ScatterAdd(ramp(b, 1, 4), x, index(b, 1, 6), 1) }},
		{"ScatterReduce of means", []int{1, 6}, func(b *B, x *N) *N {
			return special.ScatterReduce(b, ramp(b, 1, 4), x, index(b, 1, 6), 1, special.ReduceOptions{Reduction: special.ReduceMean, IncludeSelf: true})
		}},
		{"PutFlat", []int{3}, func(b *B, x *N) *N {
			return special.PutFlat(b, ramp(b, 3, 3), x, b.ConstInts([]int{0, 8, 4}, 3))
		}},
		{"IndexAdd", []int{2, 3}, func(b *B, x *N) *N { return special.IndexAdd(b, ramp(b, 4, 3), x, b.ConstInts([]int{0, 2}, 2)) }},
		{"IndexCopy", []int{4, 3}, func(b *B, x *N) *N { return special.IndexCopy(b, x, ramp(b, 2, 3), b.ConstInts([]int{0, 2}, 2), 0) }},
		{"MaskedScatter", []int{4}, func(b *B, x *N) *N { return special.MaskedScatter(b, x, []bool{true, false, true, false}, ramp(b, 2)) }},
		{"Where", []int{4}, func(b *B, x *N) *N { return b.Where(b.Const([]float64{1, 0, 1, 0}, 4), x, ramp(b, 4)) }},
		{"MatMul", []int{3, 4}, func(b *B, x *N) *N { return b.MatMul(x, ramp(b, 4, 2)) }},
		{"Outer", []int{3}, func(b *B, x *N) *N { return b.Outer(x, ramp(b, 4)) }},
		{"Einsum", []int{2, 3, 3}, func(b *B, x *N) *N { return b.Einsum("bii->b", x) }},
		{"Cross", []int{2, 3}, func(b *B, x *N) *N { return linalg.Cross(b, x, ramp(b, 2, 3), 1) }},
	}
}

// TestUntouchedElements puts infinite elements and NaN into operands, directions and
// cotangents of linear functions: elements that they do not reach stay as they are, and
// no derivative looks at the operand.
func TestUntouchedElements(t *testing.T) {
	for _, l := range linears() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(l.name, " ", d), func(t *testing.T) { l.check(t, d) })
		}
	}
}

func (l linear) check(t *testing.T, d graph.DType) {
	b := graph.New(graph.NewParams(d, 1))
	x, dir := b.Input("x", l.shape...), b.Input("dir", l.shape...)
	y := l.f(b, x)
	if b.Err() != nil {
		t.Fatal(b.Err())
	}
	u := b.Input("u", b.Shape(y)...)
	g, err := autograd.VJP(y, u, x)
	if err != nil {
		t.Fatal(err)
	}
	j, err := autograd.JVP(gorgonia.Nodes{y}, gorgonia.Nodes{x}, gorgonia.Nodes{dir})
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y, j[0], g[0], b.Sum(x), b.Sum(dir), b.Sum(u)}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	n, m := volume(b.Shape(x)), volume(b.Shape(y))
	in := map[string][]float64{"x": waves(n, 1), "dir": waves(n, 2), "u": waves(m, 3)}
	run := func(name string, i int, v float64) (out [3][]float64) {
		was := in[name][i]
		in[name][i] = v
		for k, v := range in {
			if err := graph.InputOf[float64](p, k).Set(v); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		in[name][i] = was
		for k := range out {
			out[k] = graph.OutputOf[float64](p, k).Read(nil)
		}
		return out
	}
	base := run("x", 0, in["x"][0])
	reaches := make([][]bool, n)
	for i := range reaches {
		moved := run("x", i, in["x"][i]+1)
		reaches[i] = make([]bool, m)
		for k := range m {
			reaches[i][k] = moved[0][k] != base[0][k]
		}
	}
	for _, bad := range []float64{inf, -inf, nan} {
		for i := range n {
			out := run("x", i, bad)
			stays(t, fmt.Sprintf("value for x[%d] = %v", i, bad), out[0], base[0], func(k int) bool { return reaches[i][k] })
			stays(t, fmt.Sprintf("tangent for x[%d] = %v", i, bad), out[1], base[1], nil)
			stays(t, fmt.Sprintf("gradient for x[%d] = %v", i, bad), out[2], base[2], nil)
			out = run("dir", i, bad)
			stays(t, fmt.Sprintf("tangent for dir[%d] = %v", i, bad), out[1], base[1], func(k int) bool { return reaches[i][k] })
		}
		for k := range m {
			out := run("u", k, bad)
			stays(t, fmt.Sprintf("gradient for u[%d] = %v", k, bad), out[2], base[2], func(i int) bool { return reaches[i][k] })
		}
	}
}

// waves are n numbers in (0.1, 1.1), no two alike.
func waves(n, phase int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = .6 + .5*math.Sin(float64(3*i+phase))
	}
	return v
}

// stays wants the elements that are not touched as they were.
func stays(t *testing.T, what string, got, want []float64, touched func(i int) bool) {
	t.Helper()
	for i, w := range want {
		if got[i] != w && (touched == nil || !touched(i)) {
			t.Errorf("%s: element %d: got %v, want %v", what, i, got[i], w)
			return
		}
	}
}
