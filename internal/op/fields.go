package op

import (
	"reflect"
	"slices"

	"gorgonia.org/gorgonia"
)

// fields reads the unexported fields of gorgonia's operators by plain reflection.
// Its error is sticky: a field that this version of gorgonia does not have, or has
// of another kind, reads as zero, and err says which was the first.
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

// name is the type's name, as "sumOp".
func (f fields) name() string { return f.v.Type().Name() }

// err is nil as long as all fields were there.
func (f fields) err() error { return *f.first }

// field is the field key if it is of one of the kinds.
func (f fields) field(key string, kinds ...reflect.Kind) (v reflect.Value, ok bool) {
	if f.v.Kind() == reflect.Struct {
		v = f.v.FieldByName(key)
	}
	ok = v.IsValid() && slices.Contains(kinds, v.Kind())
	if !ok && *f.first == nil {
		got := "there is none"
		if v.IsValid() {
			got = "it is of the type " + v.Type().String()
		}
		*f.first = Unsupportedf("the field %s of gorgonia's %s cannot be read: %s, so this is another gorgonia than v0.9.18", key, f.v.Type(), got)
	}
	return v, ok
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
	if !ok {
		return nil
	}
	out := make([]int, v.Len())
	for i := range out {
		out[i] = f.element(key, v.Index(i))
	}
	return out
}

// element is an element of the list key.
func (f fields) element(key string, v reflect.Value) int {
	if !slices.Contains(intKinds, v.Kind()) {
		if *f.first == nil {
			*f.first = Unsupportedf("the field %s of gorgonia's %s cannot be read: it lists %s, so this is another gorgonia than v0.9.18", key, f.v.Type(), v.Type())
		}
		return 0
	}
	return int(v.Int())
}

// inner are the fields of the operator that is embedded as key.
func (f fields) inner(key string) fields {
	v, _ := f.field(key, reflect.Struct)
	return fields{v, f.first}
}

// operator is the embedded operator key, a pointer, or nil.
func (f fields) operator(key string) gorgonia.Op {
	v, ok := f.field(key, reflect.Pointer)
	if !ok || v.IsNil() {
		return nil
	}
	o, _ := reflect.NewAt(v.Type().Elem(), v.UnsafePointer()).Interface().(gorgonia.Op)
	return o
}

// childrenOf are the operands of a node in order. Gorgonia's exported methods
// give them without order and repeats.
func childrenOf(n *gorgonia.Node) []*gorgonia.Node {
	v := reflect.ValueOf(n).Elem().FieldByName("children")
	out := make([]*gorgonia.Node, v.Len())
	for i := range out {
		out[i] = (*gorgonia.Node)(v.Index(i).UnsafePointer())
	}
	return out
}

// expect enters the next node of g in gorgonia's index of nodes by ID. Gorgonia
// looks every new node up there and otherwise searches all nodes for it, which
// makes graphs take a time that grows with the square of their size. Without
// these fields, nothing happens.
func expect(g *gorgonia.ExprGraph) {
	v := reflect.ValueOf(g).Elem()
	byID, all, counter := v.FieldByName("byID"), v.FieldByName("all"), v.FieldByName("counter")
	if byID.Kind() != reflect.Map || all.Kind() != reflect.Slice || !counter.CanUint() {
		return
	}
	if index, ok := reflect.NewAt(byID.Type(), byID.Addr().UnsafePointer()).Interface().(*map[int64]int); ok && *index != nil {
		(*index)[int64(counter.Uint())] = all.Len()
	}
}
