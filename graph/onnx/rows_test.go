package onnx

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/onnxtest"
	"github.com/symgrad/symgrad/internal/op"
)

// sampled is a row's sample as a file, with operands and what the row's formula makes of them.
type sampled struct {
	row   string
	nodes int
	file  []byte
	in    map[string]onnxtest.Tensor
	want  onnxtest.Tensor
}

// sample writes one application of a row, whose operands are inputs.
func sample(e *op.Entry, s op.Sample, floats kind, seed uint64) (out *sampled, err error) {
	defer func() {
		if r := recover(); r != nil {
			if why, ok := r.(*Error); ok {
				err = why
				return
			}
			panic(r)
		}
	}()
	r := rand.New(rand.NewPCG(seed, 7))
	lo, hi := s.Lo, s.Hi
	if lo == 0 && hi == 0 {
		lo, hi = -2, 2
	}
	f := &ir.Func{}
	c := &ir.Call[float64]{Fault: &ir.Fault{}}
	out = &sampled{row: e.Name, in: map[string]onnxtest.Tensor{}}
	var in []*ir.Value
	for i, shape := range s.In {
		t, x := ir.Type{DType: ir.F64, Shape: shape}, onnxtest.Tensor{Shape: shape}
		var ints []int
		var reals []float64
		for range shape.Size() {
			if i < len(s.Int) && s.Int[i] > 0 {
				t.DType = ir.Int
				ints = append(ints, r.IntN(s.Int[i]))
				x.Data = append(x.Data, float64(ints[len(ints)-1]))
				continue
			}
			reals = append(reals, float64(float32(lo+(hi-lo)*r.Float64())))
			x.Data = append(x.Data, reals[len(reals)-1])
		}
		c.In, c.IntIn = append(c.In, reals), append(c.IntIn, ints)
		name := fmt.Sprintf("x%d", i)
		out.in[name] = x
		in = append(in, f.Add(&ir.Value{Leaf: ir.Input, Name: name, Type: t}))
	}
	v, err := f.New(&e.Def, s.Attrs, in...)
	if err != nil {
		return nil, err
	}
	f.Out = []*ir.Value{v}
	c.V, out.want.Shape = v, v.Type.Shape
	if v.Type.DType == ir.Int {
		c.IntOut = make([]int, v.Type.Shape.Size())
	} else {
		c.Out = make([]float64, v.Type.Shape.Size())
	}
	p, err := newPair(f, f, 1, 1)
	if err != nil {
		return nil, err
	}
	w := newWriter(p, floats)
	w.file.name = e.Name
	for _, x := range in {
		w.inputs = append(w.inputs, port{name: w.leaf(x), kind: w.kindOf(x), shape: w.shape(x)})
	}
	w.ends()
	w.add(v)
	w.results()
	w.prune()
	out.nodes, out.file = len(w.file.nodes), w.file.proto()
	e.Ref(c)
	out.want.Data = c.Out
	for _, k := range c.IntOut {
		out.want.Data = append(out.want.Data, float64(k))
	}
	return out, nil
}

// allSamples are the samples of the rows that a file can have.
func allSamples(t *testing.T, floats kind) (all []*sampled) {
	for _, e := range op.All() {
		if rules[e.Name].make == nil {
			continue
		}
		for i, s := range e.Samples() {
			one, err := sample(e, s, floats, uint64(i))
			if err != nil {
				if e.Name == "sinc" {
					continue // of an order
				}
				t.Errorf("%s, sample %d: %v", e.Name, i, err)
				continue
			}
			all = append(all, one)
		}
	}
	return all
}

// TestRows holds each row's file to the row's formula, by an interpreter of the file.
func TestRows(t *testing.T) {
	for _, s := range allSamples(t, double) {
		m, err := onnxtest.Read(s.file)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.Run(s.in)
		if err != nil {
			t.Errorf("%s: %v", s.row, err)
			continue
		}
		if err := onnxtest.Compare(got["output"], s.want, 2e-6); err != nil {
			t.Errorf("%s: %v", s.row, err)
		}
	}
}

// TestRowsInRuntime is TestRows by ONNX Runtime, in float32.
func TestRowsInRuntime(t *testing.T) {
	if !onnxtest.HasRuntime() {
		t.Skip("there is no node with onnxruntime-node")
	}
	all := allSamples(t, float)
	var jobs []onnxtest.Job
	for _, s := range all {
		jobs = append(jobs, onnxtest.Job{File: s.file, Inputs: s.in})
	}
	results, err := onnxtest.Runtime(t.TempDir(), jobs)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Err == nil {
			tolerance := 1e-5
			if slices.Contains([]string{"center", "spread", "softmaxgrad"}, all[i].row) {
				tolerance = 1e-4 // sums of 300 terms of both signs
			}
			r.Err = onnxtest.Compare(r.Outputs["output"], all[i].want, tolerance)
		}
		if r.Err != nil {
			t.Errorf("%s (%v): %v", all[i].row, all[i].want.Shape, r.Err)
		}
	}
}

// TestRowsInChecker holds each row's file to onnx.checker.
func TestRowsInChecker(t *testing.T) {
	python := onnxtest.Python()
	if python == "" {
		t.Skip("there is no python3 with onnx")
	}
	for _, floats := range []kind{float, double} {
		all := allSamples(t, floats)
		var files [][]byte
		for _, s := range all {
			files = append(files, s.file)
		}
		wrong, err := onnxtest.Check(python, t.TempDir(), files)
		if err != nil {
			t.Fatal(err)
		}
		for i, why := range wrong {
			t.Errorf("%s: %s", all[i].row, why)
		}
	}
}
