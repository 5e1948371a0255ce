package machine_test

import (
	"math"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// kinds are all kinds of operators that gorgonia's functions make. Its own
// statements, and what TestMachineSources runs, are not among them.
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
	conv(1, 1, 1), conv(2, 1, 2), conv(2, 0, 1),
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
