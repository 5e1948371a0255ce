package gosource

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"github.com/symgrad/symgrad/train/data"
)

// This file writes preprocessing: each number that the model takes is an expression of the numbers
// that the user gives.

// preparing is the preprocessing of a program.
type preparing struct {
	fields []port         // what the user gives
	raw    []data.Field   // the same
	made   map[string]row // what becomes of them
	undo   []string       // of each element of the output; nil: nothing
	checks []string       // statements of Predict about integers
	used   []string       // functions of the folder loops
	recipe data.Recipe
	target string
}

// row is the elements of a field: an expression of float64, or of int, for each.
type row struct {
	ints  bool
	exprs []string
}

// decimal writes a float64.
func decimal(x float64) string {
	switch {
	case x != x:
		return "math.NaN()"
	case math.IsInf(x, 0):
		return fmt.Sprintf("math.Inf(%d)", int(math.Copysign(1, x)))
	}
	s := strconv.FormatFloat(x, 'g', -1, 64)
	if x < 0 || math.Signbit(x) {
		return "(" + s + ")"
	}
	return s
}

// fieldName returns the name of a step's field with its default.
func fieldName(name string) string {
	if name == "" {
		return "x"
	}
	return name
}

// noRecipe returns the Error about preprocessing.
func noRecipe(format string, a ...any) *Error {
	return &Error{Op: "recipe", Err: mistake.Newf(op.ErrUnsupported, format, a...)}
}

// newPreparing reads the recipe. It returns nil if there is nothing to do.
func newPreparing(o Options, outputs []*ir.Value, taken map[string]bool) (*preparing, error) {
	if len(o.Fields) == 0 {
		if !o.Recipe.IsZero() {
			return nil, mistake.Optionf("got Options.Recipe without Fields, want the fields that it reads")
		}
		return nil, nil
	}
	if err := o.Recipe.Validate(); err != nil {
		return nil, err
	}
	p := &preparing{made: map[string]row{}, recipe: o.Recipe, target: o.Target}
	for _, f := range o.Fields {
		p.give(f, taken)
	}
	for i, s := range o.Recipe.Steps {
		if err := p.step(s, o.Fields); err != nil {
			err.Err = fmt.Errorf("step %d: %w", i, err.Err)
			return nil, err
		}
	}
	if o.Target == "" {
		return p, nil
	}
	if len(outputs) != 1 {
		return nil, mistake.Optionf("got Options.Target for %d outputs, want one", len(outputs))
	}
	p.undo = make([]string, outputs[0].Type.Shape.Size())
	for i := range p.undo {
		p.undo[i] = fmt.Sprintf("float64(dst[%d])", i)
	}
	for _, s := range slices.Backward(o.Recipe.Steps) {
		if err := p.inverse(s, o.Target); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// give adds a field that the user gives.
func (p *preparing) give(f data.Field, taken map[string]bool) {
	name := identifier(f.Name, taken)
	in := port{name: name, title: titled(name), shape: f.Shape, size: f.Size(), ints: f.Integers(), below: f.Classes, unit: true}
	r := row{ints: in.ints}
	for i := range in.size {
		switch e := fmt.Sprintf("%s[%d]", name, i); {
		case in.ints:
			r.exprs = append(r.exprs, "int("+e+")")
		case f.Scale != 0:
			r.exprs = append(r.exprs, fmt.Sprintf("(float64(%s)*%s + %s)", e, decimal(f.Scale), decimal(f.Shift)))
		default:
			r.exprs = append(r.exprs, "float64("+e+")")
		}
	}
	p.fields, p.raw, p.made[f.Name] = append(p.fields, in), append(p.raw, f), r
}

// step does a step to the expressions.
func (p *preparing) step(s data.Step, fields []data.Field) *Error {
	switch s := s.(type) {
	case *data.Scaler:
		return p.each(s.Field, len(s.Mean), func(i int, e string) string { return standard(e, s.Mean[i], s.Std[i]) })
	case *data.MinMax:
		return p.each(s.Field, len(s.Min), func(i int, e string) string {
			if level(s.Min[i], s.Max[i]) {
				return standard(e, s.Min[i], 1)
			}
			return standard(e, s.Min[i], s.Max[i]-s.Min[i])
		})
	case *data.Clip:
		return p.each(s.Field, len(s.Low), func(i int, e string) string {
			if s.Columns != nil && !slices.Contains(s.Columns, i) {
				return e
			}
			return fmt.Sprintf("min(max(%s, %s), %s)", e, decimal(s.Low[i]), decimal(s.High[i]))
		})
	case *data.Log1p:
		return p.each(s.Field, s.Width, func(i int, e string) string {
			if s.Columns != nil && !slices.Contains(s.Columns, i) {
				return e
			}
			return "math.Log1p(" + e + ")"
		})
	case *data.Impute:
		return p.impute(s)
	case *data.OneHotEncoder:
		return p.oneHot(s, fields)
	case *data.Join:
		return p.join(s)
	}
	return noRecipe("got a step of the type %T, want one of package data", s)
}

// each changes the elements of a field, if there is one.
func (p *preparing) each(field string, n int, f func(i int, e string) string) *Error {
	r, ok := p.made[fieldName(field)]
	if !ok {
		return nil // of a target
	}
	if r.ints || len(r.exprs) != n {
		return noRecipe("got %d elements in the field %q, want %d numbers", len(r.exprs), fieldName(field), n)
	}
	for i, e := range r.exprs {
		r.exprs[i] = f(i, e)
	}
	return nil
}

// standard writes (e − mean)/std.
func standard(e string, mean, std float64) string {
	if mean != 0 {
		e = "(" + e + " - " + decimal(mean) + ")"
	}
	if std != 1 {
		e = "(" + e + " / " + decimal(std) + ")"
	}
	return e
}

// level reports whether a column of the training set had no width but for rounding.
func level(low, high float64) bool {
	return high/2-low/2 <= 16*0x1p-53*max(math.Abs(low), math.Abs(high))
}

func (p *preparing) impute(s *data.Impute) *Error {
	var missing []string
	name := fieldName(s.Field)
	if r, ok := p.made[name]; ok && s.Indicator {
		for _, c := range s.Missing {
			if c < len(r.exprs) {
				missing = append(missing, "missing("+r.exprs[c]+")")
				p.used = append(p.used, "missing")
			}
		}
	}
	err := p.each(s.Field, len(s.Values), func(i int, e string) string {
		if s.Columns != nil && !slices.Contains(s.Columns, i) {
			return e
		}
		p.used = append(p.used, "impute")
		return "impute(" + e + ", " + decimal(s.Values[i]) + ")"
	})
	if r, ok := p.made[name]; ok && err == nil {
		p.made[name] = row{exprs: append(r.exprs, missing...)}
	}
	return err
}

func (p *preparing) oneHot(s *data.OneHotEncoder, fields []data.Field) *Error {
	name := fieldName(s.Field)
	r, ok := p.made[name]
	k := slices.IndexFunc(fields, func(f data.Field) bool { return f.Name == name })
	if !ok {
		return nil
	}
	if !r.ints || k < 0 || len(r.exprs) != len(s.Categories) {
		return noRecipe("got %d elements in the field %q, want %d integers", len(r.exprs), name, len(s.Categories))
	}
	out, in := row{}, &p.fields[k]
	for i, e := range r.exprs {
		cases := ""
		for j, c := range s.Categories[i] {
			out.exprs = append(out.exprs, fmt.Sprintf("hot(%s, %d)", e, c))
			if j > 0 {
				cases += ", "
			}
			cases += strconv.Itoa(c)
			if c != int(int32(c)) {
				return noRecipe("got the category %d in the field %q, want one that fits int32", c, name)
			}
		}
		if !s.IgnoreUnknown {
			p.checks = append(p.checks, fmt.Sprintf("switch k := %s[i*%sSize+%d]; k {\ncase %s:\ndefault:\nreturn errors.New(%q + strconv.Itoa(int(k)) + \", want a category of the training set\")\n}\n",
				in.name, in.title, i, cases, in.name+": got "))
		}
		if i == 0 {
			in.choices = slices.Clone(s.Categories[0])
		}
		in.choices = slices.DeleteFunc(in.choices, func(c int) bool { return !slices.Contains(s.Categories[i], c) })
	}
	p.used = append(p.used, "hot")
	if in.below = 0; len(in.choices) == 0 {
		return noRecipe("got no category that all integers of the field %q have, want one for a sample", name)
	}
	p.made[name] = out
	return nil
}

func (p *preparing) join(s *data.Join) *Error {
	var out row
	for i, name := range s.Fields {
		r, ok := p.made[name]
		switch {
		case !ok && i == 0:
			return nil
		case !ok || r.ints || len(r.exprs) != s.Widths[i]:
			return noRecipe("got %d elements in the field %q, want %d numbers", len(r.exprs), name, s.Widths[i])
		}
		out.exprs = append(out.exprs, r.exprs...)
	}
	for _, name := range s.Fields {
		delete(p.made, name)
	}
	into := s.Into
	if into == "" {
		into = s.Fields[0]
	}
	p.made[into] = out
	return nil
}

// inverse undoes a step of the target on the outputs.
func (p *preparing) inverse(s data.Step, target string) error {
	each := func(field string, n int, f func(i int, e string) string) error {
		if fieldName(field) != target {
			return nil
		}
		if len(p.undo)%n != 0 {
			return noRecipe("got %d elements of output, want rows of the %d of the target", len(p.undo), n)
		}
		for i, e := range p.undo {
			p.undo[i] = f(i%n, e)
		}
		return nil
	}
	back := func(e string, width, low float64) string {
		return "(" + e + "*" + decimal(width) + " + " + decimal(low) + ")"
	}
	switch s := s.(type) {
	case *data.Scaler:
		return each(s.Field, len(s.Mean), func(i int, e string) string { return back(e, s.Std[i], s.Mean[i]) })
	case *data.MinMax:
		return each(s.Field, len(s.Min), func(i int, e string) string {
			if level(s.Min[i], s.Max[i]) {
				return back(e, 1, s.Min[i])
			}
			return back(e, s.Max[i]-s.Min[i], s.Min[i])
		})
	case *data.Log1p:
		return each(s.Field, s.Width, func(i int, e string) string {
			if s.Columns != nil && !slices.Contains(s.Columns, i) {
				return e
			}
			return "math.Expm1(" + e + ")"
		})
	}
	return nil
}

// printPrepare writes the method that makes the inputs of the model.
func (p *program) printPrepare(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n// prepare makes the inputs of the model of what Predict takes.\nfunc (m *Model) prepare(%s) {\n", p.listed(p.inputs))
	for k, t := range p.own {
		typ := "number"
		if t.ints {
			typ = "int32"
		}
		exprs := p.prep.made[p.sample.inputs[k].name].exprs
		var all []string
		for i, e := range exprs {
			one := strings.ReplaceAll(e, "["+strconv.Itoa(i)+"]", "[i]")
			if len(all) == 0 || all[0] != one {
				all = append(all, one)
			}
		}
		if len(all) == 1 && len(exprs) > 1 {
			fmt.Fprintf(b, "for i := range %s {\n%s[i] = %s(%s)\n}\n", t.name, t.name, typ, all[0])
			continue
		}
		for i, e := range exprs {
			fmt.Fprintf(b, "%s[%d] = %s(%s)\n", t.name, i, typ, e)
		}
	}
	b.WriteString("}\n")
}

// printUndo takes the output back to the units of the training set.
func (p *program) printUndo(b *bytes.Buffer) {
	if p.prep == nil {
		return
	}
	for i, e := range p.prep.undo {
		fmt.Fprintf(b, "dst[%d] = number(%s)\n", i, e)
	}
}

// sample draws what the user gives, and makes the inputs of the model of it.
func (p *preparing) sample(s *samples) error {
	state := uint32(1)
	var fields []data.Field
	for i, t := range p.fields {
		f := p.raw[i]
		f.Floats, f.Ints, f.Bytes, f.Floats32, f.Starts = nil, nil, nil, nil, nil
		for range examples * t.size {
			switch {
			case t.choices != nil:
				f.Ints = append(f.Ints, t.choices[draw(&state)>>8%uint32(len(t.choices))])
			case t.ints:
				f.Ints = append(f.Ints, int(integer(&state, t.below)))
			default:
				f.Floats = append(f.Floats, float64(draw(&state)>>8)/(1<<24))
			}
		}
		fields = append(fields, f)
	}
	d, err := data.New(fields...)
	if err == nil {
		d, err = p.recipe.Apply(d)
	}
	if err != nil {
		return err
	}
	for i := range s.inputs {
		in := &s.inputs[i]
		rows, err := d.Rows(in.name)
		if err != nil {
			return err
		}
		made := p.made[in.name]
		if n := in.v.Type.Shape.Size(); rows.Size() != n || len(made.exprs) != n || made.ints != (in.v.Type.DType == ir.Int) {
			return mistake.Shapef("input %q of the model: got %d elements from Options.Fields, want %d", in.name, rows.Size(), n)
		}
		in.data = make([]float64, examples*rows.Size())
		if err := rows.F64(in.data, upTo(examples)); err != nil {
			return err
		}
	}
	return nil
}

// undone takes the outputs back to the units of the training set.
func (p *preparing) undone(s *samples) error {
	if p.undo == nil {
		return nil
	}
	return p.recipe.Undo(p.target, s.want[0])
}
