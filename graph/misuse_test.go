package graph_test

import (
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Every method of Program and Params, with a receiver that is nil, zero or real and
// with arguments that are empty, out of range and not finite, returns. A nil or zero
// Program reports an error wherever it can.
func TestProgramAndParamsMisuse(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		p := smallProgram(t, d)
		receivers := map[string]any{
			"Program": p, "unfed": p.Fork(), "nil Program": (*graph.Program)(nil), "zero Program": &graph.Program{},
			"Input": graph.InputOf[float64](p, "x"), "Input of float32": graph.InputOf[float32](p, "x"), "Input of indices": graph.InputOf[int](p, "k"),
			"zero Input": graph.Input[float32]{}, "Input of a nil Program": graph.InputOf[int](nil, "k"), "Input of a zero Program": graph.InputOf[float64](&graph.Program{}, "x"),
			"Output": graph.OutputOf[float64](p, 0), "Output of float32": graph.OutputOf[float32](p, 2),
			"zero Output": graph.Output[int]{}, "Output of a nil Program": graph.OutputOf[float64](nil, 0), "Output of a zero Program": graph.OutputOf[float32](&graph.Program{}, 1),
			"Params": graph.NewParams(d, 1), "nil Params": (*graph.Params)(nil), "zero Params": &graph.Params{}, "Params of no type": graph.NewParams(9, 1),
			"nil Param": (*graph.Param)(nil),
		}
		for name, r := range receivers {
			v := reflect.ValueOf(r)
			for i := range v.NumMethod() {
				m := v.Type().Method(i)
				for k, args := range arguments(m.Type) {
					if m.Name == "Profile" && k > 1 {
						break // it measures the machine, which takes a while
					}
					invoke(t, fmt.Sprintf("%v, %s.%s", d, name, m.Name), v.Method(i), args, strings.HasSuffix(name, "l Program") || strings.HasSuffix(name, "o Program") || name == "zero Input" || name == "zero Output")
				}
			}
		}
	}
}

// TestCompileMisuse compiles for no Builder, and for fewer workers than none.
func TestCompileMisuse(t *testing.T) {
	if _, err := (*graph.Builder)(nil).Compile(graph.Options{}); !errors.Is(err, graph.ErrOption) {
		t.Errorf("Compile of no Builder: got %v", err)
	}
	b := graph.New(nil)
	if _, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{b.Input("x", 1)}, Workers: -1}); !errors.Is(err, graph.ErrOption) {
		t.Errorf("Compile for -1 workers: got %v", err)
	}
}

// smallProgram is a program that was fed.
func smallProgram(t *testing.T, d graph.DType) *graph.Program {
	t.Helper()
	b := graph.New(graph.NewParams(d, 1))
	x, k := b.Input("x", 3), b.Ints("k", 2)
	w := b.Param("w", graph.Ones(), 3)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Sum(b.Mul(x, w)), b.IndexSelect(x, k, 0), b.Input("empty", 0, 2)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{graph.InputOf[float64](p, "x").Set([]float64{1, 2, 3}), graph.InputOf[int](p, "k").Set([]int{0, 2}), graph.InputOf[float64](p, "empty").Set(nil), p.Run()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// arguments are lists of bad arguments for a method, whose first parameter is the
// receiver.
func arguments(m reflect.Type) [][]reflect.Value {
	lists := [][]reflect.Value{nil}
	for i := 1; i < m.NumIn(); i++ {
		var next [][]reflect.Value
		for _, v := range badValues(m.In(i)) {
			for _, l := range lists {
				next = append(next, append(slices.Clone(l), v))
			}
		}
		lists = next
	}
	return lists
}

func badValues(t reflect.Type) []reflect.Value {
	out := []reflect.Value{reflect.Zero(t)}
	var more []any
	switch t {
	case reflect.TypeFor[int]():
		more = []any{-1, 1, 2, 3, 9, math.MinInt}
	case reflect.TypeFor[string]():
		more = []any{"x", "k", "empty", "w", "none"}
	case reflect.TypeFor[float64]():
		more = []any{-1.0, math.NaN(), math.Inf(1), 1e300}
	case reflect.TypeFor[[]float64]():
		more = []any{[]float64{1}, []float64{1, 2, 1e300}, []float64{math.NaN(), 2, math.Inf(-1)}}
	case reflect.TypeFor[[]string]():
		more = []any{[]string{"w"}, []string{"", "none/"}}
	case reflect.TypeFor[[]float32]():
		more = []any{[]float32{1}, []float32{1, 2, 3}}
	case reflect.TypeFor[[]int]():
		more = []any{[]int{1}, []int{-1, 7}, []int{0, 1}}
	}
	for _, v := range more {
		out = append(out, reflect.ValueOf(v))
	}
	return out
}

// invoke calls f and says whether it panicked, or had no error where it should.
func invoke(t *testing.T, name string, f reflect.Value, args []reflect.Value, fails bool) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s(%v): panic: %v", name, args, r)
		}
	}()
	call := f.Call
	if f.Type().IsVariadic() {
		call = f.CallSlice
	}
	for _, out := range call(args) {
		if out.Type() == reflect.TypeFor[error]() && fails && out.IsNil() {
			t.Errorf("%s(%v): no error", name, args)
		}
	}
}

// What is not there has an empty answer, and the next Run says so.
func TestOutputsOutOfRange(t *testing.T) {
	for _, i := range []int{-1, 3, 9} {
		p := smallProgram(t, graph.Float32)
		y := graph.OutputOf[float64](p, i)
		if !math.IsNaN(y.Scalar()) || y.Read(make([]float64, 5)) != nil || y.Shape() != nil || y.Len() != 0 {
			t.Errorf("output %d of 3 is there", i)
		}
		if err := p.Run(); !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), fmt.Sprintf("got output %d, want 0 to 2", i)) {
			t.Errorf("the run after asking for output %d of 3: got %v", i, err)
		}
	}
	p := smallProgram(t, graph.Float32)
	if !math.IsNaN(graph.OutputOf[float64](p, 2).Scalar()) {
		t.Error("an empty output has an element")
	}
	if got := graph.OutputOf[float64](p, 0).Scalar(); got != 6 {
		t.Errorf("output 0 is %v, want 6", got)
	}
	if err := (graph.Profile{}).WriteTrace(nil); err == nil {
		t.Error("a trace was written to nothing")
	}
	_ = (graph.Profile{}).WriteTrace(io.Discard)
}

// tooLarge are the ways by which a float64 gets into a float32 program.
var tooLarge = map[string]func(b *graph.Builder, v float64) error{
	"Const":  func(b *graph.Builder, v float64) error { b.Const([]float64{1, v}, 2); return b.Err() },
	"Scalar": func(b *graph.Builder, v float64) error { b.Scalar(v); return b.Err() },
	"Scale":  func(b *graph.Builder, v float64) error { b.Scale(b.Input("x", 2), v); return b.Err() },
	"AddConst": func(b *graph.Builder, v float64) error {
		b.AddConst(b.Input("x", 2), v)
		return b.Err()
	},
	"PowConst": func(b *graph.Builder, v float64) error { b.PowConst(b.Input("x", 2), v); return b.Err() },
	"Constant": func(b *graph.Builder, v float64) error { b.Param("w", graph.Constant(v), 2); return b.Err() },
	"Values": func(b *graph.Builder, v float64) error {
		b.Param("w", graph.Values([]float64{1, v}), 2)
		return b.Err()
	},
	"Uniform": func(b *graph.Builder, v float64) error { b.Param("w", graph.Uniform(v, v), 2); return b.Err() },
	"Normal":  func(b *graph.Builder, v float64) error { b.Param("w", graph.Normal(v, 0), 2); return b.Err() },
	"a program's draw": func(b *graph.Builder, v float64) error {
		b.Param("w", func(dst []float64, _ []int, _ *rand.Rand) error { dst[1] = v; return nil }, 2)
		return b.Err()
	},
	"Params.Set": func(b *graph.Builder, v float64) error {
		b.Param("w", graph.Zeros(), 2)
		err := b.Params().Set("w", []float64{1, v})
		if got := b.Params().Values("w"); err != nil && !slices.Equal(got, []float64{0, 0}) {
			return fmt.Errorf("a failed Set left %v", got)
		}
		return err
	},
	"Feed": func(b *graph.Builder, v float64) error {
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Neg(b.Input("x", 2))}})
		if err != nil {
			return err
		}
		if err := graph.InputOf[float64](p, "x").Set([]float64{1, 2}); err != nil {
			return err
		}
		err = graph.InputOf[float64](p, "x").Set([]float64{1, v})
		if run := p.Run(); (run == nil) != (err == nil) {
			return fmt.Errorf("the run after the failed Feed: %v", run)
		}
		if again := graph.InputOf[float64](p, "x").Set([]float64{1, 2}); again != nil || p.Run() != nil {
			return fmt.Errorf("feeding again: %v", again)
		}
		return err
	},
}

// A finite number that float32 cannot hold is an error wherever it comes in; the
// largest one, NaN and infinities are not. A float64 program takes all.
func TestBeyondFloat32(t *testing.T) {
	for name, way := range tooLarge {
		t.Run(name, func(t *testing.T) {
			for _, v := range []float64{1e300, -1e39, math.MaxFloat32 * (1 + 0x1p-24)} {
				err := way(graph.New(graph.NewParams(graph.Float32, 1)), v)
				if !errors.Is(err, graph.ErrNotFinite) || !strings.Contains(err.Error(), fmt.Sprint(v)) || !strings.Contains(err.Error(), "float32") {
					t.Errorf("%v: error %v", v, err)
				}
				if err := way(graph.New(graph.NewParams(graph.Float64, 1)), v); err != nil {
					t.Errorf("%v in float64: %v", v, err)
				}
			}
			for _, v := range []float64{math.MaxFloat32, -math.MaxFloat32, 1e-300, math.Inf(1), math.Inf(-1), math.NaN()} {
				if err := way(graph.New(graph.NewParams(graph.Float32, 1)), v); err != nil && !(name == "Normal" || name == "Uniform") {
					t.Errorf("%v: %v", v, err)
				}
			}
		})
	}
}

// The element is found at every place of vectors of every length.
func TestFeedNamesTheElement(t *testing.T) {
	for n := 1; n < 12; n++ {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{b.Neg(b.Input("x", n))}})
		if err != nil {
			t.Fatal(err)
		}
		for at := range n {
			v := make([]float64, n)
			v[0] = math.Inf(1)
			for i := at; i < n; i++ {
				v[i] = -4e38
			}
			want := fmt.Sprintf(`graph: Set: input "x": element %d: got -4e+38, want a number in the range of float32`, at)
			if err := graph.InputOf[float64](p, "x").Set(v); err == nil || err.Error() != want {
				t.Errorf("%d elements: got %v, want %s", n, err, want)
			}
			clear(v[at:])
			v[at] = math.NaN()
			if err := graph.InputOf[float64](p, "x").Set(v); err != nil {
				t.Errorf("%d elements, NaN at %d: %v", n, at, err)
			}
		}
	}
}

// Feed allocates nothing, whatever it checks.
func TestFeedAllocatesNothing(t *testing.T) {
	p := smallProgram(t, graph.Float32)
	v := []float64{1, math.NaN(), math.MaxFloat32}
	x, y := graph.InputOf[float64](p, "x"), graph.OutputOf[float64](p, 0)
	narrow, k := graph.InputOf[float32](p, "x"), graph.InputOf[int](p, "k")
	v32, labels, got := []float32{1, 2, 3}, []int{1, 2}, make([]float64, y.Len())
	if err := narrow.Bind(v32); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() {
		for _, err := range [...]error{x.Set(v), narrow.Bind(v32), narrow.Set(v32), k.Set(labels), p.Run()} {
			if err != nil {
				t.Error(err)
			}
		}
		mem, err := narrow.Memory()
		if err != nil || len(mem) != 3 || len(y.Read(got)) != 1 || got[0] != 6 || y.Scalar() != 6 {
			t.Errorf("got %v, %v, %v", mem, got, err)
		}
	}); n != 0 {
		t.Errorf("a step allocates %v times, want 0", n)
	}
}
