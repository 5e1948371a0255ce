package compile

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// own are the operators that only passes make.
var own = []*ir.Def{&Fused, &CopyInt, &op.PackRight, &op.MatMulPacked, &op.Descend, &op.MatMulDescend,
	&op.TanhTail, &op.TanhOpen, &op.TanhSlope, &op.SigmoidTail, &op.SigmoidOpen, &op.SigmoidSlope}

// LookupDef finds an operator by name for ir.Parse: a row of the table or one
// that only passes make; nil if there is none. Operators that are run by
// gorgonia's own code are not found: each belongs to a node of a graph.
func LookupDef(name string) *ir.Def {
	for _, d := range own {
		if d.Name == name {
			return d
		}
	}
	return op.LookupDef(name)
}
