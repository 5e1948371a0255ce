package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/internal/sym"
	"gorgonia.org/gorgonia"
)

// MatMul is the matrix product op(x)·op(y), op transposing the last two axes
// where transA or transB says so: x: [..., M, K]; y: [..., K, N]; result
// [..., M, N]. Leading axes are equal, or y has none. dx = d·op(y)ᵀ and
// dy = op(x)ᵀ·d, transposed as x and y are.
var MatMul Entry

func init() {
	define(&MatMul, Entry{
		Def: ir.Def{Name: "matmul", Class: ir.Contract, Arity: 2, Infer: inferMatMul,
			Simplify: simplifyMatMul,
			Sum:      sumProducts,
			Split:    splitMatMul,
			Descend:  descendMatMul,
			ByRow:    matmulByRow,
			Apart:    matmulApart,
			Swapped:  swapMatMul,
			Cost:     costOfMatMul,
			F32:      matmulKernel[float32](),
			F64:      matmulKernel[float64]()},
		Sym: func(a ir.Attrs, x []*sym.Expr) *sym.Expr {
			y := slices.Clone(x)
			for i, key := range []string{"transA", "transB"} {
				if a.Bool(key) {
					y[i] = sym.Transpose(y[i])
				}
			}
			return sym.MatMul(y[0], y[1])
		},
		VJP: vjpMatMul,
		Ref: refMatMul,
		Samples: func() []Sample {
			return []Sample{
				{In: []ir.Shape{{3, 4}, {4, 5}}, Attrs: ir.A("transA", false, "transB", false)},
				{In: []ir.Shape{{4, 3}, {4, 5}}, Attrs: ir.A("transA", true, "transB", false)},
				{In: []ir.Shape{{3, 4}, {5, 4}}, Attrs: ir.A("transA", false, "transB", true)},
				{In: []ir.Shape{{4, 3}, {5, 4}}, Attrs: ir.A("transA", true, "transB", true)},
				{In: []ir.Shape{{2, 3, 4}, {2, 4, 5}}, Attrs: ir.A("transA", false, "transB", false)},
				{In: []ir.Shape{{2, 3, 4}, {4, 5}}, Attrs: ir.A("transA", false, "transB", false)},
				{In: []ir.Shape{{2, 3, 4}, {5, 4}}, Attrs: ir.A("transA", false, "transB", true)},
				{In: []ir.Shape{{0, 3, 4}, {4, 5}}, Attrs: ir.A("transA", false, "transB", false)},
				{In: []ir.Shape{{64, 70}, {70, 33}}, Attrs: ir.A("transA", false, "transB", false)},
			}
		},
	})
}

// freeAttr is an attribute of a product that may be summed in an order that depends on its
// number of rows, as gemm.Spec has it. A gradient may, since it depends on the batch anyway. A
// product of the model itself may not: its rows are examples, which must not see each other.
const freeAttr = "free"

// lastTwo are the rows and columns of op(x).
func lastTwo(s ir.Shape, trans bool) (rows, cols int) {
	rows, cols = s[len(s)-2], s[len(s)-1]
	if trans {
		return cols, rows
	}
	return rows, cols
}

func inferMatMul(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	x, y := in[0], in[1]
	if !x.DType.IsFloat() || !y.DType.IsFloat() {
		return ir.Type{}, dtypef("got %v and %v, want floats", x, y)
	}
	if len(x.Shape) < 2 || len(y.Shape) < 2 {
		return ir.Type{}, shapef("got %v and %v, want matrices", x.Shape, y.Shape)
	}
	m, k := lastTwo(x.Shape, a.Bool("transA"))
	k2, n := lastTwo(y.Shape, a.Bool("transB"))
	if k != k2 {
		return ir.Type{}, shapef("got %v and %v: the product sums over %d columns but %d rows, want equal extents", x.Shape, y.Shape, k, k2)
	}
	bx, by := x.Shape[:len(x.Shape)-2], y.Shape[:len(y.Shape)-2]
	if len(by) > 0 && !bx.Equal(by) {
		return ir.Type{}, shapef("got %v and %v, want equal leading axes", x.Shape, y.Shape)
	}
	return ir.Type{DType: x.DType, Shape: append(bx.Clone(), m, n)}, nil
}

func vjpMatMul(c *Ctx, n Applied, d *gorgonia.Node) []*gorgonia.Node {
	x, y := n.In[0], n.In[1]
	ta, tb := n.Attrs.Bool("transA"), n.Attrs.Bool("transB")
	var dx, dy *gorgonia.Node
	switch {
	case ta:
		dx = c.MatMulT(y, d, tb, true)
	case tb:
		dx = c.MatMulT(d, y, false, false)
	default:
		dx = c.Apply(&MatMul, ir.A("transA", false, "transB", true, freeAttr, true), d, y)
	}
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err == nil && len(sy) == 2 && len(sx) > 2 && !ta { // one product over all rows at once
		flat := func(z *gorgonia.Node) *gorgonia.Node {
			s := c.Shape(z)
			last := len(s) - 1
			return c.Reshape(z, ir.Shape{s[:last].Size(), s[last]})
		}
		x, d = flat(x), flat(d)
	}
	if tb {
		dy = c.MatMulT(d, x, true, ta)
	} else {
		dy = c.MatMulT(x, d, !ta, false)
	}
	return []*gorgonia.Node{dx, dy}
}

// simplifyMatMul rewrites a product that sums one term as an elementwise one, and
// a product of transposed operands as one with transA or transB.
func simplifyMatMul(f *ir.Func, v *ir.Value) *ir.Value {
	if len(v.Type.Shape) == 2 {
		if w := rankOne(f, v); w != nil {
			return w
		}
		if w := productOfColumns(f, v); w != nil {
			return w
		}
	}
	in := append([]*ir.Value(nil), v.In...)
	a := v.Attrs
	for i, key := range []string{"transA", "transB"} {
		if in[i].Def == &Transpose.Def && swapsLastTwo(in[i].Attrs.Ints("perm")) {
			in[i] = in[i].In[0]
			a = a.With(key, !a.Bool(key))
		}
	}
	if in[0] == v.In[0] && in[1] == v.In[1] {
		return nil
	}
	w, err := f.New(v.Def, a, in...)
	if err != nil {
		return nil
	}
	return w
}

// rankOne is v as column times row, broadcast, if it sums one term.
func rankOne(f *ir.Func, v *ir.Value) *ir.Value {
	m, k := lastTwo(v.In[0].Type.Shape, v.Attrs.Bool("transA"))
	n := v.Type.Shape[1]
	if k != 1 || len(v.In[1].Type.Shape) != 2 {
		return nil
	}
	in := make([]*ir.Value, 2)
	for i, s := range [][]int{{m, 1}, {1, n}} {
		x, err := f.New(&Reshape.Def, ir.A("shape", s), v.In[i])
		if err == nil {
			in[i], err = f.New(&Broadcast.Def, ir.A("shape", []int{m, n}), x)
		}
		if err != nil {
			return nil
		}
	}
	w, err := f.New(&Mul.Def, nil, in...)
	if err != nil {
		return nil
	}
	return w
}

// sumProducts rewrites x₁ᵀ·y₁ + x₂ᵀ·y₂ + ... as one product of all xᵢ and all yᵢ,
// stacked, if moving their rows is less work than adding the products. The gradient of
// a weight that is used in many steps is such a sum.
func sumProducts(f *ir.Func, terms []*ir.Value) []*ir.Value {
	var out, stack []*ir.Value
	for _, v := range terms {
		x, y := v.In[0].Type.Shape, v.In[1].Type.Shape
		if len(x) == 2 && len(y) == 2 && v.Attrs.Bool("transA") && !v.Attrs.Bool("transB") && x[0]*(x[1]+y[1]) <= 2*x[1]*y[1] {
			stack = append(stack, v)
		} else {
			out = append(out, v)
		}
	}
	if len(stack) < 2 {
		return nil
	}
	// In the order in which the left sides were computed: what stands on top of
	// each other in one product then does so in others.
	slices.SortStableFunc(stack, func(x, y *ir.Value) int { return x.In[0].ID - y.In[0].ID })
	var sides [2]*ir.Value
	for side := range sides {
		in := make([]*ir.Value, len(stack))
		for i, v := range stack {
			in[i] = v.In[side]
		}
		w, err := f.New(&Concat.Def, ir.A("axis", 0), in...)
		if err != nil {
			return nil
		}
		sides[side] = w
	}
	w, err := f.New(&MatMul.Def, stack[0].Attrs, sides[:]...)
	if err != nil {
		return nil
	}
	return append(out, w)
}

func swapsLastTwo(perm []int) bool {
	n := len(perm)
	if n < 2 || perm[n-1] != n-2 || perm[n-2] != n-1 {
		return false
	}
	for i := range n - 2 {
		if perm[i] != i {
			return false
		}
	}
	return true
}

// matmulPlan is a batch of products.
type matmulPlan struct {
	gemm.Spec
	batch, group int  // products in all, and those of a group
	x, y, z      lead // where the operands and the results of each lie
	rows         bool // those of a result stand before its group
}

func matmulSpec(v *ir.Value) matmulPlan {
	if v.Def == &MatMulHeads {
		return headsSpec(v)
	}
	x, y := v.In[0].Type.Shape, v.In[1].Type.Shape
	p := matmulPlan{Spec: productSpec(v, x, y), batch: x[:len(x)-2].Size(), group: 1}
	p.x.outer, p.y.outer, p.z.outer = p.M*p.K, p.K*p.N, p.M*p.N
	p.Free = p.Free || len(y) > 2 // then the rows are not the examples
	if len(y) == 2 {
		p.y.outer = 0
		if !p.TransA { // one product over all rows
			p.M, p.batch = p.M*p.batch, 1
			p.x.outer, p.z.outer = p.M*p.K, p.M*p.N
			if all, ok := v.Attrs.Get(ir.RowsAttr).(int); ok {
				p.Rows = p.M / x[0] * all
			}
		}
	}
	return p
}

// productSpec is the product of the last two axes of x and y.
func productSpec(v *ir.Value, x, y ir.Shape) gemm.Spec {
	s := gemm.Spec{TransA: v.Attrs.Bool("transA"), TransB: v.Attrs.Bool("transB"), Alpha: 1}
	s.M, s.K = lastTwo(x, s.TransA)
	_, s.N = lastTwo(y, s.TransB)
	s.Free, _ = v.Attrs.Get(freeAttr).(bool)
	return s
}

func costOfMatMul(v *ir.Value) ir.Cost {
	s := matmulSpec(v)
	return ir.Cost{Flops: 2 * int64(s.batch) * int64(s.M) * int64(s.N) * int64(s.K),
		Bytes: int64(v.Type.DType.Size()) * int64(s.batch) * int64(s.M*s.K+s.K*s.N+s.M*s.N)}
}

// finished passes on rows [i0, i1) and columns [j0, j1) of a product as rows of the whole result.
func (p *matmulPlan) finished(post gemm.Post, product, worker, i0, i1, j0, j1 int) {
	if !p.rows {
		post(worker, product*p.M+i0, product*p.M+i1, j0, j1)
		return
	}
	for i := i0; i < i1; i++ {
		row := (product/p.group*p.M+i)*p.group + product%p.group
		post(worker, row, row+1, j0, j1)
	}
}

// matmulByRow says what the rows of a product need.
func matmulByRow(v *ir.Value) []bool {
	if v.Attrs.Bool("transA") && len(v.Type.Shape) == 2 {
		return nil
	}
	return []bool{true, len(v.In[1].Type.Shape) > 2}
}

// matmulApart says that a product of many rows may be cut: those of a part do not see the others, and
// are enough for the packing of y to pay.
func matmulApart(v *ir.Value, parts int) bool {
	const rows = 48
	s := matmulSpec(v)
	return s.batch == 1 && !s.Free && !s.TransA && s.M >= rows*parts
}

// isDot reports whether v, whose plan is p, is a product of two vectors of examples, however
// they are stored. One of an example's features is not: there may be more examples.
func (p *matmulPlan) isDot(v *ir.Value) bool {
	return len(v.Type.Shape) == 2 && p.TransA && p.M == 1 && p.N == 1 && p.K <= maxDot
}

// maxDot is the longest product of two vectors that one worker computes alone.
const maxDot = 1 << 16

type matmulState[T ir.Float] struct {
	matmulPlan
	plan *gemm.Plan[T]
	call *ir.Call[T]
	now  int // the present product
	dot  bool
	post gemm.Post
	side *sideBySide[T] // nil: the products run one after another, each on all workers
}

func matmulKernel[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(v *ir.Value, workers int) (any, int) {
			s := &matmulState[T]{matmulPlan: matmulSpec(v)}
			s.dot = s.isDot(v)
			p, err := gemm.NewPlan[T](s.Spec)
			if err != nil {
				panic("op: matmul: " + err.Error()) // the shape rule let through what it may not
			}
			s.plan = p
			s.post = func(worker, i0, i1, j0, j1 int) {
				s.finished(s.call.Post, s.now, worker, i0, i1, j0, j1)
			}
			if s.side = newSideBySide(s, workers); s.side != nil {
				return s, workers * s.side.scratch
			}
			return s, p.Scratch(workers)
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*matmulState[T])
			if s.side != nil {
				s.call = c
				c.Pool.Run(s.side.parts, s.side.part)
				return
			}
			if s.dot {
				c.Out[0] = vec.Of[T]().Dot(c.In[0], c.In[1])
				if c.Post != nil {
					c.Post(0, 0, 1, 0, 1)
				}
				return
			}
			s.call = c
			var post gemm.Post
			if c.Post != nil {
				post = s.post
			}
			for b := range s.batch {
				s.now = b
				s.run(c.Pool, b, c.Scratch, post)
			}
		},
	}
}

// run computes one product.
func (s *matmulState[T]) run(w *pool.Pool, product int, scratch []T, post gemm.Post) {
	x, y, z := s.x.of(product, s.group), s.y.of(product, s.group), s.z.of(product, s.group)
	s.plan.Run(w, s.call.Out[z:], s.call.In[0][x:], s.call.In[1][y:], scratch, post)
}

func refMatMul(c *ir.Call[float64]) {
	s := matmulSpec(c.V)
	at := func(x []float64, rows, cols, i, j int, trans bool) float64 {
		if trans {
			return x[j*rows+i]
		}
		return x[i*cols+j]
	}
	for b := range s.batch {
		x, y, z := c.In[0][b*s.x.outer:], c.In[1][b*s.y.outer:], c.Out[b*s.z.outer:]
		for i := range s.M {
			for j := range s.N {
				sum := 0.0
				for k := range s.K {
					sum += at(x, s.M, s.K, i, k, s.TransA) * at(y, s.K, s.N, k, j, s.TransB)
				}
				z[i*s.N+j] = sum
			}
		}
	}
}

// MatMulT is op(x)·op(y); leading axes broadcast.
func (c *Ctx) MatMulT(x, y *gorgonia.Node, transA, transB bool) *gorgonia.Node {
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil {
		return nil
	}
	if len(sx) >= 2 && len(sy) >= 2 && len(sy) > 2 {
		bx, by := sx[:len(sx)-2], sy[:len(sy)-2]
		if s, err := BroadcastShape(bx, by); err == nil {
			x = c.Broadcast(x, append(s.Clone(), sx[len(sx)-2:]...))
			y = c.Broadcast(y, append(s.Clone(), sy[len(sy)-2:]...))
		}
	}
	return c.Apply(&MatMul, ir.A("transA", transA, "transB", transB), x, y)
}

// MatMul is x·y as NumPy has it: a vector on the left is a row, one on the right
// a column, and its axis is dropped from the result.
func (c *Ctx) MatMul(x, y *gorgonia.Node) *gorgonia.Node {
	sx, sy := c.Shape(x), c.Shape(y)
	if c.Err != nil {
		return nil
	}
	x0, y0 := x, y
	if len(sx) == 1 {
		x = c.Reshape(x, ir.Shape{1, sx[0]})
	}
	if len(sy) == 1 {
		y = c.Reshape(y, ir.Shape{sy[0], 1})
	}
	if len(sx) == 0 || len(sy) == 0 {
		c.Fail("matmul", "", []*gorgonia.Node{x0, y0}, shapef("got %v and %v, want vectors or matrices", sx, sy))
		return nil
	}
	z := c.MatMulT(x, y, false, false)
	s := c.Shape(z)
	if c.Err != nil {
		return nil
	}
	if len(sy) == 1 {
		s = s[:len(s)-1]
	}
	if len(sx) == 1 {
		k := len(s) - 2 // where the row stands
		if len(sy) == 1 {
			k = len(s) - 1
		}
		s = append(s[:k:k], s[k+1:]...)
	}
	return c.Reshape(z, s)
}
