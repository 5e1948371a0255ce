// Package mistake has the kinds of error that several packages report, each as
// one value: errors.Is(err, graph.ErrShape) finds what train/data calls
// data.ErrShape too.
//
// It owns these values, what makes errors of them, how messages list names, and two questions that
// several packages ask: has a user given nil, and do the axes of an example fit? It imports nothing
// of the module.
// A package that reports a kind exports it under its own name:
//
//	var ErrShape = mistake.ErrShape
package mistake

import (
	"errors" // kinds need no stack
	"fmt"
	"strconv"
	"strings"
)

// The kinds of error.
var (
	// ErrShape: shapes, lengths or sizes do not fit.
	ErrShape = errors.New("shapes do not fit")
	// ErrDType: element types do not fit.
	ErrDType = errors.New("element types do not fit")
	// ErrOption: a setting or an argument has no meaning.
	ErrOption = errors.New("bad option")
	// ErrNotFinite: a number is NaN or infinite where it must not be, or too large
	// for its type.
	ErrNotFinite = errors.New("not finite")
	// ErrNotDifferentiable: there is no derivative.
	ErrNotDifferentiable = errors.New("not differentiable")
	// ErrMemory: more memory is needed than there is, or than is allowed.
	ErrMemory = errors.New("too much memory")
	// ErrTarget: a loss does not take a number as a target.
	ErrTarget = errors.New("target outside of the loss's domain")
	// ErrFormat: the content of a file is not what its format asks for.
	ErrFormat = errors.New("malformed file")
	// ErrUnsupported: what the project does not do.
	ErrUnsupported = errors.New("not supported")
)

// Newf returns an error with the text that errors.Is finds kind in. The text does not
// repeat the kind's own. Arguments print as users write them: lists of integers as
// [1, 2], types by their Words.
func Newf(kind error, format string, a ...any) error {
	words := make([]any, len(a))
	for i, x := range a {
		switch x := x.(type) {
		case []int:
			words[i] = list(x)
		case interface{ Words() string }:
			words[i] = x.Words()
		default:
			words[i] = x
		}
	}
	return &of{kind, fmt.Sprintf(format, words...)}
}

// list writes integers as [1, 2].
func list(v []int) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, x := range v {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(x))
	}
	b.WriteByte(']')
	return b.String()
}

// Shapef returns an ErrShape with the text.
func Shapef(format string, a ...any) error { return Newf(ErrShape, format, a...) }

// Optionf returns an ErrOption with the text.
func Optionf(format string, a ...any) error { return Newf(ErrOption, format, a...) }

// of is an error of a kind.
type of struct {
	kind error
	text string
}

func (e *of) Error() string { return e.text }
func (e *of) Unwrap() error { return e.kind }
