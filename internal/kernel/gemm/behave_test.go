package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

func TestSpecErrors(t *testing.T) {
	for _, c := range []struct {
		s    Spec
		text string
	}{
		{Spec{M: -1, N: 2, K: 3}, "M=-1"},
		{Spec{M: 2, N: 2, K: 3, LDA: 2}, "LDA is 2"},
		{Spec{M: 2, N: 4, K: 3, LDB: 3}, "LDB is 3"},
		{Spec{M: 2, N: 4, K: 3, LDC: 1}, "LDC is 1"},
		{Spec{M: 4, N: 4, K: 3, TransA: true, LDA: 3}, "LDA is 3"},
		{Spec{M: 4, N: 4, K: 5, TransB: true, LDB: 4}, "LDB is 4"},
	} {
		if _, err := NewPlan[float32](c.s); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%+v: error %v, want one with %q", c.s, err, c.text)
		}
	}
}

func TestFlops(t *testing.T) {
	for _, s := range []Spec{{M: 3, N: 4, K: 5}, {M: 3, N: 1, K: 20}} {
		p, err := NewPlan[float64](s)
		if err != nil {
			t.Fatal(err)
		}
		if p.Flops() != 120 {
			t.Errorf("%+v: %d operations, want 120", s, p.Flops())
		}
	}
}

// TestBetaZero wants NaN in C overwritten, also where K is 0.
func TestBetaZero(t *testing.T) {
	for _, l := range levels() {
		for _, s := range []Spec{{M: 9, N: 37, K: 6}, {M: 1, N: 37, K: 6}, {M: 1, N: 37, K: 6, TransB: true}, {M: 9, N: 1, K: 6}, {M: 9, N: 37}} {
			s.Alpha = 1
			p, err := newPlan[float32](s, l)
			if err != nil {
				t.Fatal(err)
			}
			c := make([]float32, s.M*s.N)
			for i := range c {
				c[i] = float32(math.NaN())
			}
			p.Run(nil, c, make([]float32, s.M*s.K), make([]float32, s.K*s.N), nil, nil)
			for i, v := range c {
				if v != 0 {
					t.Fatalf("%v %+v: element %d is %v, want 0", l, s, i, v)
				}
			}
		}
	}
}

// TestNotFinite puts NaN and infinities into A, B and C and wants them in the
// rows and columns that depend on them, and nowhere else.
func TestNotFinite(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	for _, d := range [][3]int{{13, 41, 20}, {1, 41, 20}, {13, 1, 20}, {100, 70, 300}} {
		for trans := range 4 {
			s := Spec{M: d[0], N: d[1], K: d[2], TransA: trans&1 != 0, TransB: trans&2 != 0, Alpha: 1, Beta: 1}
			o := random[float64](r, s, 0)
			o.a[r.IntN(len(o.a))] = math.NaN()
			o.b[r.IntN(len(o.b))] = math.Inf(1)
			o.c[r.IntN(len(o.c))] = math.Inf(-1)
			want, _ := o.want()
			for _, l := range levels() {
				p, err := newPlan[float64](s, l)
				if err != nil {
					t.Fatal(err)
				}
				c := append([]float64(nil), o.c...)
				p.Run(nil, c, o.a, o.b, nil, nil)
				for i, w := range want {
					g := c[i]
					if math.IsNaN(g) != math.IsNaN(w) || math.IsInf(g, 1) != math.IsInf(w, 1) || math.IsInf(g, -1) != math.IsInf(w, -1) {
						t.Fatalf("%v %+v: element %d is %v, want %v", l, s, i, g, w)
					}
				}
			}
		}
	}
}

// TestAllocs wants no allocation in Run with scratch, alone and on a pool.
func TestAllocs(t *testing.T) {
	w := pool.New(3)
	defer w.Close()
	for _, s := range []Spec{{M: 32, N: 10, K: 64}, {M: 200, N: 300, K: 64, TransB: true}, {M: 1, N: 3000, K: 40, TransB: true, TransA: true},
		{M: 200, N: 300, K: 400, TransA: true}, {M: 3000, N: 1, K: 50}} {
		s.Alpha = 1
		p, err := NewPlan[float32](s)
		if err != nil {
			t.Fatal(err)
		}
		c, a, b := make([]float32, s.M*s.N), make([]float32, s.M*s.K), make([]float32, s.K*s.N)
		packed := make([]float32, p.PackedSize())
		p.PackB(b, packed)
		scratch := make([]float32, p.Scratch(w.Workers()))
		post := func(_, _, _, _, _ int) {}
		for _, w := range []*pool.Pool{nil, w} {
			if n := allocs(func() { p.Run(w, c, a, b, scratch, post) }); n != 0 {
				t.Errorf("%+v on %d workers: Run allocates %v times", s, w.Workers(), n)
			}
			if n := allocs(func() { p.RunPacked(w, c, a, packed, scratch, post) }); n != 0 {
				t.Errorf("%+v on %d workers: RunPacked allocates %v times", s, w.Workers(), n)
			}
		}
	}
}

// allocs returns how often f allocates: the least of some tries, since what other goroutines allocate
// counts too.
func allocs(f func()) float64 {
	least := math.Inf(1)
	for range 5 {
		least = min(least, testing.AllocsPerRun(3, f))
	}
	return least
}

// TestShared runs one plan from several goroutines on one pool.
func TestShared(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	o := random[float32](r, Spec{M: 70, N: 90, K: 200, TransB: true, Alpha: 1}, 0)
	p, err := NewPlan[float32](o.s)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]float32, len(o.c))
	p.Run(nil, want, o.a, o.b, nil, nil)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			scratch := make([]float32, p.Scratch(pool.Of(0).Workers()))
			for range 20 {
				c := make([]float32, len(want))
				p.Run(pool.Of(0), c, o.a, o.b, scratch, nil)
				sameBits(t, "shared plan", c, want)
			}
		})
	}
	all.Wait()
}

// TestPanicInPost wants the panic back and the plan usable after it.
func TestPanicInPost(t *testing.T) {
	o := random[float64](rand.New(rand.NewPCG(6, 6)), Spec{M: 200, N: 200, K: 50, Alpha: 1}, 0)
	p, err := NewPlan[float64](o.s)
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if x := recover(); x != "post" {
				t.Errorf("recovered %v", x)
			}
		}()
		p.Run(pools[2], o.c, o.a, o.b, nil, func(_, _, _, _, _ int) { panic("post") })
	}()
	verify(t, o)
}

func BenchmarkGemm(b *testing.B) {
	two := pool.New(2)
	defer two.Close()
	for _, d := range [][3]int{{32, 10, 64}, {32, 64, 64}, {64, 64, 64}, {32, 128, 784}, {128, 512, 512}, {1024, 1024, 1024}, {1, 512, 512}, {512, 1, 512}} {
		for _, l := range levels() {
			if l == portable && d[0] > 500 {
				continue // takes too long to be of use
			}
			for trans := range 4 {
				s := Spec{M: d[0], N: d[1], K: d[2], TransA: trans&1 != 0, TransB: trans&2 != 0, Alpha: 1}
				name := fmt.Sprintf("%dx%dx%d/%s/%v", d[0], d[2], d[1], []string{"NN", "TN", "NT", "TT"}[trans], l)
				for i, w := range []*pool.Pool{nil, two} {
					b.Run(fmt.Sprintf("%s/f32/%dcore", name, i+1), func(b *testing.B) { bench[float32](b, s, l, w) })
					b.Run(fmt.Sprintf("%s/f64/%dcore", name, i+1), func(b *testing.B) { bench[float64](b, s, l, w) })
				}
			}
		}
	}
}

func bench[T Float](b *testing.B, s Spec, l level, w *pool.Pool) {
	o := random[T](rand.New(rand.NewPCG(7, 7)), s, 0)
	p, err := newPlan[T](o.s, l)
	if err != nil {
		b.Fatal(err)
	}
	scratch := make([]T, p.Scratch(w.Workers()))
	p.Run(w, o.c, o.a, o.b, scratch, nil)
	for b.Loop() {
		p.Run(w, o.c, o.a, o.b, scratch, nil)
	}
	b.ReportMetric(float64(p.Flops())*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
