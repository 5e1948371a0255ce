package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/train"
)

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
