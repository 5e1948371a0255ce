package randgraph

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"gorgonia.org/gorgonia"
)

// asFile writes a recipe as an ONNX file whose outputs are the values of all steps.
func (g *recipe) asFile() (file []byte, err error) {
	m := onnx.Model{Params: graph.NewParams(graph.Float64, 1), Outputs: func(b *graph.Builder, _ int) []*gorgonia.Node {
		var nodes []*gorgonia.Node
		for i, x := range g.feed {
			nodes = append(nodes, b.Input(fmt.Sprintf("x%d", i), x.shape...))
		}
		return g.apply(&build.Of(b).Ctx, nodes)[len(g.feed):]
	}}
	var to bytes.Buffer
	err = onnx.Write(&to, m, onnx.Options{Batch: 1})
	return to.Bytes(), err
}

// tensors are what a file of the recipe is fed.
func (g *recipe) tensors() map[string]onnxtest.Tensor {
	in := map[string]onnxtest.Tensor{}
	for i, x := range g.feed {
		in[fmt.Sprintf("x%d", i)] = onnxtest.Tensor{Shape: x.shape, Data: x.v}
	}
	for name, v := range g.ints {
		t := onnxtest.Tensor{}
		for _, k := range v {
			t.Data = append(t.Data, float64(k))
		}
		in[name] = t
	}
	return in
}

// files returns as many random graphs that a file can have, with their files.
func files(t *testing.T, n int) (seeds []uint64, recipes []*recipe, all [][]byte) {
	t.Helper()
	if testing.Short() {
		n = min(n, 60)
	}
	refused := 0
	for seed := *from; len(all) < n; seed++ {
		g := draw(seed, 3+int(seed%17))
		file, err := g.asFile()
		var why *onnx.Error
		switch {
		case err == nil:
			seeds, recipes, all = append(seeds, seed), append(recipes, g), append(all, file)
		case errors.As(err, &why):
			if refused++; refused > n {
				t.Fatalf("%d of %d graphs are refused: %v", refused, refused+len(all), err)
			}
		default:
			t.Fatalf("seed %d: %v\n%v", seed, err, g)
		}
	}
	return seeds, recipes, all
}

// TestFiles compares random graphs that are written as ONNX files with the interpreter of the
// recipes.
func TestFiles(t *testing.T) {
	seeds, recipes, all := files(t, 300)
	for i, g := range recipes {
		m, err := onnxtest.Read(all[i])
		if err != nil {
			t.Fatal(err)
		}
		in := g.tensors()
		for _, p := range m.Inputs { // the shapes of integers
			x := in[p.Name]
			if x.Shape == nil {
				for _, d := range p.Dims {
					var k int
					if _, err := fmt.Sscan(d, &k); err != nil {
						t.Fatal(err)
					}
					x.Shape = append(x.Shape, k)
				}
				in[p.Name] = x
			}
		}
		out, err := m.Run(in)
		if err != nil {
			t.Errorf("seed %d: %v\n%v", seeds[i], err, g)
			continue
		}
		for k, p := range m.Outputs {
			want := g.values[len(g.feed)+k]
			if err := onnxtest.Compare(out[p.Name], onnxtest.Tensor{Shape: slices.Clone(want.shape), Data: want.v}, 1e-8*g.rounding); err != nil {
				t.Errorf("seed %d: v%d: %v\n%v", seeds[i], len(g.feed)+k, err, g)
				break
			}
		}
	}
}

// TestFilesInChecker holds the files of random graphs to onnx.checker.
func TestFilesInChecker(t *testing.T) {
	python := onnxtest.Python()
	if python == "" {
		t.Skip("there is no python3 with onnx")
	}
	seeds, _, all := files(t, 300)
	wrong, err := onnxtest.Check(python, t.TempDir(), all)
	if err != nil {
		t.Fatal(err)
	}
	for i, why := range wrong {
		t.Errorf("seed %d: %s", seeds[i], why)
	}
}
