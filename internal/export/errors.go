package export

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
)

// Error reports a part of a model that cannot be written. Find it with errors.As. errors.Is
// finds its kind, which is graph.ErrUnsupported unless Err says otherwise.
type Error struct {
	Op   string // the operator of the compiler: "cholesky"; or "input", "recipe" and the like
	Made string // the operator that the caller called: "linalg.Cholesky"; or ""
	Node string // the name that the caller gave, or ""
	At   string // the caller's file and line, such as "main.go:12"; or ""
	Err  error  // what is wrong
}

// Error returns one line with all fields.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Made != "" {
		b.WriteString(e.Made + " (" + e.Op + ")")
	} else {
		b.WriteString(e.Op)
	}
	if e.Node != "" {
		fmt.Fprintf(&b, " %q", e.Node)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if e.At != "" {
		b.WriteString(" (" + e.At + ")")
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Refuse returns the Error about a value.
func Refuse(v *ir.Value, format string, a ...any) *Error {
	e := &Error{Op: v.Leaf.String(), Made: v.Made, Node: v.Name, At: op.Position(v.PC)}
	if v.Def != nil {
		e.Op = v.Def.Name
	}
	e.Err = mistake.Newf(op.ErrUnsupported, format, a...)
	return e
}

// Caught gives *err the *Error that a rule has panicked with.
func Caught(err *error) {
	switch r := recover().(type) {
	case nil:
	case *Error:
		*err = r
	default:
		panic(r)
	}
}
