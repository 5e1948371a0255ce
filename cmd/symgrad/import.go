package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/models/imported"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

const importUsage = `Usage: symgrad import [flags] FILE MODEL

Writes the model of an ONNX file as a model file, which evaluate, predict, serve, export and
train.Open read. What is not said is taken from the file, with a sentence for each decision.

A file of symgrad export has its preprocessing, its tables and its classes with it. Of another file
the columns of a table are the elements of its inputs, one input after the other.
`

// importVerb is symgrad import.
func importVerb(args []string, out, errs io.Writer) int {
	var i importing
	var quiet, force, asJSON bool
	flags := newFlags("import", importUsage, errs)
	flags.StringVar(&i.o.Output, "output", "", "the output to predict; the default is the first one of floats")
	flags.StringVar(&i.loss, "loss", "", "what the output means: squared-error (numbers), cross-entropy (logits of classes), log-loss (probabilities of classes), binary (of the second class), or none; the default is decided")
	flags.Func("size", "the number of a free size of the inputs, such as steps=20; once for each", i.size)
	flags.Func("fix", "an input that is constant, such as scale=0.5 or axes=1,2; once for each", i.fix)
	flags.Func("columns", "in tables and JSON, the names of the columns of the only input, separated by commas", list(&i.columns))
	flags.Func("classes", "the names of the classes, separated by commas", list(&i.classes))
	flags.Func("target", "with -columns: the column of the target in tables for evaluate; those of several numbers, separated by commas", list(&i.target))
	flags.BoolVar(&force, "force", false, "write over a file that is there")
	flags.BoolVar(&asJSON, "json", false, "print the description of the model file as JSON")
	flags.BoolVar(&quiet, "quiet", false, "say nothing on the way")
	if code, ok := parse(flags, args, 2, "an ONNX file and the name of a model file"); !ok {
		return code
	}
	log := errs
	if quiet {
		log = io.Discard
	}
	return ended(flags, i.run(flags.Arg(0), flags.Arg(1), force, asJSON, out, log))
}

// run writes the model file.
func (i importing) run(path, model string, force, asJSON bool, out, log io.Writer) error {
	kind, name, err := kindOf(path)
	switch {
	case err != nil:
		return err
	case kind != onnxFile:
		return errors.Errorf("%s: got %s, want an ONNX file", path, name)
	}
	if err := (writing{force: force, reads: []string{path}}).check(model); err != nil {
		return err
	}
	p, err := i.open(path, train.PredictorOptions{})
	if err != nil {
		return err
	}
	if err := p.SaveModel(model); err != nil {
		return err
	}
	i.say(log, path, p)
	fmt.Fprintf(log, "Wrote %s.\n", model)
	if asJSON {
		info, err := train.ReadModelInfo(model)
		if err != nil {
			return err
		}
		info.Settings = withoutStructure(info.Settings)
		return writeJSON(out, info)
	}
	return nil
}

// say tells what was decided.
func (i importing) say(w io.Writer, path string, p *train.Predictor) {
	m, info := p.Model().(*imported.Model), p.Info()
	f := m.File()
	fmt.Fprintf(w, "%s is %s, opset %d, with %s in %s.\n", path, graphName(f), f.Opset, count(elements(f), "number"), count(len(f.Params().List())+len(f.Params().States()), "tensor"))
	for _, in := range info.Inputs {
		what, name := "number", fmt.Sprintf("%q", in.Name)
		if in.Integers {
			what = "integer"
		}
		if len(f.In) == 1 && f.In[0].Name != in.Name {
			name += fmt.Sprintf(", %q in the file", f.In[0].Name)
		}
		if len(in.Shape) == 0 {
			fmt.Fprintf(w, "Input %s: one %s for each example.\n", name, what)
		} else {
			fmt.Fprintf(w, "Input %s: %ss %v for each example.\n", name, what, in.Shape)
		}
	}
	l := m.Options().Loss
	meaning := meanings[l]
	if l == imported.BinaryLoss && len(info.Output) > 0 && info.Output[len(info.Output)-1] > 1 {
		meaning = "probabilities, one for each label that may be there"
	}
	fmt.Fprintf(w, "Output %q: %s", m.Options().Output, meaning)
	if n := len(p.Classes()); n > 0 {
		fmt.Fprintf(w, ", of %d classes", n)
	}
	fmt.Fprintln(w, ".")
	if l == imported.CrossEntropy && slices.ContainsFunc(f.Out, func(p onnx.Port) bool { return p.Name == m.Options().Output && p.Op == "Softmax" }) {
		fmt.Fprintln(w, "Warning: the output is made by a Softmax: it has probabilities, for which -loss log-loss is, and not logits.")
	}
	if f.Batch == 1 {
		fmt.Fprintln(w, "The file is for batches of 1 alone: examples are computed one at a time.")
	}
	if own, err := train.ReadMetadata(f.Metadata); err == nil && own != nil {
		fmt.Fprintln(w, "Preprocessing, tables and names are those of the file.")
	}
}

// meanings say what an output is.
var meanings = map[imported.Loss]string{
	imported.None:         "numbers whose loss is not known (-loss says it)",
	imported.SquaredError: "numbers, with the mean squared error",
	imported.CrossEntropy: "logits of classes, predicted as probabilities",
	imported.LogLoss:      "probabilities of classes",
	imported.BinaryLoss:   "the probability of the second class",
}

func graphName(f *onnx.Imported) string {
	text := "a graph"
	if f.Name != "" {
		text = fmt.Sprintf("the graph %.200q", f.Name)
	}
	if f.Producer != "" {
		text += fmt.Sprintf(" of %.200q", f.Producer)
	}
	return text
}

// elements returns how many numbers the parameters and states are.
func elements(f *onnx.Imported) (n int) {
	for _, q := range slices.Concat(f.Params().List(), f.Params().States()) {
		n += q.Size()
	}
	return n
}

// importing says how an ONNX file is a model. The zero value takes what the file says.
type importing struct {
	o                        imported.Options
	loss                     string
	fixed                    map[string][]float64
	columns, classes, target []string
}

// size reads a flag such as steps=20.
func (i *importing) size(text string) error {
	name, number, _ := strings.Cut(text, "=")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 {
		return errors.Errorf("got %q, want NAME=N such as steps=20", text)
	}
	if i.o.Sizes == nil {
		i.o.Sizes = map[string]int{}
	}
	i.o.Sizes[name] = n
	return nil
}

// fix reads a flag such as axes=1,2.
func (i *importing) fix(text string) error {
	name, numbers, ok := strings.Cut(text, "=")
	var all []float64
	for _, s := range strings.Split(numbers, ",") {
		v, err := strconv.ParseFloat(s, 64)
		if ok = ok && err == nil; !ok {
			return errors.Errorf("got %q, want NAME=NUMBERS such as axes=1,2", text)
		}
		all = append(all, v)
	}
	if i.fixed == nil {
		i.fixed = map[string][]float64{}
	}
	i.fixed[name] = all
	return nil
}

// list returns what reads a list of names: a line of comma-separated values, in which quotation marks
// stand around a name with a comma.
func list(to *[]string) func(string) error {
	return func(text string) error {
		names, err := csv.NewReader(strings.NewReader(text)).Read()
		if err == io.EOF { // one empty name
			names, err = []string{""}, nil
		}
		*to = append(*to, names...)
		return err
	}
}

// open returns a Predictor of an ONNX file. With the metadata of symgrad export it has the inputs,
// the preprocessing, the tables and the classes of the model file that was exported.
func (i importing) open(path string, o train.PredictorOptions) (*train.Predictor, error) {
	p, err := i.predictor(path, o)
	return p, errors.WithMessage(err, path)
}

func (i importing) predictor(path string, o train.PredictorOptions) (*train.Predictor, error) {
	m, info, err := i.read(path)
	if err != nil {
		return nil, err
	}
	if err := first(examples(m.File()), i.named(m)); err != nil {
		return nil, err
	}
	if info != nil {
		if i.columns != nil || i.classes != nil || i.target != nil {
			return nil, errors.New("got -columns, -classes or -target, want none of them: the file has its own, as symgrad export wrote them")
		}
		return train.NewPredictorOf(m, info, o)
	}
	p, err := train.NewPredictor(m, train.ModelFile{Classes: i.classes}, o)
	if err != nil || i.columns == nil && i.target == nil {
		return p, err
	}
	plan, err := i.plan(p.Info())
	if err != nil {
		return nil, err
	}
	return train.NewPredictor(m, train.ModelFile{Classes: i.classes, Plan: plan}, o)
}

// named returns an error about names that cannot be used.
func (i importing) named(m *imported.Model) error {
	for what, names := range map[string][]string{"columns": i.columns, "classes": i.classes, "target": i.target} {
		for k, name := range names {
			if slices.Contains(names[:k], name) {
				return unclearf("-%s: got %q twice, want different names", what, name)
			}
		}
	}
	switch l := m.Options().Loss; {
	case i.classes != nil && l == imported.SquaredError:
		return unclearf("got -classes for numbers (-loss squared-error), want one of both")
	case i.target != nil && i.classes == nil && (l == imported.CrossEntropy || l == imported.LogLoss):
		return unclearf("got -target without -classes for an output of classes, want both: the texts of the target in the order of the outputs")
	}
	return nil
}

// plan says how tables are read that have the columns of the flags.
func (i importing) plan(info *train.ModelInfo) (*data.CSVPlan, error) {
	switch {
	case i.columns == nil:
		return nil, errors.New("got -target without -columns, want both: a table has them")
	case len(info.Inputs) != 1 || info.Inputs[0].Name != "x" || len(i.columns) != size(info.Inputs[0].Shape):
		return nil, errors.Errorf("-columns: got %s for %s, want one for each element of a single input", count(len(i.columns), "name"), inputsOf(info.Inputs))
	case i.target != nil && info.Target.Name == "":
		return nil, errors.New("-target: got a column for a model without a loss, want -loss too")
	}
	o := data.CSVOptions{Header: true, Target: i.target, Fields: []data.CSVField{{Name: "x", Columns: i.columns, Integers: info.Inputs[0].Integers}}}
	if i.target != nil {
		o.Labels, o.Classes, o.DropUnlabelled = i.classes != nil, i.classes, true
	}
	// A table of these columns, whose numbers say nothing: the plan is how it is read.
	var text bytes.Buffer
	w := csv.NewWriter(&text)
	w.Write(slices.Concat(i.columns, i.target))
	cells := slices.Repeat([]string{"0"}, len(i.columns)+len(i.target))
	if o.Labels {
		cells[len(i.columns)] = i.classes[0]
	}
	w.Write(cells)
	w.Flush()
	_, plan, err := data.ReadCSVPlan(&text, o)
	return plan, err
}

func inputsOf(inputs []train.InputInfo) string {
	var all []string
	for _, in := range inputs {
		all = append(all, fmt.Sprintf("%q %v", in.Name, in.Shape))
	}
	return strings.Join(all, ", ")
}

// read returns the model of a file, and what symgrad export wrote of it, or nil.
func (i importing) read(path string) (*imported.Model, *train.ModelInfo, error) {
	f, err := onnx.ReadFile(path, onnx.Limits{})
	if err != nil {
		return nil, nil, err
	}
	info, err := train.ReadMetadata(f.Metadata)
	if err != nil {
		return nil, nil, err
	}
	m, err := i.model(f, info)
	return m, info, err
}

// model returns the model of a file that read has read.
func (i importing) model(f *onnx.Imported, info *train.ModelInfo) (*imported.Model, error) {
	o := i.o
	k := slices.IndexFunc(f.Out, func(p onnx.Port) bool { return p.Name == o.Output || o.Output == "" && p.IsFloat() })
	if k >= 0 {
		o.Output, o.Loss = f.Out[k].Name, i.lossOf(f.Out[k], info)
	}
	if i.loss != "" {
		if err := o.Loss.UnmarshalText([]byte(i.loss)); err != nil {
			return nil, errors.WithMessage(err, "-loss")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(i.fixed)) {
		if o.Fixed == nil {
			o.Fixed = map[string]imported.Array{}
		}
		o.Fixed[name] = imported.Array{Shape: i.shapeOf(f, name), Values: i.fixed[name]}
	}
	return imported.New(f, o)
}

// lossOf decides what an output means.
func (i importing) lossOf(p onnx.Port, info *train.ModelInfo) imported.Loss {
	classes, step := 0, 1
	switch {
	case info != nil:
		if classes = info.Target.Classes; len(info.Output) > 0 {
			step = info.Output[len(info.Output)-1]
		}
		if info.Target.Name != "y" {
			return imported.None // such as the images of an autoencoder
		}
		if classes == 0 {
			return imported.SquaredError
		}
	case p.Op == "Softmax":
		return imported.LogLoss
	case p.Op == "Sigmoid":
		return imported.BinaryLoss
	case i.classes != nil:
		return imported.CrossEntropy
	case i.target != nil:
		return imported.SquaredError
	default:
		return imported.None
	}
	if step == 1 {
		return imported.BinaryLoss
	}
	return imported.LogLoss
}

// shapeOf returns the shape of an input that is constant: that of the file, or one axis.
func (i importing) shapeOf(f *onnx.Imported, name string) []int {
	n := len(i.fixed[name])
	k := slices.IndexFunc(f.In, func(p onnx.Port) bool { return p.Name == name })
	if k < 0 {
		return []int{n}
	}
	shape, known := []int{}, 1
	for _, d := range f.In[k].Dims {
		v, err := strconv.Atoi(d)
		if err != nil {
			v = i.o.Sizes[d]
		}
		shape = append(shape, v)
		known *= v
	}
	if known != n && len(shape) == 1 {
		return []int{n} // a free size is as many as there are
	}
	return shape
}

// examples returns an error unless the file computes examples by the row.
func examples(f *onnx.Imported) error {
	if f.Batch > 1 {
		return errors.Errorf("got a file for batches of %d examples alone, want one for any number, or for 1", f.Batch)
	}
	for _, p := range f.In {
		if !p.Setting && (len(p.Dims) == 0 || f.Batch == 0 && strings.Trim(p.Dims[0], "0123456789") == "") {
			return errors.Errorf("the input %q: got the shape [%s], want the batch first, such as [N, 4]", p.Name, strings.Join(p.Dims, ", "))
		}
	}
	return nil
}
