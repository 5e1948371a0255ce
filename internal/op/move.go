package op

import "github.com/symgrad/symgrad/internal/ir"

// This file holds what the rows of operators that only move elements share.

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
