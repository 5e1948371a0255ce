package compile

import "github.com/symgrad/symgrad/internal/ir"

// epilogue lets a product finish its tiles with the loop that alone reads it:
//
//	v3 = matmul v1 v2               v4 = matmul v1 v2 b (a0) {
//	v4 = fused v3 b (a0, a1) { => 	    ... product ... a0 ... }
//	    ... a0 ... a1 ... }
//
// The loop must read the product element by element and have its shape. It runs
// while a tile is in the cache, so the product is never read back from memory.
func epilogue(f *ir.Func) bool {
	users := f.Users()
	by := map[*ir.Value]*ir.Value{}
	for i, v := range f.Values {
		if v.Def != &Fused {
			continue
		}
		k := productOperand(v, users)
		if k < 0 {
			continue
		}
		w := withEpilogue(v, k)
		w.ID = v.ID
		f.Values[i] = w
		by[v] = w
	}
	return replace(f, by)
}

// productOperand finds the operand of the loop v that is a product nobody else
// reads; -1 if there is none.
func productOperand(v *ir.Value, users map[*ir.Value]int) int {
	for k, x := range v.In {
		if x.Def != nil && x.Def.Class == ir.Contract && x.Body == nil && users[x] == 1 &&
			x.Type.Equal(v.Type) && onlyDirect(v, k) {
			return k
		}
	}
	return -1
}

// withEpilogue is the product v.In[k] with the body of the loop v: the Args keep
// their order behind the product's own operands.
func withEpilogue(v *ir.Value, k int) *ir.Value {
	product := v.In[k]
	w := &ir.Value{Def: product.Def, Attrs: product.Attrs, Type: v.Type, Body: v.Body, Name: v.Name}
	w.In = append(append(append(w.In, product.In...), v.In[:k]...), v.In[k+1:]...)
	for _, a := range w.Body.Values {
		if a.Leaf != ir.Arg {
			continue
		}
		switch {
		case a.Index == k:
			a.Index = ir.ProductArg
		case a.Index < k:
			a.Index += len(product.In)
		default:
			a.Index += len(product.In) - 1
		}
	}
	return w
}
