package onnxin

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/onnxfile"
)

// apply is a node.
func apply(op string, in, out []string, attrs map[string]*onnxfile.Attr) *onnxfile.Node {
	return &onnxfile.Node{Op: op, In: in, Out: out, Attrs: attrs}
}

func names(list ...string) []string { return list }

// vectorPort is an input or an output of three numbers.
func vectorPort(name string, kind onnxfile.Kind) onnxfile.Port {
	return onnxfile.Port{Name: name, Kind: kind, Shaped: true, Dims: []onnxfile.Dim{{N: 3}}}
}

// inner is a graph that a node has.
func inner(in, out []string, nodes ...*onnxfile.Node) *onnxfile.Attr {
	g := &onnxfile.Graph{Nodes: nodes}
	for _, name := range in {
		g.Inputs = append(g.Inputs, onnxfile.Port{Name: name})
	}
	for _, name := range out {
		g.Outputs = append(g.Outputs, onnxfile.Port{Name: name})
	}
	return &onnxfile.Attr{Kind: onnxfile.AttrGraph, G: g}
}

// whole is an attribute of an integer.
func attrInt(v int64) *onnxfile.Attr { return &onnxfile.Attr{Kind: onnxfile.AttrInt, I: v} }

// scalar is a constant of the graph.
func scalar(kind onnxfile.Kind, v int64) Value {
	return Value{Kind: kind, Known: &Array{Ints: []int64{v}}}
}

// evaluate runs the nodes, which compute y from x, for the known values n and go.
func evaluate(d graph.DType, kind onnxfile.Kind, x []float64, known map[string]Value, nodes ...*onnxfile.Node) ([]float64, error) {
	g := &onnxfile.Graph{Nodes: nodes, Inputs: []onnxfile.Port{vectorPort("x", kind)}, Outputs: []onnxfile.Port{{Name: "y"}}}
	for name, v := range known {
		g.Inputs = append(g.Inputs, onnxfile.Port{Name: name, Kind: v.Kind, Shaped: true})
	}
	of, err := New(&onnxfile.Model{IR: 8, Opsets: map[string]int64{"": 17}, Graph: g}, nil, onnxfile.Limits{Parts: 1000})
	if err != nil {
		return nil, err
	}
	b := graph.New(graph.NewParams(d, 1))
	shapes := map[string][]int{"x": {len(x)}, "n": {}, "go": {}}
	values, err := of.Build(b, shapes, known)
	if err != nil {
		return nil, err
	}
	p, err := b.Compile(graph.Options{Outputs: Nodes(b, values)})
	if err != nil {
		return nil, err
	}
	for _, in := range p.Inputs() {
		if err := graph.InputOf[float64](p, in.Name).Set(x); err != nil {
			return nil, err
		}
	}
	err = p.Run()
	return graph.OutputOf[float64](p, 0).Read(nil), err
}

// TestGraphsWithin builds a branch, loops and a scan, and compares them with their formulas.
func TestGraphsWithin(t *testing.T) {
	branches := map[string]*onnxfile.Attr{
		"then_branch": inner(nil, names("a"), apply("Add", names("x", "x"), names("a"), nil)),
		"else_branch": inner(nil, names("b"), apply("Neg", names("x"), names("b"), nil)),
	}
	body := inner(names("i", "go", "s"), names("on", "next", "each"),
		apply("Less", names("i", "n"), names("on"), nil),
		apply("Add", names("s", "x"), names("next"), nil), apply("Neg", names("s"), names("each"), nil))
	step := inner(names("s", "e"), names("next", "each"),
		apply("Add", names("s", "e"), names("next"), nil), apply("Identity", names("next"), names("each"), nil))
	loop := func(out ...string) *onnxfile.Node {
		return apply("Loop", names("n", "go", "x"), out, map[string]*onnxfile.Attr{"body": body})
	}
	sums := map[string]*onnxfile.Attr{"body": step, "num_scan_inputs": attrInt(1)}
	back := map[string]*onnxfile.Attr{"body": step, "num_scan_inputs": attrInt(1),
		"scan_input_directions": {Kind: onnxfile.AttrInts, Ints: []int64{1}}, "scan_output_directions": {Kind: onnxfile.AttrInts, Ints: []int64{1}}}
	zero := apply("ReduceSum", names("none"), names("zero"), map[string]*onnxfile.Attr{"keepdims": attrInt(0)})
	none := apply("Sub", names("x", "x"), names("none"), nil)
	for name, c := range map[string]struct {
		n, on int64
		nodes []*onnxfile.Node
		want  []float64
	}{
		"then":      {0, 1, []*onnxfile.Node{apply("If", names("go"), names("y"), branches)}, []float64{2, 4, 6}},
		"else":      {0, 0, []*onnxfile.Node{apply("If", names("go"), names("y"), branches)}, []float64{-1, -2, -3}},
		"carried":   {3, 1, []*onnxfile.Node{loop("y", "")}, []float64{4, 8, 12}},
		"not begun": {3, 0, []*onnxfile.Node{apply("Loop", names("n", "go", "x"), names("y"), map[string]*onnxfile.Attr{"body": inner(names("i", "go", "s"), names("go", "s"))})}, []float64{1, 2, 3}},
		"each":      {2, 1, []*onnxfile.Node{loop("", "all"), apply("Neg", names("all"), names("y"), nil)}, []float64{1, 2, 3, 2, 4, 6}},
		"scan":      {0, 0, []*onnxfile.Node{none, zero, apply("Scan", names("zero", "x"), names("", "y"), sums)}, []float64{1, 3, 6}},
		"backwards": {0, 0, []*onnxfile.Node{none, zero, apply("Scan", names("zero", "x"), names("", "y"), back)}, []float64{6, 5, 3}},
	} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			known := map[string]Value{"n": scalar(onnxfile.Int64, c.n), "go": scalar(onnxfile.Bool, c.on)}
			got, err := evaluate(d, onnxfile.Float, []float64{1, 2, 3}, known, c.nodes...)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v (%v), want %v", name, got, err, c.want)
			}
		}
	}
}

// TestLoopsEnd checks that a loop of too many steps is refused, and one whose end is computed.
func TestLoopsEnd(t *testing.T) {
	body := inner(names("i", "go", "s"), names("go", "next"), apply("Add", names("s", "x"), names("next"), nil))
	node := apply("Loop", names("n", "go", "x"), names("y"), map[string]*onnxfile.Attr{"body": body})
	known := map[string]Value{"n": scalar(onnxfile.Int64, 1<<40), "go": scalar(onnxfile.Bool, 1)}
	if _, err := evaluate(graph.Float64, onnxfile.Float, []float64{1, 2, 3}, known, node); !errors.Is(err, mistake.ErrMemory) {
		t.Errorf("got the error %v, want one about the limit", err)
	}
	stop := inner(names("i", "go", "s"), names("on", "next"), apply("ReduceMax", names("s"), names("m"), map[string]*onnxfile.Attr{"keepdims": attrInt(0)}),
		apply("Cast", names("m"), names("on"), map[string]*onnxfile.Attr{"to": attrInt(9)}), apply("Add", names("s", "x"), names("next"), nil))
	node.Attrs["body"] = stop
	if _, err := evaluate(graph.Float64, onnxfile.Float, []float64{1, 2, 3}, known, node); !errors.Is(err, mistake.ErrUnsupported) {
		t.Errorf("got the error %v, want a refusal", err)
	}
}

// TestCasts compares casts of nodes to narrower floats with those of known values.
func TestCasts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := []float64{0, 1, -2049.5, 65519, 65520, -65521, 1e-7, 5.97e-8, 2e-8, math.Inf(1), math.Inf(-1), math.NaN(), 3e38, -3.39e38, 6.2e-5}
	for range 300 {
		x = append(x, float64(float32(r.NormFloat64()*math.Ldexp(1, r.IntN(60)-30))))
	}
	for kind, some := range map[onnxfile.Kind][]float64{onnxfile.Float16: {0, 1, -2050, 65504, math.Inf(1)}, onnxfile.BFloat16: {0, 1, -2048, 65536, 65536}} {
		for i, want := range some {
			if got := roundTo(kind, x[i]); got != want {
				t.Errorf("%v: %v: got %v, want %v", kind, x[i], got, want)
			}
		}
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			cast := apply("Cast", names("x"), names("y"), map[string]*onnxfile.Attr{"to": attrInt(int64(kind))})
			got, err := evaluate(d, onnxfile.Float, x, nil, cast)
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range x {
				if want := roundTo(kind, v); got[i] != want && !(math.IsNaN(want) && math.IsNaN(got[i])) {
					t.Errorf("%v of %v in %v: got %v, want %v", kind, v, d, got[i], want)
				}
			}
		}
	}
}
