package randgraph

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/gosource"
	"github.com/symgrad/symgrad/internal/build"
	"gorgonia.org/gorgonia"
)

// asModel returns a model of recipes that computes each of them for each example. Its outputs are the
// values of all steps.
func asModel(all []*recipe) gosource.Model {
	return gosource.Model{Params: graph.NewParams(graph.Float64, 1), Outputs: func(b *graph.Builder, n int) (out []*gorgonia.Node) {
		for k, g := range all {
			var inputs []*gorgonia.Node
			for i, x := range g.feed {
				inputs = append(inputs, b.Input(fmt.Sprintf("x%d of %d", i, k), append([]int{n}, x.shape...)...))
			}
			var rows [][]*gorgonia.Node // of each step
			for e := range n {
				var nodes []*gorgonia.Node
				for i, x := range g.feed {
					nodes = append(nodes, b.Reshape(b.Slice(inputs[i], graph.Range(e, e+1)), x.shape...))
				}
				for s, y := range g.apply(&build.Of(b).Ctx, nodes)[len(g.feed):] {
					if e == 0 {
						rows = append(rows, nil)
					}
					shape := append([]int{1}, g.values[len(g.feed)+s].shape...)
					rows[s] = append(rows[s], b.Reshape(y, shape...))
				}
			}
			for _, r := range rows {
				out = append(out, b.Concat(0, r...))
			}
		}
		return out
	}}
}

// TestPrograms writes random graphs as plain Go, and runs the tests of the programs: these hold
// sample outputs to those of the compiled graph.
func TestPrograms(t *testing.T) {
	path, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no command go")
	}
	n := 120
	if testing.Short() {
		n = 40
	}
	var all []*recipe
	refused := 0
	for seed := *from; len(all) < n; seed++ {
		g := draw(seed, 3+int(seed%17))
		empty := len(g.ints) > 0 // which are no inputs of an example
		for _, v := range g.values {
			empty = empty || len(v.v) == 0
		}
		if empty || g.limits == wide {
			continue
		}
		_, err := gosource.Files(asModel([]*recipe{g}), gosource.Options{})
		var why *gosource.Error
		switch {
		case err == nil:
			all = append(all, g)
		case errors.As(err, &why) || errors.Is(err, graph.ErrUnsupported):
			if refused++; refused > n {
				t.Fatalf("%d of %d graphs are refused: %v", refused, refused+len(all), err)
			}
		default:
			t.Fatalf("seed %d: %v\n%v", seed, err, g)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/go.mod", []byte("module programs\n\ngo 1.22\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(all); i += 40 {
		name := fmt.Sprintf("p%d", i/40)
		if err := gosource.Write(dir+"/"+name, asModel(all[i:min(len(all), i+40)]), gosource.Options{Package: name}); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, "test", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOTOOLCHAIN=local")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
}
