package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// imported is the model of an ONNX file. Its output is the first one of floats. The file does not
// have the loss of the training: that here is the mean of the squares of the output, as for a
// formula.
type imported struct {
	*onnx.Imported
	output int
}

// Loss builds the model.
func (m imported) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	outputs := m.Outputs(b, n)
	if b.Err() != nil || len(outputs) <= m.output {
		return nil, nil
	}
	output = outputs[m.output]
	return b.Mean(b.Square(output)), output
}

// readONNX returns the model of an ONNX file, if it can be built without further settings.
func readONNX(path string) (imported, error) {
	f, err := onnx.ReadFile(path, onnx.Limits{})
	if err != nil {
		return imported{}, errors.WithMessage(err, path)
	}
	m := imported{f, slices.IndexFunc(f.Out, func(p onnx.Port) bool { return isFloat(p) })}
	setting := slices.IndexFunc(f.In, func(p onnx.Port) bool { return p.Setting })
	switch {
	case m.output < 0:
		err = errors.New("got no output of floats, want one")
	case setting >= 0:
		err = errors.Errorf("the input %q: got a setting, such as a shape, want inputs that are examples; a program gives settings by onnx.Imported.Fix", f.In[setting].Name)
	case len(f.Sizes()) > 0:
		err = errors.Errorf("got inputs with the free sizes %q besides the batch, want none; a program gives them by onnx.Imported.SetSize", f.Sizes())
	}
	return m, errors.WithMessage(err, path)
}

// isFloat says whether a port is of floats.
func isFloat(p onnx.Port) bool {
	return strings.HasPrefix(p.Type, "float") || strings.HasPrefix(p.Type, "bfloat")
}

// openONNX returns a Predictor of an ONNX file. With the metadata of symgrad export it has the
// inputs, the preprocessing, the tables and the classes of the model file.
func openONNX(path string, o train.PredictorOptions) (*train.Predictor, error) {
	m, err := readONNX(path)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Batch > 1:
		return nil, errors.Errorf("%s: got a file for batches of %d examples alone, want one for any number, or for 1", path, m.Batch)
	case m.Batch == 1:
		o.BatchSize = 1
	}
	info, err := train.ReadMetadata(m.Metadata)
	var p *train.Predictor
	switch {
	case err != nil:
	case info != nil:
		p, err = train.NewPredictorOf(m, info, o)
	default:
		if err = m.plain(); err == nil {
			p, err = train.NewPredictor(m, train.ModelFile{}, o)
		}
	}
	return p, errors.WithMessage(err, path)
}

// plain returns an error unless the rows of a table are the examples of the only input.
func (m imported) plain() error {
	if len(m.In) != 1 {
		var names []string
		for _, p := range m.In {
			names = append(names, p.Name)
		}
		return errors.Errorf("got the inputs %s, want one: the file has no metadata of symgrad export, which say what a table is", quoted(names))
	}
	switch p := m.In[0]; {
	case !isFloat(p):
		return errors.Errorf("the input %q: got the type %s, want floats", p.Name, p.Type)
	case len(p.Dims) == 0 || m.Batch == 0 && strings.Trim(p.Dims[0], "0123456789") == "":
		return errors.Errorf("the input %q: got the shape [%s], want the batch first, such as [N, 4]", p.Name, strings.Join(p.Dims, ", "))
	}
	return nil
}

// onnx describes an ONNX file.
func (i *inspection) onnx(path string) error {
	f, err := onnx.ReadFile(path, onnx.Limits{})
	if err != nil {
		return err
	}
	i.ONNX = &onnxInfo{Graph: f.Name, Doc: f.Doc, Producer: f.Producer, Opset: f.Opset, Batch: f.Batch, Inputs: portsOf(f.In), Outputs: portsOf(f.Out), Nodes: f.Nodes}
	i.Metadata = maps.Clone(f.Metadata)
	if info, err := train.ReadMetadata(f.Metadata); err == nil && info != nil { // what is no description is a text as the others
		i.Model = info
		delete(i.Metadata, "symgrad.model")
	}
	dtype := "F32"
	if f.Params().DType() == graph.Float64 {
		dtype = "F64"
	}
	i.Tensors = []tensor{}
	for _, q := range slices.Concat(f.Params().List(), f.Params().States()) {
		i.Tensors = append(i.Tensors, newTensor(q.Name, dtype, q.Shape))
	}
	return nil
}

// onnxInfo is what an ONNX file says of its graph.
type onnxInfo struct {
	Graph    string         `json:"graph,omitempty"`
	Doc      string         `json:"doc,omitempty"`
	Producer string         `json:"producer,omitempty"`
	Opset    int            `json:"opset"`
	Batch    int            `json:"batch,omitempty"` // that the file fixes
	Inputs   []port         `json:"inputs"`
	Outputs  []port         `json:"outputs"`
	Nodes    map[string]int `json:"nodes"` // the number of nodes of each operator
}

// port is an input or an output.
type port struct {
	Name string   `json:"name"`
	Type string   `json:"type"`
	Dims []string `json:"dims,omitempty"` // none for a shape that the file does not say
}

func portsOf(list []onnx.Port) []port {
	out := []port{}
	for _, p := range list {
		out = append(out, port{p.Name, p.Type, p.Dims})
	}
	return out
}

// write prints a line for each thing.
func (o *onnxInfo) write(w io.Writer) {
	fmt.Fprintf(w, "graph\t%.200q of %.200q, opset %d\n", o.Graph, o.Producer, o.Opset)
	if o.Doc != "" {
		fmt.Fprintf(w, "doc\t%.200q\n", o.Doc)
	}
	if o.Batch > 0 {
		fmt.Fprintf(w, "batch\t%s alone\n", count(o.Batch, "example"))
	}
	for _, p := range o.Inputs {
		fmt.Fprintf(w, "graph input\t%s\n", p)
	}
	for _, p := range o.Outputs {
		fmt.Fprintf(w, "graph output\t%s\n", p)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Nodes)) {
		fmt.Fprintf(w, "operator\t%.200q, %s\n", name, count(o.Nodes[name], "node"))
	}
}

// String writes a port as "x" float32 [N, 4].
func (p port) String() string {
	text := fmt.Sprintf("%.200q %s", p.Name, p.Type)
	if p.Dims != nil {
		text += fmt.Sprintf(" [%s]", strings.Join(p.Dims, ", "))
	}
	return text
}
