package onnx_test

import (
	"errors"
	"hash"
	"io"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// TestSizes checks shapes that depend on the batch in unusual ways.
func TestSizes(t *testing.T) {
	layers := func(b *graph.Builder, x *gorgonia.Node, units ...int) *gorgonia.Node {
		for i, n := range units {
			b.Scope(string(rune('a'+i)), func() { x = nn.Dense(b, "h", x, n, nn.Tanh) })
		}
		return x
	}
	all := []exported{
		{name: "extents of the two sizes that are built", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			return layers(b, b.Input("x", n, 61), 67, 61, 67)
		})},
		{name: "products with extents of the two sizes", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Reshape(b.Input("x", n, 61*67), n, 61, 67)
			return b.Add(b.Softmax(b.MatMul(x, b.SwapAxes(x, 1, 2))), b.Param("w", graph.XavierUniform(), 61))
		})},
		{name: "two rows for each example", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Reshape(b.Input("x", n, 6), 2*n, 3)
			return b.Mul(layers(b, x, 4), b.Broadcast(b.Param("w", graph.XavierUniform(), 1, 4), 2*n, 4))
		})},
		{name: "zeros of the batch", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			zeros := b.Const(make([]float64, 3*n), n, 3)
			return b.Concat(1, b.MatMul(zeros, b.Param("w", graph.XavierUniform(), 3, 2)), b.Input("x", n, 2), zeros)
		})},
		{name: "every other example", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			x := b.Reshape(b.Input("x", n, 4), 2*n, 2)
			return b.Slice(x, graph.Range(n, 2*n))
		})},
		{name: "a matrix of examples", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			x := layers(b, b.Input("x", n, 3), 5)
			return b.Reshape(b.SoftmaxAxis(b.MatMul(x, b.Transpose(x)), 1), n, n, 1)
		})},
		{name: "functions of gorgonia", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
			x := gorgonia.Must(gorgonia.Sigmoid(b.Input("x", n, 3)))
			return gorgonia.Must(gorgonia.HadamardProd(x, gorgonia.Must(gorgonia.Square(x))))
		})},
	}
	write(t, all, onnx.Options{})
	interpreted(t, all, 1e-12, 1, 2, 5)
	checked(t, all)
}

// TestTwice checks an input that grows by two for each example: N is half of it.
func TestTwice(t *testing.T) {
	e := exported{name: "pairs", of: of(func(b *graph.Builder, n int) *gorgonia.Node {
		x := b.Input("x", 2*n, 3)
		return b.Concat(0, x, b.Broadcast(b.Param("w", graph.XavierUniform(), 1, 3), n, 3))
	})}
	all := []exported{e}
	write(t, all, onnx.Options{})
	m, err := onnxtest.Read(all[0].file)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]onnxtest.Tensor{"x": {Shape: []int{4, 3}, Data: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}}}
	got, err := m.Run(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := onnxtest.Compare(got["output"], all[0].want(t, 2, in)["output"], 0); err != nil {
		t.Error(err)
	}
}

// halve is an operator of somebody's own.
type halve struct{}

func (halve) Arity() int { return 1 }
func (halve) Type() hm.Type {
	return hm.NewFnType(hm.TypeVariable('a'), hm.TypeVariable('a'))
}
func (halve) InferShape(s ...gorgonia.DimSizer) (tensor.Shape, error) {
	return s[0].(tensor.Shape), nil
}
func (halve) ReturnsPtr() bool      { return false }
func (halve) CallsExtern() bool     { return false }
func (halve) OverwritesInput() int  { return -1 }
func (halve) WriteHash(h hash.Hash) { h.Write([]byte("halve")) }
func (halve) Hashcode() uint32      { return 12345 }
func (halve) String() string        { return "halve" }
func (halve) Do(v ...gorgonia.Value) (gorgonia.Value, error) {
	return v[0].(*tensor.Dense).DivScalar(2.0, true)
}

// TestForeign checks that an operator that its own code runs is refused by name.
func TestForeign(t *testing.T) {
	m := of(func(b *graph.Builder, n int) *gorgonia.Node {
		for range n { // other nodes for each size
			b.Scalar(1)
		}
		return gorgonia.Must(gorgonia.ApplyOp(halve{}, b.Input("x", n, 3)))
	})
	err := onnx.Write(io.Discard, m, onnx.Options{})
	var e *onnx.Error
	if !errors.As(err, &e) || !errors.Is(err, graph.ErrUnsupported) || !strings.Contains(err.Error(), "operator halve") {
		t.Errorf("got %v, want an *Error of halve", err)
	}
}
