package train

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file fits the plan of a model file, which reads tables, to the inputs of the model.

// adoptPlan takes over what the plan says of the inputs, and with named the names that nothing else
// has given.
func (m *ModelInfo) adoptPlan(plan *data.CSVPlan, named bool) (wrong []string) {
	fields, err := plan.Info()
	if err != nil {
		return []string{fmt.Sprintf("the plan: %v", err)}
	}
	if named {
		m.adoptNames(fields)
	}
	var names []string
	for _, in := range m.Inputs {
		names = append(names, in.Name)
	}
	m.Version = 2
	if m.readsTarget(fields) {
		names, m.Version = append(names, m.Target.Name), 3
	}
	if m.Plan, err = plan.Only(names...); err != nil {
		return []string{fmt.Sprintf("the plan: %v", err)}
	}
	m.Plan.Rows, m.Plan.Dropped = 0, 0
	for i := range m.Plan.Columns {
		c := &m.Plan.Columns[i]
		c.Missing, c.Counts = 0, nil
	}
	return m.wrongPlan()
}

// readsTarget says whether a table with the fields has the target, besides the inputs.
func (m *ModelInfo) readsTarget(fields []data.FieldInfo) bool {
	_, input := m.input(m.Target.Name)
	return !input && slices.ContainsFunc(fields, func(f data.FieldInfo) bool { return f.Name == m.Target.Name })
}

// adoptNames gives inputs and target the names of fields.
func (m *ModelInfo) adoptNames(fields []data.FieldInfo) {
	for _, f := range fields {
		if f.Name == m.Target.Name {
			m.Target.adopt(f.Field(), m.Output)
		}
		i := slices.IndexFunc(m.Inputs, func(in InputInfo) bool { return in.Name == f.Name })
		if _, known := m.recorded(f.Name); i < 0 || known {
			continue
		}
		if in := &m.Inputs[i]; size(f.Shape) == size(in.Shape) && f.Integers == in.Integers {
			in.Columns, in.Categories, in.ClassNames = f.Columns, f.Categories, f.ClassNames
		}
	}
}

// wrongPlan lists what keeps the plan from reading tables to the inputs.
func (m *ModelInfo) wrongPlan() (wrong []string) {
	if m.Plan == nil {
		return nil
	}
	fail := func(format string, a ...any) { wrong = append(wrong, "the plan: "+fmt.Sprintf(format, a...)) }
	fields, err := m.Plan.Info()
	if err != nil {
		fail("%v", err)
		return wrong
	}
	for _, f := range fields {
		_, input := m.input(f.Name)
		switch most := mostClasses(m.Output); {
		case input || f.Name == "x":
		case f.Name != m.Target.Name || m.Version < 3:
			fail("got the field %q, want inputs and the target alone", mistake.Clip(f.Name))
		case m.Target.Classes > 0 && f.Classes > most:
			fail("field %q: got %d classes, want at most %d, which the output tells apart", mistake.Clip(f.Name), f.Classes, most)
		}
	}
	for _, in := range m.Inputs {
		i := slices.IndexFunc(fields, func(f data.FieldInfo) bool { return f.Name == in.Name })
		if i < 0 {
			fail("got no field %q, want one, as it is an input", mistake.Clip(in.Name))
			continue
		}
		f := fields[i]
		differs := func(format string, a ...any) {
			fail("field %q: "+format, append([]any{mistake.Clip(in.Name)}, a...)...)
		}
		switch {
		case size(f.Shape) != size(in.Shape):
			differs("got %d elements for each example, want the %d of the input", size(f.Shape), size(in.Shape))
		case f.Integers != in.Integers:
			differs("got %s, want %s as the input", kindOfNumbers(InputInfo{Integers: f.Integers}), kindOfNumbers(in))
		case in.Scale != 0:
			differs("got an input with a Scale, want one of a table")
		case in.Columns != nil && !slices.Equal(f.Columns, in.Columns):
			differs("got other columns than the input has")
		case in.Categories != nil && !slices.EqualFunc(f.Categories, in.Categories, slices.Equal):
			differs("got other categories than the input has")
		case in.ClassNames != nil && !slices.Equal(f.ClassNames, in.ClassNames):
			differs("got other categories than the input has")
		}
	}
	return wrong
}

// tables returns the plan by which a Predictor reads rows of text. Each row has an output, so a
// missing cell that nothing fills is refused, unless they are to be kept as they are. Without a plan of the file the columns are numbers
// under the names of the inputs; it is nil if there are none.
func (m *ModelInfo) tables(keep bool) *data.CSVPlan {
	plan := m.namedTable()
	if m.Plan != nil {
		plan = m.inputsPlan()
	}
	if plan == nil {
		return nil
	}
	fills := keep
	for _, in := range m.Inputs {
		for k := range size(in.Shape) {
			fills = fills || m.Recipe.Imputes(in.Name, k)
		}
	}
	switch o := &plan.Options; {
	case !fills || o.OnMissing == data.DropRows:
		o.OnMissing = data.RefuseMissing
	case m.Plan == nil:
		o.OnMissing = data.KeepMissing
	}
	return plan
}

// inputsPlan returns a copy of the plan for tables that lack the target.
func (m *ModelInfo) inputsPlan() *data.CSVPlan {
	fields, err := m.Plan.Info()
	if err == nil && m.readsTarget(fields) {
		if plan, err := m.Plan.Without(m.Target.Name); err == nil {
			return plan
		}
	}
	copied := *m.Plan
	return &copied
}

// namedTable returns a plan for tables of numbers, and of the texts that stand for integers.
func (m *ModelInfo) namedTable() *data.CSVPlan {
	p := &data.CSVPlan{Options: data.CSVOptions{Header: true, Columns: map[string]data.CSVColumn{}}}
	for _, in := range m.Inputs {
		names := in.Columns
		if names == nil && size(in.Shape) == 1 {
			names = []string{in.Name}
		}
		report := data.CSVReport{Field: in.Name}
		if in.ClassNames != nil {
			report.Kind, report.Categories = data.Category, in.ClassNames
		}
		for k, name := range names {
			if in.Categories != nil {
				report.Kind, report.Categories = data.Number, in.Categories[k]
				if report.Categories != nil {
					report.Kind = data.Category
				}
			}
			report.Name = name
			p.Columns = append(p.Columns, report)
			if report.Categories != nil {
				p.Options.Columns[name] = data.CSVColumn{Kind: data.Category, Categories: report.Categories}
			}
		}
		if in.Scale != 0 || len(names) != size(in.Shape) {
			return nil
		}
		p.Options.Fields = append(p.Options.Fields, data.CSVField{Name: in.Name, Columns: names, Integers: in.Integers})
	}
	if p.Validate() != nil {
		return nil
	}
	return p
}
