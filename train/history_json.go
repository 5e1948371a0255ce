package train

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/pkg/errors"
)

// number is a float64 in JSON: NaN and infinities are strings.
type number float64

// MarshalJSON returns a number, or "NaN", "+Inf" or "-Inf".
func (n number) MarshalJSON() ([]byte, error) {
	x := float64(n)
	if isFinite(x) {
		return json.Marshal(x)
	}
	return []byte(strconv.Quote(strconv.FormatFloat(x, 'g', -1, 64))), nil
}

// UnmarshalJSON reads what MarshalJSON returns.
func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"+Inf"`:
		*n = number(math.Inf(1))
	case `"-Inf"`:
		*n = number(math.Inf(-1))
	default:
		var x float64
		if err := json.Unmarshal(text, &x); err != nil {
			return errors.Wrap(err, `train: History: got no number, want one, "NaN", "+Inf" or "-Inf"`)
		}
		*n = number(x)
	}
	return nil
}

type valueJSON struct {
	Name      string
	Value     number
	Confusion *ConfusionMatrix `json:",omitempty"`
}

// MarshalJSON returns the value as JSON, numbers as in History.
func (v Value) MarshalJSON() ([]byte, error) {
	return json.Marshal(valueJSON{v.Name, number(v.Value), v.Confusion})
}

// UnmarshalJSON reads what MarshalJSON returns.
func (v *Value) UnmarshalJSON(text []byte) error {
	var j valueJSON
	err := json.Unmarshal(text, &j)
	*v = Value{j.Name, float64(j.Value), j.Confusion}
	return err
}

type resultJSON struct {
	Loss    number
	Metrics []Value
	Notes   []string `json:",omitempty"`
}

// MarshalJSON returns the result as JSON, numbers as in History.
func (r Result) MarshalJSON() ([]byte, error) {
	return json.Marshal(resultJSON{number(r.Loss), r.Metrics, r.Notes})
}

// UnmarshalJSON reads what MarshalJSON returns.
func (r *Result) UnmarshalJSON(text []byte) error {
	var j resultJSON
	err := json.Unmarshal(text, &j)
	*r = Result{float64(j.Loss), j.Metrics, j.Notes}
	return err
}

type epochJSON struct {
	Epoch, Step  int
	Loss         number
	Validation   *number
	Metrics      []Value
	LearningRate number
	Duration     time.Duration // in nanoseconds
}

// MarshalJSON returns the epoch as JSON, numbers as in History.
func (e Epoch) MarshalJSON() ([]byte, error) {
	return json.Marshal(epochJSON{e.Epoch, e.Step, number(e.Loss), (*number)(e.Validation), e.Metrics, number(e.LearningRate), e.Duration})
}

// UnmarshalJSON reads what MarshalJSON returns.
func (e *Epoch) UnmarshalJSON(text []byte) error {
	var j epochJSON
	err := json.Unmarshal(text, &j)
	*e = Epoch{j.Epoch, j.Step, float64(j.Loss), (*float64)(j.Validation), j.Metrics, float64(j.LearningRate), j.Duration}
	return err
}
