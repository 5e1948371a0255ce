package main

import (
	"fmt"
	"io"

	"github.com/symgrad/symgrad/train"
)

const (
	mostOfMatrix = 20 // classes of a matrix that is printed
	mostConfused = 5  // pairs of classes that are named instead
)

// writeConfused names the pairs of classes that are confused most, in place of a matrix that would be
// too wide.
func writeConfused(w io.Writer, m *train.ConfusionMatrix) {
	pairs := m.Confused()
	fmt.Fprintf(w, "\nThe confusion matrix of %d classes is left out; -json has it.", len(m.Counts))
	if pairs == nil {
		fmt.Fprintln(w, " No class was taken for another one.")
		return
	}
	fmt.Fprintln(w, " Confused most:")
	for _, p := range pairs[:min(mostConfused, len(pairs))] {
		fmt.Fprintf(w, "  %s taken for %s, %s\n", className(m, p.Class), className(m, p.Predicted), times(p.Weight))
	}
}

// className returns the name of a class, or its number.
func className(m *train.ConfusionMatrix, i int) string {
	if i < len(m.Names) {
		return m.Names[i]
	}
	return fmt.Sprint(i)
}

// times writes how often something was.
func times(n float64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%v times", n)
}
