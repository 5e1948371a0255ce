package compile

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// plan lays out the memory of f, on which all passes have run. Results go to
// their targets; what is between lies in the Temp arena, in memory that is free
// again after the last step that reads it, or the end of its region.
func plan(f *ir.Func, targets []Target, which Regions) (*exec.Plan, error) {
	if n := sizeOfAll(f); n > math.MaxInt/8 { // on a processor of 32 bits
		return nil, &TooLarge{Bytes: n, Func: f}
	}
	p, err := layOut(f, targets, which)
	if err != nil {
		return nil, err
	}
	p.p.Live = p.live()
	p.p.Between = p.between()
	p.place()
	return p.p, nil
}

// layOut finds which memory each step needs, and when.
func layOut(f *ir.Func, targets []Target, which Regions) (*planner, error) {
	p := &planner{f: f, p: &exec.Plan{Func: f, DType: ir.F64, Gate: -1}, at: map[*ir.Value]exec.Buffer{}, last: map[*ir.Value]int{}, part: map[*ir.Value]place{}, holds: map[*ir.Value]bool{}, apart: map[*ir.Value]exec.Rows{}}
	if err := p.leaves(); err != nil {
		return nil, err
	}
	for i, v := range f.Out {
		p.target(v, targets[i])
	}
	p.lifetimes()
	if which != NoRegions {
		p.regions(which)
	}
	for i, v := range f.Values {
		p.step(i, v)
	}
	return p, nil
}

// live is how many bytes are needed at once.
func (p *planner) live() int {
	return p.floats.live()*p.p.DType.Size() + p.ints.live()*ir.Int.Size()
}

// place says where the blocks of the Temp arena lie.
func (p *planner) place() {
	p.p.Floats[exec.Temp], p.p.Ints[exec.Temp] = p.floats.place(), p.ints.place()
	move := func(v *ir.Value, b *exec.Buffer) {
		if b.Arena == exec.Temp {
			b.Offset = p.blocks(v).at(b.Offset)
		}
	}
	for i := range p.p.Steps {
		s := &p.p.Steps[i]
		move(s.V, &s.Out)
		for j, x := range s.V.In {
			move(x, &s.In[j])
		}
	}
}

type planner struct {
	f            *ir.Func
	p            *exec.Plan
	at           map[*ir.Value]exec.Buffer
	last         map[*ir.Value]int       // the last value that reads a base
	part         map[*ir.Value]place     // bases that lie inside of another value
	apart        map[*ir.Value]exec.Rows // parts whose rows do not lie side by side
	holds        map[*ir.Value]bool      // values that others lie inside of
	expire       [][]*ir.Value           // bases that are free after the i-th value
	in           []*region               // of each value; nil: there are none
	open         *region                 // of the last step
	floats, ints blocks
}

// grow appends n elements to an arena, each buffer starting on a cache line.
func grow(size *int, a exec.Arena, n int) exec.Buffer {
	b := exec.Buffer{Arena: a, Offset: *size, Len: n}
	*size += exec.Align(n)
	return b
}

func (p *planner) size(a exec.Arena, d ir.DType) *int {
	if d == ir.Int {
		return &p.p.Ints[a]
	}
	p.p.DType = d
	return &p.p.Floats[a]
}

func (p *planner) leaves() error {
	for _, v := range p.f.Values {
		n := v.Type.Shape.Size()
		switch v.Leaf {
		case ir.Input:
			p.at[v] = grow(p.size(exec.Input, v.Type.DType), exec.Input, n)
			p.p.Inputs = append(p.p.Inputs, exec.Slot{Name: v.Name, Type: v.Type, Where: p.at[v], Range: p.bound(v)})
		case ir.Const:
			p.at[v] = grow(p.size(exec.Const, v.Type.DType), exec.Const, n)
			p.p.Consts = append(p.p.Consts, exec.Slot{Name: v.Name, Type: v.Type, Where: p.at[v], Range: p.bound(v)})
			p.p.Data = append(p.p.Data, v.Data)
		case ir.Param:
			p.size(exec.Param, v.Type.DType)
			p.at[v] = exec.Buffer{Arena: exec.Param, Offset: v.Index, Len: n}
		case ir.Arg:
			return fmt.Errorf("compile: the function %q has an argument, want inputs", p.f.Name)
		}
	}
	return nil
}

// bound is the tightest range that the users of an Int leaf ask for, through
// views; 0 is none.
func (p *planner) bound(v *ir.Value) int {
	if v.Type.DType != ir.Int {
		return 0
	}
	least := 0
	from := map[*ir.Value]bool{v: true}
	for _, u := range p.f.Values {
		for i, x := range u.In {
			if !from[x] {
				continue
			}
			if u.Def.Class == ir.Move || u.Def == &CopyInt {
				from[u] = true
			}
			if u.Def.Range == nil {
				continue
			}
			if n, ok := u.Def.Range(u, i); ok && (least == 0 || n < least) {
				least = n
			}
		}
	}
	return least
}

// target places a result: the memory is that of the base, of which v may be
// another shape.
func (p *planner) target(v *ir.Value, t Target) {
	n := v.Type.Shape.Size()
	if t.Descend { // the value is a step of this parameter, and of others perhaps
		p.size(exec.Param, v.Type.DType)
		p.at[v] = exec.Buffer{Arena: exec.Param, Offset: v.In[1].Index, Len: n}
		return
	}
	var at exec.Buffer
	if t.Grad {
		at = exec.Buffer{Arena: exec.Grad, Offset: t.Offset, Len: n}
		p.size(exec.Grad, v.Type.DType)
	} else {
		at = grow(p.size(exec.Output, v.Type.DType), exec.Output, n)
	}
	p.at[base(v)] = at
	p.p.Outputs = append(p.p.Outputs, exec.Slot{Name: t.Name, Type: v.Type, Where: at})
}

// base is the value whose memory an alias shows.
func base(v *ir.Value) *ir.Value {
	for v.Def != nil && v.Def.Class == ir.Move {
		v = v.In[0]
	}
	return v
}

// lifetimes finds the last reader of each base.
func (p *planner) lifetimes() {
	for i, v := range p.f.Values {
		if v.Def != nil && v.Def.Class == ir.Move {
			continue // reads nothing when it runs: its users do
		}
		for _, x := range v.In {
			p.last[base(x)] = i
		}
	}
	p.joins()
	p.expire = make([][]*ir.Value, len(p.f.Values))
	for v, i := range p.last {
		if v.Leaf == ir.NotLeaf {
			p.expire[i] = append(p.expire[i], v)
		}
	}
	for _, vs := range p.expire {
		slices.SortFunc(vs, func(a, b *ir.Value) int { return a.ID - b.ID })
	}
}

// place is where in another value a value lies.
type place struct {
	whole *ir.Value
	at    int // in elements
}

// joins gives the operands of values that only put their operands one after
// another places inside of the result, so that nothing has to be moved. The
// result lives as long as any of them; values stand in order, so what holds it
// in turn is still to come.
func (p *planner) joins() {
	users := p.f.Users()
	for _, v := range p.f.Values {
		if v.Def == nil || v.Def.Joins == nil {
			continue
		}
		rows := v.Def.Joins(v)
		if rows == 0 {
			continue
		}
		at, width := 0, v.Type.Shape.Size()/rows
		for _, x := range v.In {
			n := x.Type.Shape.Size()
			b := elements(x)
			ok := n > 0 && p.mayJoin(b, v)
			if rows > 1 { // a loop that nothing else reads writes its rows apart
				ok = ok && x == b && b.Def == &Fused && users[b] == 1
				if ok {
					p.apart[b] = exec.Rows{Len: n / rows, Stride: width}
				}
			}
			if ok {
				p.part[b] = place{v, at}
				p.last[v] = max(p.last[v], p.last[b])
				p.holds[v] = true
			}
			at += n / rows
		}
	}
}

// mayJoin says whether b, if it is a base, may lie inside of v.
func (p *planner) mayJoin(b, v *ir.Value) bool {
	_, placed := p.at[b]
	_, taken := p.part[b]
	return b.Def != nil && b.Def.Class != ir.Move && b != v && !placed && !taken && b.Type.DType == v.Type.DType
}

// within is the memory of b inside of the value that it is a part of, which is
// placed now if it is not yet.
func (p *planner) within(i int, b *ir.Value) exec.Buffer {
	in := p.part[b]
	if _, ok := p.at[in.whole]; !ok {
		if _, nested := p.part[in.whole]; nested {
			p.at[in.whole] = p.within(i, in.whole)
		} else {
			p.at[in.whole] = p.take(i, in.whole)
		}
	}
	at := p.at[in.whole]
	at.Offset += in.at
	at.Len = b.Type.Shape.Size()
	if r := p.apart[b]; r.Stride > 0 {
		at.Len = (at.Len/r.Len-1)*r.Stride + r.Len
	}
	return at
}

// take is memory for v that is needed from the i-th value on.
func (p *planner) take(i int, v *ir.Value) exec.Buffer {
	n := v.Type.Shape.Size()
	return exec.Buffer{Arena: exec.Temp, Offset: p.blocks(v).take(i, exec.Align(n)), Len: n}
}

// step places the result of v and appends its application.
func (p *planner) step(i int, v *ir.Value) {
	if v.Def == nil {
		return
	}
	if v.Def.Class == ir.Move {
		b, l, ok := chain(v)
		if !ok || !l.IsDense() {
			return // a view inside of loops only
		}
		at := p.at[b]
		at.Len = v.Type.Shape.Size()
		if at.Len > 0 { // a view of no elements may start behind the end
			at.Offset += l.Offset
		}
		p.at[v] = at
		return
	}
	if _, ok := p.at[v]; !ok {
		if _, inside := p.part[v]; inside {
			p.at[v] = p.within(i, v)
		} else {
			p.at[v] = p.temp(i, v)
		}
	}
	if p.at[v].Arena == exec.Param && p.p.Gate < 0 {
		p.p.Gate = len(p.p.Steps)
	}
	if !p.inPlace(v) {
		p.append(i, v)
	}
	for _, x := range p.expire[i] {
		if _, inside := p.part[x]; inside {
			continue // freed with the whole
		}
		if b := p.at[x]; b.Arena == exec.Temp {
			p.blocks(x).free(p.until(i), b.Offset, exec.Align(b.Len))
		}
	}
}

// append appends the application of v, the i-th value.
func (p *planner) append(i int, v *ir.Value) {
	p.addToRegion(i)
	s := exec.Step{V: v, Out: p.at[v], Rows: p.apart[v], In: make([]exec.Buffer, len(v.In))}
	for j, x := range v.In {
		s.In[j] = p.at[x]
	}
	p.p.Steps = append(p.p.Steps, s)
}

func (p *planner) blocks(v *ir.Value) *blocks {
	if v.Type.DType == ir.Int {
		return &p.ints
	}
	p.p.DType = v.Type.DType
	return &p.floats
}

// temp finds memory for the result of the i-th value: that of an operand which
// the loop v reads in order and nothing reads later, else memory of its own.
func (p *planner) temp(i int, v *ir.Value) exec.Buffer {
	n := v.Type.Shape.Size()
	if v.Def == &Fused {
		for k, x := range v.In {
			b := p.at[x]
			if _, inside := p.part[x]; inside || p.holds[x] {
				continue // its memory shows other values too
			}
			if b.Arena == exec.Temp && b.Len == n && base(x) == x && p.last[x] == i && onlyDirect(v, k) && p.mayOverwrite(i, x) {
				p.expire[i] = slices.DeleteFunc(p.expire[i], func(y *ir.Value) bool { return y == x })
				return b
			}
		}
	}
	return p.take(i, v)
}

// onlyDirect says whether the loop v reads its k-th operand element by element,
// never through a view, and through no other operand that is the same memory.
func onlyDirect(v *ir.Value, k int) bool {
	for j, x := range v.In {
		if j != k && base(x) == base(v.In[k]) {
			return false
		}
	}
	for _, w := range v.Body.Values {
		if w.Def == nil || w.Def.Class != ir.Move {
			continue
		}
		if x := w.In[0]; x.Leaf == ir.Arg && x.Index == k {
			return false
		}
	}
	return true
}
