package compile

import (
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// What a region is, and when it is worth its while.
const (
	regionRows  = 8       // at least, of equal parts
	regionWork  = 3000    // nanoseconds of one worker, at least
	regionFetch = 0.03    // nanoseconds that a byte takes which another worker wrote
	regionLoss  = 0.05    // share of the work that fetching may take
	regionHeld  = 1 << 20 // bytes whose reuse waits for the end of the region, about
)

// region is a run of values that workers compute without waiting for each other,
// each one its rows of all of them: equal parts along axis 0, usually of the
// examples of a batch. A value may be in it if its rows need the same rows only of
// what the region made before. See exec.Region.
type region struct {
	first, last int // of the values
	rows        int
	steps       int
	work        float64            // nanoseconds, roughly
	held        int                // bytes that only the end of the region sets free
	made        map[*ir.Value]bool // bases; false: of rows of another kind
	shared      map[*ir.Value]bool // bases from before, read by other rows too
	whole       map[*ir.Value]bool // operands that each row needs whole
}

// pays says whether the region takes less time than its steps one by one, each cut
// in the best way for it. Every worker has to fetch all that the rows share, such as
// weights, where workers that each compute some columns need only theirs.
func (r *region) pays() bool {
	fetch := 0
	for x := range r.whole {
		fetch += x.Type.Shape.Size() * x.Type.DType.Size()
	}
	return r.work >= regionWork && float64(fetch)*regionFetch <= r.work*regionLoss
}

// regions finds the regions, the longest from each value on.
func (p *planner) regions(which Regions) {
	p.in = make([]*region, len(p.f.Values))
	r := newRegion(0)
	end := func(i int) {
		if r.steps >= 2 && (which == AllRegions || r.pays()) {
			for k := r.first; k <= r.last; k++ {
				p.in[k] = r
			}
		}
		r = newRegion(i)
	}
	for i, v := range p.f.Values {
		if v.Def == nil || v.Def.Class == ir.Move {
			continue
		}
		if !p.join(r, v) {
			end(i)
			if !p.join(r, v) {
				end(i + 1)
				continue
			}
		}
		r.last = i
		for _, x := range p.expire[i] {
			r.held += x.Type.Shape.Size() * x.Type.DType.Size()
		}
		if r.held > regionHeld {
			end(i + 1)
		}
	}
	end(len(p.f.Values))
}

func newRegion(first int) *region {
	return &region{first: first, last: first - 1, made: map[*ir.Value]bool{}, shared: map[*ir.Value]bool{}, whole: map[*ir.Value]bool{}}
}

// join adds v to the region if it may be in it.
func (p *planner) join(r *region, v *ir.Value) bool {
	if p.inPlace(v) { // nothing is computed
		r.made[v] = v.Def.Joins(v) > 1
		return true
	}
	var byRow []bool // of the operands that no loop reads
	if v.Def != &Fused {
		if v.Def.ByRow != nil {
			byRow = v.Def.ByRow(v)
		}
		if byRow == nil {
			return false
		}
	}
	rows := commonRows(r.rows, v, byRow)
	if rows < regionRows {
		return false
	}
	var shared []*ir.Value
	for i, x := range v.In {
		b := base(x)
		alone := elements(x) == b
		if i < len(byRow) {
			alone = alone && byRow[i]
		} else {
			alone = alone && loopByRow(v, i, rows)
		}
		if made, inside := r.made[b]; inside && !(alone && made) {
			return false
		}
		if !alone {
			shared = append(shared, b)
		}
	}
	for _, b := range shared {
		r.shared[b] = true
	}
	for i, alone := range byRow {
		if !alone {
			r.whole[v.In[i]] = true
		}
	}
	r.rows, r.made[v] = rows, true
	r.steps++
	r.work += nanoseconds(v)
	return true
}

// commonRows is the number of equal parts that v, its operands by row and a region of
// so many rows have; a region without rows has any number.
func commonRows(rows int, v *ir.Value, byRow []bool) int {
	cut := func(v *ir.Value) {
		if len(v.Type.Shape) == 0 {
			rows = 1
			return
		}
		rows = gcd(v.Type.Shape[0], rows)
	}
	cut(v)
	for i, alone := range byRow {
		if alone {
			cut(v.In[i])
		}
	}
	return rows
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// loopByRow says whether the loop in v reads operand i row by row.
func loopByRow(v *ir.Value, i, rows int) bool {
	size := v.In[i].Type.Shape.Size()
	for _, w := range v.Body.Values {
		if w.Def == nil || w.Def.Class == ir.Move {
			continue
		}
		for _, x := range w.In {
			if !viewByRow(x, i, size, rows) {
				return false
			}
		}
	}
	out := v.Body.Out[0] // may be a view: the loop copies it
	return viewByRow(out, i, size, rows)
}

// viewByRow says whether x, if it is a view of argument i of so many elements,
// shows the rows of it in order, each of them wholly in one row.
func viewByRow(x *ir.Value, i, size, rows int) bool {
	if b := base(x); b.Leaf != ir.Arg || b.Index != i {
		return true
	}
	_, l, ok := chain(x)
	if !ok || len(l.Shape) == 0 || l.Shape[0]%rows != 0 || size%rows != 0 {
		return false
	}
	lo, hi := l.Offset, l.Offset // in the first row
	for k, n := range l.Shape {
		if k == 0 {
			n /= rows
		}
		if d := (n - 1) * l.Stride[k]; d < 0 {
			lo += d
		} else {
			hi += d
		}
	}
	return l.Stride[0]*(l.Shape[0]/rows) == size/rows && lo >= 0 && hi < size/rows
}

// nanoseconds is about what v takes on one worker.
func nanoseconds(v *ir.Value) float64 {
	const product, element = 0.01, 0.1
	n := float64(v.Type.Shape.Size())
	ns := 0.0
	if v.Def != &Fused {
		ns = n * element
		if v.Def.Cost != nil {
			ns = float64(v.Def.Cost(v).Flops) * product
		}
	}
	if v.Body != nil {
		for _, w := range v.Body.Values {
			if w.Def != nil && w.Def.Class != ir.Move {
				ns += n * element * float64(max(1, w.Def.Weight))
			}
		}
	}
	return ns
}

// between is the work of all steps for each of the waits: after a region, and after
// any other step that is worth more than one worker.
func (p *planner) between() float64 {
	const worth = 2000 // nanoseconds
	work, waits := 0.0, len(p.p.Regions)
	regions := p.p.Regions
	for i, s := range p.p.Steps {
		for len(regions) > 0 && regions[0].End <= i {
			regions = regions[1:]
		}
		ns := nanoseconds(s.V)
		work += ns
		if ns >= worth && (len(regions) == 0 || i < regions[0].First) {
			waits++
		}
	}
	return work / float64(max(1, waits))
}

// inPlace says whether v only joins operands that are all computed in their places.
func (p *planner) inPlace(v *ir.Value) bool {
	if v.Def.Joins == nil || !p.holds[v] {
		return false
	}
	rows, at := v.Def.Joins(v), 0
	for _, x := range v.In {
		if in, ok := p.part[elements(x)]; !ok || in != (place{v, at}) {
			return false
		}
		at += x.Type.Shape.Size() / rows
	}
	return true
}

// until is the value with whose end memory is free that the i-th one reads last.
func (p *planner) until(i int) int {
	if p.in != nil && p.in[i] != nil {
		return p.in[i].last
	}
	return i
}

// mayOverwrite says whether the i-th value may lie where b does, which it reads
// element by element and nothing reads later.
func (p *planner) mayOverwrite(i int, b *ir.Value) bool {
	return p.in == nil || p.in[i] == nil || !p.in[i].shared[b]
}

// addToRegion says that the step of the i-th value comes next.
func (p *planner) addToRegion(i int) {
	if p.in == nil || p.in[i] == nil {
		return
	}
	n := len(p.p.Steps)
	if p.open != p.in[i] {
		p.open = p.in[i]
		p.p.Regions = append(p.p.Regions, exec.Region{First: n, Rows: p.open.rows})
	}
	p.p.Regions[len(p.p.Regions)-1].End = n + 1
}
