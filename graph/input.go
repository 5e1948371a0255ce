package graph

import (
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Element is the Go type of the elements of inputs and outputs: float64 or float32 for
// numbers, int for indices such as class labels.
type Element interface{ float64 | float32 | int }

// Input is an input of a Program. Find it once with InputOf, then Set or Bind it
// before each Run:
//
//	x := graph.InputOf[float64](prog, "x")
//	for _, batch := range batches {
//		if err := x.Set(batch); err != nil {
//			return err
//		}
//		if err := prog.Run(); err != nil {
//			return err
//		}
//	}
//
// T is the type of the caller's numbers. It need not be the program's: Set converts.
// An input keeps its elements until it is set or bound again. All inputs of a Program
// must be set or bound before its first Run.
//
// An Input is a small value: copy it freely. It belongs to one Program; a Fork has
// inputs of its own. Like the Program it is for one goroutine at a time.
type Input[T Element] struct {
	p  *Program
	in *input
}

// input is the state of one input of a Program.
type input struct {
	slot   *exec.Slot
	domain Domain // the targets that its losses accept
	fed    bool   // it has elements
	err    error  // the error of InputOf

	bound   bool          // it is or was bound
	readers []exec.Reader // the operands that read it, if it is or was bound
}

// InputSpec describes an input of a Program.
type InputSpec struct {
	Name  string
	Shape []int // [N, In]; empty for a scalar
	Ints  bool  // takes indices, by InputOf[int]; otherwise numbers
}

// InputOf returns the input of p that Builder.Input or Builder.Ints made under the
// name. T is float64 or float32 for Builder.Input, and int for Builder.Ints.
//
// A mistake is reported by Set, Bind and Memory of the Input and by every following
// Run of p. It is ErrOption if p has no such input: Program.Inputs lists them, without
// those that no output needs. It is ErrDType if T does not suit the input.
func InputOf[T Element](p *Program, name string) Input[T] {
	in, err := find[T](p, name)
	if err != nil {
		in = &input{err: p.refuse(errors.Wrap(err, "graph: InputOf"))}
	}
	return Input[T]{p, in}
}

// find returns the input with the name. It must take elements of type T.
func find[T Element](p *Program, name string) (*input, error) {
	if err := p.made(); err != nil {
		return nil, err
	}
	in, all := p.inputs[name], p.inputNames()
	switch {
	case len(all) == 0:
		return nil, mistake.Optionf("got the name %q, want none: the program has no inputs", name)
	case in == nil:
		return nil, mistake.Optionf("got the name %q, want one of the inputs %s", name, mistake.Names(all))
	case isInt[T]() && !in.ints():
		return nil, mistake.Newf(ErrDType, "input %q: got int, want float64 or float32: only inputs that Builder.Ints makes take int", name)
	case !isInt[T]() && in.ints():
		return nil, mistake.Newf(ErrDType, "input %q: got %T, want int: Builder.Ints makes inputs of integers", name, T(0))
	}
	return in, nil
}

// refuse returns err, and keeps it for Run if it is the first mistake.
func (p *Program) refuse(err error) error {
	if p != nil && p.mistake == nil {
		p.mistake = err
	}
	return err
}

// isInt reports whether T is int.
func isInt[T Element]() bool { return T(1)/2 == 0 }

func (in *input) ints() bool { return in.slot.Type.DType == ir.Int }

// Name returns the name that the input was built with.
func (x Input[T]) Name() string {
	if x.made("Name") != nil {
		return ""
	}
	return x.in.slot.Name
}

// Shape returns the shape of the input, as a copy.
func (x Input[T]) Shape() []int {
	if x.made("Shape") != nil {
		return nil
	}
	return x.in.slot.Type.Shape.Clone()
}

// Domain returns the numbers that a loss accepts if it reads this input as its
// targets. The zero Domain accepts all numbers.
func (x Input[T]) Domain() Domain {
	if x.made("Domain") != nil {
		return 0
	}
	return x.in.domain
}

// IndexRange returns n if the operators that read the input require indices in [0, n). It
// is 0 if they accept all indices, and for an input of numbers.
func (x Input[T]) IndexRange() int {
	if x.made("IndexRange") != nil {
		return 0
	}
	return x.in.slot.Range
}

// Set copies v, row-major, into the input. A program of Float32 rounds float64 to
// float32. NaN and infinities are accepted. Set does not allocate.
//
// Errors: ErrShape if v has another number of elements than the input. A *TargetError for a
// target outside of the loss's Domain. ErrOption for an index outside of IndexRange.
// ErrNotFinite for a finite number beyond the range of float32.
//
// After an error the input keeps its elements. After ErrNotFinite it loses them, and must be
// set again before the next Run.
func (x Input[T]) Set(v []T) error {
	if err := x.check("Set", v); err != nil {
		return err
	}
	p := x.p
	p.unbind(x.in)
	w := x.in.slot.Where
	switch v := any(v).(type) {
	case []int:
		copy(p.ints(w), v)
	case []float64:
		if p.r64 != nil {
			copy(p.r64.Floats(w), v)
		} else if i := vec.Narrow(p.r32.Floats(w), v); i >= 0 {
			p.unfeed(x.in)
			return x.refused("Set", errBeyond(i, v[i]))
		}
	case []float32:
		if p.r32 != nil {
			copy(p.r32.Floats(w), v)
		} else {
			for i, dst := 0, p.r64.Floats(w); i < len(v); i++ {
				dst[i] = float64(v[i])
			}
		}
	}
	p.feed(x.in)
	return nil
}

// Bind makes the program read the input from v itself, without copying it, until the input
// is set or bound again. The caller may change v between runs. Targets are checked when they
// are bound and not again. Bind allocates only the first time.
//
// T must be the type of the program, otherwise the error is ErrDType. Indices cannot
// be bound (ErrUnsupported). Other errors are those of Set.
func (x Input[T]) Bind(v []T) error {
	if err := x.check("Bind", v); err != nil {
		return err
	}
	if err := x.direct("Bind"); err != nil {
		return err
	}
	p := x.p
	switch v := any(v).(type) {
	case []float64:
		if !x.in.bound {
			x.in.readers = p.r64.Readers(x.in.slot.Where)
		}
		p.r64.Bind(x.in.readers, v)
	case []float32:
		if !x.in.bound {
			x.in.readers = p.r32.Readers(x.in.slot.Where)
		}
		p.r32.Bind(x.in.readers, v)
	}
	x.in.bound = true
	p.feed(x.in)
	return nil
}

// Memory returns the program's own memory of the input, row-major. It counts as setting the
// input: following runs read what is written there, until the input is bound. Targets that
// are written there are not checked.
//
// T must be the type of the program, otherwise the error is ErrDType. Indices must be
// checked, so they have no Memory (ErrUnsupported).
func (x Input[T]) Memory() ([]T, error) {
	if err := x.made("Memory"); err != nil {
		return nil, err
	}
	if err := x.direct("Memory"); err != nil {
		return nil, err
	}
	x.p.unbind(x.in)
	x.p.feed(x.in)
	return memoryOf[T](x.p, x.in.slot), nil
}

// memoryOf returns the memory of a slot, whose type in p is T.
func memoryOf[T Element](p *Program, s *exec.Slot) (mem []T) {
	switch mem := any(&mem).(type) {
	case *[]int:
		*mem = p.ints(s.Where)
	case *[]float64:
		*mem = p.r64.Floats(s.Where)
	case *[]float32:
		*mem = p.r32.Floats(s.Where)
	}
	return mem
}

// made returns an error if x is not from InputOf.
func (x Input[T]) made(method string) error {
	if x.in == nil {
		return mistake.Optionf("graph: %s: got an empty Input, want one from InputOf", method)
	}
	return x.in.err
}

// direct returns an error if the input has no memory of type T.
func (x Input[T]) direct(method string) error {
	if x.in.ints() {
		return x.refused(method, mistake.Newf(ErrUnsupported, "got indices, want numbers: indices must be checked, which only Set does"))
	}
	if err := isOf[T](x.p); err != nil {
		return x.refused(method, err)
	}
	return nil
}

// refused returns err with the method that was called and the name of the input.
func (x Input[T]) refused(method string, err error) error {
	return errors.WithMessagef(err, "graph: %s: input %q", method, x.in.slot.Name)
}

// isOf returns an error if p has another float type than T.
func isOf[T Element](p *Program) error {
	got, want := Float64, Float64
	if _, ok := any(T(0)).(float32); ok {
		got = Float32
	}
	if p.r32 != nil {
		want = Float32
	}
	if got != want {
		return mistake.Newf(ErrDType, "got %v, want %v, the type of the program", got, want)
	}
	return nil
}

// check returns an error if v cannot be the elements of x.
func (x Input[T]) check(method string, v []T) error {
	if err := x.made(method); err != nil {
		return err
	}
	s := x.in.slot
	if want := s.Where.Len; len(v) != want {
		return x.refused(method, mistake.Shapef("got %d elements, want %d for %v", len(v), want, s.Type.Shape))
	}
	if x.in.domain != 0 {
		if err := firstOutside(x.in.domain, s.Name, s.Type.Shape, v); err != nil {
			return errors.WithMessagef(err, "graph: %s", method)
		}
	}
	if n := T(s.Range); n > 0 {
		for i, k := range v {
			if k < 0 || k >= n {
				return x.refused(method, mistake.Optionf("got the index %v at element %d, want one in [0, %d)", k, i, s.Range))
			}
		}
	}
	return nil
}

// feed marks an input as having elements.
func (p *Program) feed(in *input) {
	if !in.fed {
		in.fed = true
		p.missing--
	}
}

// unfeed marks an input as having none.
func (p *Program) unfeed(in *input) {
	if in.fed {
		in.fed = false
		p.missing++
	}
}

// unbind makes the program read the input from its own memory again.
func (p *Program) unbind(in *input) {
	switch {
	case !in.bound:
	case p.r32 != nil:
		p.r32.Bind(in.readers, p.r32.Floats(in.slot.Where))
	default:
		p.r64.Bind(in.readers, p.r64.Floats(in.slot.Where))
	}
}

// Inputs describes the inputs that the outputs need, sorted by name.
func (p *Program) Inputs() []InputSpec {
	if p == nil {
		return nil
	}
	var specs []InputSpec
	for _, name := range p.inputNames() {
		in := p.inputs[name]
		specs = append(specs, InputSpec{Name: name, Shape: in.slot.Type.Shape.Clone(), Ints: in.ints()})
	}
	return specs
}

// inputNames returns the names of the inputs, sorted.
func (p *Program) inputNames() []string {
	names := make([]string, 0, len(p.inputs))
	for n := range p.inputs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
