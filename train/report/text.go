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
func number(v float64) string { return digits(v, 4) }

// digits returns v with n digits, and those of a whole number below 10^7. Powers of ten stand behind
// very large and very small numbers.
func digits(v float64, n int) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	}
	if a := math.Abs(v); a >= math.Pow(10, float64(n-1)) && a < 1e7 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	text, power, _ := strings.Cut(strconv.FormatFloat(v, 'g', n, 64), "e")
	if power == "" {
		return text
	}
	k, _ := strconv.Atoi(power)
	return text + "·10" + raised.Replace(strconv.Itoa(k))
}

// raised writes a number as an exponent.
var raised = strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹")

// tick returns v as the label of an axis.
func tick(v float64) string {
	if v == 0 {
		return "0" // also for the zero with a sign
	}
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
