package onnx

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/onnxfile"
	"github.com/symgrad/symgrad/internal/op"
)

// This file finds running folds in a file: cumulative products and the like. Their nodes depend
// on the axis and its extent, which the last Pad nodes tell.

// shift is what a Pad node of a running fold says.
type shift struct {
	rank, axis, by int
	reverse        bool
}

// runs returns the idioms that a node may end if its name says that it is a running fold; else nil.
func (s *search) runs(n *onnxfile.Node) (all []*idiom) {
	e := op.Lookup(rowOf(n))
	if e == nil || runningRules[e.Name].form != composition {
		return nil
	}
	at, ok := s.shift(n, 6)
	if !ok {
		return nil
	}
	a := e.Samples()[0].Attrs.With("axis", at.axis).With("reverse", at.reverse)
	shape := make(ir.Shape, at.rank)
	for i := range shape {
		shape[i] = 1
	}
	shape[at.axis] = at.by + 1
	for _, k := range []kind{float, double} {
		for _, exclusive := range []bool{false, true} {
			b := a
			if a.Get("exclusive") != nil {
				b = a.With("exclusive", exclusive)
			} else if exclusive {
				continue
			}
			key := fmt.Sprint(e.Name, b, shape, k)
			if s.running[key] == nil {
				s.running[key] = newIdiom(e, b, shape, k)
			}
			if x := s.running[key]; x != nil {
				x.row.Over = at.by
				all = append(all, x)
			}
		}
	}
	return all
}

// shift returns the largest shift of the Pad nodes at most so many nodes before n.
func (s *search) shift(n *onnxfile.Node, depth int) (most shift, ok bool) {
	if n == nil || depth == 0 || len(n.In) > 3 {
		return most, false
	}
	if n.Op == "Pad" && len(n.In) > 1 {
		most, ok = s.padded(n)
	}
	for _, x := range n.In {
		if at, found := s.shift(s.from[x], depth-1); found && (!ok || at.by > most.by) {
			most, ok = at, true
		}
	}
	return most, ok
}

// padded returns the shift of a Pad node; it is not ok if that does something else.
func (s *search) padded(n *onnxfile.Node) (at shift, ok bool) {
	t := s.consts[n.In[1]]
	if t == nil || t.External != nil || t.Kind != onnxfile.Int64 || t.Size%2 != 0 || t.Size > 64 {
		return at, false
	}
	pads := t.Ints()
	at.rank = len(pads) / 2
	for i, d := range pads[:at.rank] {
		if d == 0 {
			continue
		}
		if ok || d != -pads[at.rank+i] || d > 1<<20 || d < -1<<20 {
			return at, false
		}
		at.axis, at.by, at.reverse, ok = i, int(max(d, -d)), d < 0, true
	}
	return at, ok
}
