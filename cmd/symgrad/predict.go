package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

const predictUsage = `Usage: symgrad predict [flags] MODEL TABLE

Reads a model file that train.SaveModel wrote and a table of comma-separated values,
and writes a table with a line for each example: its label and the probability of each
class, or the numbers of a regression. A TABLE of - is the standard input.

Where the file says how the table of the training was read (train.ModelFile.Plan), TABLE
is read in the same way: it may be that table, with texts and missing cells, with or
without the target, its columns in any order. Otherwise the table has numbers alone.
Where the model knows the names of its columns, they are looked up in the first line,
in any order, and other columns are ignored. Without names the table has the columns of
the inputs, one after the other. Models of the package models can be read.
`

// rowsAtOnce is the number of lines that are read before they are predicted.
const rowsAtOnce = 1024

// predictVerb is symgrad predict.
func predictVerb(args []string, out, errs io.Writer) int {
	var t table
	var o train.PredictorOptions
	comma := ","
	flags := flag.NewFlagSet("symgrad predict", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.BoolVar(&t.noHeader, "no-header", false, "the first line of the table is an example")
	flags.StringVar(&comma, "comma", comma, "the character between two cells")
	flags.IntVar(&o.BatchSize, "batch", 32, "number of examples that are computed at once")
	flags.IntVar(&o.Workers, "workers", 1, "number of threads of one batch")
	flags.Usage = func() {
		fmt.Fprintf(errs, "%s\nFlags:\n", predictUsage)
		flags.PrintDefaults()
	}
	if code, ok := parse(flags, args, 2, "a model and a table"); !ok {
		return code
	}
	err := t.separate(comma)
	flags.Visit(func(f *flag.Flag) { t.said = t.said || f.Name == "comma" || f.Name == "no-header" })
	if err == nil {
		err = predict(flags.Arg(0), flags.Arg(1), t, o, out)
	}
	return ended(flags, err)
}

// predict writes what the model says of the examples in the table.
func predict(model, file string, t table, o train.PredictorOptions, out io.Writer) error {
	p, err := train.OpenWith(model, o)
	if err != nil {
		return err
	}
	from := os.Stdin
	if file == "-" {
		file = "standard input"
	} else {
		if from, err = os.Open(file); err != nil {
			return err
		}
		defer from.Close()
	}
	in := input{bufio.NewReaderSize(from, 1<<16), file}
	if err := in.isText(); err != nil {
		return errors.Wrap(err, file)
	}
	to := bufio.NewWriter(out)
	w := csv.NewWriter(to)
	a := answersOf(p)
	if p.Info().Plan != nil {
		err = a.planned(in, t, w)
	} else {
		err = a.numbersOf(in, t, w)
	}
	if w.Flush(); err == nil {
		err = w.Error()
	}
	if bad := to.Flush(); err == nil {
		err = bad
	}
	return err
}

// planned answers for a table that is read as that of the training was.
func (a answers) planned(in input, t table, w *csv.Writer) error {
	if t.said {
		return errors.New("got -comma or -no-header, want none of them: the model file says how its tables are written")
	}
	begun := false
	for outputs, err := range a.p.PredictCSV(context.Background(), in) {
		if err == nil && !begun {
			begun, err = true, w.Write(a.header())
		}
		if err == nil {
			err = a.write(w, outputs)
		}
		if err != nil {
			return err
		}
	}
	if !begun {
		return w.Write(a.header())
	}
	return nil
}

// numbersOf answers for a table of numbers.
func (a answers) numbersOf(in input, t table, w *csv.Writer) error {
	if err := t.open(in, a.p.Inputs()); err != nil {
		return errors.Wrap(err, in.name)
	}
	if err := w.Write(a.header()); err != nil {
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
func (a answers) write(w *csv.Writer, outputs []float64) error {
	var line []string
	for ; len(outputs) > 0; outputs = outputs[a.size:] {
		line = line[:0]
		example := outputs[:a.size]
		for i := range a.labels() {
			line = append(line, a.p.Label(example[i*a.step:(i+1)*a.step]))
		}
		if a.numbers() {
			for _, v := range example {
				line = append(line, strconv.FormatFloat(v, 'g', -1, a.bits))
			}
		}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	return nil
}
