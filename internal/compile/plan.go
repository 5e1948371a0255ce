package compile

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// plan lays out the memory of f, on which all passes have run. Results go to their
// targets. All other values lie in the Temp arena, in memory that is free again after
// the last step that reads it, or at the end of its region. fixed is what once has moved out of f, or nil.
func plan(f, fixed *ir.Func, targets []Target, which Regions) (*exec.Plan, error) {
	if n := sizeOfAll(f); n > math.MaxInt/8 { // on a processor of 32 bits
		return nil, &TooLarge{Bytes: n, Func: f}
	}
	var before *exec.Plan
	if fixed != nil {
		var err error
		if before, err = plan(fixed, nil, make([]Target, len(fixed.Out)), NoRegions); err != nil {
			return nil, err
		}
	}
	p, err := layOut(f, before, targets, which)
	if err != nil {
		return nil, err
	}
	p.p.Live = p.live()
	p.p.Between = between(p.p)
	p.place()
	p.p.Blocks = append(p.list(&p.floats), p.list(&p.ints)...)
	return p.p, nil
}

// layOut finds which memory each step needs, and when.
func layOut(f *ir.Func, before *exec.Plan, targets []Target, which Regions) (*planner, error) {
	p := &planner{f: f, p: &exec.Plan{Func: f, Once: before, DType: ir.F64, Gate: -1}, of: ir.NewTable[record](f)}
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
		p.steps = append(p.steps, len(p.p.Steps))
		p.step(i, v)
	}
	p.steps = append(p.steps, len(p.p.Steps))
	return p, nil
}

type planner struct {
	f            *ir.Func
	p            *exec.Plan
	of           ir.Table[record]
	expire       [][]*ir.Value // bases that are free after the i-th value
	open         *region       // of the last step
	steps        []int         // made before the i-th value, and after the last
	floats, ints blocks
}

// record is what the planner knows of one value.
type record struct {
	buf    exec.Buffer // its memory
	placed bool        // buf is set
	last   int         // of a base: the position of the last value that reads it, or 0
	inside *ir.Value   // the value in whose memory it lies
	at     int         // where in that, in elements
	apart  exec.Rows   // how its rows lie there, if not side by side
	holds  bool        // others lie inside of it
	bound  int         // of an Int value: its elements must lie in [0, bound); 0: anywhere

	region *region // that it is in
	made   *region // the last one that computes it, row by row if byRow
	byRow  bool
	shared *region // the last one that reads it, made before, not row by row
	whole  *region // the last one whose rows each read all of it
}

// live returns how many bytes are needed at once.
func (p *planner) live() int {
	return p.floats.live()*p.p.DType.Size() + p.ints.live()*ir.Int.Size()
}

// place decides where the blocks of the Temp arena lie.
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

// list returns the blocks where they have been placed, with the steps that need them.
func (p *planner) list(b *blocks) []exec.Block {
	out := make([]exec.Block, 0, len(b.all))
	for _, x := range b.all {
		from, to := p.steps[x.from], len(p.p.Steps)-1
		if x.to != forever {
			to = p.steps[x.to+1] - 1
		}
		out = append(out, exec.Block{Of: p.f.Values[x.from], Offset: x.off, Len: x.n, From: from, To: max(from, to)})
	}
	return out
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

// put says that v lies in b.
func (p *planner) put(v *ir.Value, b exec.Buffer) exec.Buffer {
	r := p.of.At(v)
	r.buf, r.placed = b, true
	return b
}

// leaves gives inputs, constants, parameters and states their memory.
func (p *planner) leaves() error {
	p.bounds()
	slot := func(a exec.Arena, v *ir.Value) exec.Slot {
		at := p.put(v, grow(p.size(a, v.Type.DType), a, v.Type.Shape.Size()))
		return exec.Slot{Name: v.Name, Type: v.Type, Where: at, Range: p.of.At(v).bound}
	}
	for _, v := range p.f.Values {
		switch v.Leaf {
		case ir.Input:
			p.p.Inputs = append(p.p.Inputs, slot(exec.Input, v))
		case ir.Const:
			if v.Data == nil { // see once
				at := p.p.Once.Outputs[v.Index].Where
				at.Arena = exec.Kept
				p.put(v, at)
				continue
			}
			p.p.Consts = append(p.p.Consts, slot(exec.Const, v))
			p.p.Data = append(p.p.Data, v.Data)
		case ir.Param:
			p.shared(v, exec.Param)
		case ir.State:
			p.shared(v, exec.State)
		case ir.Arg:
			return fmt.Errorf("compile: the function %q has an argument, want inputs", p.f.Name)
		}
	}
	return nil
}

// shared places a leaf in an arena that programs share.
func (p *planner) shared(v *ir.Value, a exec.Arena) {
	p.size(a, v.Type.DType)
	p.put(v, exec.Buffer{Arena: a, Offset: v.Index, Len: v.Type.Shape.Size()})
}

// bounds finds the tightest range that the readers of each Int value ask for, also through
// views.
func (p *planner) bounds() {
	for _, u := range slices.Backward(p.f.Values) {
		through := 0
		if isView(u) || u.Def == &CopyInt {
			through = p.of.At(u).bound
		}
		for i, x := range u.In {
			if x.Type.DType != ir.Int {
				continue
			}
			r := p.of.At(x)
			r.bound = tighter(r.bound, through)
			if u.Def.Range == nil {
				continue
			}
			if n, ok := u.Def.Range(u, i); ok {
				r.bound = tighter(r.bound, n)
			}
		}
	}
}

// tighter returns the tighter one of two bounds. 0 is none.
func tighter(a, b int) int {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// target places a result in the memory of its base: v may be the base in another shape.
func (p *planner) target(v *ir.Value, t Target) {
	n := v.Type.Shape.Size()
	if t.Descend { // the value is a step of this parameter, and perhaps of others
		p.size(exec.Param, v.Type.DType)
		p.put(v, exec.Buffer{Arena: exec.Param, Offset: v.In[1].Index, Len: n})
		return
	}
	var at exec.Buffer
	if t.Grad {
		at = exec.Buffer{Arena: exec.Grad, Offset: t.Offset, Len: n}
		p.size(exec.Grad, v.Type.DType)
	} else {
		at = grow(p.size(exec.Output, v.Type.DType), exec.Output, n)
	}
	p.put(base(v), at)
	if t.State {
		p.size(exec.State, v.Type.DType)
		p.p.Updates = append(p.p.Updates, exec.Update{From: at, To: exec.Buffer{Arena: exec.State, Offset: t.Offset, Len: n}})
		return
	}
	p.p.Outputs = append(p.p.Outputs, exec.Slot{Name: t.Name, Type: v.Type, Where: at})
}

// lifetimes finds the last reader of each base.
func (p *planner) lifetimes() {
	for i, v := range p.f.Values {
		if isView(v) {
			continue // reads nothing when it runs: its users do
		}
		for _, x := range v.In {
			p.of.At(base(x)).last = i
		}
	}
	p.joins()
	p.expire = make([][]*ir.Value, len(p.f.Values))
	for _, v := range p.f.Values {
		if i := p.of.At(v).last; i > 0 && v.Leaf == ir.NotLeaf {
			p.expire[i] = append(p.expire[i], v)
		}
	}
	for _, vs := range p.expire {
		slices.SortFunc(vs, func(a, b *ir.Value) int { return a.ID - b.ID })
	}
}

// joins gives the operands of values that only put their operands one after another
// places inside of the result, so that nothing has to be moved. The result lives as long
// as any of them. Values stand in order, so the value in which the result lies itself is
// still to come.
func (p *planner) joins() {
	n := uses(p.f)
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
			size := x.Type.Shape.Size()
			b := elements(x)
			r := p.of.At(b)
			ok := size > 0 && p.mayJoin(b, v)
			if rows > 1 { // a loop that nothing else reads writes its rows apart
				ok = ok && x == b && b.Def == &Fused && *n.At(b) == 1
				if ok {
					r.apart = exec.Rows{Len: size / rows, Stride: width}
				}
			}
			if ok {
				r.inside, r.at = v, at
				whole := p.of.At(v)
				whole.last, whole.holds = max(whole.last, r.last), true
			}
			at += size / rows
		}
	}
}

// mayJoin reports whether b may lie inside of v.
func (p *planner) mayJoin(b, v *ir.Value) bool {
	r := p.of.At(b)
	return computes(b) && b != v && !r.placed && r.inside == nil && b.Type.DType == v.Type.DType
}

// memory returns memory for the i-th value, which is computed now.
func (p *planner) memory(i int, v *ir.Value) exec.Buffer {
	if p.of.At(v).inside != nil {
		return p.within(i, v)
	}
	return p.temp(i, v)
}

// within returns the memory of b inside of the value that it is a part of. That is
// placed now if it is not yet.
func (p *planner) within(i int, b *ir.Value) exec.Buffer {
	r := p.of.At(b)
	whole := p.of.At(r.inside)
	switch {
	case whole.placed:
	case whole.inside != nil:
		p.put(r.inside, p.within(i, r.inside))
	default:
		p.put(r.inside, p.take(i, r.inside))
	}
	at := whole.buf
	at.Offset += r.at
	at.Len = b.Type.Shape.Size()
	if r.apart.Stride > 0 {
		at.Len = (at.Len/r.apart.Len-1)*r.apart.Stride + r.apart.Len
	}
	return at
}

// take returns memory for v, needed from the i-th value on: new, or left in its region.
func (p *planner) take(i int, v *ir.Value) exec.Buffer {
	if b, ok := p.idled(v); ok {
		return b
	}
	n := v.Type.Shape.Size()
	return exec.Buffer{Arena: exec.Temp, Offset: p.blocks(v).take(i, exec.Align(n)), Len: n}
}

// temp returns memory for the result of the i-th value: that of an operand which the
// loop v reads in order and nothing reads later, else new memory.
func (p *planner) temp(i int, v *ir.Value) exec.Buffer {
	n := v.Type.Shape.Size()
	if v.Def != &Fused {
		return p.take(i, v)
	}
	for k, x := range v.In {
		r := p.of.At(x)
		if r.inside != nil || r.holds {
			continue // its memory shows other values too
		}
		if r.buf.Arena == exec.Temp && r.buf.Len == n && base(x) == x && r.last == i && onlyDirect(v, k) && p.mayOverwrite(v, x) {
			p.expire[i] = slices.DeleteFunc(p.expire[i], func(y *ir.Value) bool { return y == x })
			return r.buf
		}
	}
	return p.take(i, v)
}

// step places the result of the i-th value and appends its application.
func (p *planner) step(i int, v *ir.Value) {
	if v.Def == nil {
		return
	}
	r := p.of.At(v)
	if isView(v) {
		b, l, ok := chain(v)
		if !ok || !l.IsDense() {
			return // a view inside of loops only
		}
		at := p.of.At(b).buf
		at.Len = v.Type.Shape.Size()
		if at.Len > 0 { // a view of no elements may start behind the end
			at.Offset += l.Offset
		}
		p.put(v, at)
		return
	}
	if !r.placed {
		p.put(v, p.memory(i, v))
	}
	if r.buf.Arena == exec.Param && p.p.Gate < 0 {
		p.p.Gate = len(p.p.Steps)
	}
	if !p.inPlace(v) {
		p.append(v)
	}
	for _, x := range p.expire[i] {
		if r := p.of.At(x); r.inside == nil && r.buf.Arena == exec.Temp { // parts are freed with the whole
			p.blocks(x).free(p.until(i), r.buf.Offset, exec.Align(r.buf.Len))
			if in := p.of.At(v).region; p.mayIdle(in, x) {
				in.idle = append(in.idle, r.buf)
			}
		}
	}
}

// append appends the application of v.
func (p *planner) append(v *ir.Value) {
	p.addToRegion(v)
	r := p.of.At(v)
	s := exec.Step{V: v, Out: r.buf, Rows: r.apart, In: make([]exec.Buffer, len(v.In))}
	for j, x := range v.In {
		s.In[j] = p.of.At(x).buf
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
