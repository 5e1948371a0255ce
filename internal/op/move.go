package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file holds what the rows of operators that only move elements share.

// Source follows n back through operators that move or repeat elements and leave
// none out. It returns the first node that is no such operator.
func Source(n *gorgonia.Node) *gorgonia.Node {
	for {
		o, ok := n.Op().(*Op)
		if !ok || o.Entry.Class != ir.Move || len(o.In) != 1 {
			return n
		}
		t, err := TypeOf(o.In[0])
		if err != nil || o.Out.Shape.Size() < t.Shape.Size() {
			return n
		}
		n = o.In[0]
	}
}

// copyView copies src, read through l, to dst.
func copyView[E any](dst, src []E, l ir.Layout) {
	idx := make([]int, len(l.Shape))
	for i := range dst {
		at := l.Offset
		for k, j := range idx {
			at += j * l.Stride[k]
		}
		dst[i] = src[at]
		for k := len(idx) - 1; k >= 0; k-- {
			if idx[k]++; idx[k] < l.Shape[k] {
				break
			}
			idx[k] = 0
		}
	}
}

// refView is the slow formula of a row that has a view.
func refView(c *ir.Call[float64]) {
	l, _ := c.V.Def.View(c.V, ir.Dense(c.V.In[0].Type.Shape))
	copyView(c.Out, c.In[0], l)
}
