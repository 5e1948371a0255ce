package graph_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// What the compiler makes of a dense layer: bias and activation finish the tiles
// of the product, so that one kernel is left.
func ExampleConfig_trace() {
	b := graph.New(graph.NewParams(graph.Float32, 1))
	y := b.Dense("dense", b.Input("x", 4, 3), 2, graph.ReLU)
	if _, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{y}, Trace: os.Stdout}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// // after lower
	// func "main" {
	//   v0 = input f32[4,3] "x"
	//   v1 = param f32[3,2] 0 "dense/weight"
	//   v2 = matmul f32[4,2] v0 v1 {transA=false transB=false} "dense/matmul"
	//   v3 = param f32[2] 16 "dense/bias"
	//   v4 = broadcast f32[4,2] v3 {shape=[4,2]}
	//   v5 = add f32[4,2] v2 v4 "dense/add"
	//   v6 = relu f32[4,2] v5
	//   return v6
	// }
	//
	// // after fuse
	// func "main" {
	//   v0 = input f32[4,3] "x"
	//   v1 = param f32[3,2] 0 "dense/weight"
	//   v2 = matmul f32[4,2] v0 v1 {transA=false transB=false} "dense/matmul"
	//   v3 = param f32[2] 16 "dense/bias"
	//   v7 = fused f32[4,2] v2 v3 func "body" {
	//     v0 = arg f32[4,2] 0
	//     v1 = arg f32[2] 1
	//     v2 = broadcast f32[4,2] v1 {shape=[4,2]}
	//     v3 = add f32[4,2] v0 v2 "dense/add"
	//     v4 = relu f32[4,2] v3
	//     return v4
	//   }
	//   return v7
	// }
	//
	// // after epilogue
	// func "main" {
	//   v0 = input f32[4,3] "x"
	//   v1 = param f32[3,2] 0 "dense/weight"
	//   v3 = param f32[2] 16 "dense/bias"
	//   v7 = matmul f32[4,2] v0 v1 v3 {transA=false transB=false} func "body" {
	//     v0 = arg f32[4,2] product
	//     v1 = arg f32[2] 2
	//     v2 = broadcast f32[4,2] v1 {shape=[4,2]}
	//     v3 = add f32[4,2] v0 v2 "dense/add"
	//     v4 = relu f32[4,2] v3
	//     return v4
	//   }
	//   return v7
	// }
	//
	// // kernels and memory
	// v7 matmul: output[0:8] from input[0:12] param[0:6] param[16:18]
	// input: 16 of f32
	// output: 16 of f32
}

// TestTrace reads what was written of every phase.
func TestTrace(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float32, 1))
	y := b.Softmax(b.Dense("dense", b.Input("x", 4, 3), 2, graph.ReLU))
	var out strings.Builder
	if _, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{y}, Trace: &out}); err != nil {
		t.Fatal(err)
	}
	phases := strings.Split(out.String(), "// after ")[1:]
	for i, want := range []string{"lower", "fuse", "epilogue"} {
		name, text, _ := strings.Cut(phases[i], "\n")
		text, _, _ = strings.Cut(text, "\n// ")
		f, err := ir.Parse(text, compile.LookupDef)
		if err != nil {
			t.Fatal(err)
		}
		if err := ir.Verify(f); err != nil || name != want {
			t.Errorf("phase %d is %s, want %s: %v", i, name, want, err)
		}
	}
	if _, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{y}, Trace: full{}}); !errors.Is(err, errFull) {
		t.Errorf("got the error %v, want that of the writer", err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// TestBrokenPass lets a pass panic: the error says which one and what it worked on.
func TestBrokenPass(t *testing.T) {
	defer func(old []compile.Pass) { compile.Passes = old }(compile.Passes)
	compile.Passes = append(compile.Passes[:len(compile.Passes):len(compile.Passes)], compile.Pass{Name: "bad", Run: func(f *ir.Func) bool {
		panic("a broken invariant")
	}})
	b := graph.New(nil)
	x := b.Input("x", 2)
	y := b.Tanh(x)
	_, err := b.Compile(graph.Config{Outputs: gorgonia.Nodes{y}})
	const want = "graph: Compile: internal error in the pass bad: a broken invariant\nfunc \"main\" {\n  v0 = input f64[2] \"x\"\n"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s...", err, want)
	}
	g := gorgonia.NewGraph()
	n := gorgonia.NewVector(g, gorgonia.Float64, gorgonia.WithShape(2), gorgonia.WithName("x"))
	gorgonia.Must(gorgonia.Tanh(n))
	if err := graph.NewMachine(g).RunAll(); err == nil || !strings.Contains(err.Error(), "internal error in the pass bad") {
		t.Errorf("the machine fails with %v", err)
	}
}
