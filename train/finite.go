package train

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// NotFiniteError is the error of a step in which the loss, a gradient, or a number
// after the update is NaN or infinite. It wraps ErrNotFinite; find it with errors.As.
//
// The step is not counted, and the states are those before it. So are parameters and
// slots (Kept is true). Loss and gradients are checked before the Optimizer changes
// anything. A step that may overflow is made with a copy of everything at hand (see
// Bounded).
//
// There is one exception. The steps of SGD{} are made within the run that computes the
// gradients, where a bad gradient or an overflow shows only afterwards. For models of
// up to 4096 parameters a copy is made before each of them too. In larger models the
// parameters are lost then: load them from a file, or initialize them anew. With
// Options.Diagnose steps of SGD{} are made after the run, and nothing is lost.
type NotFiniteError struct {
	Step  int     // the number of steps made before it
	Rate  float64 // the learning rate
	Loss  float64 // of the batch, before the step
	Stage Stage   // where the number that is not finite was found
	Param string  // the first parameter, or state, with such a number; "" for none
	Slot  string  // the slot of the Optimizer that holds the number after the update; "" if Param itself does
	Large bool    // the gradient is finite; its square, which Adam and AdamW need, is not
	Kept  bool    // parameters and slots are those before the step

	// Examples are the indices in the data set of the examples of the batch.
	Examples []int
	// Number is the first number in the data of the batch that is not finite; nil if all are.
	Number *NumberError

	// Node is the first node that was not finite, with Options.Diagnose. It is nil if
	// it was not looked for or not found.
	Node *BadNode

	blind bool // Options.Diagnose would look for the node
}

// Stage is a stage of a training step, in a NotFiniteError.
type Stage uint8

// The stages of a step.
const (
	StageLoss     Stage = iota + 1 // the loss was computed
	StageGradient                  // the gradients were computed
	StageUpdate                    // the Optimizer has changed parameters and slots
	StageState                     // the run has given the states new values
)

// String returns "loss", "gradient", "update" or "state".
func (s Stage) String() string {
	switch s {
	case StageLoss:
		return "loss"
	case StageGradient:
		return "gradient"
	case StageUpdate:
		return "update"
	case StageState:
		return "state"
	}
	return fmt.Sprintf("Stage(%d)", uint8(s))
}

// Error returns all of it in one line.
func (e *NotFiniteError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "step %d, learning rate %v: ", e.Step+1, e.Rate)
	switch {
	case e.Stage == StageLoss:
		fmt.Fprintf(&b, "got the loss %v", e.Loss)
		if e.Param != "" {
			fmt.Fprintf(&b, " and a parameter %q that is not finite", e.Param)
		}
		b.WriteString(", want a finite number")
	case e.Stage == StageGradient && e.Large:
		fmt.Fprintf(&b, "parameter %q: got a gradient whose square is not finite, want smaller gradients (loss %v)", e.Param, e.Loss)
	case e.Stage == StageGradient:
		fmt.Fprintf(&b, "parameter %q: got a gradient that is not finite, want finite numbers (loss %v)", e.Param, e.Loss)
	case e.Stage == StageState:
		fmt.Fprintf(&b, "state %q: got a new value that is not finite, want finite numbers (loss %v)", e.Param, e.Loss)
	default:
		var of []string
		if e.Param != "" {
			of = append(of, fmt.Sprintf("parameter %q", e.Param))
		}
		if e.Slot != "" {
			of = append(of, fmt.Sprintf("slot %q", e.Slot))
		}
		fmt.Fprintf(&b, "%s: got numbers that are not finite after the update, want finite ones (loss %v)", strings.Join(of, ", "), e.Loss)
	}
	if e.Number != nil {
		fmt.Fprintf(&b, "; in the batch is %v", e.Number)
	}
	switch {
	case e.Node != nil:
		fmt.Fprintf(&b, "; the first node that is not finite is %v", e.Node)
	case e.blind:
		b.WriteString("; Options.Diagnose finds the node where this begins")
	}
	if e.Kept {
		b.WriteString("; parameters and optimizer state are those before the step")
	} else {
		b.WriteString("; the parameters are lost")
	}
	return b.String()
}

// Unwrap returns ErrNotFinite.
func (e *NotFiniteError) Unwrap() error { return ErrNotFinite }

// notFinite completes the error e of a step on the examples of index, and undoes the
// step.
func (t *Trainer) notFinite(s *session, index []int, e NotFiniteError) error {
	e.Step = t.step
	e.Examples = slices.Clone(s.numbered(index))
	e.Number = s.badNumber(index, t.o.Target)
	if e.Stage == StageState {
		e.Param = badState(t.params)
	}
	t.states.restore(t.params)
	switch e.Stage {
	case StageLoss:
		e.Param = t.badParam()
	case StageGradient:
		if e.Param = t.view.first(ofGrad, finite); e.Param == "" { // every node is finite
			e.Param, e.Large = t.view.first(ofGrad, squaresFinite), true
		}
	case StageState:
		if t.fused {
			e.Kept = t.view.restore()
		}
	default:
		if e.Param = t.badParam(); e.Param == "" {
			e.Slot, e.Param = t.view.badSlot()
		}
		e.Kept = t.view.restore()
		if err := t.view.shareParams(); err != nil {
			return err
		}
	}
	e.blind = !t.o.Diagnose && e.Number == nil && !e.Large && (e.Stage != StageUpdate || t.fused)
	if t.o.Diagnose && e.Kept {
		if err := t.pieces(s, index, func(x *session, part []int, draw int) bool {
			e.Node = t.diagnose(x, part, draw, &e)
			return e.Node == nil
		}); err != nil {
			e.Node = nil
		}
	}
	return &e
}

// badParam returns the name of the first parameter that is not finite; "" if all are.
func (t *Trainer) badParam() string {
	p32, _ := t.params.Flat32()
	p64, _ := t.params.Flat64()
	return firstNotFinite(t.params.List(), p32, p64)
}

// first returns the name of the first parameter for whose numbers the answer is no;
// "" for none.
func (v *View) first(which of, q question) string {
	if v.f32 != nil {
		for _, x := range v.f32.whole {
			if !holds32(pick(x, which), q) {
				return x.Of.Name
			}
		}
		return ""
	}
	for _, x := range v.f64.whole {
		if !holds64(pick(x, which), q) {
			return x.Of.Name
		}
	}
	return ""
}

// badSlot returns the name of the first slot that is not finite and that of the
// parameter where it is not; no parameter for a scalar.
func (v *View) badSlot() (slot, param string) {
	for i, s := range v.slots {
		if s.Scalar && !isFinite(v.scalars[i]) {
			return s.Name, ""
		}
		if name := v.first(of(i), finite); name != "" {
			return s.Name, name
		}
	}
	return "", ""
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
