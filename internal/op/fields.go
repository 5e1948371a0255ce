package op

import (
	"reflect"

	"gorgonia.org/gorgonia"
)

// fields reads the unexported fields of gorgonia's operators and nodes by plain
// reflection. No other file of the project does.
type fields struct{ v reflect.Value }

func fieldsOf(x any) fields {
	v := reflect.ValueOf(x)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return fields{v}
}

// name is the type's name, as "sumOp".
func (f fields) name() string { return f.v.Type().Name() }

func (f fields) bool(key string) bool { return f.v.FieldByName(key).Bool() }

func (f fields) float(key string) float64 { return f.v.FieldByName(key).Float() }

func (f fields) uint(key string) int { return int(f.v.FieldByName(key).Uint()) }

func (f fields) int(key string) int { return int(f.v.FieldByName(key).Int()) }

func (f fields) ints(key string) []int {
	v := f.v.FieldByName(key)
	out := make([]int, v.Len())
	for i := range out {
		out[i] = int(v.Index(i).Int())
	}
	return out
}

// operator is the embedded operator key, a pointer, or nil.
func (f fields) operator(key string) gorgonia.Op {
	v := f.v.FieldByName(key)
	if v.Kind() != reflect.Pointer || v.IsNil() {
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
