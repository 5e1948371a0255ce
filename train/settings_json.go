package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// settingsJSON returns the settings x, such as an Optimizer, as a JSON object with the name
// of their type:
//
//	{"type":"EMA","Optimizer":{"type":"AdamW","Beta1":0,...},"Decay":0.99,"WarmUp":false}
//
// Equal settings have equal text, so a run's file says by it what a training was made with.
// The order is that of the fields. Settings within settings have their type too. Numbers that
// JSON does not have are strings: "+Inf". Functions and fields that are not exported are left
// out. A type of another package that writes itself has that text as its "value".
func settingsJSON(x any) (json.RawMessage, error) {
	var b bytes.Buffer
	err := try("MarshalJSON", func() error { return writeSettings(&b, reflect.ValueOf(x)) })
	if err != nil {
		return nil, errors.Wrapf(err, "the settings of %T", x)
	}
	return b.Bytes(), nil
}

var (
	optimizerType = reflect.TypeFor[Optimizer]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
	home          = reflect.TypeFor[Adam]().PkgPath()
)

// writeSettings writes a value of a named type with its name.
func writeSettings(b *bytes.Buffer, v reflect.Value) error {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		v = v.Elem()
	}
	if !v.IsValid() {
		b.WriteString("null")
		return nil
	}
	t := v.Type()
	name := t.String()
	if t.PkgPath() == home {
		name = t.Name()
	}
	fmt.Fprintf(b, `{"type":%q`, name)
	if t.Kind() != reflect.Struct || t.PkgPath() != home && t.Implements(marshalerType) {
		text, err := json.Marshal(v.Interface())
		if err != nil {
			return err
		}
		fmt.Fprintf(b, `,"value":%s}`, text)
		return nil
	}
	return writeFields(b, v, ",")
}

// writeFields writes the fields of a struct and the end of its object. before goes before the
// first field.
func writeFields(b *bytes.Buffer, v reflect.Value, before string) error {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Type.Kind() == reflect.Func || f.Tag.Get("json") == "-" {
			continue
		}
		fmt.Fprintf(b, "%s%q:", before, fieldName(f))
		before = ","
		if err := writeSetting(b, f.Type, v.Field(i)); err != nil {
			return errors.Wrap(err, f.Name)
		}
	}
	b.WriteByte('}')
	return nil
}

// composite are the kinds that may hold what JSON does not say: a type, or an infinity.
var composite = []reflect.Kind{reflect.Interface, reflect.Struct, reflect.Float64}

// fieldName is the name that a field has in JSON.
func fieldName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
		return name
	}
	return f.Name
}

// writeSetting writes the value of a field of type t.
func writeSetting(b *bytes.Buffer, t reflect.Type, v reflect.Value) error {
	switch {
	case t == optimizerType && v.IsNil():
		return writeSettings(b, reflect.ValueOf(inner(nil)))
	case t.Kind() == reflect.Interface:
		return writeSettings(b, v)
	case t.Kind() == reflect.Float64 && !isFinite(v.Float()):
		fmt.Fprintf(b, "%q", infinite(v.Float()))
		return nil
	case t.Implements(marshalerType):
	case t.Kind() == reflect.Slice && !v.IsNil() && slices.Contains(composite, t.Elem().Kind()):
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeSetting(b, t.Elem(), v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case t.Kind() == reflect.Struct:
		b.WriteByte('{')
		return writeFields(b, v, "")
	}
	text, err := json.Marshal(v.Interface())
	b.Write(text)
	return err
}

// infinite returns how a number is written that JSON does not have.
func infinite(x float64) string {
	switch {
	case math.IsNaN(x):
		return "NaN"
	case x > 0:
		return "+Inf"
	}
	return "-Inf"
}

// MarshalJSON writes the settings with the name of the type, and those of the other
// Optimizer with the name of its type.
func (o ClipNorm) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o ClipParam) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o ClipValue) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o Maximize) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o EMA) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o SWA) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o Lookahead) MarshalJSON() ([]byte, error) { return settingsJSON(o) }

// MarshalJSON is that of ClipNorm.
func (o MaxNorm) MarshalJSON() ([]byte, error) { return settingsJSON(o) }
