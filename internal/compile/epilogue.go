package compile

import "github.com/symgrad/symgrad/internal/ir"

// epilogue lets a product run the only loop that reads it, on each of its tiles:
//
//	v3 = matmul v1 v2               v4 = matmul v1 v2 b (a0) {
//	v4 = fused v3 b (a0, a1) { => 	    ... product ... a0 ... }
//	    ... a0 ... a1 ... }
//
// The loop must read the product element by element and have its shape. It runs
// while the tile is in the cache, so the product is never read back from memory. A product
// that is computed once stays alone.
func epilogue(f *ir.Func, _ []Target) bool {
	n := uses(f)
	c := newChange(f)
	for i, v := range f.Values {
		if v.Def != &Fused {
			continue
		}
		if k := productOperand(v, n); k >= 0 {
			w := withEpilogue(v, k)
			f.Values[i] = w
			c.replace(v, w)
		}
	}
	return c.end()
}

// productOperand returns which operand of the loop v is a product that nothing else
// reads; -1 if there is none.
func productOperand(v *ir.Value, uses ir.Table[int]) int {
	for k, x := range v.In {
		if x.Def != nil && x.Def.Class == ir.Contract && x.Body == nil && *uses.At(x) == 1 &&
			x.Type.Equal(v.Type) && onlyDirect(v, k) && x.Attrs.Get(onceAttr) == nil {
			return k
		}
	}
	return -1
}

// withEpilogue returns the product v.In[k] with the body of the loop v, under v's ID.
// The loop's other operands stand behind those of the product, in their order.
func withEpilogue(v *ir.Value, k int) *ir.Value {
	product := v.In[k]
	w := &ir.Value{ID: v.ID, Def: product.Def, Attrs: product.Attrs, Type: v.Type, Body: v.Body}
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
