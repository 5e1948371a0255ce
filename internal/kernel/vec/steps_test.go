package vec

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"unsafe"
)

// eachStep calls f with the name of each field of l.steps, the number of its slices, and
// a call of it.
func eachStep[T Float](l *Loops[T], f func(name string, slices int, call func(s [][]T))) {
	all := reflect.ValueOf(&l.steps).Elem()
	for i := range all.NumField() {
		field := all.Type().Field(i)
		body := reflect.NewAt(field.Type, all.Field(i).Addr().UnsafePointer()).Elem()
		slices := 0
		args := make([]reflect.Value, field.Type.NumIn())
		r := rand.New(rand.NewPCG(5, uint64(len(args))))
		for k := range args {
			if field.Type.In(k).Kind() == reflect.Slice {
				slices++
			} else {
				args[k] = reflect.ValueOf(T(0.01 + 0.98*r.Float64()))
			}
		}
		f(field.Name, slices, func(s [][]T) {
			for k, x := range s {
				args[k] = reflect.ValueOf(x)
			}
			body.Call(args)
		})
	}
}

// TestSteps holds the steps of optimizers at every level to those in Go, to the bit, for
// all lengths and with numbers at which formulas break.
func TestSteps(t *testing.T) {
	levels(t, func(t *testing.T) {
		stepsAreEqual(t, &F32)
		stepsAreEqual(t, &F64)
	})
}

func stepsAreEqual[T Float](t *testing.T, l *Loops[T]) {
	ref := portable[T]()
	results := func(l *Loops[T], fill func(n int, seed uint64) []T) map[string][][]T {
		all := map[string][][]T{}
		eachStep(l, func(name string, slices int, call func(s [][]T)) {
			for _, n := range lengths {
				list, mem := make([][]T, slices), make([][]T, slices)
				for k := range list {
					mem[k] = make([]T, n+32)
					list[k] = mem[k][16 : 16+n : 16+n]
					copy(list[k], fill(n, uint64(k)))
				}
				call(list)
				all[fmt.Sprint(name, " of ", n)] = mem
			}
		})
		return all
	}
	for _, fill := range []func(n int, seed uint64) []T{random[T], finite[T], positives[T]} {
		want := results(&ref, fill)
		for name, got := range results(l, fill) {
			for k, s := range got {
				for i, x := range s {
					y := want[name][k][i]
					if math.Float64bits(float64(x)) != math.Float64bits(float64(y)) && (x == x || y == y) {
						t.Fatalf("%s, %T: element %d of slice %d is %v, want %v", name, x, i-16, k, x, y)
					}
				}
			}
		}
	}
}

// positives are positive numbers, as means of squares are.
func positives[T Float](n int, seed uint64) []T {
	a := finite[T](n, seed)
	for i, x := range a {
		a[i] = x * x
	}
	return a
}

// BenchmarkSteps times the steps of optimizers, and a copy, by the bytes that they read and
// write: in the second-level cache and out of all caches.
func BenchmarkSteps(b *testing.B) {
	eachLevel(func(level string) {
		for _, size := range []struct {
			name  string
			bytes int
		}{{"256KB", 1 << 18}, {"64MB", 1 << 26}} {
			stepSpeeds(b, &F32, level+"/"+size.name, size.bytes)
			stepSpeeds(b, &F64, level+"/"+size.name, size.bytes)
		}
	})
}

func stepSpeeds[T Float](b *testing.B, l *Loops[T], name string, bytes int) {
	elem := int(unsafe.Sizeof(T(0)))
	run := func(step string, slices, moved int, call func(s [][]T)) {
		b.Run(fmt.Sprintf("%s/%s/float%d", step, name, 8*elem), func(b *testing.B) {
			n := bytes / elem / slices
			list := make([][]T, slices)
			for k := range list {
				list[k] = make([]T, n)
				for i := range list[k] {
					list[k][i] = T(1+i%7) / 8
				}
			}
			b.SetBytes(int64(moved * n * elem))
			for b.Loop() {
				call(list)
			}
		})
	}
	run("copy", 2, 2, func(s [][]T) { copy(s[0], s[1]) })
	eachStep(l, func(step string, slices int, call func(s [][]T)) {
		moved := slices
		small := make([][]T, slices)
		for k := range small {
			small[k] = []T{T(k+1) / 8}
		}
		call(small)
		for k, s := range small {
			if s[0] != T(k+1)/8 {
				moved++ // it is written too
			}
		}
		run(step, slices, moved, call)
	})
}
