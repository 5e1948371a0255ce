package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// unknownTexts counts the cells with texts that the training did not have, by their columns.
type unknownTexts struct{ rows map[string]int }

// add counts rows.
func (u *unknownTexts) add(column string, rows int) {
	if u.rows == nil {
		u.rows = map[string]int{}
	}
	u.rows[column] += rows
}

// warn says how many there are.
func (u *unknownTexts) warn(w io.Writer) {
	for _, column := range slices.Sorted(maps.Keys(u.rows)) {
		fmt.Fprintf(w, "Warning: %s of column %q with a text that the training did not have; it was taken for none of the known ones.\n", count(u.rows[column], "row"), column)
	}
}
