package op

import (
	"fmt"
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Key names an operator of gorgonia's: the type, and for pointwise operators the
// function: "sumOp", "elemUnaryOp tanh".
type Key string

// decoded is what a gorgonia node is read as.
type decoded struct {
	e  *Entry
	a  ir.Attrs
	in []*gorgonia.Node
}

// byKey are the rows that gorgonia's operators are read as.
var byKey = map[Key]*Entry{}

// from enters the keys of a row; define calls it.
func from(e *Entry) {
	for _, k := range e.From {
		if byKey[k] != nil {
			panic("op: two rows are read from " + string(k))
		}
		byKey[k] = e
	}
}

// describeForeign reads a node of gorgonia's own. What it computes is then ours:
// where gorgonia's kernel or derivative is wrong, the row's is used.
func describeForeign(c *Ctx, n *gorgonia.Node) (Applied, bool, error) {
	f := fieldsOf(n.Op())
	in := childrenOf(n)
	if err := checkRandom(n); err != nil {
		return Applied{}, false, err
	}
	out, err := TypeOf(n)
	if err != nil {
		return Applied{}, false, err
	}
	switch f.name() {
	case "constantScalar", "constantTensor":
		return Applied{}, false, nil
	}
	if y := compose(c, plainNode{n, f, in, out}); y != nil {
		o := y.Op().(*Op)
		return Applied{o.Entry, o.Attrs, o.In, n}, true, nil
	}
	if d, ok := decode(n, f, in, out); ok && f.err() == nil {
		return Applied{d.e, d.a, d.in, n}, true, nil
	}
	e, err := opaqueRow(n, out, in)
	return Applied{e, e.attrs(n, f.err()), in, n}, err == nil, err
}

// decode reads the common operators. What it returns counts if f has no error.
func decode(n *gorgonia.Node, f fields, in []*gorgonia.Node, out ir.Type) (d decoded, ok bool) {
	switch name := f.name(); name {
	case "elemUnaryOp", "elemBinOp":
		var word string
		if _, err := fmt.Sscan(n.Op().String(), &word); err != nil {
			return decoded{}, false
		}
		e := byKey[Key(name+" "+word)]
		return decoded{e, nil, in}, e != nil
	case "linAlgBinOp":
		return decodeProduct(f, in)
	case "sumOp", "maxOp":
		axes := f.ints("along")
		slices.Sort(axes)
		return decoded{byKey[Key(name)], ir.A("axes", slices.Compact(axes), "keep", false), in}, true
	case "softmaxOp":
		return decodeSoftmax(f, in)
	case "reshapeOp":
		return decoded{&Reshape, ir.A("shape", []int(out.Shape)), in}, true
	case "transposeOp":
		return decoded{&Transpose, ir.A("perm", f.ints("pattern")), in}, true
	case "concatOp":
		return decoded{&Concat, ir.A("axis", f.int("axis")), in}, true
	case "sizeOp":
		return decoded{&SizeOf, ir.A("by", float64(f.int("val"))), in}, f.int("val") > 0
	case "repeatOp":
		return decodeRepeat(f, in[:1], out)
	case "sliceOp":
		return decodeSlice(n, f, in, out)
	case "minBetween":
		return decoded{&Minimum, nil, in}, true
	case "maxBetween":
		return decoded{&Maximum, nil, in}, true
	case "im2colOp":
		return decoded{&Im2Col, windowAttrs(f), in}, true
	case "col2imOp":
		return decoded{&Col2Im, windowAttrs(f.inner("im2colOp")).With("in", []int{f.int("unpaddedH"), f.int("unpaddedW")}), in}, true
	}
	return decoded{}, false
}

// windowAttrs are the attributes of Im2Col.
func windowAttrs(f fields) ir.Attrs {
	pair := func(h, w string) []int { return []int{f.int(h), f.int(w)} }
	return ir.A("kernel", pair("h", "w"), "stride", pair("strideH", "strideW"), "pad", pair("padH", "padW"), "dilation", pair("dilationH", "dilationW"))
}

// The products of linAlgBinOp by their number.
const (
	matMulProduct = iota
	matVecProduct
	dotProduct
	outerProduct
	batchedProduct
)

func decodeProduct(f fields, in []*gorgonia.Node) (decoded, bool) {
	x, errx := TypeOf(in[0])
	y, erry := TypeOf(in[1])
	if errx != nil || erry != nil {
		return decoded{}, false
	}
	a := ir.A("transA", f.bool("transA"), "transB", f.bool("transB"))
	switch vectors := len(x.Shape) == 1 && len(y.Shape) == 1; f.uint("āBinaryOperator") {
	case matMulProduct, batchedProduct:
		return decoded{&MatMul, a, in}, len(x.Shape) >= 2 && len(x.Shape) == len(y.Shape)
	case matVecProduct:
		return decoded{&MatVec, ir.A("transA", f.bool("transA")), in}, len(x.Shape) == 2 && len(y.Shape) == 1
	case dotProduct:
		return decoded{&Dot, nil, in}, vectors
	case outerProduct:
		return decoded{&OuterProduct, nil, in}, vectors
	}
	return decoded{}, false
}

func decodeSoftmax(f fields, in []*gorgonia.Node) (decoded, bool) {
	t, err := TypeOf(in[0])
	if err != nil {
		return decoded{}, false
	}
	axis, err := t.Axis(f.int("axis"))
	e := &Softmax
	if f.bool("isLog") {
		e = &LogSoftmax
	}
	return decoded{e, ir.A("axis", axis), in}, err == nil
}

// decodeRepeat reads a repetition of a scalar or along an axis of extent 1,
// which is what broadcasting makes, and any other.
func decodeRepeat(f fields, in []*gorgonia.Node, out ir.Type) (decoded, bool) {
	x, err := TypeOf(in[0])
	if err != nil {
		return decoded{}, false
	}
	along := f.int("along")
	if _, err := inferBroadcast([]ir.Type{x}, ir.A("shape", []int(out.Shape))); err == nil && x.Shape.Size() != out.Shape.Size() {
		if len(x.Shape) == 0 || len(x.Shape) == len(out.Shape) && x.Shape[along] == 1 {
			return decoded{&Broadcast, ir.A("shape", []int(out.Shape)), in}, true
		}
	}
	if len(x.Shape) != len(out.Shape) || along < 0 || along >= len(x.Shape) || x.Shape[along] == 0 {
		return decoded{}, false
	}
	return decoded{&Repeat, ir.A("axis", along, "count", out.Shape[along]/x.Shape[along]), in}, true
}

// decodeSlice reads a slice of one axis, which gorgonia drops if it has one
// element. Of a step it keeps whole ones only.
func decodeSlice(n *gorgonia.Node, f fields, in []*gorgonia.Node, out ir.Type) (decoded, bool) {
	x, err := TypeOf(in[0])
	s, ok := n.Op().(interface{ IsSlice() tensor.Slice })
	axis := f.int("along")
	if err != nil || !ok || axis < 0 || axis >= len(x.Shape) {
		return decoded{}, false
	}
	first, count, step := 0, x.Shape[axis], 1 // no slice, and one that is empty, is the whole axis
	if cut := s.IsSlice(); cut != nil && cut.End() > cut.Start() {
		step = max(1, cut.Step())
		first, count = cut.Start(), (min(cut.End(), x.Shape[axis])-cut.Start())/step
	}
	start := make([]int, len(x.Shape))
	steps := make([]int, len(x.Shape))
	counts := append([]int{}, x.Shape...)
	for i := range steps {
		steps[i] = 1
	}
	start[axis], counts[axis], steps[axis] = first, count, step
	if ir.Shape(counts).Size() != out.Shape.Size() {
		return decoded{}, false
	}
	return decoded{&SliceTo, ir.A("start", start, "count", counts, "step", steps, "to", []int(out.Shape)), in}, true
}
