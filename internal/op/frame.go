package op

import (
	"strings"

	"gorgonia.org/gorgonia"
)

// frame is the call of a public operator that a Ctx is answering. Operators are
// made of others: the outermost call is the one that the user made, so errors speak
// of its name, its operands and its line.
type frame struct {
	name  string           // package and operator: "graph.Max"
	label string           // the name that the user gave the result, or ""
	in    []*gorgonia.Node // the user's operands
	at    uintptr          // the user's line, 0 until Line is asked for it
	depth int              // calls that have not returned
	outer string           // Ctx.Within at the call
}

// Enter opens the frame of a public operator, such as "graph.Max", with the user's
// operands. Within another frame it changes nothing. Leave closes it:
//
//	defer c.Enter("graph.Max", x).Leave()
func (c *Ctx) Enter(name string, in ...*gorgonia.Node) *Ctx {
	c.depth++
	if c.depth == 1 {
		c.outer = c.Within
		if c.Err == nil {
			c.name, c.in = name, in
		}
	}
	return c
}

// Stay says that what the frame makes from now on is made within the scope too, unless it has
// opened another scope around it.
func (c *Ctx) Stay(scope string) {
	if c.depth == 1 && c.Within == c.outer {
		c.Within = scope
	}
}

// Named says that the frame is about something that the user gave a name, such as a
// parameter or a layer.
func (c *Ctx) Named(label string) *Ctx {
	if c.depth == 1 {
		c.label = label
	}
	return c
}

// Leave closes the frame.
func (c *Ctx) Leave() {
	if c.depth--; c.depth == 0 {
		c.Within, c.frame = c.outer, frame{}
	}
}

// Outermost says whether no public operator is being made of others.
func (c *Ctx) Outermost() bool { return c.depth <= 1 }

// operator is the package and the name of the operator that the user called, "" if no
// frame is open.
func (f *frame) operator() (pkg, name string) {
	pkg, name, _ = strings.Cut(f.name, ".")
	return pkg, name
}
