package data

import (
	"bytes"
)

// trim returns a cell without the spaces and tabs around it.
func trim(cell []byte) string { return string(bytes.Trim(cell, " \t")) }
