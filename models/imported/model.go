package imported

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// Options say how a file is a model.
type Options struct {
	Output string           // the output that is trained and predicted; "": the first one of floats
	Loss   Loss             // what the output means; the zero value is None
	Sizes  map[string]int   // the numbers of free sizes, see onnx.Imported.SetSize
	Fixed  map[string]Array // inputs that are constants, see onnx.Imported.Fix
}

// Array is the elements of an input, row-major. Truth values are 0 and 1.
type Array struct {
	Shape  []int     `json:"shape"`
	Values []float64 `json:"values"`
}

// Model is the model of an ONNX file.
//
// The input is "x" if the file has one input that is no constant, whatever its name there; the
// inputs of other files have their names. The targets are "y" if the loss has any. The parameters and
// states are those of onnx.Imported.Params. The output is [n, ...].
type Model struct {
	file   *onnx.Imported
	o      Options
	output int
}

// New returns the model of a file. The model uses the parameters of the file, and no other model
// may have it.
//
// Errors: ErrOption for an output or a size that the file does not have, for an output of
// integers, for a loss without a name, and for sizes and settings that are not given; ErrShape for an
// Array whose shape has another number of elements.
func New(file *onnx.Imported, o Options) (*Model, error) {
	m, err := newModel(file, o)
	return m, errors.Wrap(err, "imported: New")
}

func newModel(file *onnx.Imported, o Options) (*Model, error) {
	if file == nil {
		return nil, mistake.Optionf("got a nil file, want one of onnx.Read")
	}
	if _, err := o.Loss.MarshalText(); err != nil {
		return nil, err
	}
	m := &Model{file, o, slices.IndexFunc(file.Out, func(p onnx.Port) bool { return p.Name == o.Output || o.Output == "" && p.IsFloat() })}
	switch {
	case m.output < 0 && o.Output == "":
		return nil, mistake.Optionf("got no output of floats, want one")
	case m.output < 0:
		return nil, mistake.Optionf("Output: got %q, want one of %s", o.Output, mistake.Names(names(file.Out)))
	case !file.Out[m.output].IsFloat():
		return nil, mistake.Optionf("Output: got %q of %s, want one of floats", o.Output, file.Out[m.output].Type)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Sizes)) {
		if err := file.SetSize(name, o.Sizes[name]); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Fixed)) {
		if err := file.Fix(name, o.Fixed[name].Values, o.Fixed[name].Shape...); err != nil {
			return nil, err
		}
	}
	if err := m.missing(); err != nil {
		return nil, err
	}
	if in := m.examples(); len(in) == 1 && in[0].Name != "x" {
		return m, file.Rename(in[0].Name, "x")
	}
	return m, nil
}

// examples returns the inputs that are no constants.
func (m *Model) examples() (out []onnx.Port) {
	for _, p := range m.file.In {
		if _, fixed := m.o.Fixed[p.Name]; !fixed {
			out = append(out, p)
		}
	}
	return out
}

func names(ports []onnx.Port) (out []string) {
	for _, p := range ports {
		out = append(out, p.Name)
	}
	return out
}

// missing returns an error if a size or a setting is not given.
func (m *Model) missing() error {
	for _, name := range m.file.Sizes() {
		if _, ok := m.o.Sizes[name]; !ok {
			return mistake.Optionf("Sizes: got no number for the size %q of an input, want one", name)
		}
	}
	for _, p := range m.file.In {
		if _, ok := m.o.Fixed[p.Name]; p.Setting && !ok {
			return mistake.Optionf("Fixed: got nothing for the input %q, want its elements: shapes or other settings depend on them", p.Name)
		}
	}
	return nil
}

// File returns the file that the model is made of.
func (m *Model) File() *onnx.Imported { return m.file }

// Options returns the settings of the model.
func (m *Model) Options() Options { return m.o }

// Params returns the parameters and states of the file.
func (m *Model) Params() *graph.Params { return m.file.Params() }

// MaxBatch returns the number of examples that the file fixes, and 0 if it takes any: see
// train.Model.
func (m *Model) MaxBatch() int { return m.file.Batch }

// Loss builds the model for a batch of n examples. It returns the loss that Options name, and the
// output.
func (m *Model) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	outputs := m.file.Outputs(b, n)
	if b.Err() != nil {
		return nil, nil
	}
	return m.o.Loss.of(b, outputs[m.output])
}

// settings are what a model file has of a model.
type settings struct {
	Structure []byte // of onnx.Imported
	Options   Options
}

// name is that of the models of this package in model files.
const name = "imported.Model"

// Settings returns "imported.Model", and the structure of the file with the Options: see
// train.Described.
func (m *Model) Settings() (string, any) { return name, settings{m.file.Structure(), m.o} }

func init() {
	train.Register(name, func(text json.RawMessage) (train.Model, error) {
		var s settings
		if err := train.ReadSettings(text, &s); err != nil {
			return nil, err
		}
		file, err := onnx.ReadStructure(s.Structure, onnx.Limits{})
		if err != nil {
			return nil, err
		}
		m, err := New(file, s.Options)
		if err != nil {
			return nil, err
		}
		return m, nil
	})
}
