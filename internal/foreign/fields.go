package foreign

import (
	"fmt"
	"reflect"
	"slices"

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

// field is the field key if it is of one of the kinds.
func (f fields) field(key string, kinds ...reflect.Kind) (v reflect.Value, ok bool) {
	if f.v.Kind() == reflect.Struct {
		if t, found := f.v.Type().FieldByName(key); found {
			v, _ = f.v.FieldByIndexErr(t.Index)
		}
	}
	ok = slices.Contains(kinds, v.Kind())
	if !ok {
		f.failField(key, v)
	}
	return v, ok
}

// failField is fail for the field key, which has the value v.
func (f fields) failField(key string, v reflect.Value) {
	got := "there is none"
	if v.IsValid() {
		got = "it is of the type " + v.Type().String()
	}
	if f.v.IsValid() { // else it is a field of what could not be read itself
		f.fail("the field %s of gorgonia's %s cannot be read: %s", key, f.v.Type().Name(), got)
	}
}

func (f fields) bool(key string) bool {
	v, ok := f.field(key, reflect.Bool)
	return ok && v.Bool()
}

func (f fields) float(key string) float64 {
	if v, ok := f.field(key, reflect.Float64, reflect.Float32); ok {
		return v.Float()
	}
	return 0
}

func (f fields) uint(key string) int {
	if v, ok := f.field(key, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64); ok {
		return int(v.Uint())
	}
	return 0
}

// intKinds are the kinds of signed integers.
var intKinds = []reflect.Kind{reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64}

func (f fields) int(key string) int {
	if v, ok := f.field(key, intKinds...); ok {
		return int(v.Int())
	}
	return 0
}

func (f fields) ints(key string) []int {
	v, ok := f.field(key, reflect.Slice)
	if ok && !slices.Contains(intKinds, v.Type().Elem().Kind()) {
		f.failField(key, v)
		return nil
	}
	if !ok {
		return nil
	}
	out := make([]int, v.Len())
	for i := range out {
		out[i] = int(v.Index(i).Int())
	}
	return out
}

// inner are the fields of the operator that is embedded as key.
func (f fields) inner(key string) fields {
	v, _ := f.field(key, reflect.Struct)
	return fields{v, f.first}
}

// operator is the operator that is embedded as key, a pointer; nil if it cannot
// be read.
func (f fields) operator(key string) gorgonia.Op {
	v, ok := f.field(key, reflect.Pointer)
	if !ok || v.IsNil() {
		return nil
	}
	o, _ := reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Interface().(gorgonia.Op)
	return o
}
