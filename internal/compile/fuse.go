package compile

import "github.com/symgrad/symgrad/internal/ir"

// Fused is the operator of a value whose Body is run as one loop over blocks:
// elementwise operators, and views of the operands.
var Fused = ir.Def{Name: "fused", Class: ir.Elementwise, Arity: -1,
	Infer: func([]ir.Type, ir.Attrs) (ir.Type, error) { return ir.Type{}, errNoInfer }}

type constError string

func (e constError) Error() string { return string(e) }

const errNoInfer = constError("the type of a fused value is that of its body's result")

// maxBody bounds the instructions of one loop, so that its blocks stay in the
// first cache.
const maxBody = 48

// fuse puts elementwise operators and views into loops:
//
//	v3 = add v1 v2                 v5 = fused v1 v2 (a0, a1) {
//	v4 = tanh v3              =>       b2 = add a0 a1
//	                                   return tanh b2 }
//
// An elementwise value joins the loop of its users if they are all in one; it
// is a loop of its own otherwise, or, where its operator says so, computed again in
// each of them. A view of a value in memory joins every loop that reads it; other
// readers get a copy, that of the result if it is one, but for a view that enumerates
// its operand in order, which is the operand's memory under another shape. After this
// pass every elementwise value is a fused one, and every result of the
// function is a value of its own.
func fuse(f *ir.Func) bool {
	g := &fusing{f: f, group: map[*ir.Value]*ir.Value{}, users: map[*ir.Value][]*ir.Value{}, by: map[*ir.Value]*ir.Value{}, size: map[*ir.Value]int{}, kept: map[*ir.Value]*ir.Value{}, again: map[*ir.Value][]*ir.Value{}}
	g.ownResults()
	for _, v := range f.Values {
		for _, x := range v.In {
			g.users[x] = append(g.users[x], v)
		}
	}
	result := map[*ir.Value]bool{}
	for _, v := range f.Out {
		result[base(v)] = true
	}
	for i := len(f.Values) - 1; i >= 0; i-- {
		if v := f.Values[i]; v.Def != nil && v.Def.Class == ir.Elementwise && v.Body == nil {
			g.place(v, result[v])
		}
	}
	g.emit()
	return true
}

type fusing struct {
	f     *ir.Func
	users map[*ir.Value][]*ir.Value
	group map[*ir.Value]*ir.Value // the root of the loop that an elementwise value is in
	size  map[*ir.Value]int       // instructions in the loop of a root
	by    map[*ir.Value]*ir.Value
	kept  map[*ir.Value]*ir.Value   // the copy of a view that is a result
	again map[*ir.Value][]*ir.Value // copies of a value that other loops compute too
}

// ownResults gives every result of the function memory of its own: a leaf, a
// value that is returned twice, and a view that is not all of a value in its
// order are copied.
func (g *fusing) ownResults() {
	seen := map[*ir.Value]bool{}
	for i, v := range g.f.Out {
		b := v
		if v.Def != nil && v.Def.Class == ir.Move && isAlias(v) && base(v).Type.Shape.Size() == v.Type.Shape.Size() {
			b = base(v)
		}
		if b.Def == nil || b.Def.Class == ir.Move || seen[b] {
			w := g.copyOf(v)
			g.f.Out[i], g.kept[v], b = w, w, w
		}
		seen[b] = true
	}
}

// copyOf is a loop that copies v, or the view v, to memory of its own.
func (g *fusing) copyOf(v *ir.Value) *ir.Value {
	d := &Fused
	if v.Type.DType == ir.Int {
		d = &CopyInt
	}
	return g.f.Add(&ir.Value{Def: d, In: []*ir.Value{v}, Type: v.Type, Body: &ir.Func{}})
}

// place decides whether v joins the loop of its users.
func (g *fusing) place(v *ir.Value, isResult bool) {
	root := v
	if !isResult {
		if v.Def.Again {
			g.spread(v)
		}
		root = g.commonLoop(v)
	}
	if root != v && g.size[root] >= maxBody {
		root = v
	}
	g.group[v] = root
	g.size[root]++
}

// spread gives each loop that reads v a copy of its own, if loops alone read it.
func (g *fusing) spread(v *ir.Value) {
	var first *ir.Value
	for _, u := range g.users[v] {
		if g.group[u] == nil {
			return
		}
	}
	copies, kept := map[*ir.Value]*ir.Value{}, g.users[v][:0:0]
	for _, u := range g.users[v] {
		root := g.group[u]
		if first == nil || root == first {
			first, kept = root, append(kept, u)
			continue
		}
		w := copies[root]
		if w == nil {
			w = g.f.Add(&ir.Value{Def: v.Def, Attrs: v.Attrs, In: append([]*ir.Value(nil), v.In...), Type: v.Type, Name: v.Name})
			g.f.Values = g.f.Values[:len(g.f.Values)-1]
			copies[root] = w
			g.again[v] = append(g.again[v], w)
			g.group[w] = root
			g.size[root]++
			for _, x := range w.In {
				g.users[x] = append(g.users[x], w)
			}
		}
		for i, x := range u.In {
			if x == v {
				u.In[i] = w
			}
		}
	}
	g.users[v] = kept
}

func (g *fusing) commonLoop(v *ir.Value) *ir.Value {
	var root *ir.Value
	for _, u := range g.users[v] {
		r := g.group[u]
		if r == nil || root != nil && r != root {
			return v
		}
		root = r
	}
	if root == nil {
		return v
	}
	return root
}

// emit builds the loops and rewires the function to them.
func (g *fusing) emit() {
	var values []*ir.Value
	for _, v := range g.f.Values {
		values = append(append(values, v), g.again[v]...)
	}
	g.f.Values = nil
	for _, v := range values {
		for i, x := range v.In {
			if w := g.by[x]; w != nil {
				v.In[i] = w
			}
		}
		switch {
		case v.Body != nil && len(v.Body.Values) == 0:
			g.append(g.loopOf(v, nil))
		case v.Def == nil || v.Body != nil:
			g.append(v)
		case v.Def.Class == ir.Elementwise:
			if g.group[v] == v {
				w := g.loopOf(v, func(x *ir.Value) bool { return g.group[x] == v })
				g.by[v] = w
				g.append(w)
			}
		case v.Def.Class == ir.Move:
			if _, _, ok := chain(v); !ok { // no view of what its operand is a view of
				v.In[0] = g.append(g.loopOf(g.copyOfView(v.In[0]), nil))
			}
			g.append(v) // dropped by Sort where only loops read it
		default:
			for i, x := range v.In {
				if w := g.kept[x]; w != nil && !isAlias(x) {
					v.In[i] = w
				} else if x.Def != nil && x.Def.Class == ir.Move && !isAlias(x) {
					v.In[i] = g.append(g.loopOf(g.copyOfView(x), nil))
				}
			}
			g.append(v)
		}
	}
	g.f.Replace(g.by)
	g.f.Sort()
}

func (g *fusing) append(v *ir.Value) *ir.Value {
	g.f.Values = append(g.f.Values, v)
	return v
}

func (g *fusing) copyOfView(x *ir.Value) *ir.Value {
	v := g.copyOf(x)
	g.f.Values = g.f.Values[:len(g.f.Values)-1]
	return v
}

// isAlias says whether the chain of views v enumerates its base in order.
func isAlias(v *ir.Value) bool {
	_, l, ok := chain(v)
	return ok && l.IsDense()
}

// chain follows views down to a value in memory. It is not ok if one of them
// cannot be expressed, such as another shape of a transposed matrix.
func chain(v *ir.Value) (base *ir.Value, l ir.Layout, ok bool) {
	if v.Def == nil || v.Def.Class != ir.Move {
		return v, ir.Dense(v.Type.Shape), true
	}
	base, in, ok := chain(v.In[0])
	if !ok {
		return nil, ir.Layout{}, false
	}
	l, ok = v.Def.View(v, in)
	return base, l, ok
}
