package compile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// TestEpilogueBits computes each operator that lets a loop follow tile by tile, and a loop behind it,
// in one step and in two. The bits are the same. With axes of extent 1 at the end, a line of an
// operator is no row of its result.
func TestEpilogueBits(t *testing.T) {
	for _, e := range op.All() {
		if e.Class != ir.Contract {
			continue
		}
		for _, s := range e.Samples() {
			if s.Int == nil {
				epilogueBits[float32](t, ir.F32, e, s)
				epilogueBits[float64](t, ir.F64, e, s)
			}
		}
	}
}

func epilogueBits[T ir.Float](t *testing.T, dtype ir.DType, e *op.Entry, s op.Sample) {
	var in []ir.Type
	var names []string
	text := &strings.Builder{}
	fmt.Fprintln(text, `func "f" {`)
	for i, shape := range s.In {
		in, names = append(in, ir.Type{DType: dtype, Shape: shape}), append(names, fmt.Sprintf("v%d", i))
		fmt.Fprintf(text, "  %s = input %v \"x%d\"\n", names[i], in[i], i)
	}
	out, err := e.Infer(in, s.Attrs)
	if err != nil {
		t.Fatalf("%s: %v", e.Name, err)
	}
	fmt.Fprintf(text, "  v8 = %s %v %s %v\n  v9 = scale %v v8 {by=10}\n  return v9\n}", e.Name, out, strings.Join(names, " "), s.Attrs, out)
	two, one := sameBits(t, text.String(), "epilogue", func(k, i int) T { return T(max(s.Lo, 0)) + spread[T](k, i)/2 + 0.5 })
	if one != two-1 {
		t.Errorf("%s of %v: got %d steps, want one less than %d", e.Name, s.In, one, two)
	}
}
