package data

import (
	"fmt"
	"math"
	"sort"
)

// Origin says where an example comes from.
type Origin struct {
	// Path is the file that it was read from; "" for a reader, and for values in memory.
	Path string
	// Line is its first line in a text file, from 1; 0 if it is not of a text.
	Line int
	// Row is its number in what was read or given to New, from 0. It differs from the number of the
	// example in a part of a data set.
	Row int
}

// origin is where the rows of a field come from; nil stands for the numbers that they have.
type origin struct {
	n    int // the number of rows
	rows []int32
	root *root // nil for values in memory
}

// root is a text that was read, or several data sets one after the other.
type root struct {
	path  string
	first int // number of the first row in the file
	lines lineList
	parts []*origin // of Concat; nil ones have the numbers of their rows there
	begin []int     // of each part
}

// of returns the origin of row i.
func (o *origin) of(i int) Origin {
	if o == nil || i < 0 || i >= o.n {
		return Origin{Row: i}
	}
	if o.rows != nil {
		i = int(o.rows[i])
	}
	r := o.root
	switch {
	case r == nil:
		return Origin{Row: i}
	case r.parts == nil:
		return Origin{Path: r.path, Line: r.lines.at(i), Row: r.first + i}
	}
	k := sort.SearchInts(r.begin, i+1) - 1
	if r.parts[k] == nil {
		return Origin{Row: i}
	}
	return r.parts[k].of(i - r.begin[k])
}

// pick returns the origin of rows with the given numbers, of n rows.
func (o *origin) pick(index []int, n int) *origin {
	if n > math.MaxInt32 {
		return nil
	}
	out := &origin{n: len(index)}
	same := true
	for i, at := range index {
		if same = i == at; !same {
			break
		}
	}
	if o != nil {
		out.root = o.root
	}
	if same && (o == nil || o.rows == nil) {
		return out
	}
	out.rows = make([]int32, len(index))
	for i, at := range index {
		out.rows[i] = int32(at)
		if o != nil && o.rows != nil {
			out.rows[i] = o.rows[at]
		}
	}
	return out
}

// picker returns the origins of picked rows of fields; fields share theirs.
func picker(index []int, n int) func(*origin) *origin {
	done := map[*origin]*origin{}
	return func(o *origin) *origin {
		if _, ok := done[o]; !ok {
			done[o] = o.pick(index, n)
		}
		return done[o]
	}
}

// joinedOrigin returns the origin of the rows of all parts, one after the other.
func joinedOrigin(parts []Field) *origin {
	r, n, known := &root{}, 0, false
	for _, f := range parts {
		r.parts, r.begin = append(r.parts, f.from), append(r.begin, n)
		n += f.Len()
		known = known || f.from != nil
	}
	if !known {
		return nil
	}
	return &origin{n: n, root: r}
}

// Origin returns where row i comes from.
func (f Field) Origin(i int) Origin { return f.from.of(i) }

// String returns the place in a few words: "iris.csv:7", or "row 5" without a text.
func (o Origin) String() string {
	switch {
	case o.Line == 0:
		return fmt.Sprintf("row %d", o.Row)
	case o.Path == "":
		return fmt.Sprintf("line %d", o.Line)
	}
	return fmt.Sprintf("%s:%d", o.Path, o.Line)
}

// Words returns what a message about row i adds to that number. It is the line that the row was read
// from, and its number there if that is another one. It is "" for values in memory, but in a part.
func (o Origin) Words(i int) string {
	switch {
	case o.Row == i && o.Line == 0:
		return ""
	case o.Row == i:
		return " (" + o.String() + ")"
	case o.Line == 0:
		return fmt.Sprintf(" (row %d of the data set that it was taken from)", o.Row)
	}
	return fmt.Sprintf(" (%v, row %d there)", o, o.Row)
}

// lineList holds the lines of rows. As long as each row has one line, and no other lines are between
// them, it is the first line and a count.
type lineList struct {
	n, start int
	list     []int32
}

// add appends the line of the next row.
func (l *lineList) add(line int) {
	switch {
	case l.list != nil:
		l.list = append(l.list, int32(line))
	case l.n == 0:
		l.start = line
	case line != l.start+l.n:
		l.list = make([]int32, l.n, 2*l.n+16)
		for i := range l.list {
			l.list[i] = int32(l.start + i)
		}
		l.list = append(l.list, int32(line))
	}
	l.n++
}

// addAll appends the lines of p, which began before lines.
func (l *lineList) addAll(p *lineList, before int) {
	if l.list == nil && p.list == nil && p.n > 0 && (l.n == 0 || p.start+before == l.start+l.n) {
		if l.n == 0 {
			l.start = p.start + before
		}
		l.n += p.n
		return
	}
	for i := range p.n {
		l.add(p.at(i) + before)
	}
}

// at returns the line of row i.
func (l *lineList) at(i int) int {
	switch {
	case i >= l.n:
		return 0
	case l.list == nil:
		return l.start + i
	}
	return int(l.list[i])
}

// take returns the first n lines, and forgets them.
func (l *lineList) take(n int) lineList {
	if n = min(n, l.n); n == l.n {
		out := *l
		*l = lineList{}
		return out
	}
	out := lineList{n: n, start: l.start}
	l.n, l.start = l.n-n, l.start+n
	if l.list != nil {
		out.list, l.list = append([]int32(nil), l.list[:n]...), l.list[n:]
	}
	return out
}
