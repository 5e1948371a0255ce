package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// When a region is worth its while.
const (
	regionRows  = 8       // equal parts, at least
	regionWork  = 3000    // nanoseconds of one worker, at least
	regionFetch = 0.03    // nanoseconds to fetch a byte that another worker wrote
	regionLoss  = 0.05    // the share of the work that fetching may take
	regionHeld  = 1 << 20 // bytes that may be needed more, as memory waits for the end of the region, or
	regionShare = 4       // that part of all that is needed at once
)

// stepWork is the nanoseconds of a part of a step, at least: kernels cut off no smaller ones, about.
const stepWork = 3300

// region is a run of values that several workers compute without waiting for each other.
// Each worker computes its rows of all of them: equal parts along axis 0, usually the
// examples of a batch. A value may be in a region if its rows need only the same rows of
// what the region made before. See exec.Region.
type region struct {
	first, last int // positions of values
	rows        int
	steps       int
	work        float64       // nanoseconds, roughly
	least       float64       // nanoseconds of the steps one by one on very many workers
	held        int64         // bytes that are free only after the region, or for a value of as many
	waiting     map[int64]int // blocks among these, by their bytes
	idle        []exec.Buffer // the same blocks, while memory is laid out
	fetch       int64         // bytes of the operands that each row needs whole
}

// pays reports whether the region takes less time than its steps one by one, each cut in
// the best way for it. In a region every worker fetches all that the rows share, such as
// weights. Workers that each compute some columns of one step fetch only theirs.
func (r *region) pays() bool {
	return r.work >= regionWork && float64(r.fetch)*regionFetch <= r.work*regionLoss
}

// apart returns how many workers the steps can use one by one: small steps use few.
func (r *region) apart() int { return int(min(r.work/max(r.least, 1), 1<<20)) }

// regions finds the regions, the longest from each value on.
func (p *planner) regions(which Regions) {
	r := &region{last: -1}
	now, most := p.needed()
	mayNeed := most + max(int64(regionHeld), most/regionShare)
	end := func(i int) {
		if r.steps >= 2 && (which == AllRegions || r.pays()) {
			for _, v := range p.f.Values[r.first : r.last+1] {
				p.of.At(v).region = r
			}
		}
		r = &region{first: i, last: i - 1}
	}
	for i, v := range p.f.Values {
		if !computes(v) {
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
		p.hold(r, i)
		if now[i]+r.held > mayNeed {
			end(i + 1)
		}
	}
	end(len(p.f.Values))
}

// hold adds the memory that nothing reads after the i-th value, and takes away what that value gets
// of it.
func (p *planner) hold(r *region, i int) {
	if n := bytesOf(p.f.Values[i]); p.alone(p.f.Values[i]) && r.waiting[n] > 0 {
		r.waiting[n]--
		r.held -= n
	}
	for _, x := range p.expire[i] {
		n := bytesOf(x)
		r.held += n
		if p.mayIdle(r, x) {
			if r.waiting == nil {
				r.waiting = map[int64]int{}
			}
			r.waiting[n]++
		}
	}
}

// mayIdle reports whether another value of the region may have the memory of x, which no step reads
// any more: each part of the region has read its own rows only, and writes those.
func (p *planner) mayIdle(r *region, x *ir.Value) bool {
	return r != nil && p.alone(x) && p.of.At(x).shared != r
}

// alone reports whether v is floats in memory of its own, at least one.
func (p *planner) alone(v *ir.Value) bool {
	r := p.of.At(v)
	return computes(v) && v.Type.DType.IsFloat() && v.Type.Shape.Size() > 0 && r.inside == nil && !r.holds
}

// idled returns memory for v that another value of its region has left: of as many elements, so that
// the rows of both lie in the same places.
func (p *planner) idled(v *ir.Value) (exec.Buffer, bool) {
	r := p.of.At(v).region
	if r == nil || !p.alone(v) {
		return exec.Buffer{}, false
	}
	i := slices.IndexFunc(r.idle, func(b exec.Buffer) bool { return b.Len == v.Type.Shape.Size() })
	if i < 0 {
		return exec.Buffer{}, false
	}
	b := r.idle[i]
	r.idle = slices.Delete(r.idle, i, i+1)
	p.blocks(v).extend(b.Offset)
	return b, true
}

// needed returns about how many bytes are needed at each value, and the most of them. It counts as if no
// value overwrote an operand, and as if memory were free again after the last step that reads it.
func (p *planner) needed() (at []int64, most int64) {
	at = make([]int64, len(p.f.Values))
	now := int64(0)
	for i, v := range p.f.Values {
		if computes(v) && p.of.At(v).inside == nil {
			now += bytesOf(v)
		}
		at[i], most = now, max(most, now)
		for _, x := range p.expire[i] {
			if computes(x) && p.of.At(x).inside == nil {
				now -= bytesOf(x)
			}
		}
	}
	return at, most
}

// join adds v to the region if it may be in it.
func (p *planner) join(r *region, v *ir.Value) bool {
	own := p.of.At(v)
	if p.inPlace(v) { // nothing is computed
		own.made, own.byRow = r, v.Def.Joins(v) > 1
		return true
	}
	if v.Type.Shape.Size() == 0 { // has no rows to cut
		return false
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
	var shared []*record
	for i, x := range v.In {
		b := base(x)
		alone := elements(x) == b
		if i < len(byRow) {
			alone = alone && byRow[i]
		} else {
			alone = alone && loopByRow(v, i, rows)
		}
		of := p.of.At(b)
		if of.made == r && !(alone && of.byRow) {
			return false
		}
		if !alone {
			shared = append(shared, of)
		}
	}
	for _, of := range shared {
		of.shared = r
	}
	for i, alone := range byRow {
		if of := p.of.At(v.In[i]); !alone && of.whole != r {
			of.whole = r
			r.fetch += bytesOf(v.In[i])
		}
	}
	r.rows, own.made, own.byRow = rows, r, true
	r.steps++
	ns := nanoseconds(v)
	r.work += ns
	r.least += min(ns, stepWork)
	return true
}

// commonRows returns into how many equal parts v, its operands by row and a region of
// that many rows can all be cut. A region of 0 rows can be cut into any number.
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

// loopByRow reports whether the loop v reads operand i row by row.
func loopByRow(v *ir.Value, i, rows int) bool {
	size := v.In[i].Type.Shape.Size()
	for _, w := range v.Body.Values {
		if !computes(w) {
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

// viewByRow reports whether x shows argument i, of size elements, row by row: each row of x
// lies within the same row of the argument. It is true for what is no view of argument i.
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

// inPlace reports whether v only joins operands that are all computed in their places.
func (p *planner) inPlace(v *ir.Value) bool {
	if v.Def.Joins == nil || !p.of.At(v).holds {
		return false
	}
	rows, at := v.Def.Joins(v), 0
	for _, x := range v.In {
		if r := p.of.At(elements(x)); r.inside != v || r.at != at {
			return false
		}
		at += x.Type.Shape.Size() / rows
	}
	return true
}

// until returns the position of the value after which memory is free that the i-th one
// reads last: the end of its region.
func (p *planner) until(i int) int {
	if r := p.of.At(p.f.Values[i]).region; r != nil {
		return r.last
	}
	return i
}

// mayOverwrite reports whether v may lie where its operand b does, which it reads element
// by element and nothing reads later: no other rows of its region may read b.
func (p *planner) mayOverwrite(v, b *ir.Value) bool {
	r := p.of.At(v).region
	return r == nil || p.of.At(b).shared != r
}

// addToRegion adds the step of v, which comes next, to v's region.
func (p *planner) addToRegion(v *ir.Value) {
	r := p.of.At(v).region
	if r == nil {
		return
	}
	n := len(p.p.Steps)
	if p.open != r {
		p.open = r
		p.p.Regions = append(p.p.Regions, exec.Region{First: n, Rows: r.rows, Apart: r.apart()})
	}
	p.p.Regions[len(p.p.Regions)-1].End = n + 1
}
