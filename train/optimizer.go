package train

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Optimizer makes a step from the gradients of the parameters. SGD, Adam, AdamW and the
// others of this package are Optimizers; so is any type of yours with these two methods.
//
// An Optimizer holds settings only. What it remembers from step to step lies in its
// slots, which belong to the View, so one Optimizer may serve several trainers. It
// may have the methods of Validator and Bounded too.
//
// Update changes the parameters through Each, EachParam and Sum. These share the
// work among the threads of the Trainer, in both element types, and the result has
// the same bits for any number of threads. An Optimizer is written in one file:
//
//	type RootMean struct{ Rho, Eps float64 }
//
//	func (o RootMean) Slots() []train.Slot { return []train.Slot{{Name: "square"}} }
//
//	func (o RootMean) Update(s train.Step, v *train.View) {
//		train.Each(v, rootMean{o, s}, rootMeanSpan[float32], rootMeanSpan[float64])
//	}
//
//	type rootMean struct {
//		RootMean
//		train.Step
//	}
//
//	func rootMeanSpan[T train.Float](a rootMean, x train.Span[T]) {
//		for i, g := range x.Grad {
//			v := T(a.Rho)*x.Slot[0][i] + T(1-a.Rho)*g*g
//			x.Slot[0][i] = v
//			x.Param[i] -= T(x.Rate(a.Step)) * g / (T(math.Sqrt(float64(v))) + T(a.Eps))
//		}
//	}
//
// The learning rate of a parameter is Span.Rate, and its weight decay Span.Decay: they have
// the factors of Options.Groups.
//
// Each parameter has slots of its own age. While it is frozen, or a loss does not depend
// on it, its slots wait. A formula with the number of the step takes Span.N, which counts
// the steps of the parameter, and not Step.N.
//
// An Optimizer may work on top of another one: clip its gradients, average its
// parameters. Its Slots appends its own slots to those of the other; its Update changes
// gradients or parameters, calls the other's Update with the same View, and finds its
// own slots by name (View.Slot): see Wrapper.
type Optimizer interface {
	// Slots lists what the Optimizer remembers. It returns the same list at every
	// call.
	Slots() []Slot
	// Update makes one step: it changes parameters and slots in place, and may
	// change gradients.
	Update(s Step, v *View)
}

// Slot describes one quantity that an Optimizer remembers from step to step.
type Slot struct {
	Name   string  // not empty, without "/", and different from the Optimizer's other slots
	Init   float64 // the value of every element before the first step; finite
	Scalar bool    // one number (View.Scalar); otherwise one for each element of the parameters (Span.Slot)
}

// Step tells an Optimizer which step to make.
type Step struct {
	N    int     // the number of the step, from 1; Span.N has that for one parameter
	Rate float64 // the learning rate; finite and at least 0; Span.Rate has that for one parameter
	Loss float64 // of the batch, at the parameters before the step

	// Again computes loss and gradients anew, on the same batch at the present
	// parameters, with the same random numbers. It returns the loss; the gradients are
	// then in Span.Grad. States stay as the first run has left them. The error is
	// ErrNotFinite for a loss that is not finite; gradients are not checked. It is nil
	// where nobody can do that, and must not be called after Update, nor from Each.
	Again func() (loss float64, err error)
}

// Validator is an Optimizer that checks its settings. New and NewView call Validate
// and return its error, as an ErrOption.
type Validator interface{ Validate() error }

// Float is the element type of parameters, gradients and slots.
type Float interface{ float32 | float64 }

// checkOptimizer returns what is wrong with o and its slots for parameters of type d.
func checkOptimizer(o Optimizer, d graph.DType) error {
	if mistake.IsNil(o) {
		return mistake.Optionf("the optimizer: got a nil %T, want a value", o)
	}
	if v, ok := o.(Validator); ok {
		if err := try(fmt.Sprintf("%T.Validate", o), v.Validate); err != nil {
			return ofKind(err, ErrOption)
		}
	}
	return try(fmt.Sprintf("%T.Slots", o), func() error { return checkSlots(o, d) })
}

func checkSlots(o Optimizer, d graph.DType) error {
	most := math.MaxFloat64
	if d == graph.Float32 {
		most = math.MaxFloat32
	}
	seen := map[string]bool{}
	for i, s := range o.Slots() {
		switch {
		case s.Name == "":
			return mistake.Optionf("%T.Slots: slot %d: got no name, want one", o, i)
		case strings.Contains(s.Name, "/") || !utf8.ValidString(s.Name):
			return mistake.Optionf("%T.Slots: slot %d: got the name %q, want UTF-8 without \"/\", which comes before the name of a parameter in files", o, i, s.Name)
		case seen[s.Name]:
			return mistake.Optionf("%T.Slots: slot %d: got the name %q again, want one that no other slot has", o, i, s.Name)
		case !(math.Abs(s.Init) <= most):
			return mistake.Optionf("%T.Slots: slot %q: got the initial value %v, want a finite number of type %v", o, s.Name, s.Init, d)
		}
		seen[s.Name] = true
	}
	return nil
}
