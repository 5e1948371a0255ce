package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// runs replaces a concatenation whose operands stand side by side in another
// concatenation, at least as long, by a part of that one:
//
//	v4 = concat v1 v2 v3 {axis=0}      v4 = concat v1 v2 v3 {axis=0}
//	v5 = concat v2 v3 {axis=0}    =>   v5 = slice v4 {start=[1] count=[2]}
//
// Operands are the same if they have the same elements in the same order, in any shape.
// The part must be one piece of memory, and the long concatenation must not need the
// short one itself.
func runs(f *ir.Func, _ []Target) bool {
	type spot struct {
		in *ir.Value
		at int // the number of the operand
	}
	first := ir.NewTable[spot](f) // where the longest concatenation so far has an element
	var joins []*ir.Value
	for _, v := range f.Values {
		if v.Def == nil || v.Def.Part == nil || v.Def.Joins(v) != 1 {
			continue
		}
		joins = append(joins, v)
		for i, x := range v.In {
			if s := first.At(elements(x)); s.in == nil || len(s.in.In) < len(v.In) {
				*s = spot{v, i}
			}
		}
	}
	c := newChange(f)
	same := func(x, y *ir.Value) bool { return elements(x) == elements(y) }
	for _, v := range joins {
		s := *first.At(elements(v.In[0]))
		end := s.at + len(v.In)
		if s.in == v || s.in.Def != v.Def || end > len(s.in.In) || !slices.EqualFunc(v.In, s.in.In[s.at:end], same) || c.needs(s.in, v) {
			continue
		}
		if w := v.Def.Part(f, s.in, s.at, v); w != nil {
			c.replace(v, w)
		}
	}
	return c.end()
}

// needs reports whether v, once the change is made, is computed from w.
func (c *change) needs(v, w *ir.Value) bool {
	seen := ir.NewTable[bool](c.f)
	for stack := []*ir.Value{v}; len(stack) > 0; {
		x := c.now(stack[len(stack)-1])
		stack = stack[:len(stack)-1]
		if x == w {
			return true
		}
		if s := seen.At(x); !*s {
			*s = true
			stack = append(stack, x.In...)
		}
	}
	return false
}
