package data

import "sort"

// csvPoints are places of a text where reading can begin, in their order. The first one is that of
// the first row.
type csvPoints struct{ list []csvPoint }

// pointRows is the least number of rows between two points. So a point takes less than a
// hundredth of a byte for a row.
const pointRows = 1 << 12

// note notes where t is, between two rows, unless the last point is near.
func (p *csvPoints) note(t *csvTable) {
	if p == nil || t.rows-p.list[len(p.list)-1].row < pointRows {
		return
	}
	at := t.scan.point()
	at.row = t.rows
	p.list = append(p.list, at)
}

// before returns the last point that does not lie behind a row.
func (p *csvPoints) before(row int) csvPoint {
	behind := sort.Search(len(p.list), func(i int) bool { return p.list[i].row > row })
	return p.list[behind-1]
}
