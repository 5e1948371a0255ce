package build

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Layer is a layer and the parameters that it owns. All calls of a layer under one
// scoped name in one graph are the same Layer: the first makes the parameters, the
// others find them.
type Layer struct {
	c     *Core
	kind  string  // what it is, such as "Linear" or "Recurrent (gru)"
	at    uintptr // the user's line of the first call
	owned []*gorgonia.Node
	asked int  // parameters that the present call has asked for
	again bool // this is not the first call
}

// Layer runs f with the layer of the name within the present scopes, and with "name/"
// before the names that f gives. Errors: the name is empty, or has a layer of another
// kind or with more parameters.
func (c *Core) Layer(name, kind string, f func(*Layer)) {
	if c.Err != nil {
		return
	}
	if name == "" {
		c.Refuse(mistake.Optionf("got no name, want one for the parameters of the layer"))
		return
	}
	full := c.Scoped(name)
	l := c.layers[full]
	switch {
	case l == nil:
		l = &Layer{c: c, kind: kind, at: c.Line()}
		c.layers[full] = l
	case l.kind != kind:
		c.Refuse(mistake.Optionf("got a %s layer with the name of %s; want another name", kind, l))
		return
	default:
		l.again = true
	}
	l.asked = 0
	c.Scope(name, func() { f(l) })
	c.Stay(full)
	if l.asked < len(l.owned) {
		c.Refuse(mistake.Optionf("got no parameter %q, which %s has; want the same settings or another name", l.owned[l.asked].Name(), l))
	}
}

// String returns what messages call the layer: "the Linear layer at main.go:12".
func (l *Layer) String() string {
	if at := op.Position(l.at); at != "" {
		return "the " + l.kind + " layer at " + at
	}
	return "the " + l.kind + " layer"
}

// Param returns the next parameter of the layer. The first call of the layer makes it
// with declare; the others find it, and must want the same name and shape.
func (l *Layer) Param(name string, shape ir.Shape, declare func() *gorgonia.Node) *gorgonia.Node {
	c := l.c
	if c.Err != nil {
		return c.Missing()
	}
	l.asked++
	if !l.again {
		n := declare()
		l.owned = append(l.owned, n)
		return n
	}
	full := c.Scoped(name)
	if l.asked > len(l.owned) || l.owned[l.asked-1].Name() != full {
		c.Refuse(mistake.Optionf("got the parameter %q, which %s does not have; want the same settings or another name", full, l))
		return c.Missing()
	}
	n := l.owned[l.asked-1]
	if was := c.Shape(n); !was.Equal(shape) {
		c.Refuse(mistake.Shapef("got the shape %v for %q, which has %v in %s; want the same shape or another name", shape, full, was, l))
		return c.Missing()
	}
	return n
}
