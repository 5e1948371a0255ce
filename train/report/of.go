package report

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// Options are the settings of Of. The zero value makes what needs no data.
type Options struct {
	// Title is the heading of the page; default "Training".
	Title string

	// Data are the examples for the results, the confusion matrix, the worst predictions and the
	// time by kernel: usually a test set, or that of validation. nil: these parts are left out.
	Data data.Source

	// DataName is what the page calls Data; default "data".
	DataName string

	// Table says how the table was read that Data is from, nil for none. The worst examples are then
	// shown with the cells of that table: a category, a date.
	Table *data.CSVPlan

	// Target is the field of Data that the outputs stand for; default "y".
	Target string

	// Batch is the number of examples of a batch that model, memory, time and phases are shown
	// for; default 32.
	Batch int

	// Runs is how often a step is measured; default 20. A negative number measures nothing, and a
	// report of the same training is then the same bytes but for times of epochs.
	Runs int

	// Worst is the number of worst predicted examples; default 12. A negative number shows none.
	Worst int

	// Examples is the most examples of Data, the first ones, that the worst are chosen of; default
	// 2000. Each is evaluated by itself.
	Examples int
}

// Of makes a report of what t has trained. It changes nothing: parameters, states, slots and
// counters have the same bits before and after, and the training goes on as without it. It
// compiles the model a few times and, with Data, evaluates it.
//
// Errors of a target that Options.Recipe scales are shown in the units of the target. Losses stay
// those of the scaled target, and the page says so.
//
// What cannot be made of this model is left out, and Report.Notes say why. There is no confusion
// matrix of a model that does not classify, and no note about that.
//
// Errors: ErrOption for a nil ctx or t, and for a negative Batch or Examples; the error of ctx;
// train.ErrBusy.
func Of(ctx context.Context, t *train.Trainer, o Options) (*Report, error) {
	m := &maker{ctx: ctx, t: t, o: o, r: &Report{Title: o.Title}}
	if err := m.settle(); err != nil {
		return nil, fmt.Errorf("report: Of: %w", err)
	}
	m.units = unitsOf(t.Recipe(), m.o.Target)
	m.r.History, m.r.ScaledTarget, m.r.Table = m.units.history(t.History()), m.units.changed, m.o.Table
	for _, part := range []struct {
		name string
		make func() error
	}{
		{"Model", m.summary},
		{"Memory and Compiler", m.plan},
		{"Derivatives", m.equations},
		{"Results", m.results},
		{"Time", m.profile},
		{"Worst predicted", m.worst},
	} {
		err := part.make()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("report: Of: %w", ctx.Err())
		}
		if errors.Is(err, train.ErrBusy) {
			return nil, fmt.Errorf("report: Of: %w", err)
		}
		if err != nil {
			m.r.Notes = append(m.r.Notes, fmt.Sprintf("%s is left out: %v", part.name, err))
		}
	}
	return m.r, nil
}

// maker makes the parts of a report.
type maker struct {
	ctx context.Context
	t   *train.Trainer
	o   Options
	r   *Report

	units units // of the target
}

// settle checks the options and fills in the defaults.
func (m *maker) settle() error {
	o := &m.o
	switch {
	case m.ctx == nil:
		return mistake.Optionf("got a nil context, want one such as context.Background()")
	case m.t == nil:
		return mistake.Optionf("got a nil Trainer, want one")
	case o.Batch < 0:
		return mistake.Optionf("Options.Batch: got %d, want at least 1, or 0 for the default", o.Batch)
	case o.Examples < 0:
		return mistake.Optionf("Options.Examples: got %d, want at least 1, or 0 for the default", o.Examples)
	}
	for p, standard := range map[*int]int{&o.Batch: 32, &o.Runs: 20, &o.Worst: 12, &o.Examples: 2000} {
		if *p == 0 {
			*p = standard
		}
	}
	if o.DataName == "" {
		o.DataName = "data"
	}
	if o.Target == "" {
		o.Target = "y"
	}
	if mistake.IsNil(o.Data) {
		o.Data = nil
	}
	return nil
}

func (m *maker) summary() (err error) {
	m.r.Summary, err = m.t.Summarize(m.o.Batch)
	return err
}

func (m *maker) plan() error {
	var phases []graph.Phase
	plan, err := m.t.Plan(m.o.Batch, func(p graph.Phase) { phases = append(phases, p) })
	if err == nil {
		m.r.Plan, m.r.Phases = &plan, phases
	}
	return err
}

func (m *maker) equations() error {
	b, loss, _, err := m.t.Graph(m.o.Batch)
	if err == nil {
		m.r.Equations, err = formula.Equations(loss, b.ParamNodes()...)
	}
	return err
}

// results measures the metrics of the Trainer, and the confusion matrix if there can be one.
func (m *maker) results() error {
	if m.o.Data == nil {
		return nil
	}
	r, err := m.t.Evaluate(m.ctx, m.o.Data)
	if err != nil {
		return err
	}
	r.Metrics = m.units.of(r.Metrics)
	m.r.Results = []Result{{m.o.DataName, r}}
	for _, v := range r.Metrics {
		if v.Confusion != nil {
			m.r.Confusion = v.Confusion
		}
	}
	if m.r.Confusion != nil || !m.comparesTarget() {
		return nil
	}
	if r, err = m.t.EvaluateWith(m.ctx, m.o.Data, train.Confusion()); err == nil {
		m.r.Confusion = r.Metrics[0].Confusion
	}
	return nil // it does not classify
}

// comparesTarget reports whether the loss reads the target, and the output does not: that of an
// autoencoder does.
func (m *maker) comparesTarget() bool {
	b, _, _, err := m.t.Graph(m.o.Batch)
	if err != nil || m.r.Summary == nil {
		return false
	}
	for _, l := range m.r.Summary.Layers {
		if slices.Contains(l.Inputs, m.o.Target) {
			return false
		}
	}
	return slices.ContainsFunc(b.InputNodes(), func(n *gorgonia.Node) bool { return n.Name() == m.o.Target })
}

func (m *maker) profile() error {
	if m.o.Data == nil || m.o.Runs < 0 {
		return nil
	}
	p, err := m.t.Profile(m.ctx, m.o.Data, m.o.Batch, m.o.Runs)
	if err == nil {
		m.r.Profile = &p
	}
	return err
}

// worst finds the examples with the largest losses.
func (m *maker) worst() error {
	if m.o.Data == nil || m.o.Worst < 0 {
		return nil
	}
	set, err := data.Take(m.o.Data, m.o.Examples)
	if err != nil {
		return err
	}
	losses, err := m.t.Losses(m.ctx, set, set.Len())
	if err != nil {
		return err
	}
	order := worstFirst(losses)
	order = order[:min(len(order), m.o.Worst)]
	if len(order) == 0 {
		return nil
	}
	shown, err := set.View(order)
	if err != nil {
		return err
	}
	output, err := m.t.Predict(m.ctx, shown)
	if err != nil {
		return err
	}
	target, _ := set.Field(m.o.Target)
	width := len(output) / len(order)
	m.r.WorstOf = set.Len()
	for i, k := range order {
		one, err := set.View([]int{k})
		if err != nil {
			return err
		}
		e := Example{Number: k, Place: placeOf(one, k, m.o.DataName), Loss: losses[k], Data: one}
		if target.Size() <= mostShown {
			e.Skip = []string{m.o.Target}
		}
		e.Wanted = wanted(one, target)
		e.Predicted = m.predicted(output[i*width:(i+1)*width], target)
		m.r.Worst = append(m.r.Worst, e)
	}
	return nil
}

// placeOf says where example k of a data set is from, which one holds alone.
func placeOf(one *data.Dataset, k int, name string) string {
	for _, f := range one.Fields() {
		switch o := f.Origin(0); {
		case o.Line > 0 && o.Path != "":
			return fmt.Sprintf("line %d of %s", o.Line, filepath.Base(o.Path))
		case o.Line > 0:
			return fmt.Sprintf("line %d", o.Line)
		}
	}
	return fmt.Sprintf("row %d of the %s examples", k, name)
}

// worstFirst returns the indices of the losses, the largest first. Those that are NaN have no
// target that counts, and are left out.
func worstFirst(losses []float64) (order []int) {
	for i, l := range losses {
		if l == l {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case losses[a] > losses[b]:
			return -1
		case losses[a] < losses[b]:
			return 1
		}
		return 0
	})
	return order
}

// wanted returns the target of an example as text.
func wanted(one *data.Dataset, target data.Field) string {
	values := valuesOf(one, target)
	if len(values) == 1 {
		return cellText(target, values[0])
	}
	return numbersText(values)
}

// predicted returns the output for an example as text: the class and its number if it classifies.
func (m *maker) predicted(output []float64, target data.Field) string {
	classes := target.Integers() && target.Size() == 1 && m.r.Confusion != nil
	if !classes {
		return numbersText(output)
	}
	k := train.Predicted(output)
	if k < 0 {
		return "NaN"
	}
	v := output[0]
	if len(output) > 1 {
		v = output[k]
	}
	return fmt.Sprintf("%s (%s)", cellText(target, float64(k)), number(v))
}

const mostShown = 6 // numbers of a target or an output

// numbersText returns the first ones of some numbers.
func numbersText(values []float64) string {
	var out []string
	for _, v := range values[:min(len(values), mostShown)] {
		out = append(out, number(v))
	}
	if len(values) > mostShown {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}
