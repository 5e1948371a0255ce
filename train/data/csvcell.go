package data

import (
	"bytes"
	"fmt"
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
