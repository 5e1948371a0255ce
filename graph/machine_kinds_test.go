package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// kind is a gorgonia graph around one kind of its operators.
type kind struct {
	name  string
	op    string // the operator's type, of the node that build returns
	in    [][]int
	ints  []int      // for each leaf, 0 for floats, n for Ints in [0, n); may be short
	from  [2]float64 // the floats' interval; zero: [0.5, 2)
	build func(x []*G.Node) (*G.Node, error)
	want  func(x [][]float64) []float64 // a plain formula; nil: gorgonia's own Do
	flags uint8
}

// What a kind is.
const (
	opaque uint8 = 1 << iota // runs by its own Do
	flat                     // has no gradient, by gorgonia's rules
	panics                   // gorgonia.Grad panics on it: Differentiate is asked instead
)

func each(f func(float64) float64) func(x [][]float64) []float64 {
	return func(x [][]float64) []float64 {
		out := make([]float64, len(x[0]))
		for i, v := range x[0] {
			out[i] = f(v)
		}
		return out
	}
}

func pairs(f func(x, y float64) float64) func(x [][]float64) []float64 {
	return func(x [][]float64) []float64 {
		out := make([]float64, len(x[0]))
		for i, v := range x[0] {
			out[i] = f(v, x[1][i])
		}
		return out
	}
}

// bit is 1 for true.
func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func unary(name string, f func(*G.Node) (*G.Node, error), g func(float64) float64, flags uint8) kind {
	return kind{name: name, op: "elemUnaryOp", in: [][]int{{3, 4}}, flags: flags,
		build: func(x []*G.Node) (*G.Node, error) { return f(x[0]) }, want: each(g)}
}

func binary(name string, f func(a, b *G.Node) (*G.Node, error), g func(x, y float64) float64) kind {
	return kind{name: name, op: "elemBinOp", in: [][]int{{3, 4}, {3, 4}},
		build: func(x []*G.Node) (*G.Node, error) { return f(x[0], x[1]) }, want: pairs(g)}
}

func comparison(name string, f func(a, b *G.Node, same bool) (*G.Node, error), same bool, g func(x, y float64) bool) kind {
	return kind{name: fmt.Sprintf("%s %t", name, same), op: "elemBinOp", in: [][]int{{3, 4}, {3, 4}}, flags: flat,
		build: func(x []*G.Node) (*G.Node, error) { return f(x[0], x[1], same) },
		want:  pairs(func(x, y float64) float64 { return bit(g(x, y)) })}
}

// matmul is op(x)·op(y) of the operands [m, k] and [k, n], transposed in memory
// where it says so.
func matmul(x, y []float64, m, k, n int, ta, tb bool) []float64 {
	out := make([]float64, m*n)
	for i := range m {
		for j := range n {
			for l := range k {
				a, b := x[i*k+l], y[l*n+j]
				if ta {
					a = x[l*m+i]
				}
				if tb {
					b = y[j*k+l]
				}
				out[i*n+j] += a * b
			}
		}
	}
	return out
}

// fold folds the axes of x with f, starting from zero.
func fold(x []float64, shape, axes []int, zero float64, f func(acc, v float64) float64) []float64 {
	var kept []int
	for i := range shape {
		if !slices.Contains(axes, i) {
			kept = append(kept, i)
		}
	}
	n := 1
	for _, i := range kept {
		n *= shape[i]
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = zero
	}
	for i, v := range x {
		at, rest := make([]int, len(shape)), i
		for k := len(shape) - 1; k >= 0; k-- {
			at[k], rest = rest%shape[k], rest/shape[k]
		}
		to := 0
		for _, k := range kept {
			to = to*shape[k] + at[k]
		}
		out[to] = f(out[to], v)
	}
	return out
}

func add(a, b float64) float64 { return a + b }

// pool folds the windows of one plane after another: pads are north, south,
// west, east.
func pool(x []float64, s []int, k, stride, pads []int, f func(w []float64) float64) []float64 {
	oh := (s[2]+pads[0]+pads[1]-k[0])/stride[0] + 1
	ow := (s[3]+pads[2]+pads[3]-k[1])/stride[1] + 1
	var out []float64
	for p := range s[0] * s[1] {
		for i := range oh {
			for j := range ow {
				var w []float64
				for y := i*stride[0] - pads[0]; y < i*stride[0]-pads[0]+k[0]; y++ {
					for z := j*stride[1] - pads[2]; z < j*stride[1]-pads[2]+k[1]; z++ {
						if y >= 0 && y < s[2] && z >= 0 && z < s[3] {
							w = append(w, x[(p*s[2]+y)*s[3]+z])
						}
					}
				}
				out = append(out, f(w))
			}
		}
	}
	return out
}

// standardized brings each group of elements, by number, to mean 0 and variance 1.
func standardized(x []float64, group func(i int) int, eps float64) []float64 {
	sum, square, n := map[int]float64{}, map[int]float64{}, map[int]float64{}
	for i, v := range x {
		sum[group(i)] += v
		n[group(i)]++
	}
	for i, v := range x {
		e := v - sum[group(i)]/n[group(i)]
		square[group(i)] += e * e
	}
	out := make([]float64, len(x))
	for i, v := range x {
		g := group(i)
		out[i] = (v - sum[g]/n[g]) / math.Sqrt(square[g]/n[g]+eps)
	}
	return out
}

func softmaxRow(x []float64) []float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v)
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Exp(v) / sum
	}
	return out
}

func rows(n int, f func([]float64) []float64) func(x [][]float64) []float64 {
	return func(x [][]float64) []float64 {
		var out []float64
		for i := 0; i < len(x[0]); i += n {
			out = append(out, f(x[0][i:i+n])...)
		}
		return out
	}
}

// sparsemaxRow finds the threshold by bisection.
func sparsemaxRow(x []float64) []float64 {
	lo, hi := slices.Min(x)-1, slices.Max(x)
	at := func(t float64) (s float64) {
		for _, v := range x {
			s += math.Max(v-t, 0)
		}
		return s
	}
	for range 200 {
		if mid := (lo + hi) / 2; at(mid) > 1 {
			lo = mid
		} else {
			hi = mid
		}
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Max(v-lo, 0)
	}
	return out
}

var kinds = slices.Concat(elementKinds, productKinds, shapeKinds, networkKinds)

var elementKinds = []kind{
	unary("Abs", G.Abs, math.Abs, 0), unary("Sign", G.Sign, func(x float64) float64 { return bit(x > 0) - bit(x < 0) }, flat),
	unary("Ceil", G.Ceil, math.Ceil, flat), unary("Floor", G.Floor, math.Floor, flat),
	unary("Sin", G.Sin, math.Sin, 0), unary("Cos", G.Cos, math.Cos, 0), unary("Exp", G.Exp, math.Exp, 0),
	unary("Log", G.Log, math.Log, 0), unary("Log2", G.Log2, math.Log2, 0), unary("Neg", G.Neg, func(x float64) float64 { return -x }, 0),
	unary("Square", G.Square, func(x float64) float64 { return x * x }, 0), unary("Sqrt", G.Sqrt, math.Sqrt, 0),
	unary("Inverse", G.Inverse, func(x float64) float64 { return 1 / x }, 0), unary("InverseSqrt", G.InverseSqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 0),
	unary("Cube", G.Cube, func(x float64) float64 { return x * x * x }, 0), unary("Tanh", G.Tanh, math.Tanh, 0), unary("Sigmoid", G.Sigmoid, sigmoid, 0),
	unary("Log1p", G.Log1p, math.Log1p, 0), unary("Expm1", G.Expm1, math.Expm1, 0), unary("Softplus", G.Softplus, func(x float64) float64 { return math.Log1p(math.Exp(x)) }, 0),
	binary("Add", G.Add, add), binary("Sub", G.Sub, func(x, y float64) float64 { return x - y }), binary("HadamardProd", G.HadamardProd, func(x, y float64) float64 { return x * y }),
	binary("HadamardDiv", G.HadamardDiv, func(x, y float64) float64 { return x / y }), binary("Pow", G.Pow, math.Pow),
	comparison("Lt", G.Lt, true, func(x, y float64) bool { return x < y }), comparison("Gt", G.Gt, true, func(x, y float64) bool { return x > y }),
	comparison("Lte", G.Lte, true, func(x, y float64) bool { return x <= y }), comparison("Gte", G.Gte, true, func(x, y float64) bool { return x >= y }),
	comparison("Eq", G.Eq, true, func(x, y float64) bool { return x == y }), comparison("Ne", G.Ne, true, func(x, y float64) bool { return x != y }),
	comparison("Lt", G.Lt, false, func(x, y float64) bool { return x < y }), comparison("Ne", G.Ne, false, func(x, y float64) bool { return x != y }),
	{name: "MinBetween", op: "minBetween", in: [][]int{{3, 4}, {3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.MinBetween(x[0], x[1]) }, want: pairs(math.Min)},
	{name: "MaxBetween", op: "maxBetween", in: [][]int{{3, 4}, {3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.MaxBetween(x[0], x[1]) }, want: pairs(math.Max)},
	{name: "Iop", op: "Iop", in: [][]int{{3}}, flags: flat, build: func(x []*G.Node) (*G.Node, error) { return G.ApplyOp(G.Iop{}, x[0]) }, want: each(func(x float64) float64 { return x })},
	{name: "constants", op: "elemBinOp", in: [][]int{{2, 2}}, build: func(x []*G.Node) (*G.Node, error) {
		c := G.NewConstant(tensor.New(tensor.WithShape(2, 2), tensor.WithBacking([]float64{1, 2, 3, 4})))
		return G.HadamardProd(G.Must(G.Mul(x[0], G.NewConstant(3.0))), c)
	}, want: func(x [][]float64) []float64 {
		return []float64{3 * x[0][0], 6 * x[0][1], 9 * x[0][2], 12 * x[0][3]}
	}},
	{name: "BroadcastAdd", op: "elemBinOp", in: [][]int{{2, 3}, {1, 3}}, build: func(x []*G.Node) (*G.Node, error) { return G.BroadcastAdd(x[0], x[1], nil, []byte{0}) },
		want: func(x [][]float64) []float64 {
			out := slices.Clone(x[0])
			for i := range out {
				out[i] += x[1][i%3]
			}
			return out
		}},
}

var productKinds = []kind{
	{name: "Mul", op: "linAlgBinOp", in: [][]int{{3, 4}, {4, 2}}, build: func(x []*G.Node) (*G.Node, error) { return G.Mul(x[0], x[1]) },
		want: func(x [][]float64) []float64 { return matmul(x[0], x[1], 3, 4, 2, false, false) }},
	{name: "Mul of a matrix and a vector", op: "linAlgBinOp", in: [][]int{{3, 4}, {4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Mul(x[0], x[1]) },
		want: func(x [][]float64) []float64 { return matmul(x[0], x[1], 3, 4, 1, false, false) }},
	{name: "Mul of a vector and a matrix", op: "linAlgBinOp", in: [][]int{{3}, {3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Mul(x[0], x[1]) },
		want: func(x [][]float64) []float64 { return matmul(x[0], x[1], 1, 3, 4, false, false) }},
	{name: "Mul of vectors", op: "linAlgBinOp", in: [][]int{{3}, {3}}, build: func(x []*G.Node) (*G.Node, error) { return G.Mul(x[0], x[1]) },
		want: func(x [][]float64) []float64 { return matmul(x[0], x[1], 1, 3, 1, false, false) }},
	{name: "OuterProd", op: "linAlgBinOp", in: [][]int{{3}, {3}}, build: func(x []*G.Node) (*G.Node, error) { return G.OuterProd(x[0], x[1]) },
		want: func(x [][]float64) []float64 { return matmul(x[0], x[1], 3, 1, 3, false, false) }},
	{name: "BatchedMatMul", op: "linAlgBinOp", in: [][]int{{2, 3, 4}, {2, 5, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.BatchedMatMul(x[0], x[1], false, true) },
		want: func(x [][]float64) []float64 {
			return append(matmul(x[0][:12], x[1][:20], 3, 4, 5, false, true), matmul(x[0][12:], x[1][20:], 3, 4, 5, false, true)...)
		}},
	{name: "Tensordot", op: "tensordotOp", in: [][]int{{2, 3, 4}, {4, 5, 3}}, build: func(x []*G.Node) (*G.Node, error) { return G.Tensordot([]int{2, 1}, []int{0, 2}, x[0], x[1]) },
		want: func(x [][]float64) []float64 {
			out := make([]float64, 10)
			for i := range 2 {
				for j := range 3 {
					for k := range 4 {
						for l := range 5 {
							out[i*5+l] += x[0][(i*3+j)*4+k] * x[1][(k*5+l)*3+j]
						}
					}
				}
			}
			return out
		}},
}

var shapeKinds = []kind{
	{name: "Sum", op: "sumOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Sum(x[0]) }, want: func(x [][]float64) []float64 { return fold(x[0], []int{3, 4}, []int{0, 1}, 0, add) }},
	{name: "Sum along 2 of 4", op: "sumOp", in: [][]int{{2, 3, 2, 2}}, build: func(x []*G.Node) (*G.Node, error) { return G.Sum(x[0], 2) },
		want: func(x [][]float64) []float64 { return fold(x[0], []int{2, 3, 2, 2}, []int{2}, 0, add) }},
	{name: "Max along 1", op: "maxOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Max(x[0], 1) },
		want: func(x [][]float64) []float64 { return fold(x[0], []int{3, 4}, []int{1}, math.Inf(-1), math.Max) }},
	{name: "Mean of planes", op: "elemBinOp", in: [][]int{{2, 3, 2, 2}}, build: func(x []*G.Node) (*G.Node, error) { return G.Mean(x[0], 2, 3) },
		want: func(x [][]float64) []float64 {
			return each(func(v float64) float64 { return v / 4 })([][]float64{fold(x[0], []int{2, 3, 2, 2}, []int{2, 3}, 0, add)})
		}},
	{name: "Norm", op: "elemUnaryOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Norm(x[0], 1, 2) },
		want: func(x [][]float64) []float64 {
			return each(math.Sqrt)([][]float64{fold(x[0], []int{3, 4}, []int{1}, 0, func(a, v float64) float64 { return a + v*v })})
		}},
	{name: "LogSumExp", op: "elemUnaryOp", in: [][]int{{5}}, build: func(x []*G.Node) (*G.Node, error) { return G.LogSumExp(x[0], 0) },
		want: func(x [][]float64) []float64 {
			return each(math.Log)([][]float64{fold(x[0], []int{5}, []int{0}, 0, func(a, v float64) float64 { return a + math.Exp(v) })})
		}},
	{name: "SizeOf", op: "sizeOp", in: [][]int{{3, 4}}, flags: flat, build: func(x []*G.Node) (*G.Node, error) { return G.SizeOf(1, x[0]) }, want: func([][]float64) []float64 { return []float64{4} }},
	{name: "At", op: "atOp", in: [][]int{{3, 4}}, flags: flat, build: func(x []*G.Node) (*G.Node, error) { return G.At(x[0], 1, 2) }, want: func(x [][]float64) []float64 { return x[0][6:7] }},
	{name: "Slice", op: "sliceOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Slice(x[0], G.S(1)) }, want: func(x [][]float64) []float64 { return x[0][4:8] }},
	{name: "Slice of the second axis", op: "sliceOp", in: [][]int{{2, 3}}, build: func(x []*G.Node) (*G.Node, error) { return G.Slice(x[0], nil, G.S(1, 3)) }, want: func(x [][]float64) []float64 { return []float64{x[0][1], x[0][2], x[0][4], x[0][5]} }},
	{name: "Slice with a step", op: "sliceOp", in: [][]int{{5}}, build: func(x []*G.Node) (*G.Node, error) { return G.Slice(x[0], G.S(0, 5, 2)) },
		want: func(x [][]float64) []float64 { return []float64{x[0][0], x[0][2]} }}, // two elements are what the node's shape has
	{name: "Reshape", op: "reshapeOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Reshape(x[0], tensor.Shape{2, 6}) }, want: func(x [][]float64) []float64 { return x[0] }},
	{name: "Transpose", op: "transposeOp", in: [][]int{{2, 3}}, build: func(x []*G.Node) (*G.Node, error) { return G.Transpose(x[0], 1, 0) },
		want: func(x [][]float64) []float64 {
			return []float64{x[0][0], x[0][3], x[0][1], x[0][4], x[0][2], x[0][5]}
		}},
	{name: "Concat", op: "concatOp", in: [][]int{{1, 3}, {2, 3}}, build: func(x []*G.Node) (*G.Node, error) { return G.Concat(0, x[0], x[1]) }, want: func(x [][]float64) []float64 { return slices.Concat(x[0], x[1]) }},
	{name: "repeat", op: "repeatOp", in: [][]int{{1, 3}}, build: func(x []*G.Node) (*G.Node, error) {
		y, _, err := G.Broadcast(x[0], G.Must(G.Reshape(G.Must(G.Concat(0, x[0], x[0])), tensor.Shape{2, 3})), G.NewBroadcastPattern([]byte{0}, nil))
		return y, err
	}, want: func(x [][]float64) []float64 { return slices.Concat(x[0], x[0]) }},
	{name: "ByIndices", op: "byIndicesOp", in: [][]int{{4, 3}, {3}}, ints: []int{0, 4}, build: func(x []*G.Node) (*G.Node, error) { return G.ByIndices(x[0], x[1], 0) },
		want: func(x [][]float64) (out []float64) {
			for _, k := range x[1] {
				out = append(out, x[0][3*int(k):3*int(k)+3]...)
			}
			return out
		}},
	{name: "ByIndices along 1", op: "byIndicesOp", in: [][]int{{3, 4}, {3}}, ints: []int{0, 4}, build: func(x []*G.Node) (*G.Node, error) { return G.ByIndices(x[0], x[1], 1) },
		want: func(x [][]float64) (out []float64) {
			for i := range 3 {
				for _, k := range x[1] {
					out = append(out, x[0][4*i+int(k)])
				}
			}
			return out
		}},
	{name: "DiagFlat", op: "diagFlatOp", in: [][]int{{3}}, flags: flat, build: func(x []*G.Node) (*G.Node, error) { return G.DiagFlat(x[0]) },
		want: func(x [][]float64) []float64 { return []float64{x[0][0], 0, 0, 0, x[0][1], 0, 0, 0, x[0][2]} }},
	{name: "ConvType to Int", op: "dtConvOp", in: [][]int{{3}}, flags: flat | opaque, build: func(x []*G.Node) (*G.Node, error) { return G.ConvType(x[0], tensor.Float64, tensor.Int) }, want: each(math.Trunc)},
	{name: "ConvType from Int", op: "dtConvOp", in: [][]int{{3}}, ints: []int{9}, flags: flat | opaque, build: func(x []*G.Node) (*G.Node, error) { return G.ConvType(x[0], tensor.Int, tensor.Float64) }, want: each(math.Trunc)},
}

var networkKinds = []kind{
	{name: "SoftMax", op: "softmaxOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.SoftMax(x[0]) }, want: rows(4, softmaxRow)},
	{name: "LogSoftMax", op: "softmaxOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.LogSoftMax(x[0], 1) },
		want: rows(4, func(x []float64) []float64 { return each(math.Log)([][]float64{softmaxRow(x)}) })},
	{name: "Sparsemax", op: "sparsemaxOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Sparsemax(x[0]) }, want: rows(4, sparsemaxRow)},
	{name: "Rectify", op: "elemBinOp", in: [][]int{{3, 4}}, from: [2]float64{-1, 1}, build: func(x []*G.Node) (*G.Node, error) { return G.Rectify(x[0]) }, want: each(func(x float64) float64 { return math.Max(x, 0) })},
	{name: "LeakyRelu", op: "elemBinOp", in: [][]int{{3, 4}}, from: [2]float64{-1, 1}, build: func(x []*G.Node) (*G.Node, error) { return G.LeakyRelu(x[0], 0.1) }, want: each(func(x float64) float64 { return math.Max(x, 0.1*x) })},
	{name: "Mish", op: "elemBinOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Mish(x[0]) }, want: each(func(x float64) float64 { return x * math.Tanh(math.Log1p(math.Exp(x))) })},
	{name: "Im2Col", op: "im2colOp", in: [][]int{{1, 2, 3, 3}}, build: func(x []*G.Node) (*G.Node, error) {
		return G.Im2Col(x[0], tensor.Shape{2, 2}, tensor.Shape{0, 0}, tensor.Shape{1, 1}, tensor.Shape{1, 1})
	}, want: func(x [][]float64) (out []float64) {
		for i := range 2 {
			for j := range 2 {
				for c := range 2 {
					for k := range 4 {
						out = append(out, x[0][c*9+(i+k/2)*3+j+k%2])
					}
				}
			}
		}
		return out
	}},
	{name: "Conv2d", op: "transposeOp", in: [][]int{{2, 2, 4, 4}, {3, 2, 3, 3}}, build: func(x []*G.Node) (*G.Node, error) {
		return G.Conv2d(x[0], x[1], tensor.Shape{3, 3}, []int{1, 1}, []int{1, 1}, []int{1, 1})
	}, want: func(x [][]float64) []float64 {
		out := make([]float64, 2*3*16)
		for n := range 2 * 3 * 16 {
			b, o, p := n/48, n/16%3, n%16
			for c := range 2 {
				for k := range 9 {
					if y, z := p/4+k/3-1, p%4+k%3-1; y >= 0 && y < 4 && z >= 0 && z < 4 {
						out[n] += x[0][(b*2+c)*16+y*4+z] * x[1][(o*2+c)*9+k]
					}
				}
			}
		}
		return out
	}},
	{name: "MaxPool2D", op: "maxPoolOp", in: [][]int{{2, 2, 4, 5}}, build: func(x []*G.Node) (*G.Node, error) {
		return G.MaxPool2D(x[0], tensor.Shape{2, 2}, []int{1, 1}, []int{2, 2})
	},
		want: func(x [][]float64) []float64 {
			return pool(x[0], []int{2, 2, 4, 5}, []int{2, 2}, []int{2, 2}, []int{1, 1, 1, 1}, slices.Max[[]float64])
		}},
	{name: "MaxPool2D padded unequally", op: "maxPoolOp", in: [][]int{{2, 2, 4, 5}}, from: [2]float64{-2, -1}, build: func(x []*G.Node) (*G.Node, error) {
		return G.MaxPool2D(x[0], tensor.Shape{2, 3}, []int{1, 0, 0, 2}, []int{1, 2})
	}, want: func(x [][]float64) []float64 {
		return pool(x[0], []int{2, 2, 4, 5}, []int{2, 3}, []int{1, 2}, []int{1, 0, 0, 2}, slices.Max[[]float64])
	}},
	{name: "AveragePool2D", op: "avgPoolOp", in: [][]int{{2, 2, 5, 5}}, build: func(x []*G.Node) (*G.Node, error) {
		return G.AveragePool2D(x[0], tensor.Shape{2, 3}, []int{1, 0}, []int{2, 2})
	},
		want: func(x [][]float64) []float64 {
			return pool(x[0], []int{2, 2, 5, 5}, []int{2, 3}, []int{2, 2}, []int{1, 1, 0, 0}, func(w []float64) float64 { return fold(w, []int{len(w)}, []int{0}, 0, add)[0] / 6 })
		}},
	{name: "AveragePool2D padded unequally", op: "avgPoolOp", in: [][]int{{1, 2, 4, 4}}, build: func(x []*G.Node) (*G.Node, error) {
		return G.AveragePool2D(x[0], tensor.Shape{2, 2}, []int{0, 1, 1, 0}, []int{1, 1})
	},
		want: func(x [][]float64) []float64 {
			return pool(x[0], []int{1, 2, 4, 4}, []int{2, 2}, []int{1, 1}, []int{0, 1, 1, 0}, func(w []float64) float64 { return fold(w, []int{len(w)}, []int{0}, 0, add)[0] / 4 })
		}},
	{name: "GlobalAveragePool2D", op: "globalAveragePoolOp", in: [][]int{{2, 3, 2, 4}}, flags: panics, build: func(x []*G.Node) (*G.Node, error) { return G.GlobalAveragePool2D(x[0]) },
		want: func(x [][]float64) []float64 {
			return each(func(v float64) float64 { return v / 8 })([][]float64{fold(x[0], []int{2, 3, 2, 4}, []int{2, 3}, 0, add)})
		}},
	{name: "Upsample2D", op: "upsampleOp", in: [][]int{{1, 2, 2, 2}}, build: func(x []*G.Node) (*G.Node, error) { return G.Upsample2D(x[0], 2) }, want: func(x [][]float64) (out []float64) {
		for i := range 32 {
			out = append(out, x[0][i/16*4+i%16/4/2*2+i%4/2])
		}
		return out
	}},
	{name: "Dropout of nothing", op: "dropoutOp", in: [][]int{{3, 4}}, build: func(x []*G.Node) (*G.Node, error) { return G.Dropout(x[0], 0) }, want: each(func(x float64) float64 { return x })},
	{name: "BatchNorm", op: "elemBinOp", in: [][]int{{4, 3}, {4, 3}, {4, 3}}, build: func(x []*G.Node) (*G.Node, error) {
		y, _, _, _, err := G.BatchNorm(x[0], x[1], x[2], 0.9, 1e-5)
		return y, err
	}, want: func(x [][]float64) []float64 {
		y := standardized(x[0], func(i int) int { return i % 3 }, 1e-5)
		for i := range y {
			y[i] = y[i]*x[1][i] + x[2][i]
		}
		return y
	}},
	{name: "BatchNorm of images", op: "elemBinOp", in: [][]int{{2, 3, 2, 2}, {2, 3, 2, 2}, {2, 3, 2, 2}}, build: func(x []*G.Node) (*G.Node, error) {
		y, _, _, _, err := G.BatchNorm(x[0], x[1], x[2], 0.9, 1e-5)
		return y, err
	}, want: func(x [][]float64) []float64 {
		y := standardized(x[0], func(i int) int { return i / 4 % 3 }, 1e-5)
		for i := range y {
			y[i] = y[i]*x[1][i] + x[2][i]
		}
		return y
	}},
	{name: "GroupNorm", op: "elemBinOp", in: [][]int{{2, 4, 3, 3}, {2, 4, 3, 3}, {2, 4, 3, 3}}, build: func(x []*G.Node) (*G.Node, error) { return G.GroupNorm(x[0], x[1], x[2], 2, 4, 1e-5) },
		want: func(x [][]float64) []float64 {
			y := standardized(x[0], func(i int) int { return i / 18 }, 1e-5)
			for i := range y {
				y[i] = y[i]*x[1][i] + x[2][i]
			}
			return y
		}},
	ctc("sum", G.ReductionSum), ctc("mean", G.ReductionMean),
}

// ctc is a loss of two examples with labels of lengths 2 and 1, in one row, which
// is compared with what gorgonia computes.
func ctc(name string, reduction G.Reduction) kind {
	return kind{name: "CTCLoss " + name, op: "ctcLossOp", in: [][]int{{4, 2, 3}, {2, 2}, {2}, {2}}, ints: []int{0, -1, -4, -2}, flags: opaque,
		build: func(x []*G.Node) (*G.Node, error) {
			p, err := G.LogSoftMax(x[0], 2)
			if err != nil {
				return nil, err
			}
			return G.CTCLoss(p, x[1], x[2], x[3], reduction)
		}}
}

// plainProgram is a kind's graph with a cost, the sum of the result times weights.
type plainProgram struct {
	k       kind
	g       *G.ExprGraph
	x       []*G.Node
	out     *G.Node
	costVal G.Value
	outVal  G.Value
	cost    *G.Node
}

func (p *plainProgram) leaf(t *testing.T, i int, v []float64) {
	t.Helper()
	shape := tensor.WithShape(p.k.in[i]...)
	back := tensor.WithBacking(slices.Clone(v))
	if p.isInt(i) {
		k := make([]int, len(v))
		for j, e := range v {
			k[j] = int(e)
		}
		back = tensor.WithBacking(k)
	}
	if err := G.Let(p.x[i], tensor.New(shape, back)); err != nil {
		t.Fatal(err)
	}
}

func (p *plainProgram) isInt(i int) bool { return i < len(p.k.ints) && p.k.ints[i] != 0 }

func buildKind(t *testing.T, k kind, differentiate bool) *plainProgram {
	t.Helper()
	p := &plainProgram{k: k, g: G.NewGraph()}
	for i, s := range k.in {
		dt := tensor.Float64
		if p.isInt(i) {
			dt = tensor.Int
		}
		p.x = append(p.x, G.NewTensor(p.g, dt, len(s), G.WithShape(s...), G.WithName(fmt.Sprintf("x%d", i))))
	}
	var err error
	if p.out, err = k.build(p.x); err != nil {
		t.Fatalf("%s: %v", k.name, err)
	}
	if got := reflect.Indirect(reflect.ValueOf(p.out.Op())).Type().Name(); got != k.op {
		t.Fatalf("%s: got a node of %s, want %s", k.name, got, k.op)
	}
	G.Read(p.out, &p.outVal)
	if !differentiate {
		return p
	}
	p.cost = p.out
	if !p.out.IsScalar() {
		w := G.NewConstant(tensor.New(tensor.WithShape(p.out.Shape()...), tensor.WithBacking(wave(p.out.Shape().TotalSize(), 0.3))))
		p.cost = G.Must(G.Sum(G.Must(G.HadamardProd(p.out, w))))
	}
	G.Read(p.cost, &p.costVal)
	return p
}

func (p *plainProgram) floats() (out G.Nodes) {
	for i, x := range p.x {
		if !p.isInt(i) {
			out = append(out, x)
		}
	}
	return out
}

// draw are values of the leaves.
func (k kind) draw(r *rand.Rand) [][]float64 {
	lo, hi := k.from[0], k.from[1]
	if lo == hi {
		lo, hi = 0.5, 2
	}
	out := make([][]float64, len(k.in))
	for i, s := range k.in {
		out[i] = make([]float64, tensor.Shape(s).TotalSize())
		for j := range out[i] {
			switch {
			case i < len(k.ints) && k.ints[i] == -1: // labels 1 and 2 in turn
				out[i][j] = float64(1 + j%2)
			case i < len(k.ints) && k.ints[i] < 0: // a length
				out[i][j] = float64(-k.ints[i])
			case i < len(k.ints) && k.ints[i] > 0:
				out[i][j] = float64(r.IntN(k.ints[i]))
			default:
				out[i][j] = lo + (hi-lo)*r.Float64()
			}
		}
	}
	return out
}

// numbers are the elements of a value of gorgonia's.
func numbers(t *testing.T, v G.Value) (out []float64) {
	t.Helper()
	switch d := v.Data().(type) {
	case float64:
		return []float64{d}
	case float32:
		return []float64{float64(d)}
	case []float64:
		return slices.Clone(d)
	case []float32:
		for _, x := range d {
			out = append(out, float64(x))
		}
	case []int:
		for _, x := range d {
			out = append(out, float64(x))
		}
	case []bool:
		for _, x := range d {
			out = append(out, bit(x))
		}
	default:
		t.Fatalf("got a value of %T", d)
	}
	return out
}

// TestKinds runs every kind of operator that gorgonia's functions make: values
// against plain formulas, or the operator's own Do where that is all there is,
// and gradients against differences of values. Which kinds fall back on their own
// Do stands in the table.
func TestKinds(t *testing.T) {
	for _, k := range kinds {
		r := rand.New(rand.NewPCG(3, 4))
		at := k.draw(r)
		p := buildKind(t, k, false)
		vm := graph.NewMachine(p.g)
		for i, v := range at {
			p.leaf(t, i, v)
		}
		if err := vm.RunAll(); err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		if got := len(vm.Stats().Fallbacks) > 0; got != (k.flags&opaque != 0) {
			t.Errorf("%s: got the fallbacks %v, want some: %t", k.name, vm.Stats().Fallbacks, k.flags&opaque != 0)
		}
		got := numbers(t, p.outVal)
		var want []float64
		if k.want != nil {
			want = k.want(at)
		} else {
			want = numbers(t, byTape(t, k, at))
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %d elements, want %d", k.name, len(got), len(want))
			continue
		}
		for i := range want {
			near(t, k.name, got[i], want[i], 1e-9)
		}
		if k.flags&flat == 0 {
			checkGradient(t, k, at, r)
		}
	}
}

// byTape is the result of a kind on gorgonia's own machine.
func byTape(t *testing.T, k kind, at [][]float64) G.Value {
	t.Helper()
	p := buildKind(t, k, false)
	for i, v := range at {
		p.leaf(t, i, v)
	}
	vm := G.NewTapeMachine(p.g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatalf("%s: gorgonia: %v", k.name, err)
	}
	return p.outVal
}

// checkGradient compares the gradients of a kind with a difference of values in
// a random direction.
func checkGradient(t *testing.T, k kind, at [][]float64, r *rand.Rand) {
	t.Helper()
	p := buildKind(t, k, true)
	vm := graph.NewMachine(p.g)
	if k.flags&panics != 0 {
		if err := vm.Differentiate(p.cost, p.floats()...); err != nil {
			t.Fatal(err)
		}
	} else if _, err := G.Grad(p.cost, p.floats()...); err != nil {
		t.Errorf("%s: gorgonia.Grad: %v", k.name, err)
		return
	}
	u := make([][]float64, len(at))
	cost := func(h float64) float64 {
		for i, v := range at {
			moved := slices.Clone(v)
			if !p.isInt(i) {
				for j := range moved {
					moved[j] += h * u[i][j]
				}
			}
			p.leaf(t, i, moved)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		return numbers(t, p.costVal)[0]
	}
	for i, v := range at {
		u[i] = make([]float64, len(v))
		for j := range v {
			u[i][j] = r.Float64()*2 - 1
		}
	}
	const h = 1e-5
	want := (cost(h) - cost(-h)) / (2 * h)
	cost(0)
	got := 0.0
	for i, x := range p.x {
		if p.isInt(i) {
			continue
		}
		g, err := x.Grad()
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			return
		}
		d := numbers(t, g)
		if len(d) != len(u[i]) {
			t.Errorf("%s: got a gradient of %d elements, want %d", k.name, len(d), len(u[i]))
			return
		}
		for j, v := range d {
			got += v * u[i][j]
		}
	}
	near(t, k.name+": slope", got, want, 2e-7)
}
