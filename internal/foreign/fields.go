package foreign

import (
	"fmt"
	"reflect"

	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// fields reads the unexported fields of one of gorgonia's operators. Its error is
// sticky: a field that this version of gorgonia does not have, or has of another
// type, reads as zero, and err says which was the first.
type fields struct {
	v     reflect.Value
	first *error
}

func fieldsOf(x any) fields {
	v := reflect.ValueOf(x)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return fields{v, new(error)}
}

// of are the fields of another operator, whose error is f's.
func (f fields) of(x any) fields { return fields{fieldsOf(x).v, f.first} }

// err is nil as long as all fields could be read.
func (f fields) err() error { return *f.first }

// fail keeps the error if it is the first.
func (f fields) fail(format string, args ...any) {
	if *f.first == nil {
		*f.first = op.Unsupportedf("%s, so this is another gorgonia than v0.9.18", fmt.Sprintf(format, args...))
	}
}

// field is the field key if it is of a kind that is accepted, else the zero Value.
func (f fields) field(key string, accept func(v reflect.Value) bool) (v reflect.Value) {
	if f.v.Kind() == reflect.Struct {
		if t, found := f.v.Type().FieldByName(key); found {
			v, _ = f.v.FieldByIndexErr(t.Index)
		}
	}
	if v.IsValid() && accept(v) {
		return v
	}
	got := "there is none"
	if v.IsValid() {
		got = "it is of the type " + v.Type().String()
	}
	f.fail("the field %s of gorgonia's %s cannot be read: %s", key, f.v.Type().Name(), got)
	return reflect.Value{}
}

// is accepts the fields of a kind.
func is(k reflect.Kind) func(v reflect.Value) bool {
	return func(v reflect.Value) bool { return v.Kind() == k }
}

func (f fields) bool(key string) bool {
	v := f.field(key, is(reflect.Bool))
	return v.IsValid() && v.Bool()
}

func (f fields) float(key string) float64 {
	if v := f.field(key, reflect.Value.CanFloat); v.IsValid() {
		return v.Float()
	}
	return 0
}

func (f fields) int(key string) int {
	v := f.field(key, func(v reflect.Value) bool { return v.CanInt() || v.CanUint() })
	switch {
	case v.CanInt():
		return int(v.Int())
	case v.CanUint():
		return int(v.Uint())
	}
	return 0
}

func (f fields) ints(key string) []int {
	v := f.field(key, func(v reflect.Value) bool {
		return v.Kind() == reflect.Slice && reflect.Zero(v.Type().Elem()).CanInt()
	})
	if !v.IsValid() {
		return nil
	}
	out := make([]int, v.Len())
	for i := range out {
		out[i] = int(v.Index(i).Int())
	}
	return out
}

// operator is the operator that is embedded as key, a pointer; nil if it cannot
// be read.
func (f fields) operator(key string) gorgonia.Op {
	v := f.field(key, is(reflect.Pointer))
	if !v.IsValid() || v.IsNil() {
		return nil
	}
	o, _ := reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Interface().(gorgonia.Op)
	return o
}
