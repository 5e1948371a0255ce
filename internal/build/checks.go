package build

import (
	"fmt"
	"math"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Checks hold the operands, settings and targets of an operator to what it takes.
// Each method reports the first thing that is wrong, and OK says whether nothing was:
//
//	if !c.Checks().Alike(x, y).Above("delta", delta, 0).OK() {
//		return nil
//	}
type Checks struct{ c *Core }

// Checks begins the checks of the operator whose frame is open.
func (c *Core) Checks() Checks { return Checks{c} }

// OK says whether nothing is wrong.
func (l Checks) OK() bool { return l.c.Err == nil }

// Alike refuses operands of different shapes, also such as broadcast: [N, 1] against
// [N] is a mistake that would give N×N errors.
func (l Checks) Alike(xs ...*gorgonia.Node) Checks {
	for _, x := range xs[1:] {
		s, t := l.c.Shape(xs[0]), l.c.Shape(x)
		if l.OK() && !s.Equal(t) {
			l.c.Refuse(mistake.Shapef("got %v and %v, want equal shapes", s, t))
		}
	}
	return l
}

// Labelled refuses labels, or targets, unless there is one for each row of x along the
// axis.
func (l Checks) Labelled(x, labels *gorgonia.Node, axis int) Checks {
	s, t := l.c.Shape(x), l.c.Shape(labels)
	if !l.OK() {
		return l
	}
	if axis < 0 {
		axis += len(s)
	}
	if len(s) == 0 || axis >= len(s) || !t.Equal(append(s[:axis:axis].Clone(), s[axis+1:]...)) {
		l.c.Refuse(mistake.Shapef("got the labels %v for %v, want one for each row of axis %d", t, s, axis))
	}
	return l
}

// Weighted refuses weights w, if there are any, unless there is one for each index of
// the axis of x.
func (l Checks) Weighted(x, w *gorgonia.Node, axis int) Checks {
	if w == nil {
		return l
	}
	s, t := l.c.Shape(x), l.c.Shape(w)
	if !l.OK() {
		return l
	}
	if axis < 0 {
		axis += len(s)
	}
	if axis < 0 || axis >= len(s) || len(t) != 1 || t[0] != s[axis] {
		l.c.Refuse(mistake.Shapef("got the weights %v for %v, want one for each index of axis %d", t, s, axis))
	}
	return l
}

// Onto refuses w unless it broadcasts to the shape of x without making that larger.
func (l Checks) Onto(x, w *gorgonia.Node) Checks {
	s, t := l.c.Shape(x), l.c.Shape(w)
	if !l.OK() {
		return l
	}
	if both, err := op.BroadcastShape(s, t); err != nil || !both.Equal(s) {
		l.c.Refuse(mistake.Shapef("got %v for %v, want a shape that broadcasts to it", t, s))
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
