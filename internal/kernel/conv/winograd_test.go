package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// squares are convolutions by three by three places of c channels to o.
func squares(n, c, o int, in, pad, padEnd [2]int) Spec {
	return Spec{N: n, C: c, O: o, Groups: 1, In: in[:], Kernel: []int{3, 3}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Pad: pad[:],
		Out: []int{in[0] + pad[0] + padEnd[0] - 2, in[1] + pad[1] + padEnd[1] - 2}}
}

// winogradSpecs are sizes at the edges of tiles, vectors, panels and blocks, and
// some that are drawn, fewer in short tests.
func winogradSpecs() []Spec {
	one := [2]int{1, 1}
	out := []Spec{
		squares(1, 1, 1, [2]int{1, 1}, one, one), squares(2, 3, 5, [2]int{4, 4}, one, one), squares(5, 16, 32, [2]int{8, 8}, one, one),
		squares(3, 17, 33, [2]int{9, 7}, one, one), squares(1, 2, 70, [2]int{13, 30}, [2]int{}, [2]int{}), squares(9, 8, 16, [2]int{5, 6}, [2]int{2, 0}, one),
		squares(1, 40, 3, [2]int{33, 41}, [2]int{4, 7}, [2]int{0, 3}), squares(2, 3, 2, [2]int{9, 9}, [2]int{-1, -2}, [2]int{-2, -1}),
		squares(1, 300, 9, [2]int{6, 6}, one, one), squares(40, 4, 4, [2]int{3, 3}, one, one), squares(2, 120, 100, [2]int{9, 5}, one, one),
	}
	drawn := 29
	if testing.Short() {
		drawn = 9
	}
	r := rand.New(rand.NewPCG(7, 7))
	for range drawn {
		in := [2]int{3 + r.IntN(20), 3 + r.IntN(20)}
		out = append(out, squares(1+r.IntN(4), 1+r.IntN(3)*r.IntN(12), 1+r.IntN(40), in, [2]int{r.IntN(4), r.IntN(4)}, [2]int{r.IntN(3), r.IntN(3)}))
	}
	return out
}

// tiled is the geometry of a convolution that tiles can compute.
func tiled(s Spec) geometry {
	g, err := s.geometry()
	if err != nil || !g.fits() {
		panic(fmt.Sprint(s, err))
	}
	return g
}

// tiledForward, tiledInput and tiledWeight compute with tiles whether that pays or not.
func tiledForward[T Float](s Spec, w *pool.Pool, x, weight []T, post Post) []T {
	g := tiled(s)
	p, y := newForward[T](g, true), nan[T](g.sizeY())
	p.Run(w, y, x, weight, nan[T](p.Scratch(w.Workers())), post)
	return y
}

func tiledInput[T Float](s Spec, w *pool.Pool, d, weight []T, post Post) []T {
	g := tiled(s)
	p, dx := newInput[T](g, true), nan[T](g.sizeX())
	p.Run(w, dx, d, weight, nan[T](p.Scratch(w.Workers())), post)
	return dx
}

func tiledWeight[T Float](s Spec, w *pool.Pool, x, d []T) []T {
	g := tiled(s)
	p, dw := newWeight[T](g, true), nan[T](g.sizeW())
	p.Run(w, dw, x, d, nan[T](p.Scratch(w.Workers())))
	return dw
}

// The error of an element, relative to the largest sum of the sizes of its terms
// that the tile has.
const (
	winogradError32 = 1e-5
	winogradError64 = 2e-14
)

// worst is the largest error of images of a size relative to the terms of a tile.
func worst[T Float](got []T, want, terms []float64, rows, cols int) float64 {
	e := 0.0
	for i := 0; i < len(got); i += rows * cols {
		for y := 0; y < rows; y += tileOut {
			for x := 0; x < cols; x += tileOut {
				d, size := 0.0, 0.0
				for r := y; r < min(rows, y+tileOut); r++ {
					for c := x; c < min(cols, x+tileOut); c++ {
						at := i + r*cols + c
						d, size = max(d, math.Abs(float64(got[at])-want[at])), max(size, terms[at])
					}
				}
				if d != 0 {
					e = max(e, d/size)
				}
			}
		}
	}
	return e
}

func compareTiled[T Float](t *testing.T, s Spec, w *pool.Pool) {
	t.Helper()
	g, _ := s.geometry()
	x, weight, d := random[T](g.sizeX(), 1), random[T](g.sizeW(), 2), random[T](g.sizeY(), 3)
	y, dx, dw := make([]float64, len(d)), make([]float64, len(x)), make([]float64, len(weight))
	ty, tdx, tdw := make([]float64, len(d)), make([]float64, len(x)), make([]float64, len(weight))
	each(s, func(i, j, k int) {
		p, q, r := float64(x[j])*float64(weight[k]), float64(d[i])*float64(weight[k]), float64(d[i])*float64(x[j])
		y[i], dx[j], dw[k] = y[i]+p, dx[j]+q, dw[k]+r
		ty[i], tdx[j], tdw[k] = ty[i]+math.Abs(p), tdx[j]+math.Abs(q), tdw[k]+math.Abs(r)
	})
	tol := winogradError64
	if sizeOf[T]() == 4 {
		tol = winogradError32
	}
	if e := worst(tiledForward(s, w, x, weight, nil), y, ty, s.Out[0], s.Out[1]); !(e <= tol) {
		t.Errorf("forward of %+v: error %g, want at most %g", s, e, tol)
	}
	if e := worst(tiledInput(s, w, d, weight, nil), dx, tdx, s.In[0], s.In[1]); !(e <= tol) {
		t.Errorf("input of %+v: error %g, want at most %g", s, e, tol)
	}
	if e := worst(tiledWeight(s, w, x, d), dw, tdw, 3, 3); !(e <= tol) {
		t.Errorf("weight of %+v: error %g, want at most %g", s, e, tol)
	}
}

func TestWinogradAgainstDefinition(t *testing.T) {
	w := pool.New(3)
	defer w.Close()
	eachLevel(t, func(t *testing.T) {
		for _, s := range winogradSpecs() {
			compareTiled[float32](t, s, w)
			compareTiled[float64](t, s, nil)
		}
	})
}

// TestWinogradRule names some of what is computed by tiles, and what must not be.
func TestWinogradRule(t *testing.T) {
	one := [2]int{1, 1}
	with := func(s Spec, change func(*Spec)) Spec {
		change(&s)
		return s
	}
	deep := squares(8, 64, 64, [2]int{14, 14}, one, one)
	for _, c := range []struct {
		name string
		s    Spec
		want bool
	}{
		{"deep", deep, true},
		{"one channel", squares(32, 1, 32, [2]int{32, 32}, one, one), false},
		{"stride", with(deep, func(s *Spec) { s.Stride, s.Out = []int{2, 2}, []int{7, 7} }), false},
		{"dilation", with(deep, func(s *Spec) { s.Dilation, s.Pad = []int{2, 2}, []int{2, 2} }), false},
		{"groups", with(deep, func(s *Spec) { s.Groups = 2 }), false},
		{"kernel", with(deep, func(s *Spec) { s.Kernel, s.Pad = []int{5, 5}, []int{2, 2} }), false},
		{"no images", with(deep, func(s *Spec) { s.N = 0 }), false},
	} {
		f, err := NewForward[float32](c.s)
		if err != nil {
			t.Fatal(err)
		}
		in, _ := NewInput[float32](c.s)
		w, _ := NewWeight[float32](c.s)
		if f.tiled != nil != c.want || in.tiled != nil != c.want || w.tiled != nil != c.want {
			t.Errorf("%s: tiles forward %v, input %v, weight %v, want %v", c.name, f.tiled != nil, in.tiled != nil, w.tiled != nil, c.want)
		}
	}
}

// TestWinogradWorkers wants the same bits from any number of workers, and each row
// given to post once, by when it is finished.
func TestWinogradWorkers(t *testing.T) {
	one := [2]int{1, 1}
	for _, s := range []Spec{squares(3, 20, 40, [2]int{33, 18}, one, one), squares(50, 4, 9, [2]int{6, 5}, one, one), squares(9, 90, 110, [2]int{9, 9}, one, one)} {
		g, _ := s.geometry()
		x, weight, d := random[float32](g.sizeX(), 1), random[float32](g.sizeW(), 2), random[float32](g.sizeY(), 3)
		y, dx, dw := tiledForward(s, nil, x, weight, nil), tiledInput(s, nil, d, weight, nil), tiledWeight(s, nil, x, d)
		for n := 2; n < 5; n++ {
			w := pool.New(n)
			same(t, fmt.Sprintf("forward, %d workers", n), tiledForward(s, w, x, weight, nil), y)
			same(t, fmt.Sprintf("input, %d workers", n), tiledInput(s, w, d, weight, nil), dx)
			same(t, fmt.Sprintf("weight, %d workers", n), tiledWeight(s, w, x, d), dw)
			p := newForward[float32](g, true)
			got, seen := nan[float32](len(y)), nan[float32](len(y))
			p.Run(w, got, x, weight, nan[float32](p.Scratch(n)), func(_, i0, i1, j0, j1 int) {
				cols := s.Out[1]
				for at := i0*cols + j0; at < (i1-1)*cols+j1; at++ {
					if seen[at] == seen[at] {
						t.Errorf("%d workers: post is given element %d twice", n, at)
					}
					seen[at] = got[at]
				}
			})
			same(t, fmt.Sprintf("post, %d workers", n), seen, y)
			w.Close()
		}
	}
}

func same[T Float](t *testing.T, what string, got, want []T) {
	t.Helper()
	for i, v := range got {
		if math.Float64bits(float64(v)) != math.Float64bits(float64(want[i])) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, v, want[i])
		}
	}
}

func TestWinogradAllocates(t *testing.T) {
	s := squares(5, 20, 40, [2]int{13, 18}, [2]int{1, 1}, [2]int{1, 1})
	g, _ := s.geometry()
	x, weight, y := random[float32](g.sizeX(), 1), random[float32](g.sizeW(), 2), random[float32](g.sizeY(), 3)
	w := pool.New(2)
	defer w.Close()
	post := func(_, _, _, _, _ int) {}
	eachLevel(t, func(t *testing.T) {
		f, in, wt := newForward[float32](g, true), newInput[float32](g, true), newWeight[float32](g, true)
		scratch := make([]float32, max(f.Scratch(2), in.Scratch(2), wt.Scratch(2)))
		if n := testing.AllocsPerRun(20, func() {
			f.Run(w, y, x, weight, scratch, post)
			in.Run(w, x, y, weight, scratch, post)
			wt.Run(w, weight, x, y, scratch)
		}); n != 0 {
			t.Errorf("a run allocates %v times", n)
		}
	})
}

// TestWinogradNotFinite wants every element not finite that is so by definition,
// and the tiles and kernels that nothing of it reaches untouched.
func TestWinogradNotFinite(t *testing.T) {
	s := squares(2, 5, 7, [2]int{15, 22}, [2]int{1, 1}, [2]int{1, 1})
	g, _ := s.geometry()
	eachLevel(t, func(t *testing.T) {
		x, weight := random[float32](g.sizeX(), 1), random[float32](g.sizeW(), 2)
		clean := tiledForward(s, nil, x, weight, nil)
		cleanWeight := tiledWeight(s, nil, x, clean)
		r := rand.New(rand.NewPCG(3, 3))
		for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			for range 40 {
				at := r.IntN(len(x))
				old := x[at]
				x[at] = float32(v)
				y := tiledForward(s, nil, x, weight, nil)
				reached := map[[3]int]bool{} // image, row and column of tiles
				must, mustWeight := map[int]bool{}, map[int]bool{}
				each(s, func(i, j, k int) {
					if j == at {
						must[i], mustWeight[k] = true, true
						p := i % (15 * 22)
						reached[[3]int{i / (7 * 15 * 22), p / 22 / tileOut, p % 22 / tileOut}] = true
					}
				})
				for i, got := range y {
					p := i % (15 * 22)
					tile := [3]int{i / (7 * 15 * 22), p / 22 / tileOut, p % 22 / tileOut}
					if finite := got-got == 0; must[i] && finite || !reached[tile] && got != clean[i] {
						t.Fatalf("x[%d] = %v: y[%d] is %v, %v without", at, v, i, got, clean[i])
					}
				}
				for i, got := range tiledWeight(s, nil, x, clean) {
					if finite := got-got == 0; mustWeight[i] && finite || i/9%5 != at/(15*22)%5 && got != cleanWeight[i] {
						t.Fatalf("x[%d] = %v: dw[%d] is %v, %v without", at, v, i, got, cleanWeight[i])
					}
				}
				x[at] = old
			}
			old := weight[17]
			weight[17] = float32(v)
			for i, got := range tiledForward(s, nil, x, weight, nil) {
				if o := i / (15 * 22) % 7; o == 0 && got-got == 0 || o != 0 && got != clean[i] {
					t.Fatalf("w[17] = %v: y[%d] is %v, %v without", v, i, got, clean[i])
				}
			}
			weight[17] = old
		}
	})
}

// TestOneImage computes images of a batch alone: they have the same bits.
func TestOneImage(t *testing.T) {
	tiled := 0
	for c := leastChannels; c <= 64; c += 16 {
		for side := 3; side <= 12; side++ {
			all := squares(5, c, c, [2]int{side, side}, [2]int{1, 1}, [2]int{1, 1})
			one := all
			one.N = 1
			g, err := one.geometry()
			if err != nil {
				t.Fatal(err)
			}
			p, err := NewForward[float32](all)
			if err != nil {
				t.Fatal(err)
			}
			q, err := NewForward[float32](one)
			if err != nil {
				t.Fatal(err)
			}
			if p.tiled != nil {
				tiled++
			}
			x, w := random[float32](g.sizeX()*all.N, 1), random[float32](g.sizeW(), 2)
			y, z := nan[float32](len(x)), nan[float32](g.sizeX())
			p.Run(nil, y, x, w, nan[float32](p.Scratch(1)), nil)
			for i := range all.N {
				q.Run(nil, z, x[i*len(z):], w, nan[float32](q.Scratch(1)), nil)
				same(t, fmt.Sprint(one), z, y[i*len(z):][:len(z)])
			}
		}
	}
	if best(4).bits > 0 && (tiled == 0 || tiled == 40) {
		t.Errorf("%d of 40 sizes go by tiles, want some but not all", tiled)
	}
}
