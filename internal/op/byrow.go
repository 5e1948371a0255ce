package op

import "github.com/symgrad/symgrad/internal/ir"

// byRow is the ByRow of a row of the table that says the same of every value: for
// each operand, whether a part of the result needs just that part of it.
func byRow(operands ...bool) func(*ir.Value) []bool {
	return func(*ir.Value) []bool { return operands }
}

// byRowOffAxis is the ByRow of a row that works along the attribute axis: axis 0
// cannot be divided then, any other can.
func byRowOffAxis(v *ir.Value) []bool {
	if v.Attrs.Int("axis") == 0 {
		return nil
	}
	out := make([]bool, v.Def.Arity) // those of a loop behind it are none of the kernel's
	for i := range out {
		out[i] = true
	}
	return out
}

// byRowOffAxes is the ByRow of a row that folds the attribute axes: axis 0 cannot be
// divided if it is one of them.
func byRowOffAxes(v *ir.Value) []bool {
	axes := v.Attrs.Ints("axes")
	if len(axes) == 0 {
		return nil
	}
	for _, k := range axes {
		if k == 0 {
			return nil
		}
	}
	return []bool{true}
}
