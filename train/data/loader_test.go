package data_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/symgrad/symgrad/train/data"
)

// numbered returns a dataset whose example i holds i.
func numbered(t *testing.T, n int) *data.Dataset {
	t.Helper()
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	d, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: x}, data.Field{Name: "y", Floats32: make([]float32, n)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// onDisk hands out the examples of a dataset by number, as if they lay elsewhere.
type onDisk struct {
	d     *data.Dataset
	views atomic.Int64
}

func (s *onDisk) Len() int               { return s.d.Len() }
func (s *onDisk) Info() []data.FieldInfo { return s.d.Info() }
func (s *onDisk) View(index []int) (*data.Dataset, error) {
	s.views.Add(1)
	return s.d.View(index)
}

// inLines hands out the examples of a dataset from front to back.
type inLines struct {
	d      *data.Dataset
	piece  int // the most examples that Next gives
	length int // what Len says
	open   atomic.Int64
	opened atomic.Int64 // how often in all
	fail   int          // Next fails before this example; 0: never
}

var errTorn = errors.New("torn")

func (s *inLines) Len() int               { return s.length }
func (s *inLines) Info() []data.FieldInfo { return s.d.Info() }
func (s *inLines) Open(from int) (data.Stream, error) {
	s.open.Add(1)
	s.opened.Add(1)
	return &lines{s, from}, nil
}

type lines struct {
	s  *inLines
	at int
}

func (l *lines) Next(n int) (*data.Dataset, error) {
	n = min(n, l.s.piece, l.s.d.Len()-l.at)
	if n <= 0 {
		return nil, io.EOF
	}
	if f := l.s.fail; f > 0 && l.at+n > f {
		return nil, errTorn
	}
	index := make([]int, n)
	for i := range index {
		index[i] = l.at + i
	}
	l.at += n
	return l.s.d.View(index)
}

func (l *lines) Close() error { l.s.open.Add(-1); return nil }

// epoch returns the examples of an epoch from a batch on, batch by batch, as they were read and as
// the loader numbers them, which must be the same.
func epoch(t *testing.T, l *data.Loader, e, from int) (out [][]int) {
	t.Helper()
	l.Begin(e, from)
	last := false
	for {
		b, err := l.Next()
		if err == io.EOF {
			if !last && len(out) > 0 {
				t.Errorf("epoch %d: no batch was the last", e)
			}
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if last {
			t.Errorf("epoch %d: got a batch behind the last one", e)
		}
		last = b.Last
		rows, err := b.Set.Rows("x")
		if err != nil {
			t.Fatal(err)
		}
		x := make([]float64, len(b.Index))
		if err := rows.F64(x, b.Index); err != nil {
			t.Fatal(err)
		}
		var got []int
		for k, v := range x {
			if n := b.Number(b.Index[k]); n != int(v) {
				t.Fatalf("epoch %d: got the number %d for example %v", e, n, v)
			}
			got = append(got, int(v))
		}
		out = append(out, got)
	}
}

func TestLoaderIndexedLikeDataset(t *testing.T) {
	for _, n := range []int{1, 7, 64, 100, 1000} {
		for _, o := range []data.LoaderOptions{{Batch: 8}, {Batch: 8, Shuffle: true, Seed: 3}, {Batch: 7, Shuffle: true, DropLast: true}, {Batch: 3, Shuffle: true, Limit: 4, Readers: 3}} {
			d := numbered(t, n)
			want, err := data.NewLoader(d, o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := data.NewLoader(&onDisk{d: d}, o)
			if err != nil {
				t.Fatal(err)
			}
			for e := range 3 {
				w := epoch(t, want, e, 0)
				if g := epoch(t, got, e, 0); !slices.EqualFunc(g, w, slices.Equal) {
					t.Fatalf("%d examples, %+v, epoch %d: got %v, want %v", n, o, e, g, w)
				}
				if g := epoch(t, got, e, 2); len(w) > 2 && !slices.EqualFunc(g, w[2:], slices.Equal) {
					t.Fatalf("%d examples, %+v, epoch %d from batch 2: got %v, want %v", n, o, e, g, w[2:])
				}
			}
			if got.Len() != want.Len() {
				t.Errorf("got %d batches, want %d", got.Len(), want.Len())
			}
			got.Close()
		}
	}
}

// viewed is an Indexed source that keeps what it was asked for.
type viewed struct {
	onDisk
	mu    sync.Mutex
	asked []int
}

func (v *viewed) View(index []int) (*data.Dataset, error) {
	v.mu.Lock()
	v.asked = append(v.asked, index...)
	v.mu.Unlock()
	return v.onDisk.View(index)
}

// TestLoaderPart reads the third and the fourth example of each batch alone.
func TestLoaderPart(t *testing.T) {
	d := numbered(t, 23)
	o := data.LoaderOptions{Batch: 5, Shuffle: true, Seed: 2, Epochs: 1}
	whole, err := data.NewLoader(d, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Part = func(n int) (lo, hi int) { return min(2, n), min(4, n) }
	src := &viewed{onDisk: onDisk{d: d}}
	l, err := data.NewLoader(src, o)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var want []int
	for i, batch := range epoch(t, whole, 0, 0) {
		b, err := l.Next()
		if err != nil || len(b.Index) != len(batch) {
			t.Fatalf("batch %d: got %d examples and %v, want %d", i, len(b.Index), err, len(batch))
		}
		f, _ := b.Set.Field("x")
		for k, row := range b.Index {
			if b.Number(row) != batch[k] {
				t.Errorf("batch %d: got the number %d for example %d, want %d", i, b.Number(row), k, batch[k])
			}
			if k >= 2 && k < 4 {
				want = append(want, batch[k])
				if v := f.At(row, 0); int(v) != batch[k] {
					t.Errorf("batch %d: got %v for example %d, want %d", i, v, k, batch[k])
				}
			}
		}
	}
	slices.Sort(want)
	slices.Sort(src.asked)
	if !slices.Equal(src.asked, want) {
		t.Errorf("the source was asked for %v, want %v", src.asked, want)
	}

	o.Part = func(n int) (lo, hi int) { return 0, n + 1 }
	if l, err = data.NewLoader(src, o); err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := l.Next(); !errors.Is(err, data.ErrOption) {
		t.Errorf("got %v for a Part beyond the batch, want ErrOption", err)
	}
}

func TestLoaderSequential(t *testing.T) {
	for _, n := range []int{1, 5, 8, 64, 100, 333} {
		for _, o := range []data.LoaderOptions{{Batch: 8}, {Batch: 8, Window: 24}, {Batch: 8, Window: 24, Shuffle: true, Seed: 5}, {Batch: 7, Window: 20, Shuffle: true, DropLast: true},
			{Batch: 5, Shuffle: true, Window: 10, Limit: 3}, {Batch: 50, Window: 1, DropLast: true}} {
			for _, piece := range []int{1, 9, 1000} {
				for _, known := range []bool{true, false} {
					checkSequential(t, n, o, piece, known)
				}
			}
		}
	}
}

// checkSequential checks the epochs of a loader of n examples in pieces.
func checkSequential(t *testing.T, n int, o data.LoaderOptions, piece int, known bool) {
	t.Helper()
	src := &inLines{d: numbered(t, n), piece: piece, length: -1}
	if known {
		src.length = n
	}
	l, err := data.NewLoader(src, o)
	if err != nil {
		t.Fatal(err)
	}
	batches := (n + o.Batch - 1) / o.Batch
	if o.DropLast {
		batches = n / o.Batch
	}
	if o.Limit > 0 {
		batches = min(batches, o.Limit)
	}
	if known && l.Len() != batches || !known && l.Len() != -1 {
		t.Errorf("%d examples, %+v: got %d batches, want %d (known: %v)", n, o, l.Len(), batches, known)
	}
	var before []int
	for e := range 3 {
		got := epoch(t, l, e, 0)
		if len(got) != batches {
			t.Fatalf("%d examples, %+v, epoch %d: got %d batches, want %d", n, o, e, len(got), batches)
		}
		all := slices.Concat(got...)
		if o.Shuffle && n > 20 && slices.Equal(all, before) {
			t.Errorf("%d examples, %+v, epoch %d: got the order of the epoch before", n, o, e)
		}
		before = slices.Clone(all)
		for i, x := range all {
			if far := max(o.Window, o.Batch) + o.Batch; o.Window > 1 && (x-i > far || i-x > far) {
				t.Errorf("%+v, epoch %d: got example %d at %d, farther than the window", o, e, x, i)
			}
		}
		slices.Sort(all)
		if len(slices.Compact(all)) != len(before) {
			t.Errorf("%d examples, %+v, epoch %d: got examples twice: %v", n, o, e, got)
		}
		for _, from := range []int{1, batches / 2, batches - 1, batches} {
			if from < 0 || from > batches {
				continue
			}
			if again := epoch(t, l, e, from); !slices.EqualFunc(again, got[from:], slices.Equal) {
				t.Fatalf("%d examples, %+v, epoch %d from batch %d: got %v, want %v", n, o, e, from, again, got[from:])
			}
		}
	}
	if o.Limit == 0 && l.Len() != batches {
		t.Errorf("%d examples, %+v: got %d batches after an epoch, want %d", n, o, l.Len(), batches)
	}
	l.Close()
	if k := src.open.Load(); k != 0 {
		t.Errorf("%d streams are open after Close", k)
	}
}

func TestLoaderErrors(t *testing.T) {
	d := numbered(t, 40)
	for _, c := range []struct {
		name string
		src  data.Source
		o    data.LoaderOptions
		want error
	}{
		{"nil", nil, data.LoaderOptions{Batch: 1}, data.ErrEmpty},
		{"nil dataset", (*data.Dataset)(nil), data.LoaderOptions{Batch: 1}, data.ErrEmpty},
		{"batch", d, data.LoaderOptions{}, data.ErrOption},
		{"window", d, data.LoaderOptions{Batch: 1, Window: -1}, data.ErrOption},
		{"neither", struct{ data.Source }{d}, data.LoaderOptions{Batch: 1}, data.ErrOption},
		{"stream fails", &inLines{d: d, piece: 4, length: 40, fail: 20}, data.LoaderOptions{Batch: 4, Window: 4}, errTorn},
		{"fewer than Len", &inLines{d: d, piece: 4, length: 41}, data.LoaderOptions{Batch: 4}, data.ErrShape},
		{"more than Len", &inLines{d: d, piece: 4, length: 39}, data.LoaderOptions{Batch: 4}, data.ErrShape},
	} {
		l, err := data.NewLoader(c.src, c.o)
		for err == nil {
			_, err = l.Next()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got the error %v, want %v", c.name, err, c.want)
		}
		if l != nil {
			l.Close()
		}
	}
}

func TestLoaderReadsAhead(t *testing.T) {
	src := &onDisk{d: numbered(t, 1<<21)}
	l, err := data.NewLoader(src, data.LoaderOptions{Batch: 1 << 18, Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	if _, err := l.Next(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); src.views.Load() < 2; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the next block is not read while the first is used")
		}
	}
	l.Close()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("got %d goroutines after Close, want %d", runtime.NumGoroutine(), before)
		}
	}
}

func TestThroughAndTake(t *testing.T) {
	d := numbered(t, 50)
	twice := func(d *data.Dataset) (*data.Dataset, error) {
		return d.Map("x", []int{1}, func(out, in []float64) error { out[0] = 2 * in[0]; return nil })
	}
	for _, src := range []data.Source{d, &onDisk{d: d}, &inLines{d: d, piece: 7, length: -1}} {
		got, err := data.Through(src, twice)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 20, 50, 60, -1} {
			part, err := data.Take(got, n)
			if err != nil {
				t.Fatal(err)
			}
			want := n
			if n < 0 || n > 50 {
				want = 50
			}
			f, _ := part.Field("x")
			if part.Len() != want || f.At(want-1, 0) != 2*float64(want-1) {
				t.Errorf("%T: the first %d: got %d examples, the last %v", src, n, part.Len(), f.At(part.Len()-1, 0))
			}
		}
		if _, err := data.Through(src, func(d *data.Dataset) (*data.Dataset, error) { return d.View([]int{0, 0}) }); !errors.Is(err, data.ErrShape) {
			t.Errorf("%T: another number of examples: got %v", src, err)
		}
		if _, err := data.Through(src, func(*data.Dataset) (*data.Dataset, error) { panic("no") }); !errors.Is(err, data.ErrOption) {
			t.Errorf("%T: a panic: got %v", src, err)
		}
		if _, err := data.Take(src, 0); !errors.Is(err, data.ErrEmpty) {
			t.Errorf("%T: Take 0: got %v", src, err)
		}
	}
}

// squares is a sequence of examples that are computed, so they take no memory.
type squares struct{ n int }

func (s *squares) Len() int { return s.n }
func (s *squares) Info() []data.FieldInfo {
	return []data.FieldInfo{{Name: "x", Shape: []int{1}}, {Name: "y", Shape: []int{1}}}
}

func (s *squares) View(index []int) (*data.Dataset, error) {
	x, y := make([]float64, len(index)), make([]float64, len(index))
	for k, i := range index {
		x[k] = float64(i) / float64(s.n)
		y[k] = x[k] * x[k]
	}
	return data.XY(x, 1, y, 1)
}

func ExampleLoader() {
	l, err := data.NewLoader(&squares{n: 1000}, data.LoaderOptions{Batch: 256})
	if err != nil {
		panic(err)
	}
	defer l.Close()
	for {
		b, err := l.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(err)
		}
		fmt.Println(len(b.Index), b.Number(b.Index[0]), b.Last)
	}
	// Output:
	// 256 0 false
	// 256 256 false
	// 256 512 false
	// 232 768 true
}

// TestLoaderEpochs counts how often a source is read: once for each epoch that is wanted, from
// wherever they begin, and once for each epoch beyond the last one that is asked for all the same.
func TestLoaderEpochs(t *testing.T) {
	set := numbered(t, 20)
	for _, o := range []data.LoaderOptions{{}, {Shuffle: true, Window: 6}, {DropLast: true}, {Limit: 2}} {
		o.Batch, o.Epochs = 3, 4
		free, err := data.NewLoader(&inLines{d: set, piece: 4, length: -1}, data.LoaderOptions{Batch: 3, Shuffle: o.Shuffle, Window: o.Window, DropLast: o.DropLast, Limit: o.Limit})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ from, to, opens int }{{0, 4, 4}, {2, 4, 2}, {3, 7, 4}, {5, 6, 1}, {0, 1, 2}} { // the last one goes on
			lines := &inLines{d: set, piece: 4, length: -1}
			numbers := &onDisk{d: set}
			for _, src := range []data.Source{lines, numbers} {
				l, err := data.NewLoader(src, o)
				if err != nil {
					t.Fatal(err)
				}
				for e := c.from; e < c.to; e++ {
					if got, want := epoch(t, l, e, 0), epoch(t, free, e, 0); fmt.Sprint(got) != fmt.Sprint(want) && src == data.Source(lines) {
						t.Errorf("%+v: epoch %d: got %v, want %v as without Epochs", o, e, got, want)
					}
				}
				if c.to >= o.Epochs { // the goroutine ends by itself: nothing more can come
					if _, err := l.Next(); err != io.EOF {
						t.Errorf("%+v: behind the last epoch: got %v, want io.EOF", o, err)
					}
				}
				l.Close()
			}
			if got := int(lines.opened.Load()); got != c.opens && !(c.to < o.Epochs && got < c.opens) {
				t.Errorf("%+v: epochs %d to %d: read %d times, want %d", o, c.from, c.to, got, c.opens)
			}
			if lines.open.Load() != 0 {
				t.Errorf("%+v: %d streams are still open", o, lines.open.Load())
			}
		}
		free.Close()
	}
	if _, err := data.NewLoader(set, data.LoaderOptions{Batch: 1, Epochs: -1}); !errors.Is(err, data.ErrOption) {
		t.Errorf("got %v, want ErrOption", err)
	}
}
