package workload

import "time"

// Warm is how many milliseconds of steps come before those that are timed:
// processors that were idle take that long until all of them work at full speed.
const Warm = 40

// Time makes steps from batch first on, after Warm milliseconds of steps that are
// not timed for as many milliseconds as asked for, and at least one. It returns the
// nanoseconds of a step and how many steps it made in all.
func Time(step func(k int) (float64, error), first int, millis float64) (ns float64, steps int, err error) {
	if _, steps, err = run(step, first, Warm); err != nil {
		return 0, steps, err
	}
	total, timed, err := run(step, first+steps, millis)
	return float64(total) / float64(timed), steps + timed, err
}

// run makes steps for so many milliseconds, in blocks between which it looks at the
// clock, and at least one.
func run(step func(k int) (float64, error), first int, millis float64) (total time.Duration, steps int, err error) {
	for block := 1; float64(total)/1e6 < millis; block *= 2 {
		start := time.Now()
		for range block {
			if _, err := step(first + steps); err != nil {
				return total, steps, err
			}
			steps++
		}
		total += time.Since(start)
	}
	return total, steps, nil
}
