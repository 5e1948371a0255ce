package compile

import (
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// LookupDef finds an operator by name for ir.Parse: one that this package makes, or one of
// internal/op; nil if there is none. It does not find operators that gorgonia's own code
// runs: each belongs to a node of a graph.
func LookupDef(name string) *ir.Def {
	for _, d := range []*ir.Def{&Fused, &CopyInt} {
		if d.Name == name {
			return d
		}
	}
	return op.LookupDef(name)
}
