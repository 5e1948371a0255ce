package compile

import "slices"

// heap hands out intervals of an arena and takes them back. It joins neighbouring gaps.
type heap struct {
	top  int
	gaps []gap // sorted by offset, never touching
}

type gap struct{ off, len int }

// take returns the offset of n free elements: the first of the smallest gaps that hold
// them, else the end of the arena.
func (h *heap) take(n int) int {
	if n == 0 {
		return 0
	}
	best := -1
	for i, g := range h.gaps {
		if g.len >= n && (best < 0 || g.len < h.gaps[best].len) {
			best = i
		}
	}
	if best >= 0 {
		g := &h.gaps[best]
		off := g.off
		g.off += n
		g.len -= n
		if g.len == 0 {
			h.gaps = slices.Delete(h.gaps, best, best+1)
		}
		return off
	}
	off := h.top
	if k := len(h.gaps) - 1; k >= 0 && h.gaps[k].off+h.gaps[k].len == h.top {
		off = h.gaps[k].off // the gap at the end grows
		h.gaps = h.gaps[:k]
	}
	h.top = off + n
	return off
}

// free takes back n elements at off.
func (h *heap) free(off, n int) {
	if n == 0 {
		return
	}
	i, _ := slices.BinarySearchFunc(h.gaps, off, func(g gap, off int) int { return g.off - off })
	h.gaps = slices.Insert(h.gaps, i, gap{off, n})
	if i+1 < len(h.gaps) && h.gaps[i].off+h.gaps[i].len == h.gaps[i+1].off {
		h.gaps[i].len += h.gaps[i+1].len
		h.gaps = slices.Delete(h.gaps, i+1, i+2)
	}
	if i > 0 && h.gaps[i-1].off+h.gaps[i-1].len == h.gaps[i].off {
		h.gaps[i-1].len += h.gaps[i].len
		h.gaps = slices.Delete(h.gaps, i, i+1)
	}
}
