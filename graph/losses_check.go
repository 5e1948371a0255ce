package graph

import (
	"fmt"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// This file has the one guard of losses and normalisations: what their operands, settings and
// targets must be.

// checks is a call of a loss that is checked. Its methods report the first thing that
// is wrong, in the loss's name; ok says that there was nothing.
type checks struct {
	b    *Builder
	name string
	in   gorgonia.Nodes // operands, for errors
}

func (b *Builder) checks(name string, in ...*gorgonia.Node) checks { return checks{b, name, in} }

func (l checks) ok() bool { return l.b.c.Err == nil }

func (l checks) fail(err error) { l.b.c.Fail(l.name, l.b.c.Label, l.in, err) }

// alike refuses operands of different shapes, also such as broadcast: [N, 1] against
// [N] is a mistake that would give N×N errors.
func (l checks) alike(xs ...*gorgonia.Node) checks {
	for _, x := range xs[1:] {
		s, t := l.b.c.Shape(xs[0]), l.b.c.Shape(x)
		if l.ok() && !s.Equal(t) {
			l.fail(errors.Wrapf(ErrShape, "got %v and %v, want equal shapes", s, t))
		}
	}
	return l
}

// labelled refuses labels, or targets, that are not one for each row of x along the
// axis.
func (l checks) labelled(x, labels *gorgonia.Node, axis int) checks {
	s, t := l.b.c.Shape(x), l.b.c.Shape(labels)
	if !l.ok() {
		return l
	}
	if axis < 0 {
		axis += len(s)
	}
	if len(s) == 0 || axis >= len(s) || !t.Equal(append(s[:axis:axis].Clone(), s[axis+1:]...)) {
		l.fail(errors.Wrapf(ErrShape, "got %v and the labels %v, want a label for each row of axis %d", s, t, axis))
	}
	return l
}

// weighted refuses weights w, if there are any, that are not one for each place of
// the axis of x.
func (l checks) weighted(x, w *gorgonia.Node, axis int) checks {
	if w == nil {
		return l
	}
	s, t := l.b.c.Shape(x), l.b.c.Shape(w)
	if !l.ok() {
		return l
	}
	if axis < 0 {
		axis += len(s)
	}
	if axis < 0 || axis >= len(s) || len(t) != 1 || t[0] != s[axis] {
		l.fail(errors.Wrapf(ErrShape, "got the weights %v for %v, want one for each place of axis %d", t, s, axis))
	}
	return l
}

// onto refuses w unless it broadcasts to the shape of x, without making that larger.
func (l checks) onto(x, w *gorgonia.Node) checks {
	s, t := l.b.c.Shape(x), l.b.c.Shape(w)
	if !l.ok() {
		return l
	}
	if both, err := broadcastShape(s, t); err != nil || !both.Equal(s) {
		l.fail(errors.Wrapf(ErrShape, "got %v for %v, want a shape that broadcasts to it", t, s))
	}
	return l
}

// setting refuses a number that is not finite or that the loss does not take: want
// says which ones it takes.
func (l checks) setting(name string, v float64, takes bool, want string) checks {
	if l.ok() && (!takes || math.IsNaN(v) || math.IsInf(v, 0)) {
		l.fail(errors.Wrapf(ErrOption, "got the %s %v, want %s", name, v, want))
	}
	return l
}

// above, atLeast and finite are settings with a lower bound, and without one.
func (l checks) above(name string, v, bound float64) checks {
	return l.setting(name, v, v > bound, fmt.Sprintf("a finite number above %v", bound))
}

func (l checks) atLeast(name string, v, bound float64) checks {
	return l.setting(name, v, v >= bound, fmt.Sprintf("a finite number of at least %v", bound))
}

func (l checks) finite(name string, v float64) checks {
	return l.setting(name, v, true, "a finite number")
}

// smoothing is a setting in [0, 1].
func (l checks) smoothing(v float64) checks {
	return l.setting("smoothing", v, v >= 0 && v <= 1, "it in [0, 1]")
}

// choice is a setting that is one of some integers.
func (l checks) choice(name string, v int, takes bool, want string) checks {
	if l.ok() && !takes {
		l.fail(errors.Wrapf(ErrOption, "got the %s %d, want %s", name, v, want))
	}
	return l
}

// targets holds y to a domain: at once where y is a constant; where it is an input,
// Program.Feed and the trainer do. What else y is computed from is not looked at.
func (l checks) targets(y *gorgonia.Node, d Domain) checks {
	if !l.ok() || y == nil {
		return l
	}
	n := op.Source(y)
	leaf, ok := l.b.leaves[n]
	if !ok {
		return l
	}
	switch v, isConst := leaf.data.([]float64); {
	case isConst:
		if err := firstOutside(d, leaf.name, l.b.c.Shape(n), v); err != nil {
			l.fail(err)
		}
	case leaf.kind == ir.Input:
		leaf.domain |= d
		l.b.leaves[n] = leaf
	}
	return l
}
