package schedule

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/mistake"
)

// Sequence follows one schedule after another. List[i] begins at step Milestones[i−1], which
// is its own step 0, and ends before step Milestones[i]:
//
//	schedule.Sequence{
//		List:       []schedule.Schedule{schedule.Linear{To: 0.1, Steps: 100}, schedule.Cosine{Rate: 0.1}},
//		Milestones: []int{100},
//	}
//
// Each schedule sees its own part as the whole training. It is PyTorch's SequentialLR.
type Sequence struct {
	List       []Schedule // at least one
	Milestones []int      // rising steps, one fewer than List
}

// At returns the learning rate of the step at m.
func (s Sequence) At(m Moment) float64 {
	if len(s.List) == 0 {
		return unknown()
	}
	i, start := 0, 0
	for i < min(len(s.Milestones), len(s.List)-1) && m.Step >= s.Milestones[i] {
		start = s.Milestones[i]
		i++
	}
	if i < len(s.Milestones) {
		m.Steps = s.Milestones[i]
	}
	return s.List[i].At(later(m, start))
}

// Validate returns an ErrOption for settings out of range, in the schedules of List too.
func (s Sequence) Validate() error {
	if len(s.List) == 0 {
		return mistake.Optionf("Sequence.List: got no schedules, want one or more")
	}
	if len(s.Milestones) != len(s.List)-1 {
		return mistake.Optionf("Sequence.Milestones: got %d for %d schedules, want %d", len(s.Milestones), len(s.List), len(s.List)-1)
	}
	for i, at := range s.Milestones {
		if at < 1 || i > 0 && at <= s.Milestones[i-1] {
			return mistake.Optionf("Sequence.Milestones: got %v, want steps of at least 1 that rise", s.Milestones)
		}
	}
	return withinAll("Sequence.List", s.List)
}

// Product multiplies the rates of schedules: one has the rate, the others have factors. It
// is PyTorch's ChainedScheduler.
//
//	schedule.Product{List: []schedule.Schedule{
//		schedule.Cosine{Rate: 0.1},
//		schedule.Linear{From: 0.1, To: 1, Steps: 100},
//	}}
type Product struct {
	List []Schedule // at least one
}

// At returns the product of the rates at m.
func (s Product) At(m Moment) float64 {
	rate := 1.0
	for _, x := range s.List {
		rate *= x.At(m)
	}
	return rate
}

// Validate returns an ErrOption for no schedules, and for settings out of range in one.
func (s Product) Validate() error {
	if len(s.List) == 0 {
		return mistake.Optionf("Product.List: got no schedules, want one or more")
	}
	return withinAll("Product.List", s.List)
}

func withinAll(setting string, list []Schedule) error {
	for i, x := range list {
		if err := within(fmt.Sprintf("%s[%d]", setting, i), x); err != nil {
			return err
		}
	}
	return nil
}
