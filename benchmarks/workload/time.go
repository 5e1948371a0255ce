package workload

import "time"

// Time makes steps, from batch first on, for so many milliseconds at least, and
// returns the nanoseconds of one and how many there were. The clock is read after
// blocks of steps that double.
func Time(step func(k int) (float64, error), first int, millis float64) (ns float64, steps int, err error) {
	total := time.Duration(0)
	for block := 1; float64(total)/1e6 < millis; block *= 2 {
		start := time.Now()
		for range block {
			if _, err := step(first + steps); err != nil {
				return 0, steps, err
			}
			steps++
		}
		total += time.Since(start)
	}
	return float64(total) / float64(steps), steps, nil
}
