package data

import (
	"io"
	"math"
	"slices"
)

// part returns a table of the same columns for texts of whole rows. Nothing that it shares with t
// changes.
func (t *csvTable) part() *csvTable {
	p := *t
	p.ahead, p.points, p.form.scratch = nil, nil, nil
	p.scan = newCSVScanner(nil, nil, t.scan.comma, math.MaxInt64)
	p.scan.comment = t.scan.comment
	p.fields, p.columns = slices.Clone(t.fields), make([]*csvColumn, 0, len(t.columns))
	for k := range p.fields {
		f := &p.fields[k]
		f.row, f.columns = make([]float64, len(f.row)), slices.Clone(f.columns)
		if _, none := f.rows.(noRows); !none {
			f.rows = newCSVQueue(len(f.row))
		}
		for slot, c := range f.columns {
			f.columns[slot] = c.apart(f)
		}
		p.columns = append(p.columns, f.columns...)
	}
	p.sortColumns()
	return &p
}

// restart makes the part ready for another text.
func (t *csvTable) restart(text []byte) {
	s := t.scan
	s.buf, s.pos, s.failure, s.count, s.line, s.empty = text, 0, io.EOF, 0, 1, 0
	t.rows, t.dropped, t.from = 0, 0, lineList{}
	for k := range t.fields {
		if q, ok := t.fields[k].rows.(*csvQueue); ok {
			q.rows = q.rows[:0]
		}
	}
	for _, c := range t.columns {
		c.missing = 0
		if c.set != nil {
			clear(c.set.counts)
			c.set.others = 0
		}
	}
}

// apart returns the column in a field of a part.
func (c *csvColumn) apart(f *csvField) *csvColumn {
	own := *c
	own.field = f
	if c.set != nil {
		own.set = c.set.apart()
	}
	if c.clock != nil {
		k := *c.clock
		own.clock = &k
	}
	return &own
}

// takeOver adds the rows of a part of the text, which follow those of t. It returns false, and
// adds nothing, if they have a category that is new.
func (t *csvTable) takeOver(p *csvTable) bool {
	for i, c := range t.columns {
		if c.set != nil && !c.set.knows(p.columns[i].set) {
			return false
		}
	}
	for i, c := range t.columns {
		own := p.columns[i]
		c.missing += own.missing
		if c.set != nil {
			c.renumber(own)
		}
	}
	t.rows, t.dropped = t.rows+p.rows, t.dropped+p.dropped
	t.from.addAll(&p.from, t.scan.line-1)
	t.scan.count, t.scan.line = t.scan.count+p.scan.count, t.scan.line+p.scan.line-1
	for k := range t.fields {
		if q, ok := p.fields[k].rows.(*csvQueue); ok {
			t.fields[k].rows.add(q.rows, t.scan.count, t.total)
		}
	}
	return true
}

// renumber counts the categories of a part, and gives its rows their numbers.
func (c *csvColumn) renumber(part *csvColumn) {
	numbers := c.set.absorb(part.set)
	q, ok := part.field.rows.(*csvQueue)
	if !ok || numbers == nil {
		return
	}
	for i := part.slot; i < len(q.rows); i += q.width {
		if v := q.rows[i]; v >= 0 { // neither missing nor Other
			q.rows[i] = numbers[int(v)]
		}
	}
}

// apart returns a set that takes the categories of some rows by themselves.
func (s *labelSet) apart() *labelSet {
	p := &labelSet{fixed: s.fixed, other: s.other, ignore: s.ignore, most: s.most, labels: s.labels, numeric: true}
	if s.fixed {
		p.numbers, p.names, p.counts = s.numbers, s.names, make([]int, len(s.names))
	} else {
		p.numbers = map[string]int{}
	}
	return p
}

// knows says whether all categories of a set that was apart are those of s.
func (s *labelSet) knows(part *labelSet) bool {
	if s.fixed {
		return true
	}
	for i, name := range part.names {
		if _, ok := s.numbers[name]; !ok && part.counts[i] > 0 {
			return false
		}
	}
	return true
}

// absorb adds the counts of a set that was apart. It returns the numbers in s of its categories,
// nil if they are the same.
func (s *labelSet) absorb(part *labelSet) (numbers []float64) {
	s.others += part.others
	for i, n := range part.counts {
		k := i
		if !s.fixed {
			k = s.numbers[part.names[i]] // 0 for a name of another text
			numbers = append(numbers, float64(k))
		}
		s.counts[k] += n
	}
	return numbers
}
