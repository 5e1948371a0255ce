package data

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// trim returns a cell without the spaces and tabs around it.
func trim(cell []byte) string { return string(bytes.Trim(cell, " \t")) }

// clip shortens a text for an error message.
func clip(text string) string {
	if len(text) > 60 {
		return text[:60] + "..."
	}
	return text
}

// listNames prints the first of the column names.
func listNames(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%q and %d more", names[:most], len(names)-most)
	}
	return fmt.Sprintf("%q", names)
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
			return 0, mistake.Newf(ErrNotFinite, "got %s, want a number in the range of float64", clip(cell))
		}
		return 0, mistake.Newf(ErrCSV, "got %q, want a number", clip(cell))
	}
	switch strings.ToLower(strings.TrimLeft(cell, "+-")) {
	case "nan", "inf", "infinity":
		v, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return 0, mistake.Newf(ErrCSV, "got %q, want a number", clip(cell))
		}
		if !allowNonFinite {
			return 0, mistake.Newf(ErrNotFinite, "got %q, want a finite number; remove the row or set AllowNonFinite", cell)
		}
		return v, nil
	}
	hint := ""
	if strings.Trim(cell, "0123456789+-.eE,") == "" {
		hint = " whose decimal point is '.'"
	}
	return 0, mistake.Newf(ErrCSV, "got %q, want a number%s", clip(cell), hint)
}

// isNumber says whether a cell reads as a number, finite or not.
func isNumber(cell string) bool {
	_, err := parseNumber(cell, true)
	return err == nil || errors.Is(err, ErrNotFinite)
}
