package compile

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// This file says what takes memory.

// TooLarge is the error that the values of a function have more elements than the
// processor can address.
type TooLarge struct {
	Bytes int64
	Func  *ir.Func
}

// Error says how many bytes they take.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("compile: all values take %d bytes, more than the processor can address", e.Bytes)
}

// roomOf returns how many bytes v takes in an arena.
func roomOf(v *ir.Value) int { return exec.Align(v.Type.Shape.Size()) * v.Type.DType.Size() }

// bytesOf returns how many bytes the elements of v have.
func bytesOf(v *ir.Value) int64 { return int64(v.Type.Shape.Size()) * int64(v.Type.DType.Size()) }

// sizeOfAll returns how many bytes all values of f but views have, if none shares memory.
func sizeOfAll(f *ir.Func) (n int64) {
	for _, v := range f.Values {
		if !isView(v) {
			n += bytesOf(v)
		}
	}
	return n
}

// Use is the memory of one value.
type Use struct {
	Op    string // the operator's name; input, param or const for a leaf
	Name  string // of the leaf, or what the user called the node
	Shape ir.Shape
	Bytes int64
	At    string // file:line that asked for it, or for a value that needs it, or ""
}

// Largest returns the n values of f that take most memory, the largest first.
func Largest(f *ir.Func, n int) []Use {
	values := slices.DeleteFunc(slices.Clone(f.Values), isView)
	slices.SortStableFunc(values, func(x, y *ir.Value) int { return int(min(max(bytesOf(y)-bytesOf(x), -1), 1)) })
	var out []Use
	for _, v := range values[:min(n, len(values))] {
		out = append(out, Use{Op: nameOf(v), Name: v.Name, Shape: v.Type.Shape, Bytes: bytesOf(v), At: op.Position(pcOf(f, v))})
	}
	return out
}

// nameOf returns the operator of v as the user knows it. If a loop computes several, it is
// that of the result.
func nameOf(v *ir.Value) string {
	switch {
	case v.Def == nil:
		return v.Leaf.String()
	case v.Def == &CopyInt || v.Def == &Fused && len(v.Body.Values) == 0:
		return "copy"
	case v.Def == &Fused && v.Body.Out[0].Def != nil:
		return v.Body.Out[0].Def.Name
	}
	return v.Def.Name
}

// pcOf returns the line that asked for v: its own, else that of the nearest value which is
// computed from it.
func pcOf(f *ir.Func, v *ir.Value) uintptr {
	if v.PC != 0 {
		return v.PC
	}
	from := ir.NewTable[bool](f) // computed from v
	*from.At(v) = true
	for _, u := range f.Values {
		if !slices.ContainsFunc(u.In, func(x *ir.Value) bool { return *from.At(x) }) {
			continue
		}
		if u.PC != 0 {
			return u.PC
		}
		*from.At(u) = true
	}
	return 0
}
