// Package si writes quantities for people, with the prefixes of the International System of Units.
package si

import (
	"fmt"
	"math"
	"strings"
)

// Text returns x with three digits and the prefix of its thousands: "12.3 MB". Without a unit it
// ends with the prefix, if there is one: "12.3 M".
func Text(x float64, unit string) string {
	prefix := ""
	for _, next := range []string{"k", "M", "G", "T", "P", "E"} {
		if !(math.Abs(x) >= 999.5) || math.IsInf(x, 0) {
			break
		}
		x, prefix = x/1000, next
	}
	return strings.TrimRight(fmt.Sprintf("%.3g %s%s", x, prefix, unit), " ")
}

// Bytes returns a number of bytes: "12.3 MB".
func Bytes(n int64) string { return Text(float64(n), "B") }
