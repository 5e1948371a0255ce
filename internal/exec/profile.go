package exec

import "time"

// Profile runs the program as Run does, and adds to took[i] the time that the i-th step of
// the plan takes, without those of Once.
func (r *Program[T]) Profile(took []time.Duration) error {
	if err := r.keep(); err != nil {
		return err
	}
	start := time.Now()
	for i := 0; i < len(r.tasks); i++ {
		if i == r.plan.Gate {
			if err := r.check(); err != nil {
				return err
			}
		}
		t := &r.tasks[i]
		if t.region != nil {
			n := len(t.region.parts[0])
			t.region.profile(took[i : i+n])
			i += n - 1
			start = time.Now()
			continue
		}
		t.run(&t.call)
		now := time.Now()
		took[i] += now.Sub(start)
		start = now
	}
	return r.fault.Take()
}
