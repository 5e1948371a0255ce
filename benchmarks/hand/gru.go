package hand

import (
	"cmp"
	"slices"

	"github.com/symgrad/symgrad/graph/nn"
)

// gru is nn.Recurrent of nn.GRU from a state of zeros. Its output is the state after the
// last step of each sequence. The gates r, z, n lie side by side in rows of 3·hidden.
//
// The longest sequences come first. Then those that have a step t are the first active[t],
// and what belongs to a step lies in as many rows, from start[t] on, without padding.
type gru[T Float] struct {
	k                    Kernels[T]
	n, steps, in, hidden int
	wx, wh, bx, bh       *param[T]
	lengths              []int // [n], of the batch; the Net sets them
	order                []int // [n]: the longest sequences first
	active, start        []int // [steps], [steps+1]
	x                    []T   // [rows, in]
	a, r                 []T   // [rows, 3·hidden]: the gates; what they get from the state
	da, dr               []T   // their gradients
	before, h            []T   // [rows, hidden]: the states before and after
	last, dh             []T   // [n, hidden]
}

func newGRU[T Float](k Kernels[T], lengths []int, steps, in, hidden int, p []*param[T]) *gru[T] {
	n := len(lengths)
	buffer := func(width int) []T { return make([]T, steps*n*width) }
	return &gru[T]{k: k, n: n, steps: steps, in: in, hidden: hidden, wx: p[0], wh: p[1], bx: p[2], bh: p[3],
		lengths: lengths, order: make([]int, n), active: make([]int, steps), start: make([]int, steps+1),
		x: buffer(in), a: buffer(3 * hidden), r: buffer(3 * hidden), da: buffer(3 * hidden), dr: buffer(3 * hidden), before: buffer(hidden), h: buffer(hidden),
		last: make([]T, n*hidden), dh: make([]T, n*hidden)}
}

// arrange orders the sequences and counts those that have each step.
func (l *gru[T]) arrange() {
	for i := range l.order {
		l.order[i] = i
	}
	slices.SortStableFunc(l.order, func(i, j int) int { return cmp.Compare(l.lengths[j], l.lengths[i]) })
	m := l.n
	for t := range l.steps {
		for m > 0 && l.lengths[l.order[m-1]] <= t {
			m--
		}
		l.active[t], l.start[t+1] = m, l.start[t]+m
	}
}

// rows are those of step t in v, which has rows of the width.
func (l *gru[T]) rows(v []T, t, width int) []T { return v[l.start[t]*width : l.start[t+1]*width] }

func (l *gru[T]) forward(x []T) []T {
	l.arrange()
	in, hid, all := l.in, l.hidden, l.start[l.steps]
	for t := range l.steps {
		for i, e := range l.order[:l.active[t]] {
			copy(l.rows(l.x, t, in)[i*in:(i+1)*in], x[(e*l.steps+t)*in:])
		}
	}
	l.k.MatMul(false, false, all, 3*hid, in, l.x, l.wx.w, 0, l.a)
	l.k.BiasAct(nn.Identity, l.a, l.bx.w, all)
	for t, m := range l.active {
		a, r, before, h := l.rows(l.a, t, 3*hid), l.rows(l.r, t, 3*hid), l.rows(l.before, t, hid), l.rows(l.h, t, hid)
		if clear(before); t > 0 {
			copy(before, l.rows(l.h, t-1, hid))
		}
		if m == 0 {
			break
		}
		l.k.MatMul(false, false, m, 3*hid, hid, before, l.wh.w, 0, r)
		l.k.BiasAct(nn.Identity, r, l.bh.w, m)
		for i := range m {
			l.cell(a[i*3*hid:(i+1)*3*hid], r[i*3*hid:(i+1)*3*hid], before[i*hid:(i+1)*hid], h[i*hid:(i+1)*hid])
		}
	}
	for i, e := range l.order {
		copy(l.last[e*hid:(e+1)*hid], l.rows(l.h, l.lengths[e]-1, hid)[i*hid:])
	}
	return l.last
}

// cell turns the row a into its gates and sets h, the state after the step.
func (l *gru[T]) cell(a, r, before, h []T) {
	hid := l.hidden
	for j, v := range r[:2*hid] {
		a[j] += v
	}
	l.k.Sigmoid(a[:2*hid])
	n := a[2*hid:]
	for j, v := range r[2*hid:] {
		n[j] += a[j] * v
	}
	l.k.Tanh(n)
	for j, v := range n {
		h[j] = v + a[hid+j]*(before[j]-v)
	}
}

func (l *gru[T]) backward(d []T, _ bool) []T {
	in, hid, all := l.in, l.hidden, l.start[l.steps]
	ended := 0 // sequences with a gradient so far
	for t := l.steps - 1; t >= 0; t-- {
		m := l.active[t]
		for ; ended < m; ended++ {
			copy(l.dh[ended*hid:(ended+1)*hid], d[l.order[ended]*hid:])
		}
		if m == 0 {
			continue
		}
		for i := range m {
			l.cellGrad(l.start[t]+i, l.dh[i*hid:(i+1)*hid])
		}
		if t > 0 {
			l.k.MatMul(false, true, m, hid, 3*hid, l.rows(l.dr, t, 3*hid), l.wh.w, 1, l.dh)
		}
	}
	l.k.MatMul(true, false, in, 3*hid, all, l.x, l.da, 0, l.wx.g)
	l.k.ColumnSums(l.bx.g, l.da[:all*3*hid], all)
	clear(l.wh.g)
	if first := l.active[0]; all > first { // the first states are zeros
		l.k.MatMul(true, false, hid, 3*hid, all-first, l.before[first*hid:], l.dr[first*3*hid:], 0, l.wh.g)
	}
	l.k.ColumnSums(l.bh.g, l.dr[:all*3*hid], all)
	return nil
}

// cellGrad sets row e of da and dr, and turns dh, the gradient of the state after the step,
// into its part in that of the state before.
func (l *gru[T]) cellGrad(e int, dh []T) {
	hid := l.hidden
	a, r, da, dr := l.a[e*3*hid:(e+1)*3*hid], l.r[e*3*hid:(e+1)*3*hid], l.da[e*3*hid:(e+1)*3*hid], l.dr[e*3*hid:(e+1)*3*hid]
	before := l.before[e*hid : (e+1)*hid]
	for j, g := range dh {
		reset, z, n := a[j], a[hid+j], a[2*hid+j]
		dn := g * (1 - z) * (1 - n*n)
		da[j] = dn * r[2*hid+j] * reset * (1 - reset)
		da[hid+j] = g * (before[j] - n) * z * (1 - z)
		da[2*hid+j] = dn
		dr[j], dr[hid+j], dr[2*hid+j] = da[j], da[hid+j], dn*reset
		dh[j] = g * z
	}
}
