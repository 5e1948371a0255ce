package graph

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// State returns a state with the given name within the present scopes: a value of Params
// that is not trained. If Params has none of this name, it is drawn from init; else it keeps
// its values. Update says what a run writes back to it.
//
// All programs with the same Params read and write the same memory. A program reads a state
// as it was before the run. States are saved and loaded with the parameters.
//
// Errors: those of Param. A gradient by a state is refused.
func (b *Builder) State(name string, init Initializer, shape ...int) *gorgonia.Node {
	defer b.c.Enter("graph.State").Named(b.c.Scoped(name)).Leave()
	n := b.owned(ir.State, name, init, shape)
	if b.c.OK() {
		b.c.MarkState(n)
	}
	return n
}

// Update makes the value the next value of a state: a run that trains writes it back when it
// has ended. A run trains if its program has Options.Grads or Options.Update. It writes
// nothing if it fails. Update has no part in any gradient.
//
// A second Update of a state must build on the first: its value depends on Updated(state).
// The last one counts. So a layer that is called twice updates its statistics twice.
//
// Errors: ErrOption for a node that is not a state of b, and for a second Update that does not
// build on the first. ErrShape for a value of another shape. ErrDType for integers.
func (b *Builder) Update(state, value *gorgonia.Node) {
	defer b.c.Enter("graph.Update", state, value).Leave()
	got, want := b.c.Type(value), b.c.Type(state)
	before := b.updates[state]
	if !b.isStateHere(state) {
		return
	}
	if err := b.owns(value); err != nil {
		b.c.Refuse(err)
		return
	}
	switch {
	case got.DType != want.DType:
		b.c.Refuse(mistake.Newf(ErrDType, "got %v for a state of %v, want one type", got, want))
	case !got.Shape.Equal(want.Shape):
		b.c.Refuse(mistake.Shapef("got %v for a state of %v, want one shape", got.Shape, want.Shape))
	case before != nil && !dependsOn(value, before):
		b.c.Refuse(mistake.Optionf("got a second value for the state %q that does not build on the first, want one made from Builder.Updated", op.NameOf(state)))
	default:
		b.updates[state] = value
	}
}

// Updated returns the value that the last Update gave the state, or the state itself if
// there was none. The gradient is that of the value.
//
// Errors: ErrOption for a node that is not a state of b.
func (b *Builder) Updated(state *gorgonia.Node) *gorgonia.Node {
	defer b.c.Enter("graph.Updated", state).Leave()
	if !b.isStateHere(state) {
		return nil
	}
	if v := b.updates[state]; v != nil {
		return v
	}
	return state
}

// isStateHere says whether n is a state of b; if not it fails.
func (b *Builder) isStateHere(n *gorgonia.Node) bool {
	if b.c.Type(n); b.c.OK() && (b.paramOf[n] == nil || !b.paramOf[n].State) {
		b.c.Refuse(mistake.Optionf("got %q, want a node from Builder.State", op.NameOf(n)))
	}
	return b.c.OK()
}

// dependsOn says whether a value is computed from x. It looks at the nearest nodes first.
func dependsOn(value, x *gorgonia.Node) bool {
	seen := map[*gorgonia.Node]bool{value: true}
	for next := []*gorgonia.Node{value}; len(next) > 0; next = next[1:] {
		if next[0] == x {
			return true
		}
		for _, n := range op.Operands(next[0]) {
			if !seen[n] {
				seen[n] = true
				next = append(next, n)
			}
		}
	}
	return false
}

// updated returns the states that have an update and are not frozen, in the order in which
// they were built.
func (b *Builder) updated() []*gorgonia.Node {
	return slices.DeleteFunc(slices.Clone(b.held), func(n *gorgonia.Node) bool {
		return b.updates[n] == nil || b.params.Frozen(b.paramOf[n])
	})
}
