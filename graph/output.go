package graph

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Output is an output of a Program. Find it once with OutputOf, then read it after
// each Run:
//
//	loss := graph.OutputOf[float64](prog, 0)
//	if err := prog.Run(); err != nil {
//		return err
//	}
//	fmt.Println(loss.Scalar())
//
// T is the type that the caller wants. It need not be the program's: Read and Scalar
// convert. An Output is a small value: copy it freely. It belongs to one Program; a
// Fork has outputs of its own.
type Output[T Element] struct {
	p    *Program
	slot *exec.Slot
}

// OutputOf returns the i-th of Options.Outputs, from 0. T is float64 or float32; it
// may be int for an output of indices.
//
// A mistake is reported by every following Run of p: ErrOption if p has no such
// output, ErrDType if T is int for an output of numbers. Such an Output is empty.
func OutputOf[T Element](p *Program, i int) Output[T] {
	s, err := p.output(i, isInt[T]())
	if err != nil {
		_ = p.refuse(errors.Wrap(err, "graph: OutputOf"))
	}
	return Output[T]{p, s}
}

// output returns the i-th output. If ints is true, it must hold indices.
func (p *Program) output(i int, ints bool) (*exec.Slot, error) {
	if err := p.made(); err != nil {
		return nil, err
	}
	n := 0 // gradients follow the outputs
	for n < len(p.plan.Outputs) && p.plan.Outputs[n].Where.Arena == exec.Output {
		n++
	}
	switch {
	case n == 0:
		return nil, mistake.Optionf("got output %d, want none: the program has no outputs", i)
	case i < 0 || i >= n:
		return nil, mistake.Optionf("got output %d, want 0 to %d", i, n-1)
	case ints && p.plan.Outputs[i].Type.DType != ir.Int:
		return nil, mistake.Newf(ErrDType, "output %d: got int, want float64 or float32: the output holds numbers", i)
	}
	return &p.plan.Outputs[i], nil
}

// Shape returns the shape of the output, as a copy; it is empty for a scalar.
func (y Output[T]) Shape() []int {
	if y.slot == nil {
		return nil
	}
	return y.slot.Type.Shape.Clone()
}

// Len returns the number of elements of the output.
func (y Output[T]) Len() int {
	if y.slot == nil {
		return 0
	}
	return y.slot.Where.Len
}

// Read copies the elements of the last Run, row-major, to dst and returns them. It
// allocates only if dst is shorter than Len: Read(nil) returns a new slice. If T is
// float32, a float64 is rounded. A number that is too large becomes infinite.
func (y Output[T]) Read(dst []T) []T {
	if y.slot == nil {
		return nil
	}
	n, w := y.slot.Where.Len, y.slot.Where
	if cap(dst) < n {
		dst = make([]T, n)
	}
	dst = dst[:n]
	switch {
	case y.slot.Type.DType == ir.Int:
		convertTo(dst, y.p.ints(w))
	case y.p.r64 != nil:
		convertTo(dst, y.p.r64.Floats(w))
	default:
		convertTo(dst, y.p.r32.Floats(w))
	}
	return dst
}

// convertTo copies src to dst.
func convertTo[T, U Element](dst []T, src []U) {
	if same, ok := any(src).([]T); ok {
		copy(dst, same)
		return
	}
	for i, x := range src {
		dst[i] = T(x)
	}
}

// Scalar returns the element of an output that has one, such as a loss. Of several elements
// it returns the first. Without elements it returns NaN, or 0 for int.
func (y Output[T]) Scalar() T {
	w := y.where()
	switch {
	case w.Len == 0 && isInt[T]():
		return 0
	case w.Len == 0:
		nan := math.NaN()
		return T(nan)
	case y.slot.Type.DType == ir.Int:
		return T(y.p.ints(w)[0])
	case y.p.r32 != nil:
		return T(y.p.r32.Floats(w)[0])
	}
	return T(y.p.r64.Floats(w)[0])
}

// where returns the memory of the output.
func (y Output[T]) where() exec.Buffer {
	if y.slot == nil {
		return exec.Buffer{}
	}
	return y.slot.Where
}

// Memory returns the program's own memory of the output, row-major, without copying.
// The next Run overwrites it, and it must not be written to.
//
// T must be the type of the program, or int for an output of indices; otherwise the
// error is ErrDType.
func (y Output[T]) Memory() ([]T, error) {
	if y.slot == nil {
		return nil, mistake.Optionf("graph: Memory: got an empty Output, want one from OutputOf")
	}
	var err error
	if ints := y.slot.Type.DType == ir.Int; ints && !isInt[T]() {
		err = mistake.Newf(ErrDType, "got %T, want int: the output holds indices", T(0))
	} else if !ints {
		err = isOf[T](y.p)
	}
	if err != nil {
		return nil, errors.WithMessagef(err, "graph: Memory: output %q", y.slot.Name)
	}
	return memoryOf[T](y.p, y.slot), nil
}

// ints returns the memory of a buffer of indices.
func (p *Program) ints(b exec.Buffer) []int {
	if p.r32 != nil {
		return p.r32.Ints(b)
	}
	return p.r64.Ints(b)
}
