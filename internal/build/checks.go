package build

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Checks checks the operands, settings and targets of an operator. Each method reports
// what is wrong unless something is already, and OK says whether nothing is:
//
//	if !c.Checks().Alike(x, y).Above("delta", delta, 0).OK() {
//		return nil
//	}
type Checks struct{ c *Core }

// Checks begins the checks of the operator whose frame is open.
func (c *Core) Checks() Checks { return Checks{c} }

// OK says whether nothing is wrong.
func (l Checks) OK() bool { return l.c.Err == nil }

// Alike refuses operands of different shapes, even if they broadcast: [N, 1] against [N]
// is a mistake that would give N×N errors.
func (l Checks) Alike(xs ...*gorgonia.Node) Checks {
	for _, x := range xs[1:] {
		s, t := l.c.Shape(xs[0]), l.c.Shape(x)
		if l.OK() && !s.Equal(t) {
			l.c.Refuse(mistake.Shapef("got %v and %v, want equal shapes", s, t))
		}
	}
	return l
}

// Optional refuses more than one of n optional arguments.
func (l Checks) Optional(n int) Checks {
	if l.OK() && n > 1 {
		l.c.Refuse(mistake.Optionf("got %d optional arguments, want at most one", n))
	}
	return l
}

// Labelled refuses targets unless there is one for each row of x along the axis.
func (l Checks) Labelled(x, y *gorgonia.Node, axis int) Checks {
	s, t := l.c.Shape(x), l.c.Shape(y)
	if !l.OK() {
		return l
	}
	k, ok := l.c.Axis(x, axis)
	if !ok {
		return l
	}
	if want := slices.Delete(s.Clone(), k, k+1); !t.Equal(want) {
		l.c.Refuse(mistake.Shapef("got targets %v for %v, want %v: one for each row along axis %d", t, s, want, k))
	}
	return l
}

// Classes refuses constant labels that are no class, which are on the axis of x, and
// notes that a loss ignores the label. Labels that are fed are checked then.
func (l Checks) Classes(x, labels *gorgonia.Node, axis int, ignore *int) Checks {
	leaf := l.c.leaves[labels]
	if !l.OK() || leaf == nil {
		return l
	}
	_, n, ok := l.c.Extent(x, axis, 0)
	if !ok {
		return l
	}
	if ignore != nil {
		l.c.Ignored[leaf.Name] = [2]int{*ignore, n}
	}
	list, _ := leaf.Data.([]int)
	for i, v := range list {
		if (v < 0 || v >= n) && (ignore == nil || v != *ignore) {
			l.c.Refuse(mistake.Optionf("got the label %d at element %d, want one in [0, %d)", v, i, n))
			break
		}
	}
	return l
}

// Weighted refuses weights w unless there is one for each class, which are on the axis of
// x. Nil stands for no weights.
func (l Checks) Weighted(x, w *gorgonia.Node, axis int) Checks {
	if w == nil {
		return l
	}
	s, t := l.c.Shape(x), l.c.Shape(w)
	if !l.OK() {
		return l
	}
	if k, ok := l.c.Axis(x, axis); ok && (len(t) != 1 || t[0] != s[k]) {
		l.c.Refuse(mistake.Shapef("got weights %v for %v, want [%d]: one for each class on axis %d", t, s, s[k], k))
	}
	return l
}

// Onto refuses w unless it broadcasts to the shape of x without making that larger. Nil
// stands for no operand.
func (l Checks) Onto(x, w *gorgonia.Node) Checks {
	if w == nil {
		return l
	}
	s, t := l.c.Shape(x), l.c.Shape(w)
	if !l.OK() {
		return l
	}
	if both, err := op.BroadcastShape(s, t); err != nil || !both.Equal(s) {
		l.c.Refuse(mistake.Shapef("got %v, want a shape that broadcasts to %v", t, s))
	}
	return l
}

// Setting refuses a number that is not finite or that the operator does not take: want
// says which ones it takes.
func (l Checks) Setting(name string, v float64, takes bool, want string) Checks {
	if l.OK() && (!takes || math.IsNaN(v) || math.IsInf(v, 0)) {
		l.c.Refuse(mistake.Optionf("got the %s %v, want %s", name, v, want))
	}
	return l
}

// Above refuses a setting unless it is finite and above the bound.
func (l Checks) Above(name string, v, bound float64) Checks {
	return l.Setting(name, v, v > bound, fmt.Sprintf("a finite number above %v", bound))
}

// AtLeast refuses a setting unless it is finite and at least the bound.
func (l Checks) AtLeast(name string, v, bound float64) Checks {
	return l.Setting(name, v, v >= bound, fmt.Sprintf("a finite number of at least %v", bound))
}

// Finite refuses a setting that is NaN or infinite.
func (l Checks) Finite(name string, v float64) Checks {
	return l.Setting(name, v, true, "a finite number")
}

// Within refuses a setting outside of [lo, hi].
func (l Checks) Within(name string, v, lo, hi float64) Checks {
	return l.Setting(name, v, v >= lo && v <= hi, fmt.Sprintf("a number in [%v, %v]", lo, hi))
}

// OneOf refuses a number that is none of the named constants.
func (l Checks) OneOf(kind string, names []string, i int) Checks {
	if l.OK() {
		if _, err := enum.Text(kind, names, i); err != nil {
			l.c.Refuse(err)
		}
	}
	return l
}

// Choice refuses an integer that is none of those that the operator takes.
func (l Checks) Choice(name string, v int, takes bool, want string) Checks {
	if l.OK() && !takes {
		l.c.Refuse(mistake.Optionf("got the %s %d, want %s", name, v, want))
	}
	return l
}

// Domain is a set of numbers that a loss takes as targets.
type Domain interface {
	// Check returns an error about the first element of v, the targets called name of
	// the shape, that is outside.
	Check(name string, shape []int, v []float64) error
}

// Targets holds y to a domain. A constant is checked at once. For an input the domain
// is noted, and checked when the input is fed. Anything else is not checked.
func (l Checks) Targets(y *gorgonia.Node, d Domain) Checks {
	if !l.OK() || y == nil {
		return l
	}
	n := op.Source(y)
	leaf := l.c.leaves[n]
	if leaf == nil {
		return l
	}
	switch v, isConst := leaf.Data.([]float64); {
	case isConst:
		if err := d.Check(leaf.Name, l.c.Shape(n), v); err != nil {
			l.c.Refuse(err)
		}
	case leaf.Kind == ir.Input:
		leaf.Domains = append(leaf.Domains, d)
	}
	return l
}

// MostSteps is how many steps an operator unrolls at most, such as those of a
// recurrence: each has nodes of its own.
const MostSteps = 1 << 15

// Unrolls says whether the operator may make so many steps; if not it fails.
func (c *Core) Unrolls(steps int) bool {
	if c.Err == nil && steps > MostSteps {
		c.Refuse(mistake.Newf(mistake.ErrUnsupported, "got %d steps to unroll, want at most %d", steps, MostSteps))
	}
	return c.Err == nil
}

// Holds says whether the operator may make a constant of the shape, of which there are
// two while the graph is built; if not it fails.
func (c *Core) Holds(shape ...int) bool {
	if c.Err != nil {
		return false
	}
	n, err := ir.Shape(shape).CheckedSize(op.MaxElements)
	if err != nil {
		c.Refuse(mistake.Shapef("its constant: %v", err))
	} else if err := c.Enough(2*8*int64(n), shape); err != nil {
		c.Refuse(err)
	}
	return c.Err == nil
}
