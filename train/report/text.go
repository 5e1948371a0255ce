package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// number returns v with four digits.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	return strings.ReplaceAll(strconv.FormatFloat(v, 'g', 4, 64), "e", "·10^")
}

// tick returns v as the label of an axis.
func tick(v float64) string {
	return strings.NewReplacer("e+0", "e", "e+", "e", "e-0", "e-").Replace(strconv.FormatFloat(v, 'g', 3, 64))
}

// grouped returns n with a thin space between thousands.
func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "\u2009" + text[i:]
	}
	return text
}

// scaled returns x with three digits and the prefix of its thousands: "12.3 MB".
func scaled(x float64, unit string) string {
	prefix := ""
	for _, next := range []string{"k", "M", "G", "T", "P"} {
		if math.Abs(x) < 999.5 || math.IsInf(x, 0) {
			break
		}
		x, prefix = x/1000, next
	}
	return strings.TrimRight(fmt.Sprintf("%.3g %s%s", x, prefix, unit), " ")
}

func bytesText(n int64) string { return scaled(float64(n), "B") }

// durationText returns d with three digits: "1.23 ms".
func durationText(d time.Duration) string {
	s := d.Seconds()
	switch {
	case s >= 100:
		return d.Round(time.Second).String()
	case s >= 1:
		return fmt.Sprintf("%.3g s", s)
	case s >= 1e-3:
		return fmt.Sprintf("%.3g ms", s*1e3)
	case s >= 1e-6:
		return fmt.Sprintf("%.3g µs", s*1e6)
	}
	return fmt.Sprintf("%.3g ns", s*1e9)
}

// shapeText returns a shape as [32, 10].
func shapeText(shape []int) string {
	return strings.ReplaceAll(fmt.Sprint(shape), " ", ", ")
}

// clipped returns text with at most n characters.
func clipped(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	r := []rune(text)
	return string(r[:n-1]) + "…"
}

// omitted says how many of all were left out, or "".
func omitted(shown, all int, what string) string {
	if shown >= all {
		return ""
	}
	return fmt.Sprintf("%s of %s %s are left out.", grouped(int64(all-shown)), grouped(int64(all)), what)
}
