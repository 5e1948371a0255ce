package foreign

import (
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// elementwise are the operators that compute each element by itself. The name of
// the function is the first word of the operator's String.
var elementwise = []row{
	unary("abs", &op.Abs), unary("sign", &op.Sign), unary("ceil", &op.Ceil), unary("floor", &op.Floor),
	unary("sin", &op.Sin), unary("cos", &op.Cos), unary("exp", &op.Exp), unary("neg", &op.Neg),
	unary("square", &op.Square), unary("sqrt", &op.Sqrt), unary("inv", &op.Reciprocal), unary("cube", &op.Cube),
	unary("tanh", &op.Tanh), unary("sigmoid", &op.Sigmoid), unary("log1p", &op.Log1p), unary("expm1", &op.Expm1),
	unary("softplus", &op.Softplus),
	unary("log2", &op.Log2, doubt{WrongGradient, "gorgonia's rule for log2 is wrong", nil}),
	unary("invSqrt", &op.Rsqrt, doubt{WrongGradient, "gorgonia's rule for invSqrt is wrong", nil}),
	{name: "elemUnaryOp ln", operands: 1, read: readLog, doubts: []doubt{
		{WrongValue, "gorgonia's LogSumExp adds the maximum before it takes the logarithm, not after it", isLogSumExp},
		{WrongGradient, "gorgonia's LogSumExp is another function, and its derivative is that one's", isLogSumExp},
	}},

	binary("+", &op.Add), binary("-", &op.Sub), binary("⊙", &op.Mul), binary("÷", &op.Div), binary("^", &op.Pow),
	binary("<", &op.Lt), binary(">", &op.Gt), binary("<=", &op.Le), binary(">=", &op.Ge), binary("==", &op.Eq), binary("!=", &op.Ne),
	{name: "minBetween", operands: 2, read: as(&op.Minimum)},
	{name: "maxBetween", operands: 2, read: as(&op.Maximum)},
	{name: "Iop", operands: 1, read: composed(func(_ *op.Ctx, n node) *gorgonia.Node { return n.in[0] })},
}

func unary(name string, e *op.Entry, doubts ...doubt) row {
	return row{name: "elemUnaryOp " + name, operands: 1, read: as(e), doubts: doubts}
}

func binary(name string, e *op.Entry) row {
	return row{name: "elemBinOp " + name, operands: 2, read: as(e)}
}

func readLog(c *op.Ctx, n node) op.Applied {
	if x, axes, ok := summedExp(n.node); ok {
		return n.made(c, c.LogSumExp(x, axes, false))
	}
	return n.apply(&op.Log, nil)
}

func isLogSumExp(n node) bool {
	_, _, ok := summedExp(n.node)
	return ok
}

// summedExp reads a logarithm that gorgonia.LogSumExp built: its operand and its
// axes. That function adds the maximum before the logarithm, not after it:
// ln(Σ exp(x − max x) + max x).
func summedExp(ln *gorgonia.Node) (x *gorgonia.Node, axes []int, ok bool) {
	x = ln
	var added, taken *gorgonia.Node
	for _, name := range []string{"elemUnaryOp ln", "elemBinOp +", "sumOp", "elemUnaryOp exp", "elemBinOp -"} {
		if x.Op() == nil || rowName(x.Op()) != name {
			return nil, nil, false
		}
		in := op.Operands(x)
		x = in[0]
		switch name {
		case "elemBinOp +":
			added = in[1]
		case "elemBinOp -":
			taken = in[1]
		}
	}
	if added != taken || !isOp(added, "maxOp") || op.Operands(added)[0] != x {
		return nil, nil, false
	}
	f := fieldsOf(added.Op())
	axes = f.ints("along")
	return x, axes, f.err() == nil
}
