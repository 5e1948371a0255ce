package train

import (
	"time"

	"github.com/symgrad/symgrad/internal/mistake"
)

// TimeLimit is a Callback that ends a Fit when it has taken the time After, without an
// error. It ends after a step, or after the evaluation at the end of an epoch;
// History.Ended is then EndCallback, and the next Fit goes on with the next batch:
//
//	train.Options{Callbacks: []train.Callback{&train.TimeLimit{After: 8 * time.Hour}}}
//
// The time is that of one call of Fit, with its evaluations and callbacks. Compilation,
// which comes before the first event, does not count. A step or an evaluation that has
// begun is completed, so leave some time to spare.
//
// Use a pointer. Errors of its events: ErrOption unless After is above 0.
type TimeLimit struct {
	After time.Duration

	begin time.Time
}

// On looks at the clock.
func (l *TimeLimit) On(e Event) error {
	switch e := e.(type) {
	case *FitStart:
		if l.After <= 0 {
			return mistake.Optionf("TimeLimit.After: got %v, want more than 0", l.After)
		}
		l.begin = time.Now()
	case *StepEnd:
		if !e.Last && time.Since(l.begin) >= l.After {
			return ErrStop
		}
	case *EpochEnd:
		if time.Since(l.begin) >= l.After {
			return ErrStop
		}
	}
	return nil
}
