package schedule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// kinds are the schedules that Unmarshal reads, by the names in JSON.
var kinds = map[string]reflect.Type{}

func init() {
	for _, s := range []Schedule{Step{}, MultiStep{}, Exponential{}, Cosine{}, CosineRestarts{}, Linear{}, Polynomial{}, OneCycle{}, Cyclic{},
		Noam{}, InverseRoot{}, WarmUp{}, PerEpoch{}, Scale{}, Clamp{}, Sequence{}, Product{}, Plateau{}} {
		kinds[reflect.TypeOf(s).Name()] = reflect.TypeOf(s)
	}
}

var (
	oneSchedule   = reflect.TypeFor[Schedule]()
	manySchedules = reflect.TypeFor[[]Schedule]()
)

// Marshal returns s as JSON with the names of the types, such as
// {"type":"Cosine","Rate":0.1}. A Constant is a number. Settings that are 0 are left out. A
// type of your own is {"type":"main.Mine","settings":…}, with what json.Marshal makes of it.
//
// Errors: ErrOption for a nil Schedule; ErrUnsupported for a Func; those of json.Marshal.
func Marshal(s Schedule) ([]byte, error) {
	text, err := write(s)
	return text, errors.Wrap(err, "schedule: Marshal")
}

func write(s Schedule) ([]byte, error) {
	if mistake.IsNil(s) {
		return nil, Validate(s)
	}
	v := reflect.Indirect(reflect.ValueOf(s))
	switch kind := v.Type(); {
	case kind == reflect.TypeFor[Constant](), kind == reflect.TypeFor[Func]():
		return json.Marshal(s)
	case kinds[kind.Name()] != kind:
		settings, err := json.Marshal(s)
		return fmt.Appendf(nil, `{"type":%q,"settings":%s}`, fmt.Sprintf("%T", s), settings), err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":%q`, v.Type().Name())
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if f.IsZero() {
			continue
		}
		text, err := writeField(f)
		if err != nil {
			return nil, errors.Wrap(err, v.Type().Name()+"."+name)
		}
		fmt.Fprintf(&b, `,%q:%s`, name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func writeField(f reflect.Value) ([]byte, error) {
	switch f.Type() {
	case oneSchedule:
		return write(f.Interface().(Schedule))
	case manySchedules:
		list := []json.RawMessage{}
		for _, s := range f.Interface().([]Schedule) {
			text, err := write(s)
			if err != nil {
				return nil, err
			}
			list = append(list, text)
		}
		return json.Marshal(list)
	}
	return json.Marshal(f.Interface())
}

// Unmarshal returns the schedule that Marshal has written. It does not check the settings:
// see Validate.
//
// Errors: ErrUnsupported for a type that is not one of this package; ErrOption for a setting
// that the type does not have; those of json.Unmarshal.
func Unmarshal(text []byte) (Schedule, error) {
	s, err := read(text)
	return s, errors.Wrap(err, "schedule: Unmarshal")
}

func read(text []byte) (Schedule, error) {
	var rate Constant
	if json.Unmarshal(text, &rate) == nil && string(bytes.TrimSpace(text)) != "null" {
		return rate, nil
	}
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, err
	}
	kind, ok := kinds[head.Type]
	if !ok {
		return nil, mistake.Newf(mistake.ErrUnsupported, "got a schedule of the type %q, want one of this package", head.Type)
	}
	p := reflect.New(kind)
	if err := readFields(text, p.Interface()); err != nil {
		return nil, err
	}
	return p.Elem().Interface().(Schedule), nil
}

// readFields sets the fields of a schedule, p pointing to it, to those of text.
func readFields(text []byte, p any) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return err
	}
	v := reflect.ValueOf(p).Elem()
	v.SetZero()
	for name, text := range fields {
		if name == "type" {
			continue
		}
		f := v.FieldByName(name)
		if !f.IsValid() {
			return mistake.Optionf("%s: got the setting %q, which it does not have", v.Type().Name(), name)
		}
		if err := readField(f, text); err != nil {
			return errors.Wrap(err, v.Type().Name()+"."+name)
		}
	}
	return nil
}

func readField(f reflect.Value, text []byte) error {
	switch f.Type() {
	case oneSchedule:
		s, err := read(text)
		if err == nil {
			f.Set(reflect.ValueOf(s))
		}
		return err
	case manySchedules:
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err != nil {
			return err
		}
		out := make([]Schedule, len(list))
		for i := range list {
			var err error
			if out[i], err = read(list[i]); err != nil {
				return err
			}
		}
		f.Set(reflect.ValueOf(out))
		return nil
	}
	return json.Unmarshal(text, f.Addr().Interface())
}

// Walk calls visit for s and for every schedule within it, from the outside in.
func Walk(s Schedule, visit func(Schedule)) {
	if mistake.IsNil(s) {
		return
	}
	visit(s)
	v := reflect.Indirect(reflect.ValueOf(s))
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch f := v.Field(i).Interface().(type) {
		case []Schedule:
			for _, x := range f {
				Walk(x, visit)
			}
		case Schedule:
			Walk(f, visit)
		}
	}
}
