package op

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// MatMulHeads is MatMul for the heads of attention as their features are stored. An operand has
// its rows before its heads, [..., M, H, K] and not [..., H, M, K], if rowsA or rowsB says so. So
// has the result if rowsC does. Only the compiler makes it, so it is no row of the table.
var MatMulHeads ir.Def

func init() {
	defineInner(&MatMulHeads, ir.Def{Name: "matmulheads", Class: ir.Contract, Arity: 2, Infer: inferHeads,
		ByRow: byRow(true, true), Cost: costOfMatMul, F32: matmulKernel[float32](), F64: matmulKernel[float64]()})
}

// rowsFirst says which of x, y and the result have their rows before the last leading axis.
func rowsFirst(a ir.Attrs) (first [3]bool) {
	for i, key := range []string{"rowsA", "rowsB", "rowsC"} {
		first[i], _ = a.Get(key).(bool)
	}
	return first
}

// swapMatMul is the Swapped of MatMul, for a batch of several axes.
func swapMatMul(v *ir.Value, in []bool, out bool) (*ir.Def, ir.Attrs) {
	if n := len(v.Type.Shape); n < 4 || len(v.In[1].Type.Shape) != n {
		return nil, nil
	}
	return &MatMulHeads, v.Attrs.With("rowsA", in[0]).With("rowsB", in[1]).With("rowsC", out)
}

// headsOf is the shape with the rows behind the last leading axis, if they are before it, and
// the same the other way round.
func headsOf(s ir.Shape, first bool) ir.Shape {
	if !first {
		return s
	}
	s = slices.Clone(s)
	n := len(s)
	s[n-3], s[n-2] = s[n-2], s[n-3]
	return s
}

func inferHeads(in []ir.Type, a ir.Attrs) (ir.Type, error) {
	first := rowsFirst(a)
	for i := range in {
		if len(in[i].Shape) < 4 {
			return ir.Type{}, shapef("got %v and %v, want four axes or more", in[0].Shape, in[1].Shape)
		}
	}
	t, err := inferMatMul([]ir.Type{
		{DType: in[0].DType, Shape: headsOf(in[0].Shape, first[0])}, {DType: in[1].DType, Shape: headsOf(in[1].Shape, first[1])}}, a)
	if err == nil {
		t.Shape = headsOf(t.Shape, first[2])
	}
	return t, err
}

// lead says where the matrices of a batch lie: those of a group lie inner elements apart, groups
// outer.
type lead struct{ outer, inner int }

// of is where matrix i is if a group has so many.
func (l lead) of(i, group int) int { return i/group*l.outer + i%group*l.inner }

// leadOf are the distances between the matrices, and between the rows of one, of an operand as
// it is stored.
func leadOf(s ir.Shape, first bool) (l lead, ld int) {
	n := len(s)
	if first { // [..., rows, heads, columns]
		return lead{s[n-3] * s[n-2] * s[n-1], s[n-1]}, s[n-2] * s[n-1]
	}
	return lead{s[n-3] * s[n-2] * s[n-1], s[n-2] * s[n-1]}, s[n-1]
}

func headsSpec(v *ir.Value) matmulPlan {
	first := rowsFirst(v.Attrs)
	x, y := headsOf(v.In[0].Type.Shape, first[0]), headsOf(v.In[1].Type.Shape, first[1])
	n := len(x)
	p := matmulPlan{Spec: productSpec(v, x, y), batch: x[:n-2].Size(), group: x[n-3], rows: first[2]}
	p.Free = true // the rows are not the examples
	p.x, p.LDA = leadOf(v.In[0].Type.Shape, first[0])
	p.y, p.LDB = leadOf(v.In[1].Type.Shape, first[1])
	p.z, p.LDC = leadOf(v.Type.Shape, first[2])
	return p
}
