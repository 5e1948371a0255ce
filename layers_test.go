package symgrad

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// policy says who may import whom: "a b < c d" lets c and d import a and b, and
// what a and b may import. Every package of the module stands in it; "never"
// lines forbid what else would follow.
const policy = `
	internal/mistake                                 < internal/op internal/exec internal/enum train/data train/augment
	internal/mistake internal/enum                   < train/data train/schedule internal/build graph graph/nn graph/loss graph/linalg graph/special
	internal/kernel/cpu                              < internal/kernel/vec internal/kernel/gemm internal/kernel/conv internal/kernel/maxpool internal/kernel/memory
	internal/kernel/cpu internal/kernel/vec         < internal/kernel/limit
	internal/kernel/exact                            < internal/kernel/gemm internal/kernel/conv internal/op
	internal/kernel/draw                             < internal/op graph train/augment
	internal/kernel/pool                             < internal/kernel/gemm internal/kernel/conv internal/ir
	internal/sym                                     < internal/op
	internal/si                                      < graph
	internal/ir internal/kernel/vec internal/kernel/gemm internal/kernel/conv internal/kernel/maxpool < internal/op
	internal/ir                                      < internal/exec
	internal/kernel/memory                           < internal/exec graph train
	internal/op                                      < internal/foreign internal/build
	internal/exec internal/foreign                   < internal/compile
	internal/foreign                                 < internal/reverse
	internal/build internal/compile internal/reverse < graph
	graph internal/build                             < graph/nn graph/linalg graph/special graph/machine graph/onnx graph/gosource
	graph internal/build graph/special               < graph/loss
	graph                                            < autograd graph/formula
	autograd                                         < graph/formula
	graph/nn graph/loss train                        < models
	graph graph/loss graph/onnx internal/enum internal/mistake train < models/imported
	models/imported                                  < cmd
	internal/atomicfile                              < internal/safetensors internal/atomicfile/faults graph/gosource
	internal/mistake                                 < internal/strictjson internal/safetensors internal/npy internal/jsonrow
	internal/safetensors internal/atomicfile         < internal/checkpoint
	internal/safetensors                             < internal/npy
	internal/strictjson                              < internal/safetensors
	internal/strictjson internal/safetensors internal/npy < train/data
	internal/safetensors internal/checkpoint internal/npy < train
	train/data                                       < train/augment graph/gosource
	train/augment train/data train/schedule internal/kernel/vec internal/kernel/gemm internal/kernel/pool autograd < train
	internal/kernel/limit                            < graph benchmarks
	train/dist                                       < train examples internal/disttest
	train graph                                      < train/record
	internal/mistake internal/atomicfile graph graph/formula train train/data < train/report
	graph train train/data                           < internal/jsonrow
	internal/jsonrow internal/mistake graph train train/data < train/serve
	internal/jsonrow internal/npy internal/safetensors internal/atomicfile < cmd
	autograd models train train/record train/report train/serve graph/formula graph/nn graph/loss graph/linalg graph/special graph/machine graph/onnx graph/gosource < examples benchmarks/workload internal/optest internal/randgraph internal/conformance internal/mutate cmd
	internal/golden                                  < internal/optest
	graph                                            < internal/export
	internal/export                                  < graph/onnx graph/gosource
	internal/mistake                                 < internal/onnxfile
	graph internal/build internal/export internal/mistake internal/onnxfile < internal/onnxin
	graph/nn graph/loss graph/linalg graph/special   < internal/onnxin
	internal/onnxfile internal/onnxin                < graph/onnx internal/conformance
	internal/itself                                  < benchmarks
	internal/browsertest                             < examples
	graph                                            < internal/onnxtest
	internal/onnxtest                                < internal/randgraph examples
	graph                                            < internal/graphtest
	benchmarks/workload                              < benchmarks/hand
	benchmarks/hand benchmarks/product               < benchmarks
`

// gorgoniaFree are the packages that gorgonia may not appear in.
var gorgoniaFree = []string{"internal/ir", "internal/kernel", "internal/exec"}

// standardOnly are the packages that import the standard library and the
// module's own packages alone.
var standardOnly = []string{"internal/ir", "internal/kernel", "internal/exec"}

const module = "github.com/symgrad/symgrad"

func TestLayers(t *testing.T) {
	allowed := readPolicy(t)
	fset := token.NewFileSet()
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			nested := path != "." && hasFile(path, "go.mod")
			if nested || d.Name() == "testdata" || path != "." && strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		from := filepath.ToSlash(filepath.Dir(path))
		seen[from] = true
		f, err := parser.ParseFile(fset, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			to, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			checkImport(t, allowed, from, to)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for p := range seen {
		if p != "." && allowed[room(allowed, p)] == nil {
			t.Errorf("package %s stands nowhere in the policy", p)
		}
	}
}

func hasFile(dir, name string) bool {
	m, _ := filepath.Glob(filepath.Join(dir, name))
	return len(m) > 0
}

// checkImport reports an import that the policy does not have.
func checkImport(t *testing.T, allowed map[string][]string, from, to string) {
	t.Helper()
	within := func(list []string) bool {
		return slices.ContainsFunc(list, func(p string) bool { return from == p || strings.HasPrefix(from, p+"/") })
	}
	rest, ours := strings.CutPrefix(to, module+"/")
	if !ours {
		if strings.HasPrefix(to, "gorgonia.org/") && within(gorgoniaFree) {
			t.Errorf("%s imports %s: gorgonia has no place there", from, to)
		}
		if strings.Contains(to, ".") && within(standardOnly) {
			t.Errorf("%s imports %s, want the standard library alone", from, to)
		}
		return
	}
	if from == "." || rest == from {
		return
	}
	if !slices.Contains(allowed[room(allowed, from)], room(allowed, rest)) {
		t.Errorf("%s imports %s, which the policy does not allow", from, rest)
	}
}

// room is the entry of the policy that p belongs to: itself or a parent.
func room(allowed map[string][]string, p string) string {
	for q := p; q != "." && q != ""; q = filepath.ToSlash(filepath.Dir(q)) {
		if _, ok := allowed[q]; ok {
			return q
		}
	}
	return p
}

// readPolicy returns, for each package, what it may import, directly or by way
// of what it imports.
func readPolicy(t *testing.T) map[string][]string {
	t.Helper()
	direct := map[string][]string{}
	for line := range strings.Lines(policy) {
		low, high, ok := strings.Cut(strings.TrimSpace(line), "<")
		if !ok {
			continue
		}
		for _, h := range strings.Fields(high) {
			direct[h] = append(direct[h], strings.Fields(low)...)
		}
		for _, l := range strings.Fields(low) {
			if direct[l] == nil {
				direct[l] = []string{}
			}
		}
	}
	all := map[string][]string{}
	var reach func(p string, path []string) []string
	reach = func(p string, path []string) []string {
		if slices.Contains(path, p) {
			t.Fatalf("the policy has a cycle: %v", append(path, p))
		}
		if out, ok := all[p]; ok {
			return out
		}
		out := []string{}
		for _, q := range direct[p] {
			out = append(append(out, q), reach(q, append(path, p))...)
		}
		slices.Sort(out)
		all[p] = slices.Compact(out)
		return all[p]
	}
	for p := range direct {
		reach(p, nil)
	}
	return all
}
