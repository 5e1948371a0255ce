package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
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
for validation. With -config all is read from a file that an earlier run has written.

`

// trainConfig is what a run does: the flags of symgrad train, with all that was decided.
type trainConfig struct {
	Table      string          `json:"table"`
	Target     string          `json:"target"`
	Task       string          `json:"task"` // classes or numbers
	Model      string          `json:"model"`
	Validation float64         `json:"validation"`
	Seed       uint64          `json:"seed"`
	Workers    int             `json:"workers"`
	Out        string          `json:"out"`
	Report     string          `json:"report,omitempty"` // the page; none without
	CSV        data.CSVOptions `json:"csv"`
}

// trainVerb is symgrad train.
func trainVerb(args []string, out, errs io.Writer) int {
	c := trainConfig{}
	var config, comma string
	var asJSON, quiet, force bool
	flags := flag.NewFlagSet("symgrad train", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&c.Target, "target", "", "the column to predict")
	flags.StringVar(&c.Task, "task", "", "classes or numbers: what the target has; the default is decided")
	flags.StringVar(&c.Model, "model", defaultModel, "the model, as below")
	flags.Float64Var(&c.Validation, "validation", 0.2, "the share of rows for validation")
	flags.Uint64Var(&c.Seed, "seed", 1, "of the split, the first weights and the order of the rows")
	flags.IntVar(&c.Workers, "workers", 0, "number of threads; 0: as many as pay")
	flags.StringVar(&c.Out, "out", "", "the model file; the default is the name of the table with .safetensors")
	flags.StringVar(&c.Report, "report", "", "a page about the training; the default is the name of the model file with .html, and none writes no page")
	flags.StringVar(&comma, "comma", "", "the character between two cells, \\t for a tab; the default is found")
	flags.BoolVar(&c.CSV.NoHeader, "no-header", false, "the first line is an example: columns are c0, c1, ...")
	flags.BoolVar(&c.CSV.Header, "header", false, "the first line has the names, even where they look like numbers")
	flags.StringVar(&config, "config", "", "read all settings from a run.json")
	flags.BoolVar(&force, "force", false, "write over a model file that is there")
	flags.BoolVar(&asJSON, "json", false, "print the result as JSON")
	flags.BoolVar(&quiet, "quiet", false, "say nothing on the way")
	flags.Usage = func() {
		fmt.Fprintf(errs, "%s%s\nFlags:\n", trainUsage, modelUsage)
		flags.PrintDefaults()
	}
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
	if err == nil && config == "" && !force {
		err = free(c.Out, c.runFile(), c.Report)
	}
	if err != nil {
		fmt.Fprintf(errs, "symgrad train: %v\n", err)
		return misuse
	}
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	result, err := c.run(ctx, log)
	if result != nil {
		if werr := result.write(out, asJSON); err == nil {
			err = werr
		}
	}
	if err != nil {
		fmt.Fprintf(errs, "symgrad train: %v\n", err)
	}
	return train.ExitCode(err)
}

// free returns an error if one of the files is there.
func free(paths ...string) error {
	for _, path := range paths {
		if path == "" {
			continue
		}
		if _, err := os.Lstat(path); err == nil {
			return errors.Errorf("got the file %s, which is there already; want another one (-out), or -force to write over it", path)
		}
	}
	return nil
}

// settle completes the settings from the file, or from the flags.
func (c *trainConfig) settle(flags *flag.FlagSet, config, comma string) error {
	if config != "" {
		var wrong error
		flags.Visit(func(f *flag.Flag) {
			if !slices.Contains([]string{"config", "json", "quiet"}, f.Name) {
				wrong = errors.Errorf("got -%s beside -config, which says all; want one of them", f.Name)
			}
		})
		if wrong != nil {
			return wrong
		}
		return c.read(config)
	}
	c.Table = flags.Arg(0)
	switch {
	case c.Target == "":
		return errors.New("got no -target, want the name of the column to predict")
	case !(c.Validation > 0 && c.Validation < 1):
		return errors.Errorf("-validation: got %v, want a share between 0 and 1", c.Validation)
	case c.Task != "" && c.Task != classes && c.Task != numbers:
		return errors.Errorf("-task: got %q, want %s or %s", c.Task, classes, numbers)
	}
	switch r := []rune(strings.ReplaceAll(comma, `\t`, "\t")); len(r) {
	case 0:
	case 1:
		c.CSV.Comma = r[0]
	default:
		return errors.Errorf("-comma: got %q, want one character", comma)
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
	_, err := parseModel(c.Model)
	return err
}

// The tasks.
const (
	classes = "classes"
	numbers = "numbers"
)

// read reads a run.json. Keys that it does not know are an error.
func (c *trainConfig) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	*c = trainConfig{}
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return errors.Wrap(err, path)
	}
	if d.More() {
		return errors.Errorf("%s: got more than one value", path)
	}
	switch {
	case c.Table == "" || c.Target == "" || c.Out == "" || c.Model == "":
		return errors.Errorf("%s: got no table, target, model or out, want all four", path)
	case c.Task != classes && c.Task != numbers:
		return errors.Errorf("%s: task: got %q, want %s or %s", path, c.Task, classes, numbers)
	case !(c.Validation > 0 && c.Validation < 1):
		return errors.Errorf("%s: validation: got %v, want a share between 0 and 1", path, c.Validation)
	}
	_, err = parseModel(c.Model)
	return errors.WithMessage(err, path)
}

// runFile returns where the settings of the run are written: beside the model file.
func (c *trainConfig) runFile() string {
	return strings.TrimSuffix(c.Out, filepath.Ext(c.Out)) + ".run.json"
}

// trainResult is what a run has come to.
type trainResult struct {
	Model      string       `json:"model"` // the file
	Run        string       `json:"run"`   // the file of settings
	Report     string       `json:"report,omitempty"`
	Rows       int          `json:"rows"`
	Epochs     int          `json:"epochs"`
	Best       int          `json:"best"`
	Validation train.Result `json:"validation"`

	guess string // what a constant answer would reach
}

// write prints the result.
func (r *trainResult) write(w io.Writer, asJSON bool) error {
	if asJSON {
		return writeJSON(w, r)
	}
	fmt.Fprintf(w, "The best epoch of %d is %d. On the rows for validation:\n", r.Epochs, r.Best)
	writeValues(w, r.Validation.Metrics)
	fmt.Fprintf(w, "  %s\n", r.guess)
	writeMatrix(w, r.Validation.Metrics)
	page := ""
	if r.Report != "" {
		page = ", a page about it is " + r.Report
	}
	_, err := fmt.Fprintf(w, "\nThe model is in %s, the settings are in %s%s. Now try:\n  symgrad predict %s TABLE\n", r.Model, r.Run, page, r.Model)
	return err
}

// run trains and writes the files. After an interrupt the best model so far is written too.
func (c *trainConfig) run(ctx context.Context, log io.Writer) (*trainResult, error) {
	set, plan, err := c.readTable(log)
	if err != nil {
		return nil, err
	}
	part, validation, err := c.split(set, log)
	if err != nil {
		return nil, err
	}
	t, err := c.trainer(set, validation, log)
	if err != nil {
		return nil, err
	}
	h, err := t.Fit(ctx, part)
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
	if werr := c.writeRun(); werr != nil {
		return nil, werr
	}
	if rerr := c.writeReport(t, validation, plan); rerr != nil {
		return nil, rerr
	}
	inUnits(&result, t.Recipe(), "y")
	r := &trainResult{Model: c.Out, Run: c.runFile(), Report: c.Report, Rows: set.Len(), Epochs: len(h.Epochs), Best: h.Best, Validation: result, guess: guessOf(part, validation)}
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

// writeRun writes the settings.
func (c *trainConfig) writeRun() error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(c.runFile(), append(text, '\n'), 0o644)
}

// readTable reads the table, after decisions that the settings do not have yet.
func (c *trainConfig) readTable(log io.Writer) (*data.Dataset, *data.CSVPlan, error) {
	d := decided{csv: c.CSV}
	if c.CSV.Columns == nil {
		list, err := look(c.Table, &d.csv)
		if err != nil {
			return nil, nil, err
		}
		if err := c.decide(&d, list); err != nil {
			return nil, nil, errors.WithMessage(err, c.Table)
		}
	}
	set, plan, err := data.ReadCSVPlanFile(c.Table, d.csv)
	if err != nil {
		return nil, nil, err
	}
	c.CSV = d.csv
	fmt.Fprintf(log, "%s has %s, with %s between the cells.\n", c.Table, count(set.Len(), "row"), separatorName(c.CSV))
	if plan.Dropped > 0 {
		d.say("Left out: %s without a value for %q.", count(plan.Dropped, "row"), c.Target)
	}
	missing := 0
	for _, r := range plan.Columns {
		if r.Field == "x" {
			missing += r.Missing
		}
	}
	if missing > 0 {
		d.say("Empty cells, %d in all, are filled with the median of the rows for training.", missing)
	}
	for _, s := range d.said {
		fmt.Fprintln(log, s)
	}
	return set, plan, nil
}

// decide settles the target, and how all columns are read.
func (c *trainConfig) decide(d *decided, list []tableColumn) error {
	var names []string
	var target *tableColumn
	for i := range list {
		names = append(names, list[i].name)
		if list[i].name == c.Target {
			target = &list[i]
		}
	}
	if target == nil {
		return errors.Errorf("got the target %q, want one of the columns: %s", c.Target, listed(names))
	}
	if target.rows == 0 {
		return errors.Errorf("got the target %q without a value", c.Target)
	}
	if target.dates == target.rows {
		return errors.Errorf("the target %q: got dates, want classes or numbers", c.Target)
	}
	if c.Task == "" {
		c.Task = numbers
		few := target.whole && target.texts != nil && len(target.texts) <= mostClasses && len(target.texts)*5 <= target.rows
		if target.numbers < target.rows || few {
			c.Task = classes
		}
	}
	switch {
	case c.Task == classes && target.texts == nil:
		return errors.Errorf("the target %q: got more than %d different texts, want classes", c.Target, 1<<16)
	case c.Task == numbers && target.numbers < target.rows:
		return errors.Errorf("the target %q: got texts that are no numbers, want numbers (-task numbers)", c.Target)
	case c.Task == classes && target.numbers == target.rows:
		d.say("The target %s has %d different whole numbers, which are taken for classes; -task numbers takes them for numbers.", c.Target, len(target.texts))
	case c.Task == classes:
		d.say("The target %s has %d classes.", c.Target, len(target.texts))
	default:
		d.say("The target %s has numbers.", c.Target)
	}
	if c.Task == classes {
		for _, text := range slices.Sorted(maps.Keys(target.texts)) {
			if target.texts[text] == 1 {
				d.say("The class %q has one row.", text)
			}
		}
	}
	d.csv.Target, d.csv.Labels, d.csv.OnMissing, d.csv.DropUnlabelled = []string{c.Target}, c.Task == classes, data.KeepMissing, true
	d.csv.Missing = missingTexts[1:]
	return d.decide(list, c.Target)
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
func (c *trainConfig) trainer(set, validation *data.Dataset, log io.Writer) (*train.Trainer, error) {
	m, err := parseModel(c.Model)
	if err != nil {
		return nil, err
	}
	x, _ := set.Field("x")
	outputs, head := 1, models.Regression
	o := m.options()
	o.Recipe = data.Recipe{Steps: []data.Step{&data.Impute{Strategy: data.ImputeMedian}, &data.Scaler{}}}
	o.Validation, o.Seed, o.Workers, o.Progress = validation, c.Seed, c.Workers, log
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
	fmt.Fprintf(log, "%s scaled to mean 0 and deviation 1.\nThe model %s has %s, %s and %d parameters.\n", scaled, c.Model, count(x.Size(), "input"), count(outputs, "output"), s.Trained)
	return train.New(model, o)
}

// guessOf says what the best constant answer would reach on the validation rows.
func guessOf(part, validation *data.Dataset) string {
	if counts := part.ClassCounts(); len(counts) > 0 {
		best := slices.Index(counts, slices.Max(counts))
		y, _ := validation.Field("y")
		share := float64(validation.ClassCounts()[best]) / float64(validation.Len())
		name := fmt.Sprint(best)
		if best < len(y.ClassNames) {
			name = y.ClassNames[best]
		}
		return fmt.Sprintf("(always saying %q would have accuracy %.4g)", name, share)
	}
	from, _ := part.Field("y")
	to, _ := validation.Field("y")
	mean, sum := 0.0, 0.0
	for i := range from.Len() {
		mean += from.At(i, 0) / float64(from.Len())
	}
	for i := range to.Len() {
		sum += (to.At(i, 0) - mean) * (to.At(i, 0) - mean)
	}
	return fmt.Sprintf("(always saying the mean, %.4g, would have rmse %.4g)", mean, math.Sqrt(sum/float64(to.Len())))
}
