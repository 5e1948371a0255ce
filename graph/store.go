package graph

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/vec"
)

// store is the flat memory of all values of one kind: the parameters, or the states.
type store struct {
	list  []*Param
	drawn []float64 // initial values until the layout is fixed, at their offsets
	size  int
	v32   []float32 // one of the two, when the layout is fixed
	v64   []float64
}

// grown returns how many initial values the memory must hold if n are added. It leaves some
// room, so the biases after a large weight need no copy.
func (m *store) grown(n int) int {
	end := m.size + exec.Align(n)
	return max(end+end/16, 2*cap(m.drawn))
}

// room returns memory of zeros for n more initial values.
func (m *store) room(n int) []float64 {
	end := m.size + exec.Align(n)
	if end > cap(m.drawn) {
		grown := memory.Zeros[float64](m.grown(n))[:m.size]
		memory.Populate(grown)
		copy(grown, m.drawn)
		m.drawn = grown
	}
	m.drawn = m.drawn[:end]
	v := m.drawn[m.size : m.size+n : m.size+n]
	memory.Populate(v)
	return v
}

// fits returns an error unless there is memory for n more initial values, those of q.
func (m *store) fits(q *Param, n int) error {
	if m.size+exec.Align(n) <= cap(m.drawn) {
		return nil
	}
	return enough(8*int64(m.grown(n)), MemoryUse{Op: q.leaf().String(), Name: q.Name, Shape: q.Shape, Bytes: 8 * int64(n)})
}

// add appends q, whose values room has given memory to.
func (m *store) add(q *Param) {
	q.offset = m.size
	m.size += exec.Align(q.size)
	m.list = append(m.list, q)
}

// fix gives the values their memory: in float64 that of the initial values, in float32 its
// first half. It returns the second half, as many zeros, for another use: touching new memory
// takes much of a small program's first step.
func (m *store) fix(d DType) (spare32 []float32) {
	drawn := m.drawn[:m.size:m.size]
	m.drawn = nil
	if d == Float32 {
		m.v32, spare32 = narrow(drawn)
	} else {
		m.v64 = drawn
	}
	return spare32
}

// narrow rounds v to float32 in place. Its memory has room for as many zeros after them.
func narrow(v []float64) (rounded, zeros []float32) {
	n := len(v)
	if n == 0 {
		return nil, nil
	}
	all := unsafe.Slice((*float32)(unsafe.Pointer(&v[0])), 2*n)
	for i, x := range v { // element i lies at or after what is written by then
		all[i] = float32(x)
	}
	clear(all[n:])
	return all[:n:n], all[n:]
}

// read returns a copy of the elements of q in the memory of one of both types.
func read(a []float64, b []float32, q *Param) []float64 {
	out := make([]float64, q.size)
	if a != nil {
		copy(out, a[q.offset:])
		return out
	}
	for i, v := range b[q.offset : q.offset+q.size] {
		out[i] = float64(v)
	}
	return out
}

// write gives q the elements v.
func (m *store) write(q *Param, v []float64) {
	if m.v64 != nil {
		copy(m.v64[q.offset:], v)
	} else {
		vec.Narrow(m.v32[q.offset:], v)
	}
}

// leaf returns what q is in a graph.
func (p *Param) leaf() ir.Leaf {
	if p.State {
		return ir.State
	}
	return ir.Param
}
