package product

import (
	"bufio"
	"fmt"
	"io"
	"time"
)

// Library prepares a product of given operands. run computes c from a and b, as many
// times as its argument says.
type Library[T Float] func(p Product, c, a, b []T) (run func(times int), err error)

// Serve lets a library multiply at the other end of a pipe. It says "ready" and
// a remark. Then it answers a line such as "64x784x128 NN" by the hash of the
// result. It answers "time <ms>" by the nanoseconds of that product, measured for at
// least as many milliseconds. What it cannot do it answers by a sentence.
func Serve[T Float](in io.Reader, out io.Writer, remark string, l Library[T]) {
	fmt.Fprintln(out, "ready", remark)
	var run func(times int)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var ms float64
		if _, err := fmt.Sscanf(lines.Text(), "time %g", &ms); err == nil && run != nil {
			fmt.Fprintln(out, measure(run, ms))
			continue
		}
		p, err := Parse(lines.Text())
		if err != nil {
			fmt.Fprintln(out, err)
			continue
		}
		a, b, c := operands[T](p)
		if run, err = l(p, c, a, b); err != nil {
			fmt.Fprintln(out, err)
			continue
		}
		run(1)
		fmt.Fprintln(out, digest(c))
	}
}

// warm is how many milliseconds a product runs before it is timed: processors that
// were idle take that long until all of them work at full speed.
const warm = 40

// measure returns the nanoseconds of one run, after warm milliseconds of runs that
// are not counted.
func measure(run func(times int), ms float64) float64 {
	start := time.Now()
	run(1)
	block := max(1, int(ms*1e6/20/float64(time.Since(start))))
	for milliseconds(time.Since(start)) < warm {
		run(block)
	}
	total, n := time.Duration(0), 0
	for milliseconds(total) < ms {
		start := time.Now()
		run(block)
		total += time.Since(start)
		n += block
	}
	return float64(total) / float64(n)
}

func milliseconds(d time.Duration) float64 { return float64(d) / 1e6 }
