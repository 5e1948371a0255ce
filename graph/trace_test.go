package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// What the compiler makes of a dense layer: bias and activation finish the tiles
// of the product, so that one kernel is left.
func ExampleOptions_trace() {
	b := graph.New(graph.NewParams(graph.Float32, 1))
	y := nn.Dense(b, "dense", b.Input("x", 4, 3), 2, nn.ReLU)
	show := func(p graph.Phase) {
		if p.Changed {
			fmt.Println(p)
		}
	}
	if _, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Trace: show}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// // after lower
	// func "main" {
	//   v0 = input f32[4,3] "x"
	//   v1 = param f32[3,2] 0 "dense/weight"
	//   v2 = matmul f32[4,2] v0 v1 {transA=false transB=false}
	//   v3 = param f32[2] 16 "dense/bias"
	//   v4 = broadcast f32[4,2] v3 {shape=[4,2]}
	//   v5 = add f32[4,2] v2 v4
	//   v6 = relu f32[4,2] v5 "dense"
	//   return v6
	// }
	//
	// // after fuse
	// func "main" {
	//   v0 = input f32[4,3] "x"
	//   v1 = param f32[3,2] 0 "dense/weight"
	//   v2 = matmul f32[4,2] v0 v1 {transA=false transB=false}
	//   v3 = param f32[2] 16 "dense/bias"
	//   v7 = fused f32[4,2] v2 v3 "dense" func "body" {
	//     v0 = arg f32[4,2] 0
	//     v1 = arg f32[2] 1
	//     v2 = broadcast f32[4,2] v1 {shape=[4,2]}
	//     v3 = add f32[4,2] v0 v2
	//     v4 = relu f32[4,2] v3 "dense"
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
	//   v7 = matmul f32[4,2] v0 v1 v3 {transA=false transB=false} "dense" func "body" {
	//     v0 = arg f32[4,2] product
	//     v1 = arg f32[2] 2
	//     v2 = broadcast f32[4,2] v1 {shape=[4,2]}
	//     v3 = add f32[4,2] v0 v2
	//     v4 = relu f32[4,2] v3 "dense"
	//     return v4
	//   }
	//   return v7
	// }
	//
	// // after plan
	// v7 matmul: output[0:8] from input[0:12] param[0:6] param[16:18]
	// input: 16 of f32
	// output: 16 of f32
}

// TestTrace reads every phase: each pass of the table once, in order, with a text that
// parses if it changed anything, and at last the plan.
func TestTrace(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float32, 1))
	y := b.Softmax(nn.Dense(b, "dense", b.Input("x", 4, 3), 2, nn.ReLU))
	var phases []graph.Phase
	if _, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Trace: func(p graph.Phase) { phases = append(phases, p) }}); err != nil {
		t.Fatal(err)
	}
	want := []string{"lower"}
	for _, p := range compile.Passes {
		if p.Asked == nil {
			want = append(want, p.Name)
		}
	}
	want = append(want, "plan")
	var names, changed []string
	for _, p := range phases {
		names = append(names, p.Name)
		if p.Changed {
			changed = append(changed, p.Name)
		}
		if p.Changed != (p.Text != "") {
			t.Errorf("%s: changed is %v beside the text %q", p.Name, p.Changed, p.Text)
		}
		if !p.Changed || p.Name == "plan" {
			continue
		}
		f, err := ir.Parse(p.Text, compile.LookupDef)
		if err == nil {
			err = ir.Verify(f)
		}
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("got the phases %v, want %v", names, want)
	}
	if want := []string{"lower", "fuse", "epilogue", "plan"}; !slices.Equal(changed, want) {
		t.Errorf("the phases %v changed something, want %v", changed, want)
	}
	if plan := phases[len(phases)-1].Text; !strings.Contains(plan, "softmax: output[0:8] from") {
		t.Errorf("got the plan\n%s", plan)
	}
}

// TestBrokenPass lets a pass panic: the error says which one and what it worked on.
func TestBrokenPass(t *testing.T) {
	defer func(old []compile.Pass) { compile.Passes = old }(compile.Passes)
	compile.Passes = append(compile.Passes[:len(compile.Passes):len(compile.Passes)], compile.Pass{Name: "bad", Run: func(*ir.Func, []compile.Target) bool {
		panic("a broken invariant")
	}})
	b := graph.New(nil)
	x := b.Input("x", 2)
	y := b.Tanh(x)
	_, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	const want = "graph: Compile: internal error in the pass bad: a broken invariant\nfunc \"main\" {\n  v0 = input f64[2] \"x\"\n"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got %v, want %s...", err, want)
	}
}
