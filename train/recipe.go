package train

import (
	"fmt"
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// This file fits the Recipe of a model file between what a user gives and what the model takes.

// recorded returns what the recipe says of a field of the training set.
func (m *ModelInfo) recorded(name string) (data.FieldInfo, bool) {
	i := slices.IndexFunc(m.Recipe.Fields, func(f data.FieldInfo) bool { return f.Name == name })
	if i < 0 {
		return data.FieldInfo{}, false
	}
	return m.Recipe.Fields[i], true
}

// sources replaces the inputs of the model by the fields that the recipe makes them of.
func (m *ModelInfo) sources() {
	if m.Recipe.IsZero() {
		return
	}
	var inputs []InputInfo
	for _, in := range m.Inputs {
		for _, name := range m.Recipe.Sources(in.Name) {
			if slices.ContainsFunc(inputs, func(in InputInfo) bool { return in.Name == name }) {
				continue
			}
			raw := in
			if f, ok := m.recorded(name); ok {
				raw = InputInfo{Name: name, Shape: orNone(f.Shape), Integers: f.Integers, Columns: f.Columns, Categories: f.Categories, ClassNames: f.ClassNames, Scale: f.Scale, Shift: f.Shift}
			}
			raw.Name = name
			inputs = append(inputs, raw)
		}
	}
	m.Inputs = inputs
}

// field returns the field that an input is given by, without values.
func (in InputInfo) field() data.Field {
	return data.FieldInfo{Name: in.Name, Shape: in.Shape, Integers: in.Integers, ClassNames: in.ClassNames, Columns: in.Columns, Categories: in.Categories, Scale: in.Scale, Shift: in.Shift}.Field()
}

// wrongRecipe lists what keeps the recipe from making the inputs of the model of those that are
// given, and from undoing the target.
func (m *ModelInfo) wrongRecipe(inputs []InputInfo) (out []string) {
	if m.Recipe.IsZero() {
		return nil
	}
	fail := func(format string, a ...any) { out = append(out, "the recipe: "+fmt.Sprintf(format, a...)) }
	if err := m.Recipe.Validate(); err != nil {
		fail("%v", err)
		return out
	}
	var fields []data.Field
	for _, in := range m.Inputs {
		fields = append(fields, in.field())
	}
	_, isInput := m.input(m.Target.Name)
	if m.Target.Name != "" && !isInput {
		f, ok := m.recorded(m.Target.Name)
		if !ok {
			f = data.FieldInfo{Name: m.Target.Name, Shape: m.Output}
		}
		fields = append(fields, f.Field())
	}
	reads := m.Recipe.Reads()
	for _, name := range reads {
		if _, ok := m.input(name); !ok && name != m.Target.Name {
			fail("got the field %q that is neither an input nor the target %q, want one of them", mistake.Clip(name), m.Target.Name)
		}
	}
	made, err := m.Recipe.Describe(fields)
	if err != nil {
		fail("%v", err)
	}
	if len(out) > 0 {
		return out
	}
	find := func(name string) (data.Field, bool) {
		i := slices.IndexFunc(made, func(f data.Field) bool { return f.Name == name })
		if i < 0 {
			return data.Field{}, false
		}
		return made[i], true
	}
	for _, in := range inputs {
		switch f, ok := find(in.Name); {
		case !ok:
			fail("got no input %q of it, want one", mistake.Clip(in.Name))
		case f.Size() != size(in.Shape):
			fail("the input %q: got %d elements for each example%s, want %d", mistake.Clip(in.Name), f.Size(), resizedBy(m.Recipe, in.Name), size(in.Shape))
		case mistake.Axes(f.Shape, in.Shape) != "":
			fail("the input %q: %s", mistake.Clip(in.Name), mistake.Axes(f.Shape, in.Shape))
		case f.Integers() != in.Integers:
			fail("the input %q: got other values than the %s of the model", mistake.Clip(in.Name), kindOfNumbers(in))
		}
	}
	if !slices.Contains(reads, m.Target.Name) {
		return out
	}
	f, ok := find(m.Target.Name)
	if text := m.wrongUndo(f, ok); text != "" {
		fail("the target %q: %s", mistake.Clip(m.Target.Name), text)
	}
	return out
}

// resizedBy says in brackets which step of a recipe gave an input its number of elements; "" for none.
func resizedBy(r data.Recipe, field string) string {
	words := r.Resized(field)
	if words != "" {
		words = " (of the recipe " + words + ")"
	}
	return words
}

// wrongUndo says what keeps the recipe from undoing the target, which it makes f of if it makes one;
// "" for nothing.
func (m *ModelInfo) wrongUndo(f data.Field, made bool) string {
	switch err := m.Recipe.Undo(m.Target.Name, make([]float64, size(m.Output))); {
	case m.Target.Classes > 0 && err == nil:
		return "got steps for a target of classes, want numbers"
	case m.Target.Classes > 0: // a OneHot: the outputs stay those of the classes
	case err != nil:
		return err.Error()
	case made && f.Size() != size(m.Output):
		return fmt.Sprintf("got %d columns, want the %d of the output", f.Size(), size(m.Output))
	}
	return ""
}

// undoes reports whether the recipe is undone on outputs.
func (m *ModelInfo) undoes() bool {
	return m.Target.Name != "" && m.Target.Classes == 0 && slices.Contains(m.Recipe.Reads(), m.Target.Name)
}

// prediction is how a Predictor applies a recipe: with steps that change the numbers of a batch
// in place, or to all examples of a call.
type prediction struct {
	whole bool
	steps [][]transform // of each input, unless whole
	undo  []inverse     // of the output, in their order
}

type (
	transform interface{ Transform(rows []float64) error }
	inverse   interface{ Inverse(rows []float64) error }
)

func newPrediction(m *ModelInfo) prediction {
	p := prediction{steps: make([][]transform, len(m.Inputs))}
	for _, s := range m.Recipe.Steps {
		for _, name := range (data.Recipe{Steps: []data.Step{s}}).Reads() {
			if back, ok := s.(inverse); ok && name == m.Target.Name && m.undoes() {
				p.undo = slices.Insert(p.undo, 0, back)
			}
			i := slices.IndexFunc(m.Inputs, func(in InputInfo) bool { return in.Name == name })
			if t, ok := s.(transform); i >= 0 && ok {
				p.steps[i] = append(p.steps[i], t)
			} else if i >= 0 {
				p.whole = true
			}
		}
	}
	return p
}

// wrong returns what is wrong with the description of an input by itself; "" for nothing.
func (in InputInfo) wrong() string {
	switch n, valid := sizeOf(in.Shape); {
	case !valid:
		return fmt.Sprintf("got the shape %v, want positive axes", ir.Shape(in.Shape))
	case in.Columns != nil && len(in.Columns) != n:
		return fmt.Sprintf("got %d names of columns, want %d", len(in.Columns), n)
	case in.Categories != nil && len(in.Categories) != n:
		return fmt.Sprintf("got categories of %d columns, want %d", len(in.Categories), n)
	case in.Scale == 0 && in.Shift != 0 || in.Scale != 0 && in.Integers || math.IsNaN(in.Scale-in.Scale) || math.IsNaN(in.Shift-in.Shift):
		return fmt.Sprintf("got the Scale %v and the Shift %v, want those of a field", in.Scale, in.Shift)
	}
	return ""
}

// prepared returns what the recipe makes of the inputs in d.
func (k *outline) prepared(d *data.Dataset) (*data.Dataset, error) {
	if !k.recipe.whole {
		return d, nil
	}
	var names []string
	for _, in := range k.info.Inputs {
		names = append(names, in.Name)
	}
	d, err := d.Only(names...)
	if err != nil {
		return nil, err
	}
	return k.info.Recipe.Apply(d)
}

// raw returns the examples of flat rows as a data set.
func (k *outline) raw(flat []float64) (*data.Dataset, error) {
	n := len(flat) / k.width
	var fields []data.Field
	for i, in := range k.info.Inputs {
		f := data.Field{Name: in.Name, Shape: in.Shape}
		if in.Integers {
			f.Ints = make([]int, n*k.sizes[i])
			if err := k.integers(f.Ints, i, flat, 0); err != nil {
				return nil, errors.WithMessagef(err, "input %q", in.Name)
			}
		} else {
			f.Floats, f.Scale, f.Shift, f.AllowNonFinite = make([]float64, 0, n*k.sizes[i]), in.Scale, in.Shift, true
			for r := range n {
				f.Floats = append(f.Floats, k.part(flat, r, i)...)
			}
		}
		fields = append(fields, f)
	}
	return data.New(fields...)
}

// rowsOf returns the rows that the model reads.
func (k *outline) rowsOf(d *data.Dataset) ([]data.Rows, error) {
	d, err := k.prepared(d)
	if err != nil {
		return nil, err
	}
	for _, in := range k.built {
		if f, ok := d.Field(in.Name); ok && f.Size() == size(in.Shape) {
			if why := mistake.Axes(f.Shape, in.Shape); why != "" {
				return nil, mistake.Shapef("input %q of the model: field %q: %s", in.Name, in.Name, why)
			}
		}
	}
	out := make([]data.Rows, len(k.model))
	for i, in := range k.model {
		if out[i], err = d.Rows(in.Name); err != nil {
			return nil, errors.Wrapf(err, "input %q of the model", in.Name)
		}
		if out[i].Size() != size(in.Shape) {
			return nil, mistake.Newf(graph.ErrShape, "input %q of the model: got %d elements for each example, want %d", in.Name, out[i].Size(), size(in.Shape))
		}
		if in.Integers && in.Below > 0 {
			if err := checkRange(d, in.Name, in.Below); err != nil {
				return nil, errors.WithMessagef(err, "input %q of the model", in.Name)
			}
		}
	}
	return out, nil
}
