package workload

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Serve lets a system train at the other end of a pipe. It says "ready" and a
// remark; then it answers "step <k>" by the loss of a step on batch k, and
// "time <k> <ms>" by the nanoseconds per step of steps from batch k on for that
// long, and how many they were. An error it answers by its text.
func Serve(in io.Reader, out io.Writer, remark string, step func(k int) (float64, error)) {
	fmt.Fprintln(out, "ready", remark)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var word string
		var k int
		var ms float64
		fmt.Sscan(lines.Text(), &word, &k, &ms)
		loss, err := step(k)
		switch {
		case err != nil:
			fmt.Fprintln(out, err)
		case word == "step":
			fmt.Fprintln(out, strconv.FormatFloat(loss, 'g', -1, 64))
		default: // that step has warmed the caches
			ns, steps, err := Time(step, k+1, ms)
			if err != nil {
				fmt.Fprintln(out, err)
				continue
			}
			fmt.Fprintln(out, ns, steps+1)
		}
	}
}
