package graph_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// patience is how long one graph may take to be built, compiled and run: the
// largest that the limits allow takes some seconds, and a minute on a machine that is busy.
const patience = 5 * time.Minute

// TestAnyCall calls every operator with arguments of random shapes and
// numbers, most of which make no sense. What a user does wrong is an error, at
// once. What is accepted can be differentiated, compiled and run.
func TestAnyCall(t *testing.T) {
	times := 60
	if testing.Short() {
		times = 12
	}
	little(t)
	for i, m := range operators() {
		t.Run(m.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for range times {
				data := make([]byte, 64)
				for k := range data {
					data[k] = byte(r.Uint32())
				}
				anyCall(t, m, &draws{data})
			}
		})
	}
}

// silent are the methods that report no mistake of the call.
var silent = map[string]bool{"AcrossExamples": true, "Compile": true, "CountedMeans": true, "CountedSteps": true, "CountSteps": true, "Err": true, "Fail": true, "Graph": true,
	"IgnoredLabel": true, "InputNodes": true, "ParamNodes": true, "Params": true, "Plan": true, "SetSeed": true, "SetSharded": true, "SetTraining": true, "Scope": true, "SumsOverShards": true, "Training": true, "WeighExamples": true, "WeighedMeans": true}

// TestErrorsNameTheOperator calls every operator until it refuses: the error names this
// operator, not one that it is made of, and the line of the call.
func TestErrorsNameTheOperator(t *testing.T) {
	little(t)
	for i, m := range operators() {
		if silent[m.Name] {
			continue
		}
		want := m.Name
		if !strings.Contains(want, ".") {
			want = "graph." + want
		}
		r := rand.New(rand.NewPCG(3, uint64(i)))
		refused := 0
		for range 300 {
			data := make([]byte, 64)
			for k := range data {
				data[k] = byte(r.Uint32())
			}
			a := attempt{draws: &draws{data}, b: graph.New(graph.NewParams(graph.Float32, 1))}
			args := a.arguments(m)
			if a.b.Err() != nil {
				continue // an operand could not be made
			}
			_, _, line, _ := runtime.Caller(0)
			m.Func.Call(args)
			var e *graph.OpError
			switch err := a.b.Err(); {
			case err == nil:
				continue
			case !errors.As(err, &e):
				t.Errorf("%s: got %v, want an OpError", call(m, args), err)
			case e.Package+"."+e.Op != want || e.At != fmt.Sprintf("reflect_test.go:%d", line+1):
				t.Errorf("%s: got %v, want an error of %s at line %d", call(m, args), err, want, line+1)
			case !strings.Contains(err.Error(), "want "):
				t.Errorf("%s: got %v, which does not say what is wanted", call(m, args), err)
			}
			if refused++; refused == 8 {
				break
			}
		}
		if refused == 0 {
			t.Errorf("%s: never refuses", m.Name)
		}
	}
}

// TestNilOperands calls every operator that takes nodes with nil ones: each says so.
func TestNilOperands(t *testing.T) {
	little(t)
	for i, m := range operators() {
		r := rand.New(rand.NewPCG(2, uint64(i)))
		for range 30 {
			data := make([]byte, 64)
			for k := range data {
				data[k] = byte(r.Uint32())
			}
			a := attempt{draws: &draws{data}, b: graph.New(nil), nils: true}
			args := a.arguments(m)
			text := call(m, args)
			for _, v := range m.Func.Call(args) {
				if n, ok := v.Interface().(*gorgonia.Node); ok && n == nil && a.b.Err() == nil {
					t.Errorf("%s: a nil node and no error", text)
				}
			}
		}
	}
}

// little leaves a graph so little memory that what it accepts is computed at once.
func little(t testing.TB) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before := debug.SetMemoryLimit(int64(m.Sys-m.HeapReleased) + 1<<26)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
}

// FuzzBuilder is TestAnyCall with calls that the fuzzer chooses.
func FuzzBuilder(f *testing.F) {
	little(f)
	all := operators()
	for i := range all {
		f.Add([]byte{byte(i >> 8), byte(i), 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d := &draws{data}
		anyCall(t, all[(d.IntN(256)<<8|d.IntN(256))%len(all)], d)
	})
}

// anyCall calls a method of a new Builder with drawn arguments, and uses what it
// returns.
func anyCall(t *testing.T, m operator, d *draws) {
	a := attempt{draws: d, b: graph.New(graph.NewParams(graph.DType(d.IntN(2)), 1))}
	if d.IntN(10) == 0 {
		a.b.Fail(fmt.Errorf("a mistake before"))
	}
	args := a.arguments(m)
	text := call(m, args)
	late := time.AfterFunc(patience, func() { panic("no answer from " + text) })
	defer late.Stop()
	defer func() {
		if e := recover(); e != nil {
			t.Errorf("%s: panic: %v", text, e)
		}
	}()
	results := m.Func.Call(args)
	if err := a.use(results); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

// attempt is a Builder and what its calls are drawn from.
type attempt struct {
	*draws
	b      *graph.Builder
	made   int              // inputs so far
	floats []*gorgonia.Node // those of floats
	nils   bool             // all nodes are nil
}

// arguments are the receiver and an argument for each parameter of the method.
func (a *attempt) arguments(m operator) []reflect.Value {
	args := []reflect.Value{reflect.ValueOf(a.b)}
	for k := 1; k < m.Type.NumIn(); k++ {
		in := m.Type.In(k)
		if m.Type.IsVariadic() && k == m.Type.NumIn()-1 {
			for range a.IntN(4) {
				args = append(args, a.anything(in.Elem(), 0))
			}
			break
		}
		args = append(args, a.anything(in, 0))
	}
	return args
}

// use differentiates, compiles and runs the nodes among the results of a call. An
// error is an answer too, unless it is a fault of this module.
func (a *attempt) use(results []reflect.Value) error {
	var out []*gorgonia.Node
	for _, v := range results {
		switch x := v.Interface().(type) {
		case *gorgonia.Node:
			out = append(out, x)
		case []*gorgonia.Node:
			out = append(out, x...)
		case error:
			return fault(x)
		}
	}
	if a.b.Err() != nil || len(out) == 0 {
		return fault(a.b.Err())
	}
	for _, n := range out {
		if n == nil {
			return errors.New("a nil node and no error")
		}
	}
	if wrt := a.floats; len(wrt) > 0 && out[0].Shape().TotalSize() > 0 {
		if g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, a.b.Sum(out[0]), wrt...); err == nil {
			out = append(out, g...)
		} else if fault(err) != nil {
			return err
		}
	}
	p, err := a.b.Compile(graph.Options{Outputs: out, Workers: 1, MemoryLimit: 1 << 28})
	if err != nil {
		return fault(err)
	}
	for _, in := range p.Inputs() {
		n := 1
		for _, d := range in.Shape {
			n *= d
		}
		if in.Ints {
			v := make([]int, n)
			for i := range v {
				v[i] = a.IntN(5) - 1
			}
			err = graph.InputOf[int](p, in.Name).Set(v)
		} else {
			v := make([]float64, n)
			for i := range v {
				v[i] = float64(a.IntN(9)-4) / 2
			}
			err = graph.InputOf[float64](p, in.Name).Set(v)
		}
		if err != nil {
			return fault(err)
		}
	}
	return fault(p.Run())
}

// fault is err where it speaks of a fault of this module, not of its user.
func fault(err error) error {
	if err != nil && (strings.Contains(err.Error(), "internal error") || strings.Contains(err.Error(), "panic")) {
		return err
	}
	return nil
}

// call is how the call reads.
func call(m operator, args []reflect.Value) string {
	var text []string
	for _, a := range args[1:] {
		s := fmt.Sprintf("%+v", a.Interface())
		if n, ok := a.Interface().(*gorgonia.Node); ok && n != nil {
			s = fmt.Sprint(n.Dtype(), n.Shape())
		}
		text = append(text, s)
	}
	return m.Name + "(" + strings.Join(text, ", ") + ")"
}

// draws are numbers drawn from bytes, zeros when they are used up.
type draws struct{ data []byte }

// IntN is a number of [0, n), n ≤ 256.
func (d *draws) IntN(n int) int {
	if len(d.data) == 0 {
		return 0
	}
	v := int(d.data[0])
	d.data = d.data[1:]
	return v % n
}

// Numbers that arguments are drawn from: some small ones that may fit, some at the
// edges.
var (
	ints     = []int64{1, 2, 0, 3, 1, 2, -1, 5, 1, 2, -2, -7, 60, 1 << 16, 1 << 24, 1 << 31, 1 << 40, math.MaxInt64, math.MinInt64}
	floats   = []float64{1, 0.5, 0, 2, -1, 1e-300, 1e39, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	texts    = []string{"x", "", "ij,jk->ik", "...i->i...", "ii", "->", "a,a,a->", "\x00", strings.Repeat("ij", 40)}
	extents  = []int{2, 1, 2, 3, 2, 4, 0}
	nodeType = reflect.TypeFor[*gorgonia.Node]()
)

// anything is a value of a type.
func (a *attempt) anything(t reflect.Type, depth int) reflect.Value {
	v := reflect.New(t).Elem()
	switch {
	case t == nodeType:
		return reflect.ValueOf(a.node())
	case t == reflect.TypeFor[graph.Options]():
		return v
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(int(ints[a.IntN(len(ints))])))
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(uint64(a.IntN(16)))
	case reflect.Float64:
		v.SetFloat(floats[a.IntN(len(floats))])
	case reflect.Bool:
		v.SetBool(a.IntN(2) == 0)
	case reflect.String:
		v.SetString(texts[a.IntN(len(texts))])
	case reflect.Slice:
		n := a.IntN(4)
		v.Set(reflect.MakeSlice(t, n, n))
		for i := range n {
			v.Index(i).Set(a.anything(t.Elem(), depth+1))
		}
	case reflect.Array:
		for i := range t.Len() {
			v.Index(i).Set(a.anything(t.Elem(), depth+1))
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && depth < 3 {
				v.Field(i).Set(a.anything(t.Field(i).Type, depth+1))
			}
		}
	case reflect.Func:
		if t.NumOut() > 0 {
			return v // nil
		}
		v.Set(reflect.MakeFunc(t, func([]reflect.Value) []reflect.Value { return nil }))
	}
	return v
}

// node is a new input, or nil.
func (a *attempt) node() *gorgonia.Node {
	kind := a.IntN(32)
	if kind == 31 || a.nils || a.b.Err() != nil {
		return nil
	}
	shape := make([]int, []int{2, 1, 2, 3, 4, 0, 5}[a.IntN(7)])
	for i := range shape {
		shape[i] = extents[a.IntN(len(extents))]
	}
	a.made++
	name := fmt.Sprint("n", a.made)
	if kind%5 == 4 {
		return a.b.Ints(name, shape...)
	}
	n := a.b.Input(name, shape...)
	a.floats = append(a.floats, n)
	return n
}
