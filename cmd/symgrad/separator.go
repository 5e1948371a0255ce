package main

import (
	"unicode/utf8"

	"github.com/symgrad/symgrad/train/data"
)

// commaUsage is the help of -comma.
const commaUsage = "the character between two cells, or its name: comma, semicolon, tab, bar or space"

// separators are the names of characters between cells.
var separators = map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', "\\t": '\t', "bar": '|', "pipe": '|', "space": ' '}

// separatorNamed returns the character of a flag -comma.
func separatorNamed(text string) (rune, error) {
	if r, ok := separators[text]; ok {
		return r, nil
	}
	r, n := utf8.DecodeRuneInString(text)
	if n == 0 || n != len(text) || r == utf8.RuneError || (data.CSVOptions{Comma: r}).Validate() != nil {
		return 0, unclearf("-comma: got the separator %q, want one character that separates cells, or comma, semicolon, tab, bar or space", text)
	}
	return r, nil
}
