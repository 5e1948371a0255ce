package onnx

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"github.com/symgrad/symgrad/internal/onnxin"
	"gorgonia.org/gorgonia"
)

// Limits bound what a file may ask for, before memory is taken for it. A field of 0 stands for
// its default. Its fields are
//
//	Bytes    int64 // of the file with its external data; the default is 2 GiB − 1
//	Parts    int   // nodes, attributes, tensors, inputs and outputs in all; 250,000
//	Elements int   // of any value of the graph; 2^28
//	Known    int   // elements of a value that is computed while the graph is built, such as a shape; 2^20
//	Depth    int   // how deep messages of the file lie in each other; 32
type Limits = onnxfile.Limits

// ErrFormat marks a file that is no ONNX, or that ONNX does not allow.
var ErrFormat = mistake.ErrFormat

// Imported is a model that Read has read. Fields are for reading only.
type Imported struct {
	Name     string            // of the graph
	Doc      string            // what the file says that it is for
	Producer string            // the program that wrote the file
	Opset    int               // the version of ONNX's operators
	Metadata map[string]string // more texts of the file, such as a recipe
	Nodes    map[string]int    // the number of nodes of each operator, those in branches and loops too

	Batch int // the batch that the file fixes; 0: any

	In  []Port // the inputs, in the order of the file
	Out []Port // the outputs

	file   []byte // without data of other files
	model  *onnxfile.Model
	graph  *onnxin.Graph
	params *graph.Params
	sizes  map[string]int
	known  map[string]onnxin.Value
}

// Port is an input or an output of a file.
type Port struct {
	Name  string
	Op    string   // the operator that makes an output; "" if no node does
	Type  string   // of the elements, as ONNX calls them without the bits of memory: "float32", "int64", "bool"
	Dims  []string // the shape: numbers, and names of sizes; nil for an output whose shape the file does not say
	Index bool     // an input that is fed as integers: Builder.Ints makes it

	// Setting says that the model can be built only if the elements of the input are known, such as those
	// of a shape: give them by Imported.Fix.
	Setting bool
}

// IsFloat reports whether the elements are floats.
func (p Port) IsFloat() bool {
	return strings.HasPrefix(p.Type, "float") || strings.HasPrefix(p.Type, "bfloat")
}

// Read reads a model from r.
//
// Errors: an *Error with the operator, or with another part of the file, and the name of the
// node. Its kind is ErrFormat for what ONNX does not allow, graph.ErrUnsupported for what is not
// read, graph.ErrMemory for what is beyond the limits. Data outside of the file are not read:
// see ReadFile. The error of r.
func Read(r io.Reader, l Limits) (*Imported, error) {
	m, err := readFrom(r, l, nil)
	return m, errors.Wrap(err, "onnx: Read")
}

// ReadFile is Read of a file with the name. Data that the file has in other files are read too,
// if those lie in its folder or below it.
func ReadFile(name string, l Limits) (*Imported, error) {
	m, err := readNamed(name, l)
	return m, errors.Wrapf(err, "onnx: ReadFile: %s", filepath.Base(name))
}

func readNamed(name string, l Limits) (*Imported, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readFrom(f, l, onnxfile.Folder(filepath.Dir(name)))
}

// readFrom reads a model whose other files open opens.
func readFrom(r io.Reader, l Limits, other *onnxfile.Source) (out *Imported, err error) {
	defer compile.Recover("the file", &err)
	l, err = l.OrDefault()
	if err != nil {
		return nil, err
	}
	if mistake.IsNil(r) {
		return nil, mistake.Optionf("got a nil reader, want a value")
	}
	b, err := io.ReadAll(io.LimitReader(r, l.Bytes+1))
	if err != nil {
		return nil, err
	}
	m, err := onnxfile.ReadModel(b, l)
	if err == nil {
		err = m.Graph.LoadExternal(other, l.Bytes-int64(len(b)))
	}
	if err != nil {
		return nil, &export.Error{Op: "file", Err: err}
	}
	out, err = imported(b, m, l)
	if err != nil {
		return nil, err
	}
	made := graph.New(out.params)
	out.graph.Declare(made)
	return out, made.Err()
}

// imported returns the model of a file. Its parameters are not made yet.
func imported(file []byte, m *onnxfile.Model, l Limits) (*Imported, error) {
	g, err := onnxin.New(m, restored(m.Graph), l)
	if err != nil {
		return nil, err
	}
	out := &Imported{Name: g.Name, Doc: m.Doc, Producer: m.Producer, Opset: int(g.Opset), Metadata: m.Metadata, Nodes: m.Graph.Operators(), Batch: g.Batch(),
		file: file, model: m, graph: g, sizes: map[string]int{}, known: map[string]onnxin.Value{}}
	if out.Doc == "" {
		out.Doc = g.Doc
	}
	for _, p := range g.Inputs {
		out.In = append(out.In, Port{Name: p.Name, Type: p.Kind.String(), Dims: p.Axes(), Index: p.Index, Setting: p.Setting})
	}
	makers := m.Graph.Makers()
	for _, p := range g.Outputs {
		out.Out = append(out.Out, Port{Name: p.Name, Op: makers[p.Name], Type: p.Kind.String(), Dims: p.Axes()})
	}
	out.params = graph.NewParams(g.DType, 0)
	for _, t := range g.Held {
		if len(t.Shape) == 0 && !t.State {
			out.params.Freeze(t.Name)
		}
	}
	return out, nil
}

// Params returns the parameters and states of the model by the names of their initializers: the
// floats that nodes compute with. Those without axes begin frozen, since they are mostly settings:
// Params.Thaw trains them. The mean and the variance of a BatchNormalization are states. The type
// is float64 if an input, an output or an initializer has it, else float32; other floats are
// converted to it.
func (m *Imported) Params() *graph.Params { return m.params }

// Sizes returns the names of the sizes that inputs have, without those of the batch.
func (m *Imported) Sizes() []string { return m.graph.Sizes() }

// SetSize gives a size of the inputs its number, such as the length of sequences. The batch needs
// none: Outputs gives it.
//
// Errors: graph.ErrOption for a name that no input has, and for n < 0.
func (m *Imported) SetSize(name string, n int) error {
	if n < 0 || !slices.Contains(m.graph.Sizes(), name) {
		return mistake.Optionf("onnx: SetSize: got %d for the size %q, want at least 0 for one of %s", n, name, mistake.Names(m.graph.Sizes()))
	}
	m.sizes[name] = n
	return nil
}

// Fix makes an input a constant with the elements v, row-major. So a file runs whose shapes
// depend on an input. Booleans are 1 and 0. Integers are whole numbers.
//
// Errors: graph.ErrOption for a name that no input has, graph.ErrShape for another number of
// elements than the shape has.
func (m *Imported) Fix(name string, v []float64, shape ...int) error {
	return errors.Wrapf(m.graph.Fix(m.known, name, v, shape), "onnx: Fix: %q", name)
}

// Rename calls an input by another name in the graphs that Outputs builds. In keeps the name of the
// file, and so do SetSize and Fix.
//
// Errors: graph.ErrOption for an input that the file does not have, and for a name that another
// input or a parameter has.
func (m *Imported) Rename(input, name string) error {
	at := -1
	taken := name == ""
	for i, p := range m.graph.Inputs {
		if p.Name == input {
			at = i
		} else {
			taken = taken || p.As == name
		}
	}
	for _, t := range m.graph.Held {
		taken = taken || t.Name == name
	}
	switch {
	case at < 0:
		return mistake.Optionf("onnx: Rename: got the input %q, want one of the file", input)
	case taken:
		return mistake.Optionf("onnx: Rename: got the name %q, want one that no other input and no parameter has", name)
	}
	m.graph.Inputs[at].As = name
	return nil
}

// Outputs adds the model to b for a batch of n examples and returns its outputs, in the order of
// the file. Integers that are no inputs are floats. If the Params of b have no parameter of a
// name, it begins with the numbers of the file. Several goroutines may call it, each with a
// Builder of its own, unless one calls SetSize, Fix or Rename.
//
// A mistake is that of b: an *Error with the operator, the name of the node and the caller's line.
// Its kind is graph.ErrOption for a size that is not given and for another batch than the file
// fixes, graph.ErrShape for shapes that do not fit, or one of those of Read. Then the result is nil.
func (m *Imported) Outputs(b *graph.Builder, n int) []*gorgonia.Node {
	shapes, err := m.graph.Shapes(n, m.sizes)
	if err != nil {
		b.Fail(err)
		return nil
	}
	values, err := m.graph.Build(b, shapes, m.known)
	if err != nil {
		return nil
	}
	return slices.Clone(onnxin.Nodes(b, values))
}
