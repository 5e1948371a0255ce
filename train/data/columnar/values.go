package columnar

import (
	"fmt"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// rows are some rows of a record batch.
type rows struct {
	rec    arrow.RecordBatch
	lo, hi int // from lo to hi-1
	number int // of row lo in the file
}

// column returns the values of a column.
func (r rows) column(name string) arrow.Array {
	found := r.rec.Schema().FieldIndices(name)
	if len(found) == 0 {
		panic(fmt.Sprintf("no column %q, which the schema has", name)) // guard returns it
	}
	return r.rec.Column(found[0])
}

// fail returns an error about row i of the batch.
func (r rows) fail(kind error, name string, i int, format string, a ...any) error {
	return mistake.Newf(kind, "column %q, row %d: "+format, append([]any{name, r.number + i - r.lo}, a...)...)
}

// values returns a field of the rows.
func (f *field) values(r rows) (data.Field, error) {
	out := f.blank()
	size, err := f.size()
	if err != nil {
		return out, err
	}
	if err := r.hold(f.columns); err != nil { // before memory for them is asked for
		return out, err
	}
	n := (r.hi - r.lo) * size
	switch {
	case f.Labels:
		out.Ints = make([]int, n)
		err = f.labels(out.Ints, r)
	case f.Integers:
		out.Ints = make([]int, n)
		err = fill(f, r, out.Ints, size, wholeOf)
	case f.single:
		out.Floats32 = make([]float32, n)
		err = fill(f, r, out.Floats32, size, finiteOf[float32])
	default:
		out.Floats = make([]float64, n)
		err = fill(f, r, out.Floats, size, finiteOf[float64])
	}
	return out, err
}

// hold returns an error unless the lists of the rows have as many elements as they must, and the
// file has these: it may claim longer lists than it has, or the same one for many rows.
func (r rows) hold(columns []column) error {
	for _, c := range columns {
		if !c.list {
			continue
		}
		column := r.column(c.name)
		elements, span := spans(column, c)
		for i := r.lo; i < r.hi; i++ {
			if column.IsNull(i) {
				return r.fail(data.ErrNotFinite, c.name, i, "got a null, want a list")
			}
			if from, to := span(i); to-from != c.size {
				return r.fail(data.ErrShape, c.name, i, "got a list of %d elements, want %d as in row 0", to-from, c.size)
			}
		}
		if n := elements.Len(); int64(r.hi-r.lo)*int64(c.size) > int64(n) {
			return r.fail(data.ErrFormat, c.name, r.lo, "got %d elements for %d lists of %d, want all", n, r.hi-r.lo, c.size)
		}
	}
	return nil
}

// reader returns a function that reads element i, or null, into T.
type reader[T any] func(f *field, elements arrow.Array) func(i int) (T, error)

// fill reads the columns of f into dst, of which size elements belong to a row.
func fill[T any](f *field, r rows, dst []T, size int, read reader[T]) error {
	at := 0
	for _, c := range f.columns {
		elements, span := spans(r.column(c.name), c)
		value := read(f, elements)
		for i := r.lo; i < r.hi; i++ {
			from, _ := span(i)
			row := dst[(i-r.lo)*size+at:][:c.size]
			for k := range row {
				j := from + k
				if elements.IsNull(j) {
					j = null
				}
				v, err := value(j)
				if err != nil {
					return r.fail(data.ErrNotFinite, c.name, i, "%v", err)
				}
				row[k] = v
			}
		}
		at += c.size
	}
	return nil
}

// null is the index that stands for a null.
const null = -1

// spans returns the elements of a column, and a function for those of a row.
func spans(a arrow.Array, c column) (elements arrow.Array, span func(i int) (from, to int)) {
	if !c.list {
		return a, func(i int) (int, int) { return i, i + 1 }
	}
	list := a.(array.ListLike)
	return list.ListValues(), func(i int) (int, int) {
		from, to := list.ValueOffsets(i)
		return int(from), int(to)
	}
}

// finiteOf reads numbers.
func finiteOf[T float32 | float64](f *field, elements arrow.Array) func(i int) (T, error) {
	value := numbers(elements)
	return func(i int) (T, error) {
		if i == null {
			if f.AllowNonFinite {
				return T(math.NaN()), nil
			}
			return 0, fmt.Errorf("got a null, want a number; AllowNonFinite reads NaN")
		}
		v, exact := value(i)
		switch {
		case !exact:
			return 0, fmt.Errorf("got the integer %v, want one below 2^53, which float64 holds exactly", elements.ValueStr(i))
		case !f.AllowNonFinite && (math.IsNaN(v) || math.IsInf(v, 0)):
			return 0, fmt.Errorf("got %v, want a finite number; AllowNonFinite lets it pass", v)
		}
		return T(v), nil
	}
}

// wholeOf reads integers.
func wholeOf(f *field, elements arrow.Array) func(i int) (int, error) {
	value := integers(elements)
	return func(i int) (int, error) {
		if i == null {
			return 0, fmt.Errorf("got a null, want an integer")
		}
		n, ok := value(i)
		if !ok {
			return 0, fmt.Errorf("got the integer %v, want one that an int holds", elements.ValueStr(i))
		}
		return n, nil
	}
}

// labels reads the column of f into dst.
func (f *field) labels(dst []int, r rows) error {
	return f.eachLabel(r, func(i int, text string) error {
		n, ok := f.numbers[text]
		if !ok {
			return r.fail(data.ErrLabel, f.columns[0].name, i, "got the label %q, want one of the classes %s", clip(text), listed(f.Classes))
		}
		dst[i-r.lo] = n
		return nil
	})
}

// eachLabel calls do with the labels of the rows.
func (f *field) eachLabel(r rows, do func(i int, text string) error) error {
	name := f.columns[0].name
	column := r.column(name)
	text := texts(column)
	for i := r.lo; i < r.hi; i++ {
		s, ok := "", false
		if !column.IsNull(i) {
			s, ok = text(i)
		}
		if !ok {
			return r.fail(data.ErrLabel, name, i, "got a null, want a label")
		}
		if err := do(i, s); err != nil {
			return err
		}
	}
	return nil
}

// clip shortens a text for a message.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:57], "") + "..."
	}
	return s
}

// listed names some of a list for a message.
func listed(names []string) string {
	var b strings.Builder
	for i, name := range names {
		if i == 20 {
			fmt.Fprintf(&b, " and %d more", len(names)-i)
			break
		}
		fmt.Fprintf(&b, "%s%q", map[bool]string{true: ", "}[i > 0], clip(name))
	}
	return b.String()
}
