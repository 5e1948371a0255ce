package train

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// NaNGuard is a Callback that explains a Fit that ended because a number was NaN or
// infinite, and keeps the last good state:
//
//	train.Options{Callbacks: []train.Callback{&train.NaNGuard{Path: "last-good.safetensors"}}}
//
// It sets Options.Diagnose, so that the *NotFiniteError names the first bad node and the
// line that built it, and parameters and slots are those before the step. At the end of
// such a Fit it saves the training to Path (see Trainer.Save), and writes a report:
//
//	The gradient of parameter "hidden/weight" is not finite in step 41.
//	  first bad node   Log "ln" f64[32,10] at model.go:31
//	  learning rate    0.01
//	  loss             0.41
//	  examples         7, 30, 12, 4
//	  last losses      0.44, 0.43, 0.41
//	  parameters       those before the step, saved to last-good.safetensors
//	  to try           The losses before it were steady: look at the node and the examples. ...
//
// Examples are the rows of the batch in the data set. Last losses are those of the Steps
// before, and the one of the step if it is finite.
//
// Use a pointer. Errors of its events: ErrOption for a negative Steps; those of Save and of
// the Writer, at the end.
type NaNGuard struct {
	Writer io.Writer // of the report; default os.Stderr
	Path   string    // where to save the training; "" for nowhere
	Steps  int       // losses to report; default 10

	losses []float64 // a ring
	next   int
	full   bool
}

// diagnoses tells New to set Options.Diagnose.
func (g *NaNGuard) diagnoses() bool { return true }

// On takes in a step, and reports at the end.
func (g *NaNGuard) On(e Event) error {
	switch e := e.(type) {
	case *FitStart:
		if g.Steps < 0 {
			return mistake.Optionf("NaNGuard.Steps: got %d, want at least 0", g.Steps)
		}
		n := g.Steps
		if n == 0 {
			n = 10
		}
		g.losses, g.next, g.full = make([]float64, n), 0, false
	case *StepEnd:
		g.losses[g.next] = e.Loss
		g.next = (g.next + 1) % len(g.losses)
		g.full = g.full || g.next == 0
	case *FitEnd:
		if errors.Is(e.Err, ErrNotFinite) {
			return g.report(e)
		}
	}
	return nil
}

// last returns the losses of the last steps, and that of the failed one if it is finite.
func (g *NaNGuard) last(bad *NotFiniteError) (out []float64) {
	if g.full {
		out = append(out, g.losses[g.next:]...)
	}
	out = append(out, g.losses[:g.next]...)
	if bad != nil && isFinite(bad.Loss) {
		out = append(out, bad.Loss)
	}
	return out
}

// report saves the training and writes the report.
func (g *NaNGuard) report(e *FitEnd) error {
	var bad *NotFiniteError
	errors.As(e.Err, &bad)
	kept, failed := "those before the step", error(nil)
	switch {
	case bad == nil:
		kept = "those of the last step"
	case !bad.Kept:
		kept = "lost"
	}
	if g.Path != "" && (bad == nil || bad.Kept) {
		if failed = e.Trainer.Save(g.Path); failed == nil {
			kept += ", saved to " + g.Path
		} else {
			kept += ", which could not be saved"
		}
	}
	var b bytes.Buffer
	line := func(name, format string, a ...any) {
		fmt.Fprintf(&b, "  %-16s %s\n", name, fmt.Sprintf(format, a...))
	}
	losses := g.last(bad)
	if bad == nil {
		fmt.Fprintf(&b, "%v.\n", e.Err)
	} else {
		fmt.Fprintf(&b, "%s is not finite in step %d.\n", bad.what(), bad.Step+1)
		if bad.Node != nil {
			line("first bad node", "%v", bad.Node)
		}
		line("learning rate", "%v", bad.Rate)
		line("loss", "%v", bad.Loss)
		line("examples", "%s", join(bad.Examples, 32))
		if bad.Number != nil {
			line("in the data", "%v", bad.Number)
		}
	}
	line("last losses", "%s", join(losses, len(losses)))
	line("parameters", "%s", kept)
	line("to try", "%s", advice(losses))
	w := g.Writer
	if w == nil {
		w = os.Stderr
	}
	_, err := w.Write(b.Bytes())
	return together(errors.Wrap(failed, "train: NaNGuard"), errors.Wrap(err, "train: NaNGuard"))
}

// what returns what is not finite, at the beginning of a sentence.
func (e *NotFiniteError) what() string {
	switch {
	case e.Stage == StageGradient && e.Large:
		return fmt.Sprintf("The square of the gradient of parameter %q", e.Param)
	case e.Stage == StageGradient:
		return fmt.Sprintf("The gradient of parameter %q", e.Param)
	case e.Stage == StageState:
		return fmt.Sprintf("The new value of state %q", e.Param)
	case e.Stage == StageUpdate && e.Slot != "":
		return fmt.Sprintf("The new value of slot %q of parameter %q", e.Slot, e.Param)
	case e.Stage == StageUpdate:
		return fmt.Sprintf("The new value of parameter %q", e.Param)
	}
	return "The loss"
}

// join lists the first values.
func join[T any](list []T, most int) string {
	if len(list) == 0 {
		return "none"
	}
	var out []string
	for _, v := range list[:min(len(list), most)] {
		if x, ok := any(v).(float64); ok {
			out = append(out, fmt.Sprintf("%.5g", x))
			continue
		}
		out = append(out, fmt.Sprint(v))
	}
	if len(list) > most {
		out = append(out, fmt.Sprintf("and %d more", len(list)-most))
	}
	return strings.Join(out, ", ")
}

// advice returns what may help after the losses.
func advice(losses []float64) string {
	if n := len(losses); n > 1 && losses[n-1] > 3*losses[0] {
		return "The losses grew: take a smaller learning rate, a warm-up, or clip the gradients."
	}
	return "The losses before it were steady: look at the node and the examples. " +
		"A logarithm, root or quotient of 0 and an exponential of a large number are the usual causes."
}
