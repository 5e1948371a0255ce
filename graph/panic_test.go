package graph_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// TestNoPanic calls every method of Builder with arguments of random shapes and
// numbers, most of which make no sense, on a graph that is whole and on one that
// has failed: what a user does wrong is an error.
func TestNoPanic(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	typ := reflect.TypeFor[*graph.Builder]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		for range 40 {
			b := graph.New(nil)
			if r.IntN(10) == 0 {
				b.Fail(fmt.Errorf("a mistake before"))
			}
			args := []reflect.Value{reflect.ValueOf(b)}
			for k := 1; k < m.Type.NumIn(); k++ {
				in := m.Type.In(k)
				if m.Type.IsVariadic() && k == m.Type.NumIn()-1 {
					for range r.IntN(4) {
						args = append(args, anything(b, r, in.Elem(), 0))
					}
					break
				}
				args = append(args, anything(b, r, in, 0))
			}
			call(t, m, args)
		}
	}
}

func call(t *testing.T, m reflect.Method, args []reflect.Value) {
	defer func() {
		if e := recover(); e != nil {
			var text []string
			for _, a := range args[1:] {
				if n, ok := a.Interface().(*gorgonia.Node); ok && n != nil {
					text = append(text, fmt.Sprint(n.Shape()))
				} else {
					text = append(text, fmt.Sprintf("%+v", a.Interface()))
				}
			}
			t.Errorf("%s%v: panic: %v", m.Name, text, e)
		}
	}()
	m.Func.Call(args)
}

// anything is a random value of a type.
func anything(b *graph.Builder, r *rand.Rand, t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == reflect.TypeFor[*gorgonia.Node]():
		if r.IntN(30) == 0 || b.Err() != nil {
			return v // nil
		}
		shape := make([]int, r.IntN(6))
		for i := range shape {
			shape[i] = []int{0, 1, 2, 2, 3, 4}[r.IntN(6)]
		}
		name := fmt.Sprint("n", r.Uint64())
		if r.IntN(8) == 0 {
			return reflect.ValueOf(b.Ints(name, shape...))
		}
		return reflect.ValueOf(b.Input(name, shape...))
	case t == reflect.TypeFor[graph.Config]():
		return v
	}
	switch t.Kind() {
	case reflect.Int:
		v.SetInt(int64([]int{-7, -2, -1, 0, 1, 2, 3, 5}[r.IntN(8)]))
	case reflect.Uint8:
		v.SetUint(uint64(r.IntN(9)))
	case reflect.Uint64:
		v.SetUint(r.Uint64())
	case reflect.Float64:
		v.SetFloat([]float64{-1, 0, 0.5, 1, 2, math.Inf(1), math.NaN()}[r.IntN(7)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.String:
		v.SetString([]string{"", "x", "ij,jk->ik", "...i->i...", "ii", "->", "a,a,a->"}[r.IntN(7)])
	case reflect.Slice:
		n := r.IntN(4)
		v.Set(reflect.MakeSlice(t, n, n))
		for i := range n {
			v.Index(i).Set(anything(b, r, t.Elem(), depth+1))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && depth < 3 {
				v.Field(i).Set(anything(b, r, t.Field(i).Type, depth+1))
			}
		}
	case reflect.Func:
		v.Set(reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { return make([]reflect.Value, t.NumOut()) }))
		if t.NumOut() > 0 {
			return reflect.Zero(t)
		}
	}
	return v
}
