package main

import (
	"context"
	"encoding/csv"
	"flag"
	"io"
	"strconv"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/jsonrow"
	"github.com/symgrad/symgrad/train"
)

const predictUsage = `Usage: symgrad predict [flags] MODEL TABLE

Reads a model file or an ONNX file, and a table, and writes a table with a line for each example:
its label and the probability of each class, or the numbers of a regression. TABLE is comma-separated
values, or JSON lines: an object by the names of the columns for each example, or an array of
numbers. What comes out has the same form; -json writes JSON lines for any. A TABLE of - is
the standard input.

Where the file says how the table of the training was read, as symgrad train writes it, TABLE
is read in the same way: it may be that table, with texts and missing cells, with or without
the target, its columns in any order, and others beside them. A text that the training did
not have is taken for none of the known ones, with a warning. Without this the table has numbers alone.
Where the model knows the names of its columns, they are looked up in the first line,
in any order, and other columns are passed over. Without names the table has the columns of
the inputs, one after the other. Models of the package models can be read.

MODEL may be an ONNX file. What symgrad export has written is used as the model file is. Another
file needs one input of floats with the batch first; its columns are the elements of an example, and
the first output of floats is written. A file for a batch of 1 is run for one example at a time.
`

// rowsAtOnce is the number of lines that are read before they are predicted.
const rowsAtOnce = 1024

// predictVerb is symgrad predict.
func predictVerb(args []string, out, errs io.Writer) int {
	var t table
	var o train.PredictorOptions
	var asJSON bool
	comma := ","
	flags := newFlags("predict", predictUsage, errs)
	flags.BoolVar(&t.noHeader, "no-header", false, "the first line of the table is an example")
	flags.StringVar(&comma, "comma", comma, commaUsage)
	batchFlag(flags, &o.BatchSize, "number of examples that are computed at once")
	workersFlag(flags, &o.Workers)
	flags.BoolVar(&asJSON, "json", false, "write JSON lines, whatever TABLE is")
	if code, ok := parse(flags, args, 2, "a model and a table"); !ok {
		return code
	}
	err := first(atLeast("batch", o.BatchSize, 1), atLeast("workers", o.Workers, 0))
	if err == nil {
		t.comma, err = separatorNamed(comma)
	}
	unknown := &unknownTexts{}
	o.Unknown = unknown.add
	flags.Visit(func(f *flag.Flag) { t.said = t.said || f.Name == "comma" || f.Name == "no-header" })
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err == nil {
		err = predict(ctx, flags.Arg(0), flags.Arg(1), t, o, asJSON, out)
	}
	unknown.warn(errs)
	return ended(flags, err)
}

// predict writes what the model says of the examples in the table.
func predict(ctx context.Context, model, file string, t table, o train.PredictorOptions, asJSON bool, out io.Writer) error {
	p, err := openModel(model, o)
	if err != nil {
		return err
	}
	in, closeTable, err := openTable(ctx, file)
	if err != nil {
		return err
	}
	defer closeTable()
	a := answersOf(p)
	fromJSON := in.isJSON()
	var w output = &csvOutput{w: csv.NewWriter(out), names: a.header()}
	if fromJSON || asJSON {
		w = newJSONOutput(out, a.header())
	}
	switch {
	case fromJSON && t.said:
		err = errors.New("got -comma or -no-header beside JSON, want none of them")
	case fromJSON:
		err = a.rows(ctx, in, w)
	case p.Info().Plan != nil:
		err = a.planned(ctx, in, t, w)
	default:
		err = a.numbersOf(in, t, w)
	}
	if bad := w.flush(); err == nil {
		err = bad
	}
	return err
}

// planned answers for a table that is read as that of the training was.
func (a answers) planned(ctx context.Context, in input, t table, w output) error {
	if t.said {
		return errors.New("got -comma or -no-header, want none of them: the model file says how its tables are written")
	}
	if err := in.separatedAs(a.p.Info().Plan.Options); err != nil {
		return err
	}
	for outputs, err := range a.p.PredictCSV(ctx, in) {
		if err == nil {
			err = a.write(w, outputs)
		}
		if err != nil {
			return err
		}
	}
	return w.begin()
}

// rows answers for rows of JSON.
func (a answers) rows(ctx context.Context, in input, w output) error {
	from, t := rowsOf(in), jsonrow.Inputs(a.p)
	for {
		rows, err := from.next(rowsAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return w.begin()
		}
		outputs, err := jsonrow.Predict(ctx, a.p, t, rows)
		if err != nil {
			return from.located(err)
		}
		if err := a.write(w, outputs); err != nil {
			return err
		}
	}
}

// numbersOf answers for a table of numbers.
func (a answers) numbersOf(in input, t table, w output) error {
	if err := t.open(in, a.p.Inputs()); err != nil {
		return errors.Wrap(err, in.name)
	}
	if err := w.begin(); err != nil {
		return err
	}
	for more := true; more; {
		var rows []float64
		var err error
		if rows, more, err = t.read(rowsAtOnce); err != nil {
			return errors.Wrap(err, in.name)
		}
		if len(rows) == 0 {
			return nil
		}
		outputs, err := a.p.PredictRows(rows)
		if err == nil {
			err = a.write(w, outputs)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answers are the columns of the table that is written.
type answers struct {
	p      *train.Predictor
	target train.TargetInfo
	size   int // numbers of an example
	step   int // numbers of a label: the last axis of the output
	bits   int // of a number
}

func answersOf(p *train.Predictor) answers {
	a := answers{p: p, target: p.Info().Target, size: 1, step: 1, bits: 64}
	for _, n := range p.Output() {
		a.size, a.step = a.size*n, n
	}
	if p.Info().DType == graph.Float32 {
		a.bits = 32
	}
	return a
}

// labels says whether an example has labels, and how many.
func (a answers) labels() int {
	if len(a.p.Classes()) == 0 {
		return 0
	}
	return a.size / a.step
}

// numbers says whether an example has numbers: a sequence of labels has none.
func (a answers) numbers() bool { return a.labels() <= 1 }

// header returns the names of the columns.
func (a answers) header() []string {
	name := a.target.Name
	if name == "" {
		name = "output"
	}
	columns := a.target.Columns
	classes := a.p.Classes()
	if len(classes) > 0 && len(columns) == 1 {
		name = columns[0]
	}
	out := numbered(name, a.labels())
	switch {
	case !a.numbers():
	case len(classes) == 2 && a.size == 1:
		out = append(out, "p("+classes[1]+")")
	case len(classes) > 0:
		for i := range a.size {
			class := strconv.Itoa(i)
			if i < len(classes) {
				class = classes[i]
			}
			out = append(out, "p("+class+")")
		}
	case len(columns) == a.size:
		out = append(out, columns...)
	default:
		out = append(out, numbered(name, a.size)...)
	}
	return out
}

// numbered returns n names: one as it is, several with their numbers.
func numbered(name string, n int) []string {
	if n == 1 {
		return []string{name}
	}
	out := make([]string, n)
	for i := range out {
		out[i] = name + strconv.Itoa(i)
	}
	return out
}

// write writes a line for each example.
func (a answers) write(w output, outputs []float64) error {
	var labels, numbers []string
	for ; len(outputs) > 0; outputs = outputs[a.size:] {
		labels, numbers = labels[:0], numbers[:0]
		example := outputs[:a.size]
		for i := range a.labels() {
			labels = append(labels, a.p.Label(example[i*a.step:(i+1)*a.step]))
		}
		if a.numbers() {
			for _, v := range example {
				numbers = append(numbers, strconv.FormatFloat(v, 'g', -1, a.bits))
			}
		}
		if err := w.line(labels, numbers); err != nil {
			return err
		}
	}
	return nil
}
