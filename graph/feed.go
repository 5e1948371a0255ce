package graph

import (
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// Feed copies the elements of the input name, row-major, rounding them to the
// program's type. Their number must be the input's. NaN and infinities are data
// like others. A finite number beyond the program's type is ErrNotFinite, with its
// index; the input then counts as not fed. Targets that the loss does not take are a
// *TargetError. It allocates nothing.
func (p *Program) Feed(name string, v []float64) error {
	if err := outside(p, "Feed", name, v); err != nil {
		return err
	}
	s, err := p.slot("Feed", name, len(v), false)
	if err != nil {
		return err
	}
	p.unbind(name, s)
	if p.r64 != nil {
		copy(p.r64.Floats(s.Where), v)
		return nil
	}
	if i := round32(p.r32.Floats(s.Where), v); i >= 0 {
		p.fed[name] = false
		p.missing++
		return errors.WithMessagef(errBeyond(i, v[i]), "graph: Feed: input %q", name)
	}
	return nil
}

// Feed32 is Feed from float32.
func (p *Program) Feed32(name string, v []float32) error {
	if err := outside(p, "Feed32", name, v); err != nil {
		return err
	}
	s, err := p.slot("Feed32", name, len(v), false)
	if err != nil {
		return err
	}
	p.unbind(name, s)
	if p.r32 != nil {
		copy(p.r32.Floats(s.Where), v)
		return nil
	}
	for i, dst := 0, p.r64.Floats(s.Where); i < len(v); i++ {
		dst[i] = float64(v[i])
	}
	return nil
}

// Bind lets the program read the elements of the input name from v itself, in
// every run until the input is bound or fed again: nothing is copied, and v may
// be changed between runs. Targets are looked at when they are bound, as Feed does, and
// not again. The program must be of Float64. It allocates only
// when an input is bound for the first time.
func (p *Program) Bind(name string, v []float64) error {
	if err := p.made("Bind"); err != nil {
		return err
	}
	if p.r64 == nil { // before the input counts as fed
		return errors.Wrapf(ErrDType, "graph: Bind: input %q: got float64, want float32 for a program of Float32", name)
	}
	if err := outside(p, "Bind", name, v); err != nil {
		return err
	}
	s, err := p.slot("Bind", name, len(v), false)
	if err != nil {
		return err
	}
	p.r64.Bind(p.readers(name, s), v)
	return nil
}

// Bind32 is Bind for a program of Float32.
func (p *Program) Bind32(name string, v []float32) error {
	if err := p.made("Bind32"); err != nil {
		return err
	}
	if p.r32 == nil {
		return errors.Wrapf(ErrDType, "graph: Bind32: input %q: got float32, want float64 for a program of Float64", name)
	}
	if err := outside(p, "Bind32", name, v); err != nil {
		return err
	}
	s, err := p.slot("Bind32", name, len(v), false)
	if err != nil {
		return err
	}
	p.r32.Bind(p.readers(name, s), v)
	return nil
}

// Memory is where the program, which must be of Float64, keeps what the input
// name was fed, row-major. What is written there is read by the next runs, as if
// it were fed, until the input is bound. Targets that are written there are not looked
// at.
func (p *Program) Memory(name string) ([]float64, error) {
	if err := p.made("Memory"); err != nil {
		return nil, err
	}
	if p.r64 == nil {
		return nil, errors.Wrapf(ErrDType, "graph: Memory: input %q: got float64, want float32 for a program of Float32", name)
	}
	s, err := p.slot("Memory", name, ir.Shape(p.InputShape(name)).Size(), false)
	if err != nil {
		return nil, err
	}
	p.unbind(name, s)
	return p.r64.Floats(s.Where), nil
}

// Memory32 is Memory for a program of Float32.
func (p *Program) Memory32(name string) ([]float32, error) {
	if err := p.made("Memory32"); err != nil {
		return nil, err
	}
	if p.r32 == nil {
		return nil, errors.Wrapf(ErrDType, "graph: Memory32: input %q: got float32, want float64 for a program of Float64", name)
	}
	s, err := p.slot("Memory32", name, ir.Shape(p.InputShape(name)).Size(), false)
	if err != nil {
		return nil, err
	}
	p.unbind(name, s)
	return p.r32.Floats(s.Where), nil
}

// readers are the operands that read the input name.
func (p *Program) readers(name string, s *exec.Slot) []exec.Reader {
	refs, ok := p.bound[name]
	if !ok {
		if p.r32 != nil {
			refs = p.r32.Readers(s.Where)
		} else {
			refs = p.r64.Readers(s.Where)
		}
		p.bound[name] = refs
	}
	return refs
}

// unbind lets the input name be read from the program's own memory again.
func (p *Program) unbind(name string, s *exec.Slot) {
	if len(p.bound) == 0 {
		return
	}
	refs, ok := p.bound[name]
	switch {
	case !ok:
	case p.r32 != nil:
		p.r32.Bind(refs, p.r32.Floats(s.Where))
	default:
		p.r64.Bind(refs, p.r64.Floats(s.Where))
	}
}

// FeedInts copies the indices of the input name. One that an operator cannot
// take, such as a label that is no class, is an error with its place.
func (p *Program) FeedInts(name string, v []int) error {
	if n := p.IndexRange(name); n > 0 { // before the input counts as fed
		for i, x := range v {
			if x < 0 || x >= n {
				return errors.Wrapf(ErrOption, "graph: FeedInts: input %q: got %d at element %d, want an index in [0,%d)", name, x, i, n)
			}
		}
	}
	s, err := p.slot("FeedInts", name, len(v), true)
	if err != nil {
		return err
	}
	if p.r32 != nil {
		copy(p.r32.Ints(s.Where), v)
	} else {
		copy(p.r64.Ints(s.Where), v)
	}
	return nil
}

// outside is an error if v, for the input name, has a target that the loss does not
// take. It is asked before the input counts as fed.
func outside[T float32 | float64](p *Program, method, name string, v []T) error {
	if p == nil || p.domains[name] == 0 {
		return nil // slot looks at p
	}
	d, s := p.domains[name], p.inputs[name]
	if s == nil || s.Type.Shape.Size() != len(v) {
		return nil // slot says so
	}
	return errors.Wrapf(firstOutside(d, name, s.Type.Shape, v), "graph: %s", method)
}

// slot finds an input for a method, checks n elements against it and marks it as fed.
func (p *Program) slot(method, name string, n int, ints bool) (*exec.Slot, error) {
	if err := p.made(method); err != nil {
		return nil, err
	}
	s := p.inputs[name]
	if s == nil {
		return nil, errors.Wrapf(ErrOption, "graph: %s: no input %q, want one of %q", method, name, p.Inputs())
	}
	if ints != (s.Type.DType == ir.Int) {
		return nil, errors.Wrapf(ErrDType, "graph: %s: input %q: got other elements, want %v", method, name, s.Type)
	}
	if want := s.Type.Shape.Size(); n != want {
		return nil, errors.Wrapf(ErrShape, "graph: %s: input %q: got %d elements, want %d for %v", method, name, n, want, s.Type.Shape)
	}
	if !p.fed[name] {
		p.fed[name] = true
		p.missing--
	}
	return s, nil
}

// input is the input name, nil if there is none.
func (p *Program) input(name string) *exec.Slot {
	if p == nil {
		return nil
	}
	return p.inputs[name]
}

// InputShape is the shape of the input name, nil if there is none.
func (p *Program) InputShape(name string) []int {
	if s := p.input(name); s != nil {
		return s.Type.Shape.Clone()
	}
	return nil
}

// IsInts says whether the input name takes indices.
func (p *Program) IsInts(name string) bool {
	s := p.input(name)
	return s != nil && s.Type.DType == ir.Int
}

// IndexRange is the n for which the indices of the input name must lie in
// [0, n), as the operators that read it ask; 0 if any will do.
func (p *Program) IndexRange(name string) int {
	if s := p.input(name); s != nil {
		return s.Range
	}
	return 0
}

// output is the i-th output, nil if there is none.
func (p *Program) output(i int) *exec.Slot {
	if p == nil || p.plan == nil || i < 0 || i >= len(p.plan.Outputs) {
		return nil
	}
	return &p.plan.Outputs[i]
}

// Scalar is the only element of the i-th output, as it is after a Run: the first
// of several, NaN if there is no such output or it is empty.
func (p *Program) Scalar(i int) float64 {
	s := p.output(i)
	switch {
	case s == nil || s.Where.Len == 0:
		return math.NaN()
	case s.Type.DType == ir.Int:
		return float64(p.ints(s.Where)[0])
	case p.r32 != nil:
		return float64(p.r32.Floats(s.Where)[0])
	}
	return p.r64.Floats(s.Where)[0]
}

// Output copies the elements of the i-th output to dst, which it allocates if
// it is nil or too short, and returns it; nil if there is no such output.
func (p *Program) Output(i int, dst []float64) []float64 {
	s := p.output(i)
	if s == nil {
		return nil
	}
	n := s.Where.Len
	if cap(dst) < n {
		dst = make([]float64, n)
	}
	dst = dst[:n]
	switch {
	case s.Type.DType == ir.Int:
		for j := range dst {
			dst[j] = float64(p.ints(s.Where)[j])
		}
	case p.r64 != nil:
		copy(dst, p.r64.Floats(s.Where))
	default:
		for j, x := range p.r32.Floats(s.Where) {
			dst[j] = float64(x)
		}
	}
	return dst
}

func (p *Program) ints(b exec.Buffer) []int {
	if p.r32 != nil {
		return p.r32.Ints(b)
	}
	return p.r64.Ints(b)
}

// OutputShape is the shape of the i-th output, nil if there is none or it has no
// axes.
func (p *Program) OutputShape(i int) []int {
	if s := p.output(i); s != nil {
		return s.Type.Shape.Clone()
	}
	return nil
}
