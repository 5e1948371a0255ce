package nn

import (
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// Layer is a part of a network: a function that adds it to a graph. A closure says which
// layer it is, with its name and settings:
//
//	func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.Dense(b, "in", x, 32, nn.ReLU) }
type Layer func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node

// Sequential applies the layers one after another: the first to x, the second to the
// result of the first. It returns the last result; x without layers. The parameters of the
// layers have names within the scope of its name: name/in/weight for a layer "in".
//
// Errors: ErrOption for a name that is empty and a layer that is nil or returns nil.
// Mistakes within a layer are those of the function that the layer calls.
func Sequential(b *graph.Builder, name string, x *gorgonia.Node, layers ...Layer) *gorgonia.Node {
	c := enter(b, "nn.Sequential", name, x)
	if c.Shape(x); c.OK() && name == "" {
		c.Refuse(mistake.Optionf("got no name, want one for the scope of the layers"))
	}
	c.Leave() // the layers are calls of the user's
	done, y := 0, x
	b.Scope(name, func() {
		for done < len(layers) && c.OK() && y != nil {
			y = layers[done].of(b, y)
			done++
		}
	})
	defer enter(b, "nn.Sequential", name, x).Leave()
	if c.OK() && y == nil {
		c.Refuse(mistake.Optionf("got no node from layer %d, want one from each layer", done-1))
	}
	if !c.OK() {
		return nil
	}
	return y
}

// of returns f(x), nil if there is no f or after a mistake.
func (f Layer) of(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
	if f == nil || !build.Of(b).OK() {
		return nil
	}
	return f(b, x)
}

// Residual returns x + f(x) (He et al. 2016). f must keep the shape of x.
//
// Errors: ErrShape if f returns another shape than that of x, ErrOption if f is nil or
// returns nil. Mistakes within f are those of the function that f calls.
func Residual(b *graph.Builder, x *gorgonia.Node, f Layer) *gorgonia.Node {
	c := build.Enter(b, "nn.Residual", x)
	s := c.Shape(x)
	c.Leave() // f is a call of the user's
	y := f.of(b, x)
	defer build.Enter(b, "nn.Residual", x).Leave()
	if c.OK() && y == nil {
		c.Refuse(mistake.Optionf("got no node from the function, want one"))
	}
	if t := c.Shape(y); c.OK() && !t.Equal(s) {
		c.Refuse(mistake.Shapef("got %v from the function, want %v, the shape of its operand", t, s))
	}
	if !c.OK() {
		return nil
	}
	return b.Add(x, y)
}
