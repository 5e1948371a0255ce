package train

import (
	"context"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/enum"
)

// End says why a Fit ended.
type End uint8

// The ends of a Fit. All but EndEpochs, EndPatience, EndDryRun and ErrStop come with an error.
const (
	EndNone      End = iota // of a History that Fit did not make
	EndEpochs               // all epochs are made
	EndPatience             // no epoch was better for EarlyStopping.Patience epochs
	EndCancelled            // the context was cancelled, or its deadline has passed
	EndNotFinite            // a loss, a gradient or a parameter was not finite
	EndCallback             // a callback returned an error, or ErrStop
	EndError                // anything else failed
	EndDryRun               // a dry run has found no mistake: see Options.DryRun
)

var endNames = []string{"none", "epochs", "patience", "cancelled", "not finite", "callback", "error", "dry run"}

// String returns the name, such as "patience".
func (e End) String() string { return enum.String("end", endNames, int(e)) }

// MarshalText returns the name. Errors: ErrOption for a number that is no End.
func (e End) MarshalText() ([]byte, error) { return enum.Text("end", endNames, int(e)) }

// UnmarshalText sets e to the End of the name. Errors: ErrOption for another name.
func (e *End) UnmarshalText(text []byte) error { return enum.Read(e, "end", endNames, text) }

// endOf returns why a Fit with the error ended, nil for none.
func endOf(err error) End {
	switch {
	case err == nil:
		return EndEpochs
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return EndCancelled
	case errors.Is(err, ErrNotFinite):
		return EndNotFinite
	}
	return EndError
}
