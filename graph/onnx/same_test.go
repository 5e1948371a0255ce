package onnx_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// computed is the outputs of a program, whatever their type.
type computed map[int]any

// compute builds a model for a batch of n, feeds it with numbers of its own and runs it.
func compute(t *testing.T, of onnx.Model, n int, e *exported) computed {
	t.Helper()
	b := graph.New(of.Params)
	nodes := of.Outputs(b, n)
	p, err := b.Compile(graph.Options{Outputs: nodes, Workers: 1})
	if err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	if err := draw(p, e); err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	if err := p.Run(); err != nil {
		t.Fatalf("%s: %v", e.name, err)
	}
	out := computed{}
	for i := range nodes {
		out[i] = graph.OutputOf[float64](p, i).Read(nil)
	}
	return out
}

// draw gives the inputs of a program numbers of their own.
func draw(p *graph.Program, e *exported) (err error) {
	for _, in := range p.Inputs() {
		r := rand.New(rand.NewPCG(uint64(len(in.Name)), uint64(in.Name[0])))
		size := 1
		for _, d := range in.Shape {
			size *= d
		}
		if most := e.ints[in.Name]; most > 0 {
			v := make([]int, size)
			for i := range v {
				v[i] = r.IntN(most)
			}
			err = graph.InputOf[int](p, in.Name).Set(v)
		} else {
			v := make([]float64, size)
			for i := range v {
				if v[i] = r.Float64(); !e.unit {
					v[i] = 2 * r.NormFloat64()
				}
			}
			err = graph.InputOf[float64](p, in.Name).Set(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// again reads a model that Write has written.
func again(t *testing.T, name string, of onnx.Model) *onnx.Imported {
	t.Helper()
	var file bytes.Buffer
	if err := onnx.Write(&file, of, onnx.Options{}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	m, err := onnx.Read(&file, onnx.Limits{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return m
}

// sameBits compares the results of a model, of its file, and of the structure of that with the same
// parameters.
func sameBits(t *testing.T, e *exported, n int) bool {
	t.Helper()
	m := again(t, e.name, e.of)
	want := compute(t, e.of, n, e)
	return same(t, e.name, want, compute(t, onnx.Model{Params: m.Params(), Outputs: m.Outputs}, n, e)) &&
		same(t, e.name+", structure", want, compute(t, structureOf(t, m), n, e))
}

// structureOf reads the structure of a model and gives it the parameters.
func structureOf(t *testing.T, m *onnx.Imported) onnx.Model {
	t.Helper()
	again, err := onnx.ReadStructure(m.Structure(), onnx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	p, named := again.Params(), m.Params()
	if b := graph.New(p); again.Outputs(b, 2) == nil {
		t.Fatal(b.Err())
	}
	for _, q := range append(named.List(), named.States()...) {
		if err := p.Set(q.Name, named.Values(q.Name)); err != nil {
			t.Fatal(err)
		}
		if p.Get(q.Name).State != q.State || p.Frozen(p.Get(q.Name)) != named.Frozen(q) {
			t.Errorf("%s: got a state %v, frozen %v; want %v, %v", q.Name, p.Get(q.Name).State, p.Frozen(p.Get(q.Name)), q.State, named.Frozen(q))
		}
	}
	return onnx.Model{Params: p, Outputs: again.Outputs}
}

// same compares outputs.
func same(t *testing.T, name string, want, got computed) bool {
	t.Helper()
	for i := range want {
		x, y := want[i].([]float64), got[i].([]float64)
		if len(x) != len(y) {
			t.Errorf("%s: output %d: got %d elements, want %d", name, i, len(y), len(x))
			return false
		}
		for k := range x {
			if x[k] != y[k] && !(x[k] != x[k] && y[k] != y[k]) {
				t.Errorf("%s: output %d: got %v at element %d, want %v", name, i, y[k], k, x[k])
				return false
			}
		}
	}
	return true
}

// TestSameBits holds that a model that was written and read gives the same bits.
func TestSameBits(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, e := range zoo(t, d) {
			if testing.Short() && e.big {
				continue
			}
			sameBits(t, &e, 5)
		}
	}
}

// TestSameBitsRandom holds it for random models.
func TestSameBitsRandom(t *testing.T) {
	failed := 0
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, e := range randomModels(d, true) {
			if !sameBits(t, &e, 5) {
				failed++
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d of %d models failed", failed, 2**graphs)
	}
}

// TestMetadataAgain finds again what train.Metadata wrote.
func TestMetadataAgain(t *testing.T) {
	model, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8}, Out: 2})
	if err == nil {
		err = train.Build(model)
	}
	if err != nil {
		t.Fatal(err)
	}
	predictor, err := train.NewPredictor(model, train.ModelFile{Classes: []string{"no", "yes"}}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := train.Metadata(predictor.Info())
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	params, outputs := train.Function(predictor)
	if err := onnx.Write(&file, onnx.Model{Params: params, Outputs: outputs}, onnx.Options{Name: "mlp", Doc: "what it is for", Metadata: want}); err != nil {
		t.Fatal(err)
	}
	m, err := onnx.Read(&file, onnx.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(m.Metadata, want) || len(want) == 0 {
		t.Errorf("got the metadata %v, want %v", m.Metadata, want)
	}
	if m.Nodes["MatMul"] < 2 {
		t.Errorf("got the operators %v, want two MatMul or more", m.Nodes)
	}
	if m.Name != "mlp" || m.Doc != "what it is for" || m.Opset != 17 || m.Batch != 0 {
		t.Errorf("got %q, %q, opset %d and batch %d, want mlp, what it is for, 17 and 0", m.Name, m.Doc, m.Opset, m.Batch)
	}
}

// TestPart builds an imported model within a scope of another model, with a layer behind it, and
// trains that.
func TestPart(t *testing.T) {
	body := again(t, "cnn", zoo(t, graph.Float64)[0].of) // 4 inputs, 3 outputs
	p := graph.NewParams(graph.Float64, 2)
	b := graph.New(p)
	b.SetTraining(true)
	var y *gorgonia.Node
	b.Scope("body", func() { y = body.Outputs(b, 6)[0] })
	l := b.Mean(b.Square(nn.Dense(b, "head", y, 2, nn.Tanh)))
	grads, err := autograd.Gradients(l, b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{l}, Grads: grads})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[float64](prog, "x").Set(slices.Repeat([]float64{0.1, -0.2, 0.3}, 8)); err != nil {
		t.Fatal(err)
	}
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	for _, q := range body.Params().List() {
		if v := p.Values("body/" + q.Name); !slices.Equal(v, body.Params().Values(q.Name)) {
			t.Errorf("body/%s: got %v, want the numbers of the file", q.Name, v)
		}
		if g := p.Grad("body/" + q.Name); !slices.ContainsFunc(g, func(x float64) bool { return x != 0 }) {
			t.Errorf("body/%s: got the gradient %v, want another", q.Name, g)
		}
	}
}
