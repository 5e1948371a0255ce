package op

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// What kinds of mistake there are, for errors.Is.
var (
	ErrShape             = mistake.ErrShape
	ErrDType             = mistake.ErrDType
	ErrOption            = mistake.ErrOption
	ErrNotFinite         = mistake.ErrNotFinite
	ErrNotDifferentiable = mistake.ErrNotDifferentiable
	ErrMemory            = mistake.ErrMemory
	ErrUnsupported       = mistake.ErrUnsupported
	ErrTarget            = mistake.ErrTarget
)

// Error is a node that could not be built: which operator, what for, from
// which operands, where in the user's program.
type Error struct {
	Package string    // that found it
	Op      string    // the operator's name
	Node    string    // the name of the node, or ""
	In      []Operand // the operands as far as they could be read
	At      string    // file:line of the caller, or ""
	Err     error     // what is wrong
}

// Operand is an operand as an Error shows it.
type Operand struct {
	Name string
	Type ir.Type
}

// Error says all of it in one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Package != "" {
		b.WriteString(e.Package + ": ")
	}
	b.WriteString(e.Op)
	if e.Node != "" {
		fmt.Fprintf(&b, " %q", e.Node)
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	for i, in := range e.In {
		if i == 0 {
			b.WriteString(" (operands ")
		} else {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q %v", in.Name, in.Type)
		if i == len(e.In)-1 {
			b.WriteString(")")
		}
	}
	if e.At != "" {
		b.WriteString(" at " + e.At)
	}
	return b.String()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// kindError is a message that errors.Is finds a kind in.
type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }
func (e *kindError) Unwrap() error { return e.kind }

// shapef is an ErrShape with the text.
func shapef(format string, a ...any) error {
	return &kindError{ErrShape, fmt.Sprintf(format, a...)}
}

// dtypef is an ErrDType with the text.
func dtypef(format string, a ...any) error {
	return &kindError{ErrDType, fmt.Sprintf(format, a...)}
}

// Unsupportedf is an ErrUnsupported with the text.
func Unsupportedf(format string, a ...any) error {
	return &kindError{ErrUnsupported, fmt.Sprintf(format, a...)}
}

// NameOf is what messages call a node: its label, its leaf name or its operator.
func NameOf(n *gorgonia.Node) string {
	if n == nil {
		return "nil"
	}
	if o, ok := n.Op().(*Op); ok {
		if o.Label != "" {
			return o.Label
		}
		return fmt.Sprintf("%s#%d", o.Entry.Name, n.ID())
	}
	return n.Name()
}

// Caller is the innermost frame on the stack outside the packages that build
// graphs: the line of the user's that asked.
func Caller() uintptr {
	var pcs [24]uintptr
	n := runtime.Callers(2, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	for {
		f, more := frames.Next()
		if !internalFrame(f.Function) {
			return f.PC
		}
		if !more {
			return 0
		}
	}
}

const module = "github.com/symgrad/symgrad/"

func internalFrame(fn string) bool {
	rest, ok := strings.CutPrefix(fn, module)
	if !ok {
		return false
	}
	for _, p := range [...]string{"graph.", "internal/op.", "internal/reverse.", "autograd."} {
		if strings.HasPrefix(rest, p) {
			return true
		}
	}
	return false
}

// Position writes a program counter from Caller as file.go:12, or "".
func Position(pc uintptr) string {
	if pc == 0 {
		return ""
	}
	f, _ := runtime.CallersFrames([]uintptr{pc + 1}).Next()
	if f.File == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
}

// LineOf is the line where the user asked for n, as Position writes it; 0 if
// nobody knows.
func LineOf(n *gorgonia.Node) uintptr {
	if o, ok := n.Op().(*Op); ok {
		return o.PC
	}
	return 0
}

// PositionOf is where the user asked for n, or "" if nobody knows.
func PositionOf(n *gorgonia.Node) string {
	return Position(LineOf(n))
}
