package graph_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestHandles sets and reads programs of both types in both types.
func TestHandles(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		p := smallProgram(t, d)
		handlesOf[float64](t, p)
		handlesOf[float32](t, p)
		k := graph.InputOf[int](p, "k")
		if k.Name() != "k" || !slices.Equal(k.Shape(), []int{2}) || k.IndexRange() != 3 {
			t.Errorf("%v: got the input %q of %v in [0, %d), want k of [2] in [0, 3)", d, k.Name(), k.Shape(), k.IndexRange())
		}
		if _, err := k.Memory(); !errors.Is(err, graph.ErrUnsupported) {
			t.Errorf("%v: the memory of indices: got %v", d, err)
		}
		if err := k.Bind([]int{0, 1}); !errors.Is(err, graph.ErrUnsupported) {
			t.Errorf("%v: indices that are bound: got %v", d, err)
		}
		want := []graph.InputSpec{{Name: "empty", Shape: []int{0, 2}}, {Name: "k", Shape: []int{2}, Ints: true}, {Name: "x", Shape: []int{3}}}
		if got := p.Inputs(); !slices.EqualFunc(got, want, func(a, b graph.InputSpec) bool {
			return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && a.Ints == b.Ints
		}) {
			t.Errorf("%v: got the inputs %v, want %v", d, got, want)
		}
		if err := p.Run(); err != nil {
			t.Errorf("%v: handles that are all there: %v", d, err)
		}
	}
}

// handlesOf sets, binds and reads in the type T.
func handlesOf[T float64 | float32](t *testing.T, p *graph.Program) {
	t.Helper()
	x, k := graph.InputOf[T](p, "x"), graph.InputOf[int](p, "k")
	sum, picked := graph.OutputOf[T](p, 0), graph.OutputOf[T](p, 1)
	expect := func(want T, at ...T) {
		t.Helper()
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if sum.Scalar() != want || !slices.Equal(picked.Read(nil), at) {
			t.Errorf("got %v and %v, want %v and %v", sum.Scalar(), picked.Read(nil), want, at)
		}
	}
	if err := errors.Join(x.Set([]T{1, 2, 4}), k.Set([]int{2, 0})); err != nil {
		t.Fatal(err)
	}
	expect(7, 4, 1)
	v := []T{1, 1, 1}
	own := x.Bind(v) == nil
	if mem, err := picked.Memory(); own != (err == nil) || own && !slices.Equal(mem, []T{4, 1}) {
		t.Errorf("the memory of an output: got %v, %v", mem, err)
	}
	mem, err := x.Memory()
	if own != (err == nil) {
		t.Errorf("the memory of an input: got %v", err)
	}
	if !own {
		if !errors.Is(err, graph.ErrDType) {
			t.Errorf("the memory of another type: got %v", err)
		}
		return
	}
	copy(mem, []T{3, 0, 5})
	expect(8, 5, 3)
	if err := x.Bind(v); err != nil {
		t.Fatal(err)
	}
	v[2] = 9
	expect(11, 9, 1)
	dst := make([]T, 1, 4)
	if got := picked.Read(dst); &got[0] != &dst[0] || len(got) != 2 {
		t.Errorf("Read allocated though there was room: %v", got)
	}
}

// TestWrongHandles holds that Run reports what InputOf and OutputOf have not found.
func TestWrongHandles(t *testing.T) {
	for name, c := range map[string]struct {
		ask  func(p *graph.Program)
		kind error
	}{
		"unknown input":          {func(p *graph.Program) { graph.InputOf[float64](p, "z") }, graph.ErrOption},
		"numbers for indices":    {func(p *graph.Program) { graph.InputOf[float32](p, "k") }, graph.ErrDType},
		"indices for numbers":    {func(p *graph.Program) { graph.InputOf[int](p, "x") }, graph.ErrDType},
		"indices out of numbers": {func(p *graph.Program) { graph.OutputOf[int](p, 0) }, graph.ErrDType},
		"output that is not":     {func(p *graph.Program) { graph.OutputOf[float64](p, 3) }, graph.ErrOption},
	} {
		p := smallProgram(t, graph.Float64)
		c.ask(p)
		if err := p.Run(); !errors.Is(err, c.kind) {
			t.Errorf("%s: Run returned %v", name, err)
		}
		if _, err := p.Profile(1); !errors.Is(err, c.kind) {
			t.Errorf("%s: Profile returned %v", name, err)
		}
		if err := p.Fork().Run(); err == nil || !strings.Contains(err.Error(), "got no elements") {
			t.Errorf("%s: a Fork reports it: %v", name, err)
		}
	}
}

// TestReadIndices reads an output of indices as int and as floats.
func TestReadIndices(t *testing.T) {
	b := graph.New(nil)
	k := b.Ints("k", 3)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{k}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(graph.InputOf[int](p, "k").Set([]int{5, 6, math.MaxInt32}), p.Run()); err != nil {
		t.Fatal(err)
	}
	if got := graph.OutputOf[int](p, 0).Read(nil); !slices.Equal(got, []int{5, 6, math.MaxInt32}) {
		t.Errorf("got %v", got)
	}
	if got := graph.OutputOf[float64](p, 0); got.Scalar() != 5 || !slices.Equal(got.Read(nil), []float64{5, 6, math.MaxInt32}) {
		t.Errorf("as floats: got %v", got.Read(nil))
	}
	if mem, err := graph.OutputOf[int](p, 0).Memory(); err != nil || !slices.Equal(mem, []int{5, 6, math.MaxInt32}) {
		t.Errorf("the memory: got %v, %v", mem, err)
	}
	if _, err := graph.OutputOf[float64](p, 0).Memory(); !errors.Is(err, graph.ErrDType) {
		t.Errorf("the memory of indices as floats: got %v", err)
	}
}
