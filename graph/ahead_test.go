package graph_test

import (
	"fmt"
	"testing"
	"unsafe"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// TestAhead computes with loops over large arrays, which fetch their next block. They read whole arrays, parts of
// arrays and a number for each row. One writes a part of its result.
func TestAhead(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("float32 %d workers", workers), func(t *testing.T) { ahead[float32](t, graph.Float32, workers) })
		t.Run(fmt.Sprintf("float64 %d workers", workers), func(t *testing.T) { ahead[float64](t, graph.Float64, workers) })
	}
}

func ahead[T float32 | float64](t *testing.T, dtype graph.DType, workers int) {
	n := 5<<20/2/int(unsafe.Sizeof(T(0))) + 7 // elements of a row: two of them have 5 MB
	b := graph.New(graph.NewParams(dtype, 1))
	x, y, r, w := b.Input("x", 4, n), b.Input("y", 2, n), b.Input("r", 2, 1), b.Input("w", 2, 2*n)
	part := b.Slice(x, graph.Range(1, 3))
	chain := b.Add(b.Mul(b.Square(b.Sub(part, y)), y), r)
	table := b.Concat(1, b.Neg(y), b.Mul(b.Add(chain, y), part))
	end := b.Mul(b.Add(table, w), w)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{chain, end}, Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	data := map[string][]T{}
	for k, in := range p.Inputs() {
		v := make([]T, ir.Shape(in.Shape).Size())
		for i := range v {
			v[i] = T((i*37+k*11)%199)/100 - 1
		}
		data[in.Name] = v
		if err := graph.InputOf[T](p, in.Name).Set(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	chained, all := graph.OutputOf[T](p, 0).Read(nil), graph.OutputOf[T](p, 1).Read(nil)
	wrong := 0
	for i, v := range data["y"] {
		u := data["x"][n+i]
		d := u - v
		square := T(d * d)
		c := T(square*v) + data["r"][i/n]
		left := i/n*2*n + i%n
		right := left + n
		at := func(k int, v T) T { return T((v + data["w"][k]) * data["w"][k]) }
		l, r := at(left, -v), at(right, T((c+v)*u))
		if chained[i] != c || all[left] != l || all[right] != r {
			if wrong++; wrong < 4 {
				t.Errorf("element %d: got %v, %v, %v, want %v, %v, %v", i, chained[i], all[left], all[right], c, l, r)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d elements are wrong", wrong, 2*n)
	}
}
