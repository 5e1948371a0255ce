package schedule_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/schedule"
)

func TestSimple(t *testing.T) {
	s := schedule.Step{Rate: 1, Every: 10, Factor: 0.5}
	for step, want := range map[int]float64{0: 1, 9: 1, 10: 0.5, 25: 0.25} {
		if got := s.At(schedule.Moment{Step: step}); got != want {
			t.Errorf("step %d: got %v, want %v", step, got, want)
		}
	}
	if got := schedule.Func(func(step int) float64 { return float64(2 * step) }).At(schedule.Moment{Step: 3}); got != 6 {
		t.Errorf("Func: got %v, want 6", got)
	}
	if _, err := json.Marshal(schedule.Func(func(int) float64 { return 0 })); !errors.Is(err, mistake.ErrUnsupported) {
		t.Errorf("Func as JSON: got %v, want ErrUnsupported", err)
	}
	if err := schedule.Validate(nil); !errors.Is(err, mistake.ErrOption) {
		t.Errorf("nil: got %v, want ErrOption", err)
	}
}
