package compile

import "github.com/symgrad/symgrad/internal/ir"

// This file holds the questions that several passes and the planner ask about a
// function: how often a value is read, and which memory a view shows.

// uses counts how often each value is read, as an operand or as a result.
func uses(f *ir.Func) ir.Table[int] {
	n := ir.NewTable[int](f)
	for _, v := range f.Values {
		for _, x := range v.In {
			*n.At(x)++
		}
	}
	for _, v := range f.Out {
		*n.At(v)++
	}
	return n
}

// isView reports whether v is a view: it rearranges elements and computes none.
func isView(v *ir.Value) bool { return v.Def != nil && v.Def.Class == ir.Move }

// computes reports whether v is the result of an operator that computes elements.
func computes(v *ir.Value) bool { return v.Def != nil && v.Def.Class != ir.Move }

// base returns the value whose memory the view v shows; v itself if it is no view.
func base(v *ir.Value) *ir.Value {
	for isView(v) {
		v = v.In[0]
	}
	return v
}

// chain returns the base of v and where in the base v's elements lie. It is not ok
// if no layout can say that, as for a transposed matrix in another shape.
func chain(v *ir.Value) (b *ir.Value, l ir.Layout, ok bool) {
	if !isView(v) {
		return v, ir.Dense(v.Type.Shape), true
	}
	b, in, ok := chain(v.In[0])
	if !ok {
		return nil, ir.Layout{}, false
	}
	l, ok = v.Def.View(v, in)
	return b, l, ok
}

// isAlias reports whether v's elements lie one after another in the memory of its base.
func isAlias(v *ir.Value) bool {
	if !isView(v) {
		return true
	}
	_, l, ok := chain(v)
	return ok && l.IsDense()
}

// elements returns the last value on the way to v's base of which v shows all elements in
// their order: v is that value in another shape.
func elements(v *ir.Value) *ir.Value {
	for isView(v) && isAlias(v) && v.In[0].Type.Shape.Size() == v.Type.Shape.Size() {
		v = v.In[0]
	}
	return v
}

// onlyDirect reports whether the loop v reads its k-th operand element by element:
// never through a view, and not through another operand in the same memory.
func onlyDirect(v *ir.Value, k int) bool {
	for j, x := range v.In {
		if j != k && base(x) == base(v.In[k]) {
			return false
		}
	}
	for _, w := range v.Body.Values {
		if isView(w) && w.In[0].Leaf == ir.Arg && w.In[0].Index == k {
			return false
		}
	}
	return true
}
