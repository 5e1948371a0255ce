package augment

import (
	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ErrOption: a setting has no meaning.
var ErrOption = mistake.ErrOption

// ErrShape: a Transform does not take examples of the shape.
var ErrShape = mistake.ErrShape

// Fields holds the transforms of each field by its name. They are applied in order.
type Fields map[string][]Transform

// Transform changes examples. It holds settings only, so one may serve several fields and
// trainers.
type Transform interface {
	// Check returns an error if the settings have no meaning, or if examples such as x
	// cannot be changed. It is called before the first step.
	Check(x *Example) error
	// Apply changes x in place. It must not keep x. A Fit calls it on a goroutine of its own.
	Apply(x *Example)
}

// Func is a Transform of your own. It takes its random numbers from x:
//
//	brighter := augment.Func(func(x *augment.Example) {
//		by := 0.2 * x.Uniform()
//		for i := range x.Values {
//			x.Values[i] += by
//		}
//	})
type Func func(x *Example)

// Check returns an ErrOption for a nil function.
func (f Func) Check(*Example) error {
	if f == nil {
		return mistake.Optionf("Func: got nil, want a function")
	}
	return nil
}

// Apply calls f.
func (f Func) Apply(x *Example) { f(x) }

// Example is one example of a field as a batch gets it, with random numbers of its own. It
// is for one goroutine.
type Example struct {
	Shape  []int     // must not be changed
	Values []float64 // the numbers, row-major; nil of integers
	Ints   []int     // the integers, row-major; nil of numbers

	spare []float64 // for a copy of Values
	key   uint64
	drawn int // numbers so far
}

// Uniform draws a number that is uniform in [0, 1).
func (x *Example) Uniform() float64 {
	var u [1]float64
	draw.Uniform(u[:], x.key, x.drawn)
	x.drawn++
	return u[0]
}

// Normal draws a number of the standard normal distribution.
func (x *Example) Normal() float64 {
	var z [1]float64
	draw.Normal(z[:], x.key, x.drawn)
	x.drawn++
	return z[0]
}

// Below draws an integer that is uniform in 0..n-1, for n of at least 1.
func (x *Example) Below(n int) int { return int(x.Uniform() * float64(n)) }

// Copy returns a copy of Values. The next Copy of the same Example overwrites it.
func (x *Example) Copy() []float64 {
	copy(x.spare, x.Values)
	return x.spare
}
