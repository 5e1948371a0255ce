package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

const inspectUsage = `Usage: symgrad inspect [flags] FILE

Shows what a file is and what it holds: its tensors with type, shape and size, and what it says of
itself. The model may be of any program. Of all files but ONNX it reads headers alone, not the data
of tensors. FILE is one of these:

  a model file         model, settings, inputs, outputs, classes, preprocessing, table
  a checkpoint         how far the training has come, its settings and history
  safetensors          metadata
  npz, npy             arrays
  ONNX                 inputs, outputs, operators, weights, metadata, what symgrad export has written
  run.json             the settings of symgrad train
`

// inspectVerb is symgrad inspect.
func inspectVerb(args []string, out, errs io.Writer) int {
	var asJSON bool
	flags := newFlags("inspect", inspectUsage, errs)
	flags.BoolVar(&asJSON, "json", false, "print JSON")
	if code, ok := parse(flags, args, 1, "a file"); !ok {
		return code
	}
	i, err := inspect(flags.Arg(0))
	switch {
	case err != nil:
	case asJSON:
		err = writeJSON(out, i)
	default:
		err = i.write(out)
	}
	return ended(flags, err)
}

// inspection is what a file is and what it holds.
type inspection struct {
	File     string            `json:"file"`
	Format   string            `json:"format"`
	Bytes    int64             `json:"bytes"`
	Metadata map[string]string `json:"metadata,omitempty"` // of safetensors and ONNX, but for the entries below
	Model    *train.ModelInfo  `json:"model,omitempty"`
	Training *training         `json:"training,omitempty"`
	Run      *trainConfig      `json:"run,omitempty"`
	ONNX     *onnxInfo         `json:"onnx,omitempty"`
	Elements int               `json:"elements,omitempty"`
	Tensors  []tensor          `json:"tensors,omitempty"`
}

// tensor is a tensor of a file.
type tensor struct {
	Name     string `json:"name"`
	DType    string `json:"dtype"`
	Shape    []int  `json:"shape"`
	Elements int    `json:"elements"`
	Bytes    int    `json:"bytes"`
}

// training is what a checkpoint says of its training.
type training struct {
	Version   int             `json:"version"`
	Settings  json.RawMessage `json:"settings,omitempty"` // of the model
	Optimizer json.RawMessage `json:"optimizer"`
	Schedule  json.RawMessage `json:"schedule"`
	Seed      uint64          `json:"seed"`
	BatchSize int             `json:"batchSize"`
	Step      int             `json:"step"`
	Epoch     int             `json:"epoch"`
	Over      bool            `json:"over,omitempty"`
	Recipe    data.Recipe     `json:"recipe,omitzero"`
	History   train.History   `json:"history"`
}

// inspect reads a file.
func inspect(path string) (*inspection, error) {
	kind, name, err := kindOf(path)
	if err != nil {
		return nil, err
	}
	f, size, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	i := &inspection{File: path, Format: name, Bytes: size}
	switch kind {
	case modelFile, checkpointFile, weightsFile:
		err = i.safetensors(path, kind)
	case npzFile:
		err = i.npz(f, size)
	case npyFile:
		err = i.npy(f, size)
	case onnxFile:
		err = i.onnx(path)
	case runFile:
		i.Run = &trainConfig{}
		return i, i.Run.read(path)
	default:
		return nil, errors.Errorf("%s: got %s, want a model file, a checkpoint, safetensors, ONNX, npz, npy or run.json", path, name)
	}
	if err != nil {
		return nil, errors.WithMessage(err, path)
	}
	for _, t := range i.Tensors {
		i.Elements += t.Elements
	}
	if i.Model != nil {
		i.Model.Settings = withoutStructure(i.Model.Settings)
	}
	return i, nil
}

// write prints what there is, a line for each thing.
func (i *inspection) write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "file\t%s\nformat\t%s\n", i.File, i.Format)
	var settings json.RawMessage
	if i.ONNX != nil {
		i.ONNX.write(w)
	}
	switch {
	case i.Model != nil:
		describeModel(w, i.Model)
		settings = i.Model.Settings
	case i.Training != nil:
		i.Training.write(w)
		settings = i.Training.Settings
	case i.Run != nil:
		text, err := json.Marshal(i.Run)
		if err != nil {
			return err
		}
		settings = text
	}
	for _, key := range slices.Sorted(maps.Keys(i.Metadata)) {
		fmt.Fprintf(w, "metadata\t%q: %.200q\n", key, i.Metadata[key])
	}
	if i.Tensors == nil {
		fmt.Fprintf(w, "size\t%d bytes\n", i.Bytes)
	} else {
		fmt.Fprintf(w, "size\t%s, %s, %d bytes in the file\n", count(len(i.Tensors), "tensor"), count(i.Elements, "element"), i.Bytes)
	}
	if settings != nil {
		var text bytes.Buffer
		if err := json.Indent(&text, settings, "  ", "  "); err != nil {
			return err
		}
		fmt.Fprintf(w, "\nsettings\n  %s\n", &text)
	}
	if i.Tensors != nil {
		fmt.Fprint(w, "\ntensors\n")
	}
	for _, t := range i.Tensors {
		fmt.Fprintf(w, "  %q\t%s\t%s\t%d bytes\n", t.Name, t.DType, shape(t.Shape), t.Bytes)
	}
	return w.Flush()
}

// write prints how far the training has come, and its last epochs.
func (t *training) write(w io.Writer) {
	state := ""
	if t.Over {
		state = ", ended early"
	}
	fmt.Fprintf(w, "training\t%d steps, %d epochs%s\n", t.Step, t.Epoch, state)
	fmt.Fprintf(w, "optimizer\t%s\nschedule\t%s\nbatch\t%d examples, seed %d\n", t.Optimizer, t.Schedule, t.BatchSize, t.Seed)
	describeRecipe(w, t.Recipe)
	const most = 5
	epochs := t.History.Epochs
	if more := len(epochs) - most; more > 0 {
		fmt.Fprintf(w, "history\t%s before\n", count(more, "epoch"))
		epochs = epochs[more:]
	}
	for _, e := range epochs {
		text := fmt.Sprintf("epoch %d, loss %.4g", e.Epoch, e.Loss)
		if e.Validation != nil {
			text += fmt.Sprintf(", validation %.4g", *e.Validation)
		}
		for _, m := range e.Metrics {
			text += fmt.Sprintf(", %s %.4g", m.Name, m.Value)
		}
		fmt.Fprintf(w, "history\t%s\n", text)
	}
}

// withoutStructure returns the settings of a model with the length of a graph in place of its bytes, which
// a model file of symgrad import has.
func withoutStructure(settings json.RawMessage) json.RawMessage {
	var all map[string]json.RawMessage
	var graph []byte
	if json.Unmarshal(settings, &all) != nil || json.Unmarshal(all["Structure"], &graph) != nil {
		return settings
	}
	all["Structure"], _ = json.Marshal(fmt.Sprintf("a graph of %d bytes", len(graph))) // a text always is JSON
	text, err := json.Marshal(all)
	if err != nil {
		return settings
	}
	return text
}
