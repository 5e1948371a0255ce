package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/report"
)

const trainUsage = `Usage: symgrad train [flags] TABLE -target COLUMN
       symgrad train [flags] -config run.json

Trains a model on a table of separated values and writes it to a file. What is not said is
decided, with a sentence for each decision: which columns are read and how, whether the
target has classes or numbers, and how missing cells are filled. Part of the rows is kept
for validation. With -config all is read from a file that an earlier run has written; paths in it
begin at its own folder. Beside it only -force, -json and -quiet have a meaning.

`

// trainVerb is symgrad train.
func trainVerb(args []string, out, errs io.Writer) int {
	c := trainConfig{}
	var config, comma string
	var asJSON, quiet, force bool
	flags := newFlags("train", trainUsage+modelUsage, errs)
	flags.StringVar(&c.Target, "target", "", "the column to predict")
	flags.StringVar(&c.Task, "task", "", "classes or numbers: what the target has; the default is decided")
	flags.StringVar(&c.Model, "model", defaultModel, "the model, as above")
	flags.Func("inputs", "the columns to predict from, separated by commas; the default is all others", list(&c.wishes.inputs))
	flags.Func("drop", "columns to leave out, separated by commas", list(&c.wishes.drop))
	flags.Func("missing", "texts of missing cells, separated by commas, beside "+strings.Join(missingTexts, ", ")+" and empty cells", list(&c.wishes.missing))
	flags.Float64Var(&c.Validation, "validation", 0.2, "the share of rows for validation")
	flags.Uint64Var(&c.Seed, "seed", 1, "of the split, the first weights and the order of the rows")
	workersFlag(flags, &c.Workers)
	flags.StringVar(&c.Out, "out", "", "the model file; the default is the name of the table with .safetensors")
	flags.StringVar(&c.Report, "report", "", "a page about the training; the default is the name of the model file with .html, and none writes no page")
	flags.StringVar(&comma, "comma", "", commaUsage+"; the default is found")
	flags.BoolVar(&c.CSV.NoHeader, "no-header", false, "the first line is an example: columns are c0, c1, ...")
	flags.BoolVar(&c.CSV.Header, "header", false, "the first line has the names, even where they look like numbers")
	flags.StringVar(&config, "config", "", "read all settings from a run.json")
	flags.BoolVar(&force, "force", false, "write over files that are there")
	flags.BoolVar(&asJSON, "json", false, "print the result as JSON")
	flags.BoolVar(&quiet, "quiet", false, "say nothing on the way")
	n := 1
	if slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(strings.TrimLeft(a, "-"), "config") }) {
		n = 0
	}
	if code, ok := parse(flags, args, n, "one table, or -config"); !ok {
		return code
	}
	log := errs
	if quiet {
		log = io.Discard
	}
	err := c.settle(flags, config, comma)
	if err == nil {
		err = c.files(config, force)
	}
	if err != nil {
		return ended(flags, err)
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	result, err := c.run(ctx, log)
	if result != nil {
		for _, text := range result.Warnings {
			fmt.Fprintf(log, "Warning: %s.\n", text)
		}
		if werr := result.write(out, asJSON); err == nil {
			err = werr
		}
	}
	return ended(flags, err)
}

// files checks the files that the run reads and writes, before it begins.
func (c *trainConfig) files(config string, force bool) error {
	if err := readable(c.Table); err != nil {
		return err
	}
	w := writing{force: force, reads: []string{c.Table}}
	if config == "" {
		return w.check(c.Out, c.runFile(), c.Report)
	}
	w.reads = append(w.reads, config)
	if c.kept = sameFile(config, c.runFile()); c.kept {
		return w.check(c.Out, c.Report)
	}
	return w.check(c.Out, c.runFile(), c.Report)
}

// settle completes the settings from the file, or from the flags.
func (c *trainConfig) settle(flags *flag.FlagSet, config, comma string) error {
	if config != "" {
		var wrong error
		flags.Visit(func(f *flag.Flag) {
			if !slices.Contains([]string{"config", "force", "json", "quiet"}, f.Name) {
				wrong = unclearf("got -%s beside -config, which says all; want one of them", f.Name)
			}
		})
		if wrong != nil {
			return wrong
		}
		if err := readable(config); err != nil {
			return err
		}
		if err := c.read(config); err != nil {
			return unclear{err}
		}
		return nil
	}
	c.Table = flags.Arg(0)
	switch {
	case c.Target == "":
		return unclearf("got no -target, want the name of the column to predict")
	case !(c.Validation > 0 && c.Validation < 1):
		return unclearf("-validation: got %v, want a share between 0 and 1", c.Validation)
	case c.Task != "" && c.Task != classes && c.Task != numbers:
		return unclearf("-task: got %q, want %s or %s", c.Task, classes, numbers)
	case c.CSV.Header && c.CSV.NoHeader:
		return unclearf("got -header and -no-header, want one of them")
	}
	if err := atLeast("workers", c.Workers, 0); err != nil {
		return err
	}
	if comma != "" {
		r, err := separatorNamed(comma)
		if err != nil {
			return err
		}
		c.CSV.Comma = r
	}
	c.CSV.Missing = slices.Clone(missingTexts)
	for _, text := range c.wishes.missing {
		if text = strings.TrimSpace(text); text != "" {
			c.CSV.Missing = append(c.CSV.Missing, text)
		}
	}
	if c.Out == "" {
		c.Out = strings.TrimSuffix(filepath.Base(c.Table), filepath.Ext(c.Table)) + ".safetensors"
	}
	switch c.Report {
	case "":
		c.Report = strings.TrimSuffix(c.Out, filepath.Ext(c.Out)) + ".html"
	case "none":
		c.Report = ""
	}
	if _, err := parseModel(c.Model); err != nil {
		return unclear{err}
	}
	return nil
}

// The tasks.
const (
	classes = "classes"
	numbers = "numbers"
)

// run trains and writes the files. After an interrupt the best model so far is written too.
func (c *trainConfig) run(ctx context.Context, log io.Writer) (*trainResult, error) {
	set, plan, err := c.readTable(ctx, log)
	if err != nil {
		return nil, err
	}
	part, validation, err := c.split(set, log)
	if err != nil {
		return nil, err
	}
	m, err := parseModel(c.Model)
	if err != nil {
		return nil, err
	}
	progress := newSparse(log, m.epochs)
	t, err := c.trainer(m, set, validation, log, progress)
	if err != nil {
		return nil, err
	}
	h, err := t.Fit(ctx, part)
	endSparse(progress)
	var signal *train.SignalError
	if err != nil && !(errors.As(err, &signal) && h != nil && h.Best > 0) {
		return nil, err
	}
	result, rerr := t.EvaluateWith(context.Background(), validation, metricsOf(c.Task == classes)...)
	if rerr != nil {
		return nil, rerr
	}
	if serr := t.SaveModel(c.Out, train.ModelFile{Data: set, Plan: plan}); serr != nil {
		return nil, serr
	}
	if !c.kept {
		if werr := c.write(); werr != nil {
			return nil, werr
		}
	}
	if rerr := c.writeReport(t, validation, plan); rerr != nil {
		return nil, rerr
	}
	inUnits(&result, t.Recipe(), "y")
	r := &trainResult{Model: c.Out, Run: c.runFile(), Report: c.Report, Rows: set.Len(), LeftOut: plan.Dropped, Epochs: len(h.Epochs), Best: h.Best, Validation: result,
		constant: constantOf(part, validation), table: c.Table}
	r.warn(validation.Len(), m.epochs, c.Model)
	return r, err
}

// writeReport writes the page about the training, with the worst rows of those for validation.
func (c *trainConfig) writeReport(t *train.Trainer, validation *data.Dataset, plan *data.CSVPlan) error {
	if c.Report == "" {
		return nil
	}
	r, err := report.Of(context.Background(), t, report.Options{Title: filepath.Base(c.Table) + ": " + c.Target, Data: validation, DataName: "validation", Table: plan})
	if err != nil {
		return err
	}
	return r.WriteFile(c.Report)
}

// readTable reads the table, after decisions that the settings do not have yet.
func (c *trainConfig) readTable(ctx context.Context, log io.Writer) (*data.Dataset, *data.CSVPlan, error) {
	d := decided{csv: data.CSVOptions(c.CSV), wishes: c.wishes}
	if c.CSV.Target == nil {
		list, err := look(ctx, c.Table, &d.csv)
		if err != nil {
			return nil, nil, err
		}
		if err := first(d.target(c, list), d.columns(list, c.Target)); err != nil {
			return nil, nil, errors.WithMessage(err, c.Table)
		}
	}
	set, plan, err := data.ReadCSVPlanFile(c.Table, d.csv)
	if err != nil {
		return nil, nil, err
	}
	c.CSV = tableOptions(d.csv)
	fmt.Fprintf(log, "%s has %s, with %s between the cells.\n", c.Table, count(set.Len()+plan.Dropped, "row"), separatorName(d.csv))
	if plan.Dropped > 0 {
		d.say("Left out: %s without a value for %q.", count(plan.Dropped, "row"), c.Target)
	}
	d.filled(plan)
	for _, s := range d.said {
		fmt.Fprintln(log, s)
	}
	return set, plan, nil
}

// filled says what becomes of missing cells.
func (d *decided) filled(plan *data.CSVPlan) {
	numbers, texts := 0, 0
	for _, r := range plan.Columns {
		switch {
		case r.Field != "x":
		case r.Kind == data.OneHot:
			texts += r.Missing
		default:
			numbers += r.Missing
		}
	}
	if numbers > 0 {
		d.say("Empty cells of numbers, %d in all, are filled with the median of the rows for training.", numbers)
	}
	if texts > 0 {
		d.say("Empty cells of texts, %d in all, become the text of more than half of the rows for training, or none.", texts)
	}
}

// split returns the rows for training and those for validation.
func (c *trainConfig) split(set *data.Dataset, log io.Writer) (part, validation *data.Dataset, err error) {
	if c.Task == classes {
		if part, validation, err = set.SplitStratified(c.Validation, c.Seed); err == nil {
			fmt.Fprintf(log, "%d rows are for validation, the same share of each class.\n", validation.Len())
			return part, validation, nil
		}
	}
	if part, validation, err = set.Split(c.Validation, c.Seed); err == nil {
		fmt.Fprintf(log, "%d rows, drawn by chance, are for validation.\n", validation.Len())
	}
	return part, validation, err
}

// trainer returns what trains the model for the table.
func (c *trainConfig) trainer(m parsed, set, validation *data.Dataset, log, progress io.Writer) (*train.Trainer, error) {
	x, _ := set.Field("x")
	outputs, head := 1, models.Regression
	o := m.options()
	o.Recipe = data.Recipe{Steps: []data.Step{&data.Impute{Strategy: data.ImputeMedian}, &data.Scaler{}}}
	o.Validation, o.Seed, o.Workers, o.Progress = validation, c.Seed, c.Workers, progress
	if c.Task == classes {
		outputs, head = set.Classes(), models.MultiClass
		if outputs < 2 {
			return nil, errors.Errorf("the target %q: got one class, want at least 2", c.Target)
		}
		o.Metrics = []train.Metric{train.Accuracy()}
	} else {
		o.Recipe.Steps = append(o.Recipe.Steps, &data.Scaler{Field: "y"})
		o.Metrics = metricsOf(false)
	}
	model, err := m.build(x.Size(), outputs, head, c.Seed)
	if err != nil {
		return nil, err
	}
	s, err := train.Summarize(model, m.batch, train.Options{Optimizer: o.Optimizer})
	if err != nil {
		return nil, err
	}
	scaled := "All inputs are"
	if c.Task == numbers {
		scaled = "All inputs and the target are"
	}
	if c.Task == numbers {
		scaled = "Losses and errors on the way are those of the scaled target. " + scaled
	}
	fmt.Fprintf(log, "%s scaled to mean 0 and deviation 1.\nThe model %s has %s, %s and %d parameters.\n", scaled, c.Model, count(x.Size(), "input"), count(outputs, "output"), s.Trained)
	return train.New(model, o)
}
