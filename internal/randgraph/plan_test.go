package randgraph

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// memory says which value each element of an arena belongs to, for arenas of
// floats and of integers.
type memory map[bool]*[exec.Arenas][]*ir.Value

func newMemory(p *exec.Plan) memory {
	m := memory{false: {}, true: {}}
	for a := range exec.Arenas {
		m[false][a], m[true][a] = make([]*ir.Value, p.Floats[a]), make([]*ir.Value, p.Ints[a])
	}
	return m
}

// at are the owners of the elements of a value's buffer.
func (m memory) at(v *ir.Value, b exec.Buffer) []*ir.Value {
	return m[v.Type.DType == ir.Int][b.Arena][b.Offset : b.Offset+b.Len]
}

// checkPlan follows a plan element by element: what a step reads must be what was
// computed for it and not something written over it since, and so must the
// results in the end. What a step writes over may be one of its operands, but only
// whole and in place.
func checkPlan(p *exec.Plan) error {
	holds := newMemory(p)
	rows := map[*ir.Value]exec.Rows{}
	owns := func(v *ir.Value, i int) bool { return rows[v].Stride == 0 || i%rows[v].Stride < rows[v].Len }
	write := func(v *ir.Value, b exec.Buffer) {
		at := holds.at(v, b)
		for i := range at {
			if owns(v, i) {
				at[i] = v
			}
		}
	}
	check := func(what string, v *ir.Value, b exec.Buffer) error {
		if rows[v].Stride == 0 && b.Len != v.Type.Shape.Size() {
			return fmt.Errorf("plan: %s reads v%d %v at %v", what, v.ID, v.Type, b)
		}
		for i, got := range holds.at(v, b) {
			if owns(v, i) && !partOf(got, v) {
				return fmt.Errorf("plan: %s reads v%d at %v, element %d of which was overwritten by %v", what, v.ID, b, i, got)
			}
		}
		return nil
	}
	inputs := map[string]exec.Buffer{}
	for _, s := range p.Inputs {
		inputs[s.Name] = s.Where
	}
	for _, v := range p.Func.Values {
		if v.Leaf == ir.Input {
			write(v, inputs[v.Name])
		}
	}
	k := 0
	for _, v := range p.Func.Values {
		if v.Leaf == ir.Const {
			write(v, p.Consts[k].Where)
			k++
		}
	}
	for i, s := range p.Steps {
		for j, x := range s.V.In {
			if err := check(fmt.Sprintf("step %d (%s)", i, s.V.Def.Name), x, s.In[j]); err != nil {
				return err
			}
			if err := inPlace(s, j); err != nil {
				return fmt.Errorf("plan: step %d (%s): %w", i, s.V.Def.Name, err)
			}
		}
		rows[s.V] = s.Rows
		write(s.V, s.Out)
	}
	for i, v := range p.Func.Out {
		if err := check(fmt.Sprintf("result %d", i), v, p.Outputs[i].Where); err != nil {
			return err
		}
	}
	return nil
}

// checkMemory checks that a plan has little more memory than what is alive at once,
// some cache lines between small values apart.
func checkMemory(p *exec.Plan) error {
	temp := p.Floats[exec.Temp]*p.DType.Size() + p.Ints[exec.Temp]*ir.Int.Size()
	if temp < p.Live || float64(temp) > 1.1*float64(p.Live)+1024 {
		return fmt.Errorf("plan: %d bytes hold the %d that are alive at once", temp, p.Live)
	}
	return nil
}

// inPlace checks that a step whose result overlaps its j-th operand lies exactly
// on it and reads it element by element, through no view, or that the operand was
// computed in its place inside of the result.
func inPlace(s exec.Step, j int) error {
	a, b := s.Out, s.In[j]
	if a.Arena != b.Arena || (s.V.Type.DType == ir.Int) != (s.V.In[j].Type.DType == ir.Int) || b.Len == 0 || a.Len == 0 ||
		a.Offset >= b.Offset+b.Len || b.Offset >= a.Offset+a.Len {
		return nil
	}
	if s.V.Def.Joins != nil {
		return nil
	}
	if a == b && s.Rows.Stride == 0 && s.V.Def.Class == ir.Elementwise {
		for _, w := range s.V.Body.Values {
			if w.Def != nil && w.Def.Class == ir.Move && w.In[0].Leaf == ir.Arg && w.In[0].Index == j {
				return fmt.Errorf("the result %v overwrites an operand that is read through a view", a)
			}
		}
		return nil
	}
	return fmt.Errorf("the result %v overlaps the operand %v", a, b)
}

// partOf says whether an element of got is one of v: got is v, or what v is a view
// of, or what was joined from it in place.
func partOf(got, v *ir.Value) bool {
	if got == nil {
		return false
	}
	x := v
	for ; x != got && x.Def != nil && x.Def.Class == ir.Move; x = x.In[0] {
	}
	if x == got {
		return true
	}
	if x.Def != nil && x.Def.Joins != nil { // was computed in parts
		for _, y := range x.In {
			if partOf(got, y) {
				return true
			}
		}
	}
	if got.Def != nil && got.Def.Joins != nil { // it lies where v was computed
		for _, x := range got.In {
			for y := x; ; y = y.In[0] {
				if y == v || partOf(y, v) {
					return true
				}
				if y.Def == nil || y.Def.Class != ir.Move {
					break
				}
			}
		}
	}
	return false
}
