package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/jsonrow"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

const evaluateUsage = `Usage: symgrad evaluate [flags] MODEL TABLE

Measures a model file on a table that has the target: loss, accuracy and confusion matrix for
classes, RMSE, MAE and R2 for numbers, in units of the target. TABLE is read as the table of the
training was: comma-separated values, or JSON lines with an object for each example. A TABLE of - is
the standard input. Rows without a target are left out where the training left them out.
`

// evaluateVerb is symgrad evaluate.
func evaluateVerb(args []string, out, errs io.Writer) int {
	var e evaluation
	flags := newFlags("evaluate", evaluateUsage, errs)
	flags.StringVar(&e.target, "target", "", "the columns of the target, separated by commas; the default is what the model file says")
	batchFlag(flags, &e.batch, "number of examples that are computed at once")
	workersFlag(flags, &e.workers)
	flags.BoolVar(&e.json, "json", false, "print JSON")
	if code, ok := parse(flags, args, 2, "a model and a table"); !ok {
		return code
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	return ended(flags, e.run(ctx, flags.Arg(0), flags.Arg(1), out, errs))
}

// evaluation are the flags of symgrad evaluate.
type evaluation struct {
	target         string
	batch, workers int
	json           bool
}

// evaluated is what comes out.
type evaluated struct {
	Model   string        `json:"model"`
	Table   string        `json:"table"`
	Rows    int           `json:"rows"`
	LeftOut int           `json:"left_out"` // rows without a target
	Loss    float64       `json:"loss"`
	Metrics []train.Value `json:"metrics"`
	Notes   []string      `json:"notes,omitempty"`
}

// MarshalJSON returns the result with keys of one style.
func (r evaluated) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Model   string `json:"model"`
		Table   string `json:"table"`
		Rows    int    `json:"rows"`
		LeftOut int    `json:"left_out"`
		measuredJSON
	}{r.Model, r.Table, r.Rows, r.LeftOut, newMeasuredJSON(train.Result{Loss: r.Loss, Metrics: r.Metrics, Notes: r.Notes})})
}

func (e evaluation) run(ctx context.Context, model, table string, out, errs io.Writer) error {
	if err := first(atLeast("batch", e.batch, 1), atLeast("workers", e.workers, 0)); err != nil {
		return err
	}
	p, err := openModel(model, train.PredictorOptions{})
	if err != nil {
		return err
	}
	in, closeTable, err := openTable(ctx, table)
	if err != nil {
		return err
	}
	defer closeTable()
	set, left, err := e.read(p, in)
	if err != nil {
		return err
	}
	unknown := unknownTexts{p.Info().Plan.Unknown(set)}
	unknown.warn(errs)
	result, err := measure(ctx, p, set, e.batch, e.workers)
	if err != nil {
		return errors.WithMessage(err, in.name)
	}
	r := evaluated{Model: model, Table: in.name, Rows: set.Len(), LeftOut: left, Loss: result.Loss, Metrics: result.Metrics, Notes: result.Notes}
	return r.write(out, e.json)
}

// write prints what was measured.
func (r evaluated) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return writeJSON(w, r)
	}
	left := ""
	if r.LeftOut > 0 {
		left = fmt.Sprintf(" (%s without a target left out)", count(r.LeftOut, "row"))
	}
	fmt.Fprintf(w, "On %s of %s%s:\n", count(r.Rows, "row"), r.Table, left)
	fmt.Fprintf(w, "  loss %.4g\n", r.Loss)
	writeValues(w, r.Metrics)
	writeMatrix(w, r.Metrics)
	for _, note := range r.Notes {
		fmt.Fprintf(w, "Note: %s.\n", note)
	}
	return nil
}

// measure evaluates the model on examples with targets, as the training did on those for validation.
func measure(ctx context.Context, p *train.Predictor, set *data.Dataset, batch, workers int) (train.Result, error) {
	info := p.Info()
	t, err := train.New(p.Model(), train.Options{Seed: info.Seed, Target: info.Target.Name, Recipe: info.Recipe, EvalBatch: batch, Workers: workers})
	if err != nil {
		return train.Result{}, err
	}
	result, err := t.EvaluateWith(ctx, set, metricsOf(info.Target.Classes > 0)...)
	inUnits(&result, info.Recipe, info.Target.Name)
	return result, err
}

// metricsOf returns what is measured of a model for classes, or for numbers.
func metricsOf(classes bool) []train.Metric {
	if classes {
		return []train.Metric{train.Accuracy(), train.Confusion()}
	}
	return []train.Metric{train.RMSE(), train.MAE(), train.R2()}
}

// inUnits turns errors of a target that the recipe has scaled back into its units.
func inUnits(r *train.Result, recipe data.Recipe, target string) {
	for _, step := range recipe.Steps {
		s, ok := step.(*data.Scaler)
		if !ok || s.Field != target || len(s.Std) != 1 {
			continue
		}
		r.Loss *= s.Std[0] * s.Std[0]
		for i := range r.Metrics {
			if m := &r.Metrics[i]; m.Name == "rmse" || m.Name == "mae" {
				m.Value *= s.Std[0]
			}
		}
	}
}

// writeValues prints the values of the metrics.
func writeValues(w io.Writer, values []train.Value) {
	for _, m := range values {
		if m.Confusion == nil {
			fmt.Fprintf(w, "  %s %.4g\n", m.Name, m.Value)
		}
	}
}

// writeMatrix prints the confusion matrix, if there is one that fits.
func writeMatrix(w io.Writer, values []train.Value) {
	for _, m := range values {
		switch {
		case m.Confusion == nil:
		case len(m.Confusion.Counts) <= mostOfMatrix:
			fmt.Fprintf(w, "\n%v", m.Confusion)
		default:
			writeConfused(w, m.Confusion)
		}
	}
}

// writeJSON prints a value as JSON.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// openTable opens a table, or the standard input for "-". Waiting for input ends with ctx.
func openTable(ctx context.Context, path string) (in input, done func(), err error) {
	if path == "-" {
		return input{bufio.NewReaderSize(&interruptible{ctx: ctx, from: os.Stdin}, 1<<16), "standard input"}, func() {}, nil
	}
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return in, nil, errors.Errorf("%s: there is no such file", path)
	case err == nil && info.IsDir():
		return in, nil, errors.Errorf("%s: got a folder, want a table", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return in, nil, err
	}
	in = input{bufio.NewReaderSize(f, 1<<16), path}
	if !info.Mode().IsRegular() {
		in.Reader = bufio.NewReaderSize(&interruptible{ctx: ctx, from: f}, 1<<16)
	}
	if err := in.isText(); err != nil {
		f.Close()
		return in, nil, errors.Wrap(err, path)
	}
	return in, func() { f.Close() }, nil
}

// read returns the examples of the table with their targets, and how many rows are left out.
func (e evaluation) read(p *train.Predictor, in input) (set *data.Dataset, left int, err error) {
	info := p.Info()
	if info.Target.Name == "" {
		return nil, 0, errors.New("got a model without a target, want one whose outputs stand for a column; of an ONNX file, symgrad import -loss says what they are")
	}
	var rows []jsonrow.Row
	lines := rowsOf(in)
	if in.isJSON() {
		if rows, err = lines.all(); err != nil {
			return nil, 0, err
		}
		if len(rows) == 0 {
			return nil, 0, errors.Errorf("%s: got no rows, want at least one", in.name)
		}
	}
	if info.Plan != nil && e.target == "" && slices.ContainsFunc(info.Plan.Columns, func(c data.CSVReport) bool { return c.Field == info.Target.Name }) {
		if rows != nil {
			set, err = jsonrow.Examples(p).Read(info.Plan, rows)
			return counted(set, len(rows), lines.located(err))
		}
		if err := in.separatedAs(info.Plan.Options); err != nil {
			return nil, 0, err
		}
		set, plan, err := info.Plan.ReadPlan(in)
		if err != nil {
			return nil, 0, errors.WithMessage(err, in.name)
		}
		return set, plan.Dropped, nil
	}
	o, err := e.options(info)
	if err != nil {
		return nil, 0, err
	}
	if rows != nil {
		return nil, 0, errors.Errorf("%s: got JSON lines, want comma-separated values: the model file does not know how its target is written", in.name)
	}
	set, plan, err := data.ReadCSVPlan(in, o)
	if err != nil {
		return nil, 0, errors.WithMessage(err, in.name)
	}
	return set, plan.Dropped, nil
}

func counted(set *data.Dataset, rows int, err error) (*data.Dataset, int, error) {
	if err != nil {
		return nil, 0, err
	}
	return set, rows - set.Len(), nil
}

// options say how a table with the target is read if the model file does not.
func (e evaluation) options(info *train.ModelInfo) (data.CSVOptions, error) {
	columns := info.Target.Columns
	if e.target != "" {
		columns = strings.Split(e.target, ",")
	}
	switch {
	case len(columns) == 0:
		return data.CSVOptions{}, errors.New("the model file does not say which column is the target; want -target COLUMN (symgrad train writes it since it stores the target, train.SaveModel with ModelFile.Plan)")
	case info.Target.Name != "y":
		return data.CSVOptions{}, errors.Errorf("got the target %q without a plan that reads it, want a model file with one (train.ModelFile.Plan)", info.Target.Name)
	}
	o := data.CSVOptions{Header: true, Columns: map[string]data.CSVColumn{}}
	if info.Plan != nil {
		o = info.Plan.Options
		if o.Inputs != nil {
			o.Drop = nil // what no option names is left out
		}
	} else if err := inputColumns(info, &o); err != nil {
		return o, err
	}
	o.Target, o.Labels, o.Classes, o.DropUnlabelled = columns, info.Target.Classes > 0, info.Target.ClassNames, true
	return o, nil
}

// inputColumns adds the columns of the inputs of a model without a plan.
func inputColumns(info *train.ModelInfo, o *data.CSVOptions) error {
	for _, in := range info.Inputs {
		names := in.Columns
		if names == nil && len(in.Shape) == 0 {
			names = []string{in.Name}
		}
		if len(names) != size(in.Shape) {
			return errors.Errorf("the input %q: got no names of its %d columns in the model file, want them to find the columns in a table (symgrad import -columns gives them)", in.Name, size(in.Shape))
		}
		for _, name := range names {
			if in.ClassNames != nil {
				o.Columns[name] = data.CSVColumn{Kind: data.Category, Categories: in.ClassNames}
			}
		}
		o.Fields = append(o.Fields, data.CSVField{Name: in.Name, Columns: names, Integers: in.Integers})
		for k := range names {
			if info.Recipe.Imputes(in.Name, k) {
				o.OnMissing = data.KeepMissing
			}
		}
	}
	return nil
}
