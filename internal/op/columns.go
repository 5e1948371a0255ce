package op

import "github.com/symgrad/symgrad/internal/ir"

// Gorgonia writes a convolution as a matrix product: the windows, laid out as the
// rows of P: [N·OH·OW, C·KH·KW], times the weights W: [O, C·KH·KW]. This file turns
// such products back into convolutions. The products have the channels last. The
// transposes to that layout and back meet others, and cancel.
//
//	P·Wᵀ          =>  conv x w
//	Dᵀ·P          =>  convweight x d
//	col2im (D·W)  =>  convinput d w

// appending adds values to a function. After the first failure it adds nothing.
type appending struct {
	f  *ir.Func
	ok bool
}

func (b *appending) apply(e *Entry, a ir.Attrs, in ...*ir.Value) *ir.Value {
	if !b.ok {
		return nil
	}
	v, err := b.f.New(&e.Def, a, in...)
	b.ok = err == nil
	return v
}

func (b *appending) reshape(x *ir.Value, shape ...int) *ir.Value {
	return b.apply(&Reshape, ir.A("shape", shape), x)
}

// columnsIn returns x if it is an Im2Col, or its operand if it is the reshape of one;
// else nil.
func columnsIn(x *ir.Value) *ir.Value {
	if x.Def == &Reshape.Def {
		x = x.In[0]
	}
	if x.Def != &Im2Col.Def {
		return nil
	}
	return x
}

// convOf are the attributes of the convolution whose windows these are.
func convOf(a ir.Attrs) ir.Attrs {
	pad := a.Ints("pad")
	return ir.A("stride", a.Ints("stride"), "pad", pad, "padend", pad, "dilation", a.Ints("dilation"), "groups", 1)
}

// productOfColumns rewrites the product v as a convolution, or as the derivative of
// one with respect to its weights; nil if v is neither.
func productOfColumns(f *ir.Func, v *ir.Value) *ir.Value {
	b := &appending{f, true}
	x, y := v.In[0], v.In[1]
	ta, tb := v.Attrs.Bool("transA"), v.Attrs.Bool("transB")
	var out *ir.Value
	switch p, q := columnsIn(x), columnsIn(y); {
	case p != nil && !ta && len(x.Type.Shape) == 2 && x.Type.Shape[1] == p.Type.Shape[3]:
		images, kernel := p.In[0], p.Attrs.Ints("kernel")
		if !tb {
			y = b.apply(&Transpose, ir.A("perm", []int{1, 0}), y)
		}
		w := b.reshape(y, v.Type.Shape[1], images.Type.Shape[1], kernel[0], kernel[1])
		z := b.apply(&Conv, convOf(p.Attrs), images, w)
		out = b.apply(&Transpose, ir.A("perm", []int{0, 2, 3, 1}), z)
	case q != nil && ta && !tb && len(y.Type.Shape) == 2 && y.Type.Shape[1] == q.Type.Shape[3]:
		d := b.channelsFirst(x, q.Type.Shape)
		out = b.apply(&ConvWeight, convOf(q.Attrs).With("kernel", q.Attrs.Ints("kernel")), q.In[0], d)
	default:
		return nil
	}
	if out = b.reshape(out, v.Type.Shape...); !b.ok {
		return nil
	}
	return out
}

// channelsFirst is d: [N·OH·OW, O] as images [N, O, OH, OW], for windows of the
// shape [N, OH, OW, C·KH·KW].
func (b *appending) channelsFirst(d *ir.Value, windows ir.Shape) *ir.Value {
	d = b.reshape(d, windows[0], windows[1], windows[2], d.Type.Shape[1])
	return b.apply(&Transpose, ir.A("perm", []int{0, 3, 1, 2}), d)
}

// inputOfProduct rewrites v, the Col2Im of a product, as the derivative of a
// convolution with respect to its images; nil if it is none.
func inputOfProduct(f *ir.Func, v *ir.Value) *ir.Value {
	b := &appending{f, true}
	p := v.In[0]
	windows := p.Type.Shape
	if p.Def == &Reshape.Def {
		p = p.In[0]
	}
	if p.Def != &MatMul.Def || p.Body != nil || len(p.Type.Shape) != 2 || p.Type.Shape[1] != windows[3] || p.Attrs.Bool("transA") {
		return nil
	}
	kernel, w := v.Attrs.Ints("kernel"), p.In[1]
	if p.Attrs.Bool("transB") {
		w = b.apply(&Transpose, ir.A("perm", []int{1, 0}), w)
	}
	d := b.channelsFirst(p.In[0], windows)
	w = b.reshape(w, p.In[0].Type.Shape[1], v.Type.Shape[1], kernel[0], kernel[1])
	out := b.apply(&ConvInput, convOf(v.Attrs).With("in", v.Attrs.Ints("in")), d, w)
	if !b.ok {
		return nil
	}
	return out
}
