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

// Error is a node that could not be built: the operator as the user called it, what
// is wrong, the operands and the line of the user's program.
type Error struct {
	Package string    // of the operator: "graph", "nn"
	Op      string    // the operator: "Max"
	Node    string    // the name that the user gave the node, or ""
	In      []Operand // the operands as far as they could be read
	At      string    // file:line of the caller, or ""
	Err     error     // what is wrong
}

// Operand is an operand as an Error shows it.
type Operand struct {
	Name string
	Type ir.Type
}

// Error says all of it in one line:
//
//	graph: Max: axis 5: want one of 0, 1 (x: [2, 3], main.go:12)
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
	where := e.operands()
	if e.At != "" {
		where = append(where, e.At)
	}
	if len(where) > 0 {
		b.WriteString(" (" + strings.Join(where, ", ") + ")")
	}
	return b.String()
}

// operands are the operands with their shapes: "x: [2, 3]". Types are written where
// they tell something: that of integers, and those of floats that differ.
func (e *Error) operands() []string {
	var floats [ir.Int + 1]bool
	for _, in := range e.In {
		floats[in.Type.DType] = true
	}
	mixed := floats[ir.F32] && floats[ir.F64]
	out := make([]string, len(e.In))
	for i, in := range e.In {
		t := in.Type.DType.Words() + " "
		if in.Type.DType.IsFloat() && !mixed {
			t = ""
		}
		out[i] = fmt.Sprintf("%s: %s%v", in.Name, t, in.Type.Shape)
	}
	return out
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// failRun reports a failure that only a run can see, by the operator that the user
// called and his line.
func failRun[T ir.Float](c *ir.Call[T], err error) {
	name := c.V.Made
	if name == "" {
		name = c.V.Def.Name
	}
	FailRun(c, name, err)
}

// FailRun is failRun of an operator that the caller names.
func FailRun[T ir.Float](c *ir.Call[T], name string, err error) {
	c.Fault.Report(&Error{Op: name, Node: c.V.Name, At: Position(c.V.PC), Err: err})
}

// shapef is an ErrShape with the text.
func shapef(format string, a ...any) error { return mistake.Shapef(format, a...) }

// dtypef is an ErrDType with the text.
func dtypef(format string, a ...any) error { return mistake.Newf(ErrDType, format, a...) }

// wantInts returns an error if t is not a type of integers.
func wantInts(t ir.Type) error {
	if t.DType != ir.Int {
		return dtypef("got %v, want integers: build them with Builder.Ints", t)
	}
	return nil
}

// wantIndexed returns an error if x does not hold floats or the index not integers.
func wantIndexed(x, index ir.Type) error {
	if !x.DType.IsFloat() {
		return dtypef("got %v, want floats", x)
	}
	return wantInts(index)
}

// Unsupportedf is an ErrUnsupported with the text.
func Unsupportedf(format string, a ...any) error { return mistake.Newf(ErrUnsupported, format, a...) }

// NameOf is what messages call a node: the name of a leaf, the name that the user
// gave a result, or the operator that he called for it.
func NameOf(n *gorgonia.Node) string {
	if n == nil {
		return "nil"
	}
	if o, ok := n.Op().(*Op); ok {
		if o.Label != "" {
			return o.Label
		}
		if o.Made != "" {
			return o.Made
		}
		return fmt.Sprintf("%s#%d", o.Entry.Name, n.ID())
	}
	return n.Name()
}

// Caller is the innermost frame on the stack outside the packages that build
// graphs: the line of the user's that asked.
func Caller() uintptr {
	var pcs [48]uintptr
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

// builders are the packages that build graphs for the user.
var builders = [...]string{"graph.", "graph/nn.", "graph/loss.", "graph/linalg.", "graph/special.", "graph/formula.",
	"graph/machine.", "graph/onnx.", "models.", "train.", "autograd.", "internal/build.", "internal/foreign.", "internal/onnxin.", "internal/op.", "internal/reverse."}

func internalFrame(fn string) bool {
	rest, ok := strings.CutPrefix(fn, module)
	if !ok {
		return strings.HasPrefix(fn, "reflect.") // who calls by reflection asks, not reflect
	}
	for _, p := range builders {
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
