package gosource

import (
	"fmt"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
)

// This file holds what the program computes, step by step, and where in memory.

// home says which memory a block lies in.
type home int

const (
	scratch  home = iota // numbers of a Model, for results between steps
	integers             // int32 of a Model, likewise
	weights              // numbers that never change
	packed               // weights in blocks of 16, for dense
	indices              // int32 that never change
	outside              // an input, or an output, by its name
)

// names of the slices in the program.
var homes = [...]string{"m.s", "m.t", "m.w", "m.p", "m.c", ""}

// block is the memory of one value.
type block struct {
	home        home
	name        string // of one outside
	size, at    int
	first, last int    // the steps that write it first and read it last
	into        *block // the block in whose place it lies, which has been read for the last time
}

// root is the block whose memory b has.
func (b *block) root() *block {
	for b.into != nil {
		b = b.into
	}
	return b
}

// ref is a part of a block, as an argument of a step.
type ref struct {
	b      *block
	off, n int
	same   bool // element i is read before element i of the result is written, and no later
}

// String writes the slice.
func (r ref) String() string {
	b := r.b.root()
	name := homes[b.home]
	if b.home == outside {
		name = b.name
		if r.off == 0 && r.n == r.b.size {
			if strings.HasPrefix(name, "m.") {
				return name + "[:]"
			}
			return name
		}
	}
	lo, hi := b.at+r.off, b.at+r.off+r.n
	if b.home == packed {
		lo, hi = lo/16, hi/16
	}
	return fmt.Sprintf("%s[%d:%d]", name, lo, hi)
}

// step is one call in the program.
type step struct {
	note string // a comment before it
	call string // the function; "copy" and "clear" are Go's own
	dst  ref
	in   []any // refs and literals
}

// loc says where the elements of a value lie.
type loc struct {
	b *block
	l ir.Layout
}

// span returns the part of the block that the elements lie in, and where in it the first one is.
func (p loc) span() (r ref, start int) {
	lo, hi := 0, 0
	for i, d := range p.l.Shape {
		if d == 0 {
			return ref{b: p.b}, 0
		}
		if k := (d - 1) * p.l.Stride[i]; k < 0 {
			lo += k
		} else {
			hi += k
		}
	}
	return ref{b: p.b, off: p.l.Offset + lo, n: hi - lo + 1}, -lo
}

// dense returns the whole value as a slice. The layout must be dense.
func (p loc) dense() ref { return ref{b: p.b, off: p.l.Offset, n: p.l.Shape.Size()} }

// add appends a step.
func (g *generator) add(s *step) {
	i := len(g.steps)
	if s.note == "" {
		s.note = g.note
	}
	g.note = ""
	b := s.dst.b
	if b.first < 0 {
		b.first = i
	}
	b.last = max(b.last, i)
	for _, a := range s.in {
		if r, ok := a.(ref); ok {
			r.b.last = max(r.b.last, i)
		}
	}
	g.steps = append(g.steps, s)
}

// new returns a block for n elements.
func (g *generator) new(h home, n int) *block {
	b := &block{home: h, size: n, first: -1, last: -1}
	g.blocks = append(g.blocks, b)
	return b
}

// allot decides where the blocks of the scratch lie. Memory is used again once its block has been
// read for the last time.
func (g *generator) allot() {
	g.inPlace()
	for _, h := range []home{scratch, integers} {
		var placed []*block
		for _, b := range g.blocks {
			if b.home != h || b.into != nil || b.first < 0 {
				continue
			}
			var busy []*block
			for _, o := range placed {
				if o.first <= b.last && b.first <= o.last {
					busy = append(busy, o)
				}
			}
			slices.SortFunc(busy, func(x, y *block) int { return x.at - y.at })
			for _, o := range busy {
				if b.at+b.size <= o.at {
					break
				}
				b.at = max(b.at, o.at+o.size)
			}
			placed = append(placed, b)
			g.sizes[h] = max(g.sizes[h], b.at+b.size)
		}
	}
}

// inPlace lets a step write its result over an operand that nobody reads any more.
func (g *generator) inPlace() {
	for i, s := range g.steps {
		b := s.dst.b
		if b.home != scratch || b.first != i || s.dst.n != b.size {
			continue
		}
		for _, a := range s.in {
			r, ok := a.(ref)
			if !ok || !r.same || r.off != 0 || r.n != b.size || r.b.size != b.size || r.b.home != scratch || r.b.root().last != i {
				continue
			}
			alone := true
			for _, o := range s.in {
				o, ok := o.(ref)
				alone = alone && (!ok || o.same || o.b.root() != r.b.root())
			}
			if alone && b != r.b {
				to := r.b.root()
				b.into, to.last = to, max(to.last, b.last)
				break
			}
		}
	}
}

// keep returns the block of weights with the numbers, one for equal keys.
func (g *generator) keep(key string, h home, data func() *datum) *block {
	if b := g.kept[key]; b != nil {
		return b
	}
	d := data()
	b := &block{home: h, size: len(d.floats) + len(d.ints), at: g.sizes[h], first: -1, last: -1}
	g.sizes[h] += b.size
	g.stored[h].floats = append(g.stored[h].floats, d.floats...)
	g.stored[h].ints = append(g.stored[h].ints, d.ints...)
	g.kept[key] = b
	return b
}
