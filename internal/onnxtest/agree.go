package onnxtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Agree computes a model and its file for batches of 1 and 5 examples, from the same numbers in
// [0, 1). It returns an error unless their outputs are equal up to the tolerance of Compare. The
// inputs of the model are floats.
func Agree(file []byte, params *graph.Params, outputs func(b *graph.Builder, n int) []*gorgonia.Node, tolerance float64) error {
	for _, n := range []int{1, 5} {
		b := graph.New(params)
		p, err := b.Compile(graph.Options{Outputs: outputs(b, n)})
		if err == nil {
			err = agree(file, p, tolerance)
		}
		if err != nil {
			return fmt.Errorf("batch %d: %w", n, err)
		}
	}
	return nil
}

func agree(file []byte, p *graph.Program, tolerance float64) error {
	m, err := Read(file)
	if err != nil {
		return err
	}
	r, in := rand.New(rand.NewPCG(7, 8)), map[string]Tensor{}
	for _, x := range p.Inputs() {
		t := Tensor{Kind: Double, Shape: x.Shape, Data: make([]float64, size(x.Shape))}
		for i := range t.Data {
			t.Data[i] = float64(r.Float32())
		}
		if err := graph.InputOf[float64](p, x.Name).Set(t.Data); err != nil {
			return err
		}
		in[x.Name] = t
	}
	if err := p.Run(); err != nil {
		return err
	}
	got, err := m.Run(in)
	if err != nil {
		return err
	}
	for i, y := range m.Outputs {
		of := graph.OutputOf[float64](p, i)
		if err := Compare(got[y.Name], Tensor{Shape: of.Shape(), Data: of.Read(nil)}, tolerance); err != nil {
			return fmt.Errorf("%s: %w", y.Name, err)
		}
	}
	return nil
}
