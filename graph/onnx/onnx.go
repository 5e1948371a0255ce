package onnx

import (
	"io"
	"slices"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Model is what Write writes: a function of parameters.
type Model struct {
	// Params are the parameters and states of the model.
	Params *graph.Params

	// Outputs builds the model for a batch of n examples with b, whose Params are those of the
	// model, and returns its outputs. It is called for two sizes of at least 2, or for
	// Options.Batch alone. Layers are those of prediction: b.Training is false.
	Outputs func(b *graph.Builder, n int) []*gorgonia.Node
}

// Options are the settings of Write. The zero value is the default.
type Options struct {
	// Name is the name of the graph. The default is "symgrad".
	Name string

	// Doc says what the model is for; no default.
	Doc string

	// Batch fixes the batch size, ≥ 1. The default is 0: the file takes any batch size.
	Batch int

	// Float32 writes the numbers of a float64 model as float32. The default is false: the file
	// has the type of Params. Many programs that run files have no float64 operators.
	Float32 bool

	// Metadata are more texts in the file, by their keys, such as the names of the classes.
	Metadata map[string]string
}

// mostBytes is the largest file that the format can have.
const mostBytes = 1<<31 - 1

// Write writes a model to w as an ONNX file of IR version 8 and opset 17. Inputs have their
// names of the Builder, weights the names of the parameters, outputs the names that Builder.Name
// or a layer gave them. Without a name one output is "output", several are "output0", "output1"
// and so on. Equal models make equal bytes.
//
// Write fixes the set of parameters, as Builder.Compile does. Nobody may build, set or train
// them meanwhile.
//
// Errors: an *Error for an operator without a counterpart, and for what changes with the batch
// size other than in step. Its kind is graph.ErrUnsupported, or graph.ErrNotFinite for a number
// beyond the range of float32. graph.ErrOption for a Model that is not complete, a negative
// Batch and texts that are not UTF-8. The mistake of the Builder. The error of w. Nothing is
// written before the whole file is made.
func Write(w io.Writer, m Model, o Options) error {
	var b []byte
	err := mistake.Optionf("got a nil writer, want a value")
	if !mistake.IsNil(w) {
		b, err = encode(m, o)
	}
	if err == nil {
		_, err = w.Write(b)
	}
	return errors.Wrap(err, "onnx: Write")
}

// encode returns the file.
func encode(m Model, o Options) ([]byte, error) {
	switch {
	case m.Params == nil || m.Outputs == nil:
		return nil, mistake.Optionf("got a Model without Params or Outputs, want both")
	case o.Batch < 0:
		return nil, mistake.Optionf("got Options.Batch of %d, want at least 0", o.Batch)
	}
	if err := o.texts(); err != nil {
		return nil, err
	}
	sizes := []int{oneSize, otherSize}
	if o.Batch > 0 {
		sizes = []int{o.Batch}
	}
	var built []traced
	for _, n := range sizes {
		b, err := trace(m, n)
		if err != nil {
			return nil, err
		}
		built = append(built, b)
	}
	return assemble(built, m.Params, o)
}

// texts returns an error for a text that is not UTF-8, which files must be.
func (o Options) texts() error {
	all := []string{o.Name, o.Doc}
	for key, text := range o.Metadata {
		all = append(all, key, text)
	}
	slices.Sort(all)
	for _, s := range all {
		if !utf8.ValidString(s) {
			return mistake.Optionf("got the text %q, want UTF-8", s)
		}
	}
	return nil
}

// Two batch sizes that few other extents of a model have: equal extents let the compiler
// simplify what it cannot at another size.
const (
	oneSize   = 61
	otherSize = 67
)

// traced is a model that was built for a batch of N.
type traced struct {
	export.Traced
	f *ir.Func // what it computes
}

// trace builds the model for a batch of n.
func trace(m Model, n int) (traced, error) {
	t, err := export.Trace(m.Params, m.Outputs, n)
	return traced{Traced: t}, err
}

// assemble returns the file of a model that was built for one or two batch sizes.
func assemble(built []traced, params *graph.Params, o Options) (b []byte, err error) {
	defer compile.Recover("the file", &err)
	for i := range built {
		if err := built[i].lower(fileFloats(params, o) == float); err != nil {
			return nil, err
		}
	}
	first, last := &built[0], &built[len(built)-1]
	if err := counterparts(first.f); err != nil {
		return nil, err
	}
	p, err := newPair(first.f, last.f, first.N, last.N)
	if err != nil {
		return nil, err
	}
	f, err := convert(p, first.B, params, o)
	if err != nil {
		return nil, err
	}
	out := f.proto()
	if len(out) > mostBytes {
		return nil, mistake.Newf(op.ErrUnsupported, "got a file of %d bytes, want at most %d", len(out), mostBytes)
	}
	return out, nil
}

// fileFloats returns the type of the file's floats.
func fileFloats(params *graph.Params, o Options) kind {
	if params.DType() == graph.Float32 || o.Float32 {
		return float
	}
	return double
}

// lower reads the simplified computation. With layers, a recurrent layer is one operator in it.
func (t *traced) lower(layers bool) (err error) {
	var describe func(n *gorgonia.Node) (op.Applied, bool, error)
	if layers {
		describe = describer(build.Of(t.B))
	}
	t.f, err = t.Lower("onnx", describe)
	return err
}
