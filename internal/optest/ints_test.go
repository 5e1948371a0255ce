package optest

import (
	"slices"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
)

// TestOtherTypes gives each row operands of other types than its samples have:
// integers for floats and floats for integers. A shape rule that takes them must
// have a kernel that computes them.
func TestOtherTypes(t *testing.T) {
	for _, e := range op.All() {
		for _, s := range e.Samples() {
			for i := range s.In {
				other := s
				other.Int = slices.Clone(s.Int)
				for len(other.Int) < len(s.In) {
					other.Int = append(other.Int, 0)
				}
				other.Int[i] = 2 * (1 - min(1, other.Int[i]))
				a, err := apply(e, other, ir.F64, 1)
				if err != nil {
					continue
				}
				p, err := compiled[float64](a, nil, a.out)
				if err != nil {
					t.Errorf("%s: operand %d of another type: %v", e.Name, i, err)
					continue
				}
				func() {
					defer func() {
						if r := recover(); r != nil {
							t.Errorf("%s: operand %d of the type %v: panic: %v", e.Name, i, a.value().In[i].Type, r)
						}
					}()
					p.run(0, nil) // an index out of range is an error
				}()
			}
		}
	}
}
