package mistake

import (
	"fmt"
	"strconv"
	"strings"
)

// mostNames is the number of names that a message lists. Models and files may have hundreds.
const mostNames = 12

// Names lists names for a message, the first ones if they are many: "x", "y" and 7 more.
func Names(names []string) string {
	var quoted []string
	for _, name := range names[:min(len(names), mostNames)] {
		quoted = append(quoted, strconv.Quote(Clip(name)))
	}
	text := strings.Join(quoted, ", ")
	if more := len(names) - mostNames; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Clip shortens a text for a message. It cuts no character in two.
func Clip(text string) string {
	for i := range text {
		if i >= 60 {
			return text[:i] + "..."
		}
	}
	return text
}
