package data

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// powers are the powers of ten that float64 holds exactly.
var powers = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// quickNumber reads a short decimal number, as most are: digits of at most 2^53
// and a power of ten that float64 holds, so that one rounding gives the nearest number.
// It returns false for everything else.
func quickNumber(cell []byte) (float64, bool) {
	i, negative := 0, false
	if len(cell) > 0 && (cell[0] == '-' || cell[0] == '+') {
		negative = cell[0] == '-'
		i = 1
	}
	if len(cell)-i > 19 {
		return 0, false // the digits might not fit
	}
	digits, first, point := uint64(0), i, len(cell)
	for ; i < len(cell); i++ {
		d := cell[i] - '0'
		if d > 9 {
			if cell[i] != '.' {
				return 0, false
			}
			point = i
			break
		}
		digits = digits*10 + uint64(d)
	}
	for i = point + 1; i < len(cell); i++ {
		d := cell[i] - '0'
		if d > 9 {
			return 0, false
		}
		digits = digits*10 + uint64(d)
	}
	behind := max(0, len(cell)-point-1)
	if digits > 1<<53 || point-first+behind == 0 {
		return 0, false
	}
	v := float64(digits)
	if behind > 0 {
		v /= powers[behind]
	}
	if negative {
		return math.Copysign(v, -1), true
	}
	return v, true
}

// numberForm says how numbers are written.
type numberForm struct {
	point     rune // '.' or ','
	thousands rune // 0 for none
	nonFinite bool // NaN and infinities are numbers
	scratch   []byte
}

// read returns the number in a cell.
func (n *numberForm) read(cell []byte) (float64, error) {
	if n.point == '.' && n.thousands == 0 {
		if v, ok := quickNumber(cell); ok {
			return v, nil
		}
		if decimal(cell) {
			if v, err := strconv.ParseFloat(string(cell), 64); err == nil {
				return v, nil
			}
		}
		return parseNumber(string(cell), n.nonFinite)
	}
	if err := n.rewrite(cell); err != nil {
		return 0, err
	}
	v, err := parseNumber(string(n.scratch), n.nonFinite)
	if err != nil && errors.Is(err, ErrCSV) {
		return 0, mistake.Newf(ErrCSV, "got %q, want a number with the decimal point %q", mistake.Clip(string(cell)), n.point)
	}
	return v, err
}

// decimal says whether a cell has nothing but the bytes of decimal numbers.
func decimal(cell []byte) bool {
	for _, c := range cell {
		if c-'0' > 9 && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// rewrite puts the number in a cell into scratch, with the decimal point '.' and without
// the separators of thousands. These must stand before groups of three digits.
func (n *numberForm) rewrite(cell []byte) error {
	n.scratch = n.scratch[:0]
	group, grouped, whole := 0, false, true // digits since the last separator
	wrong := func() error {
		return mistake.Newf(ErrCSV, "got %q, want a number with %q before groups of three digits", mistake.Clip(string(cell)), n.thousands)
	}
	for i, r := range string(cell) {
		digit := r >= '0' && r <= '9'
		switch {
		case digit:
			group++
		case whole && n.thousands != 0 && r == n.thousands:
			if group == 0 || group > 3 || grouped && group != 3 {
				return wrong()
			}
			group, grouped = 0, true
			continue
		case whole && i > 0:
			if grouped && group != 3 {
				return wrong()
			}
			whole = false
		}
		switch {
		case r == n.point:
			n.scratch = append(n.scratch, '.')
		case r == '.' && n.point != '.':
			return mistake.Newf(ErrCSV, "got %q, want a number with the decimal point %q", mistake.Clip(string(cell)), n.point)
		default:
			n.scratch = utf8.AppendRune(n.scratch, r)
		}
	}
	if whole && grouped && group != 3 {
		return wrong()
	}
	return nil
}

// parseNumber reads a decimal number. What strconv accepts beyond that, such as
// hexadecimal digits and underscores, is refused.
func parseNumber(cell string, allowNonFinite bool) (float64, error) {
	if strings.Trim(cell, "0123456789+-.eE") == "" {
		v, err := strconv.ParseFloat(cell, 64)
		switch {
		case err == nil:
			return v, nil
		case errors.Is(err, strconv.ErrRange):
			return 0, mistake.Newf(ErrNotFinite, "got %s, want a number in the range of float64", mistake.Clip(cell))
		}
		return 0, mistake.Newf(ErrCSV, "got %q, want a number", mistake.Clip(cell))
	}
	switch strings.ToLower(strings.TrimLeft(cell, "+-")) {
	case "nan", "inf", "infinity":
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return 0, mistake.Newf(ErrCSV, "got %q, want a number", mistake.Clip(cell))
		}
		if !allowNonFinite {
			return 0, mistake.Newf(ErrNotFinite, "got %q, want a finite number; remove the row or set AllowNonFinite", cell)
		}
		return v, nil
	}
	hint := ""
	if strings.Trim(cell, "0123456789+-.eE,") == "" {
		hint = " whose decimal point is '.' (DecimalComma, Thousands)"
	}
	return 0, mistake.Newf(ErrCSV, "got %q, want a number%s", mistake.Clip(cell), hint)
}

// isNumber says whether a cell reads as a number, finite or not.
func isNumber(cell string) bool {
	_, err := parseNumber(cell, true)
	return err == nil || errors.Is(err, ErrNotFinite)
}
