package conv

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// laneSpecs are the specs with so many images that some fill vectors and some do not.
func laneSpecs(l level) []Spec {
	var out []Spec
	for i, s := range specs() {
		s.N = []int{l.lanes(), 2*l.lanes() + 1, 3*l.lanes() - 1}[i%3]
		if g, err := s.geometry(); err == nil && g.taps() > 0 && g.sizeX()*g.taps() < 1<<20 {
			out = append(out, s)
		}
	}
	return out
}

// TestLanes holds what is computed in lanes to the definition, and to the bits of
// what is computed one image at a time.
func TestLanes(t *testing.T) {
	w := pool.New(3)
	defer w.Close()
	eachLevel(t, func(t *testing.T) {
		testLanes[float32](t, w)
		testLanes[float64](t, nil)
	})
}

func testLanes[T Float](t *testing.T, w *pool.Pool) {
	l := best(sizeOf[T]())
	if l.bits == 0 {
		t.Skip("this level has no lanes")
	}
	for _, s := range laneSpecs(l) {
		g, err := s.geometry()
		if err != nil {
			t.Fatal(err)
		}
		x, weight, d := random[T](g.sizeX(), 1), random[T](g.sizeW(), 2), random[T](g.sizeY(), 3)
		f, in := newForward[T](g, false), newInput[T](g, false)
		y, dx := make([]T, len(d)), make([]T, len(x))
		f.lanes, in.lanes = walk{}, inputWalk{}
		f.Run(w, y, x, weight, nan[T](f.Scratch(w.Workers())), nil)
		in.Run(w, dx, d, weight, nan[T](in.Scratch(w.Workers())), nil)

		f.lanes, f.asImages = windowWalk[T](&g, 1, l.width), 1
		in.lanes, in.asImages = newInputWalk(&g, sizeOf[T](), l.width), 1
		rows, got := cover{t: t, rows: make([]bool, len(y)/max(1, g.out[2]))}, nan[T](len(y))
		f.Run(w, got, x, weight, nan[T](f.Scratch(w.Workers())), rows.post)
		same(t, fmt.Sprintf("forward of %+v", s), got, y)
		rows.all()
		rows, got = cover{t: t, rows: make([]bool, len(x)/max(1, g.in[2]))}, nan[T](len(x))
		in.Run(w, got, d, weight, nan[T](in.Scratch(w.Workers())), rows.post)
		same(t, fmt.Sprintf("input of %+v", s), got, dx)
		rows.all()

		if l.most == 0 || len(y) == 0 {
			continue
		}
		dw := make([]float64, len(weight))
		each(s, func(i, j, k int) { dw[k] += float64(d[i]) * float64(x[j]) })
		wt := newLaneWeight[T](&g, l)
		one, got := nan[T](len(weight)), nan[T](len(weight))
		wt.run(nil, one, x, d, nan[T](wt.size(1)))
		check(t, "weight", s, one, dw)
		wt.run(w, got, x, d, nan[T](wt.size(w.Workers())))
		same(t, fmt.Sprintf("weight of several workers of %+v", s), got, one)
	}
}

// cover counts the rows that are finished.
type cover struct {
	t    *testing.T
	rows []bool
}

func (c cover) post(_, i0, i1, _, _ int) {
	for i := i0; i < i1; i++ {
		if c.rows[i] {
			c.t.Errorf("row %d is finished twice", i)
		}
		c.rows[i] = true
	}
}

func (c cover) all() {
	c.t.Helper()
	for i, done := range c.rows {
		if !done {
			c.t.Fatalf("row %d is never finished", i)
		}
	}
}

// TestBatch divides images among workers, each image once.
func TestBatch(t *testing.T) {
	for images := range 70 {
		for _, workers := range []int{0, 1, 2, 5, 64} {
			for _, as := range []float64{0.1, 7, 15.9} {
				b := newBatch(images, 16, workers, as)
				next := 0
				for i := range b.parts() {
					n, count := b.part(i)
					if n != next || count < 1 {
						t.Fatalf("%+v: part %d is of %d images from %d, want those from %d", b, i, count, n, next)
					}
					next += count
				}
				if next != images {
					t.Fatalf("%+v has %d images, want %d", b, next, images)
				}
			}
		}
	}
	for _, c := range []struct {
		images, workers int
		as              float64
		groups          int
	}{{64, 1, 8, 4}, {64, 2, 8, 4}, {64, 16, 8, 0}, {15, 1, 8, 1}, {15, 1, 15.5, 0}, {20, 1, 8, 1}, {30, 1, 8, 2}} {
		if got := newBatch(c.images, 16, c.workers, c.as).groups; got != c.groups {
			t.Errorf("%+v: got %d groups", c, got)
		}
	}
}
