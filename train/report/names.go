package report

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// shortened returns a name with at most n characters. Its middle is cut out: names of a family often
// begin alike, and differ at their end.
func shortened(name string, n int) string {
	if utf8.RuneCountInString(name) <= n {
		return name
	}
	r := []rune(name)
	front := (n - 1) / 2
	return string(r[:front]) + "…" + string(r[len(r)-(n-1-front):])
}

// shortNames returns the names of n classes with at most most characters each. Names that become
// equal get their numbers.
func shortNames(names []string, n, most int) []string {
	out, times := make([]string, n), map[string]int{}
	for i := range out {
		out[i] = strconv.Itoa(i)
		if i < len(names) {
			out[i] = shortened(names[i], most)
		}
		times[out[i]]++
	}
	for i, s := range out {
		if times[s] > 1 {
			number := fmt.Sprintf(" (%d)", i)
			out[i] = shortened(s, most-len(number)) + number
		}
	}
	return out
}
