package data

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// stepTypes are the names of steps in JSON, with a new one of each.
var stepTypes = []struct {
	name string
	made func() Step
}{
	{"Scaler", func() Step { return &Scaler{} }},
	{"MinMax", func() Step { return &MinMax{} }},
	{"Impute", func() Step { return &Impute{} }},
	{"OneHotEncoder", func() Step { return &OneHotEncoder{} }},
	{"Clip", func() Step { return &Clip{} }},
	{"Log1p", func() Step { return &Log1p{} }},
	{"Join", func() Step { return &Join{} }},
}

// typeOfStep returns the name of the type of a step.
func typeOfStep(s Step) string {
	switch s.(type) {
	case *Scaler:
		return "Scaler"
	case *MinMax:
		return "MinMax"
	case *Impute:
		return "Impute"
	case *OneHotEncoder:
		return "OneHotEncoder"
	case *Clip:
		return "Clip"
	case *Log1p:
		return "Log1p"
	}
	return "Join"
}

type recipeJSON struct {
	Steps  []json.RawMessage `json:"steps"`
	Fields []FieldInfo       `json:"fields,omitempty"`
}

// MarshalJSON writes the steps with their types, settings and fitted numbers:
//
//	{"steps":[{"type":"Scaler","Field":"x","Mean":[3],"Std":[2],"Constant":null}],"fields":[...]}
//
// Errors: ErrOption for a nil step; those of encoding/json for numbers that are not finite.
func (r Recipe) MarshalJSON() ([]byte, error) {
	if err := r.whole(); err != nil {
		return nil, err
	}
	out := recipeJSON{Steps: []json.RawMessage{}, Fields: r.Fields}
	for i, s := range r.Steps {
		text, err := json.Marshal(s)
		if err != nil {
			return nil, atStep(err, i, s)
		}
		head := `{"type":"` + typeOfStep(s) + `",`
		out.Steps = append(out.Steps, append([]byte(head), text[1:]...))
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes. Errors: ErrOption for a type that is none and
// for names that the type does not have.
func (r *Recipe) UnmarshalJSON(text []byte) error {
	var in recipeJSON
	if err := strict(text, &in); err != nil {
		return errors.WithMessage(err, "data: Recipe")
	}
	out := Recipe{Fields: in.Fields}
	for i, text := range in.Steps {
		s, err := readStep(text)
		if err != nil {
			return errors.WithMessagef(err, "data: Recipe: step %d", i)
		}
		out.Steps = append(out.Steps, s)
	}
	*r = out
	return nil
}

// readStep reads one step.
func readStep(text []byte) (Step, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, mistake.Optionf("%v", err)
	}
	var name string
	if err := json.Unmarshal(all["type"], &name); err != nil {
		return nil, mistake.Optionf("got no type, want the name of one such as \"Scaler\"")
	}
	delete(all, "type")
	rest, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, t := range stepTypes {
		if t.name == name {
			s := t.made()
			return s, errors.WithMessage(strict(rest, s), name)
		}
		names = append(names, t.name)
	}
	return nil, mistake.Optionf("got the type %.40q, want one of %s", name, mistake.Names(names))
}

// strict decodes one JSON object and refuses names that are unknown.
func strict(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return mistake.Optionf("%v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return mistake.Optionf("got text after the JSON object, want none")
	}
	return nil
}
