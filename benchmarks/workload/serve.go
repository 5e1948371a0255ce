package workload

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

// Serve lets a system train at the other end of a pipe. It says "ready" and a
// remark. Then it answers "step <k>" by the loss of a step on batch k. On "time <k> <ms>"
// it makes steps from batch k on for that long, and answers by the nanoseconds per step
// and their number. An error it answers by its text.
func Serve(in io.Reader, out io.Writer, remark string, step func(k int) (float64, error)) {
	fmt.Fprintln(out, "ready", remark)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var word string
		var k int
		var ms float64
		fmt.Sscan(lines.Text(), &word, &k, &ms)
		var answer string
		var err error
		if word == "step" {
			var loss float64
			loss, err = step(k)
			answer = strconv.FormatFloat(loss, 'g', -1, 64)
		} else {
			var ns float64
			var steps int
			ns, steps, err = Time(step, k, ms)
			answer = fmt.Sprint(ns, " ", steps)
		}
		if err != nil {
			answer = err.Error()
		}
		fmt.Fprintln(out, answer)
	}
}
