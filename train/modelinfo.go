package train

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

const (
	// modelKey is the metadata entry of a safetensors file with the JSON of a ModelInfo.
	modelKey = "symgrad.model"
	// modelVersion is the newest version of the format. SaveModel writes the version that brought
	// what the file has: 3 for a plan with the target, 2 for a plan without one, 1 without a plan.
	// Open reads all of them.
	modelVersion = 3
)

// ModelInfo is what a model file says about its model. In the file it is a JSON object under
// "symgrad.model" in the metadata.
type ModelInfo struct {
	Version  int             `json:"version"` // of the format, from 1
	Model    string          `json:"model"`   // the name that it is registered by, such as "models.MLP"
	Package  string          `json:"package"` // path of the package that its type is from
	Settings json.RawMessage `json:"settings"`
	DType    graph.DType     `json:"dtype"`          // type of the parameters
	Seed     uint64          `json:"seed,omitempty"` // of what the model draws in prediction, see Trainer.Evaluate

	Inputs []InputInfo `json:"inputs"` // in the order in which PredictRows takes them
	Output []int       `json:"output"` // shape of the output for one example; empty for one number
	Target TargetInfo  `json:"target"`

	Recipe data.Recipe `json:"recipe,omitzero"` // makes the inputs of the model of Inputs
	// Plan reads tables to Inputs, and to the target if the training set read it from a table; nil
	// for none. Read takes tables with the target, which an evaluation needs.
	Plan *data.CSVPlan `json:"plan,omitempty"`

	Tensors []TensorInfo `json:"-"` // in the order of the file, which describes them by itself
}

// InputInfo describes an input: the field that a data set must have.
type InputInfo struct {
	Name     string `json:"name"`
	Shape    []int  `json:"shape"`              // of one example; empty for one number
	Integers bool   `json:"integers,omitempty"` // takes integers, such as tokens and lengths; otherwise numbers
	Below    int    `json:"below,omitempty"`    // integers are in [0, Below); 0 if all are accepted

	// Columns are the names of the elements of an example, if they have any.
	Columns []string `json:"columns,omitempty"`
	// Categories are those of the elements that are indices of a text, see data.Field.
	Categories [][]string `json:"categories,omitempty"`
	// ClassNames are those of the integers, if they have any: the characters of a text.
	ClassNames []string `json:"class_names,omitempty"`
	// Scale and Shift are those of the field in the training set, see data.Field. PredictRows
	// applies them. A data set has its own.
	Scale float64 `json:"scale,omitempty"`
	Shift float64 `json:"shift,omitempty"`
}

// TargetInfo describes what the outputs stand for.
type TargetInfo struct {
	Name       string   `json:"name"`                  // the field of the training set, such as "y"
	Classes    int      `json:"classes,omitempty"`     // 0 if the target is numbers
	ClassNames []string `json:"class_names,omitempty"` // of the classes, or none
	Columns    []string `json:"columns,omitempty"`     // of a target of numbers, or none; for classes the name of their column
}

// TensorInfo describes a tensor of a file.
type TensorInfo struct {
	Name  string
	DType string // as the file spells it: F32, F64
	Shape []int
}

// input returns the input of the name.
func (m *ModelInfo) input(name string) (InputInfo, bool) {
	i := slices.IndexFunc(m.Inputs, func(in InputInfo) bool { return in.Name == name })
	if i < 0 {
		return InputInfo{}, false
	}
	return m.Inputs[i], true
}

// describe fills in what the compiled model says of its inputs, its output and its type.
func (m *ModelInfo) describe(s *session, p *graph.Params) error {
	m.DType, m.Output, m.Inputs = p.DType(), orNone(s.output.Shape()[1:]), nil
	for _, in := range s.prog.Inputs() {
		if len(in.Shape) == 0 || in.Shape[0] != s.n {
			return ofKind(fmt.Errorf("input %q of the model: %s", in.Name, s.misfit(in.Shape, 0, "")), graph.ErrShape)
		}
		d := InputInfo{Name: in.Name, Shape: orNone(in.Shape[1:]), Integers: in.Ints}
		if in.Ints {
			d.Below = graph.InputOf[int](s.prog, in.Name).IndexRange()
		}
		m.Inputs = append(m.Inputs, d)
	}
	return nil
}

// orNone returns shape, and an empty list for nil.
func orNone(shape []int) []int { return append([]int{}, shape...) }

// adopt takes over what the fields of a data set say of inputs and target. The inputs get
// the order of the fields.
func (m *ModelInfo) adopt(d *data.Dataset) (wrong []string) {
	var inputs []InputInfo
	for _, f := range d.Fields() {
		if f.Name == m.Target.Name {
			m.Target.adopt(f, m.Output)
		}
		in, ok := m.input(f.Name)
		if !ok {
			continue
		}
		if _, known := m.recorded(f.Name); known { // d may have what the recipe makes of it
			inputs = append(inputs, in)
			continue
		}
		if f.Size() != size(in.Shape) {
			wrong = append(wrong, fmt.Sprintf("input %q: got %d elements for each example from the data set, want %d", f.Name, f.Size(), size(in.Shape)))
		} else if why := mistake.Axes(f.Shape, in.Shape); why != "" {
			wrong = append(wrong, fmt.Sprintf("input %q: field %q: %s", f.Name, f.Name, why))
		}
		in.Shape, in.Columns, in.Categories, in.ClassNames, in.Scale, in.Shift = orNone(f.Shape), f.Columns, f.Categories, f.ClassNames, f.Scale, f.Shift
		inputs = append(inputs, in)
	}
	for _, in := range m.Inputs {
		_, ok := d.Field(in.Name)
		if _, known := m.recorded(in.Name); known {
			if !ok {
				inputs = append(inputs, in)
			}
		} else if !ok {
			wrong = append(wrong, fmt.Sprintf("input %q: got no field of this name in the data set, want one", in.Name))
		}
	}
	m.Inputs = inputs
	return wrong
}

// differences lists what differs between a description and the compiled model.
func (m *ModelInfo) differences(built *ModelInfo) (wrong []string) {
	if m.DType != built.DType {
		wrong = append(wrong, fmt.Sprintf("got a description of %v, want %v as in the settings", m.DType, built.DType))
	}
	if !slices.Equal(m.Output, built.Output) {
		wrong = append(wrong, fmt.Sprintf("got a description of the output %v, want %v", ir.Shape(m.Output), ir.Shape(built.Output)))
	}
	if !m.Recipe.IsZero() {
		return append(append(wrong, m.wrongInputs()...), m.Target.wrong(m.Output)...)
	}
	seen := map[string]bool{}
	for _, in := range m.Inputs {
		b, ok := built.input(in.Name)
		fail := func(format string, a ...any) {
			wrong = append(wrong, fmt.Sprintf("the input %q: ", mistake.Clip(in.Name))+fmt.Sprintf(format, a...))
		}
		switch n, valid := sizeOf(in.Shape); {
		case !ok:
			fail("got a description, want none: the model has no such input")
		case seen[in.Name]:
			fail("got two descriptions, want one")
		case !valid || n != size(b.Shape):
			fail("got the shape %v, want %d elements", ir.Shape(in.Shape), size(b.Shape))
		case mistake.Axes(in.Shape, b.Shape) != "":
			fail("%s", mistake.Axes(in.Shape, b.Shape))
		case in.Integers != b.Integers || in.Below != b.Below:
			fail("got %s, want %s", kindOfNumbers(in), kindOfNumbers(b))
		case in.Columns != nil && len(in.Columns) != n:
			fail("got %d names of columns, want %d", len(in.Columns), n)
		case in.Categories != nil && len(in.Categories) != n:
			fail("got categories of %d columns, want %d", len(in.Categories), n)
		case in.Scale == 0 && in.Shift != 0 || in.Scale != 0 && in.Integers:
			fail("got the Scale %v and the Shift %v, want those of a field", in.Scale, in.Shift)
		}
		seen[in.Name] = true
	}
	for _, in := range built.Inputs {
		if !seen[in.Name] {
			wrong = append(wrong, fmt.Sprintf("the input %q: got no description, want one", in.Name))
		}
	}
	return append(wrong, m.Target.wrong(m.Output)...)
}

// wrongInputs lists what is wrong with the inputs by themselves.
func (m *ModelInfo) wrongInputs() (out []string) {
	for i, in := range m.Inputs {
		text := in.wrong()
		if text == "" && slices.ContainsFunc(m.Inputs[:i], func(other InputInfo) bool { return other.Name == in.Name }) {
			text = "got two descriptions, want one"
		}
		if text != "" {
			out = append(out, fmt.Sprintf("the input %q: %s", mistake.Clip(in.Name), text))
		}
	}
	return out
}

// kindOfNumbers says what an input takes.
func kindOfNumbers(in InputInfo) string {
	switch {
	case !in.Integers:
		return "numbers"
	case in.Below == 0:
		return "integers"
	}
	return fmt.Sprintf("integers in [0, %d)", in.Below)
}

// sizeOf returns the number of elements of a shape, and whether all axes are positive and
// the product is an int.
func sizeOf(shape []int) (n int, ok bool) {
	n = 1
	for _, d := range shape {
		if d < 1 || n > (1<<31-1)/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}

// adopt takes over what the field of the training set says. Without an output for each class
// the outputs are no classes, and neither is the target.
func (t *TargetInfo) adopt(f data.Field, output []int) {
	t.Columns = f.Columns
	if f.Classes > 0 && f.Classes <= mostClasses(output) {
		t.Classes, t.ClassNames = f.Classes, f.ClassNames
	}
}

// mostClasses returns the number of classes that an output of the shape can tell apart. One
// number tells two apart.
func mostClasses(output []int) int {
	if len(output) == 0 {
		return 2
	}
	return max(2, output[len(output)-1])
}

// wrong lists what does not fit the output.
func (t TargetInfo) wrong(output []int) (out []string) {
	most := mostClasses(output)
	switch {
	case t.Classes < 0 || t.Classes == 1:
		out = append(out, fmt.Sprintf("the target %q: got %d classes, want none or at least 2", mistake.Clip(t.Name), t.Classes))
	case t.Classes > most:
		out = append(out, fmt.Sprintf("the target %q: got %d classes, want at most %d, which the output tells apart", mistake.Clip(t.Name), t.Classes, most))
	case t.ClassNames != nil && len(t.ClassNames) != t.Classes:
		out = append(out, fmt.Sprintf("the target %q: got %d class names, want %d", mistake.Clip(t.Name), len(t.ClassNames), t.Classes))
	}
	return out
}

// noClasses says why names of classes that were given do not fit the outputs, or the numbers
// of the target in d; nil is no data set. Too many names are found by wrong.
func (t TargetInfo) noClasses(output []int, d *data.Dataset) (out []string) {
	if most := mostClasses(output); t.Classes < most {
		out = append(out, fmt.Sprintf("the target %q: got %d names of classes, want %d, one for each class that the output tells apart", mistake.Clip(t.Name), t.Classes, most))
	}
	f, ok := d.Field(t.Name)
	if !ok || f.Integers() || len(output) > 1 { // steps of a sequence may have anything behind its end
		return out
	}
	if row, _, v, found := f.Find(func(v float64) bool { return v < 0 || v > 1 }); found {
		out = append(out, fmt.Sprintf("the target %q: got names of classes and a target of numbers, %v in %s of the data set; want labels, or numbers from 0 to 1", mistake.Clip(t.Name), v, rowIn(f, row)))
	}
	return out
}
