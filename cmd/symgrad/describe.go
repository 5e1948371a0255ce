package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// describeModel writes what a model file says of its model.
func describeModel(w io.Writer, m *train.ModelInfo) {
	fmt.Fprintf(w, "model\t%q of package %q\n", m.Model, m.Package)
	fmt.Fprintf(w, "numbers\t%v\n", m.DType)
	for _, in := range m.Inputs {
		fmt.Fprintf(w, "input\t%q %s\n", in.Name, describe(in))
	}
	fmt.Fprintf(w, "output\t%s\n", shape(m.Output))
	if t := m.Target; t.Name != "" {
		fmt.Fprintf(w, "target\t%q%s\n", t.Name, targetOf(t))
	}
	if nameless(m) {
		fmt.Fprint(w, "names\tno class names and no column names; those of train.ModelFile.Data are written\n")
	}
	describeRecipe(w, m.Recipe)
	if m.Plan != nil {
		fmt.Fprintf(w, "table\tcolumns %s\n", tableOf(m.Plan))
	}
}

// describeRecipe writes a line for each step.
func describeRecipe(w io.Writer, r data.Recipe) {
	for _, s := range r.Steps {
		switch s := s.(type) {
		case *data.Scaler:
			fmt.Fprintf(w, "step\tScaler of %q: (x - mean) / std, mean %v, std %v\n", orX(s.Field), some(s.Mean), some(s.Std))
		case *data.MinMax:
			fmt.Fprintf(w, "step\tMinMax of %q: (x - min) / (max - min), min %v, max %v\n", orX(s.Field), some(s.Min), some(s.Max))
		case *data.Impute:
			fmt.Fprintf(w, "step\tImpute of %q: missing cells become the %v, %v\n", orX(s.Field), s.Strategy, some(s.Values))
		case *data.OneHotEncoder:
			fmt.Fprintf(w, "step\tOneHotEncoder of %q: a column for each category\n", orX(s.Field))
		case *data.Clip:
			fmt.Fprintf(w, "step\tClip of %q: from %v to %v\n", orX(s.Field), some(s.Low), some(s.High))
		case *data.Log1p:
			fmt.Fprintf(w, "step\tLog1p of %q: ln(1 + x)\n", orX(s.Field))
		case *data.Join:
			fmt.Fprintf(w, "step\tJoin of %q\n", s.Fields)
		}
	}
}

// nameless says whether the file has names of neither classes nor columns.
func nameless(m *train.ModelInfo) bool {
	for _, in := range m.Inputs {
		if len(in.Columns) > 0 || len(in.ClassNames) > 0 {
			return false
		}
	}
	return len(m.Target.ClassNames) == 0 && len(m.Target.Columns) == 0
}

// describe says what an input takes.
func describe(in train.InputInfo) string {
	text := shape(in.Shape)
	switch {
	case in.Below > 0:
		text += fmt.Sprintf(" integers from 0 to %d", in.Below-1)
	case in.Integers:
		text += " integers"
	}
	if in.Scale != 0 {
		text += fmt.Sprintf(" times %v plus %v", in.Scale, in.Shift)
	}
	if len(in.Columns) > 0 {
		text += " columns " + quoted(in.Columns)
	}
	return text
}

// targetOf says what the target is.
func targetOf(t train.TargetInfo) string {
	text := ""
	if t.Classes > 0 {
		text = fmt.Sprintf(" %d classes", t.Classes)
	}
	if len(t.ClassNames) > 0 {
		text += " " + quoted(t.ClassNames)
	}
	if len(t.Columns) > 0 {
		text += " columns " + quoted(t.Columns)
	}
	return text
}

// tableOf lists the columns of the tables that a plan reads.
func tableOf(p *data.CSVPlan) string {
	var names []string
	for _, c := range p.Columns {
		if c.Kind != data.LeftOut {
			names = append(names, fmt.Sprintf("%s (%v)", c.Name, c.Kind))
		}
	}
	return quoted(names)
}

// quoted lists names, but not hundreds of them.
func quoted(names []string) string {
	const most = 20
	var out []string
	for _, name := range names[:min(most, len(names))] {
		out = append(out, fmt.Sprintf("%q", name))
	}
	if more := len(names) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("and %d others", more))
	}
	return strings.Join(out, " ")
}

// some writes the first numbers of a list.
func some(v []float64) string {
	const most = 8
	if more := len(v) - most; more > 0 {
		return fmt.Sprintf("%v and %d others", v[:most], more)
	}
	return fmt.Sprint(v)
}

// shape writes a shape as [1, 2].
func shape(s []int) string { return strings.ReplaceAll(fmt.Sprint(s), " ", ", ") }

func size(s []int) int { return ir.Shape(s).Size() }

// orX is the field of a scaler with its default.
func orX(field string) string {
	if field == "" {
		return "x"
	}
	return field
}
