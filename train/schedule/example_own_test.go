package schedule_test

import (
	"fmt"

	"github.com/symgrad/symgrad/train/schedule"
)

// A function of the step is a schedule.
func ExampleFunc() {
	s := schedule.Func(func(step int) float64 { return 0.1 / float64(1+step/100) })
	for _, step := range []int{0, 100, 300} {
		fmt.Printf("%.3f\n", s.At(schedule.Moment{Step: step}))
	}
	// Output:
	// 0.100
	// 0.050
	// 0.025
}

// untilGood is the rate Rate, and a tenth of it for good once the validation loss has been
// below Loss.
type untilGood struct{ Rate, Loss float64 }

func (s untilGood) At(m schedule.Moment) float64 {
	for _, loss := range m.Measured[""] { // of each complete epoch; NaN is not below
		if loss < s.Loss {
			return s.Rate / 10
		}
	}
	return s.Rate
}

// A schedule that depends on more than the step is a type with the method At.
func ExampleSchedule() {
	s := untilGood{Rate: 0.1, Loss: 0.5}
	measured := map[string][]float64{"": {0.9, 0.4, 0.6}}
	fmt.Println(s.At(schedule.Moment{Epoch: 0}), s.At(schedule.Moment{Epoch: 3, Measured: measured}))
	// Output: 0.1 0.01
}
