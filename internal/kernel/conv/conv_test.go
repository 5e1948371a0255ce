package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// each calls f for every pair of an element of x and one of y that meet in the
// sum, by the definition: offsets of y, x and w.
func each(s Spec, f func(y, x, w int)) {
	g, err := s.geometry()
	if err != nil {
		panic(err)
	}
	in, out, kernel := volume(g.in), volume(g.out), volume(g.kernel)
	for n := range g.n {
		for o := range s.O {
			for c := range g.c {
				p := 0
				eachPlace(g.out, func(z, y, x int) {
					k := 0
					eachPlace(g.kernel, func(kz, ky, kx int) {
						i := [3]int{z*g.stride[0] + kz*g.dil[0] - g.pad[0], y*g.stride[1] + ky*g.dil[1] - g.pad[1], x*g.stride[2] + kx*g.dil[2] - g.pad[2]}
						if i[0] >= 0 && i[1] >= 0 && i[2] >= 0 && i[0] < g.in[0] && i[1] < g.in[1] && i[2] < g.in[2] {
							f((n*s.O+o)*out+p, (n*s.C+o/g.o*g.c+c)*in+(i[0]*g.in[1]+i[1])*g.in[2]+i[2], (o*g.c+c)*kernel+k)
						}
						k++
					})
					p++
				})
			}
		}
	}
}

func random[T Float](n int, seed uint64) []T {
	r := rand.New(rand.NewPCG(seed, 1))
	a := make([]T, n)
	for i := range a {
		a[i] = T(r.NormFloat64())
	}
	return a
}

func check[T Float](t *testing.T, what string, s Spec, got []T, want []float64) {
	t.Helper()
	tol := 1e-12
	if sizeOf[T]() == 4 {
		tol = 2e-4
	}
	for i := range want {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= tol*(1+math.Abs(want[i]))) {
			t.Fatalf("%s of %+v: element %d is %v, want %v", what, s, i, got[i], want[i])
		}
	}
}

func nan[T Float](n int) []T {
	a := make([]T, n)
	for i := range a {
		a[i] = T(math.NaN())
	}
	return a
}

func compare[T Float](t *testing.T, s Spec, w *pool.Pool) {
	t.Helper()
	g, err := s.geometry()
	if err != nil {
		t.Fatal(err)
	}
	x, weight, d := random[T](g.sizeX(), 1), random[T](g.sizeW(), 2), random[T](g.sizeY(), 3)
	y, dx, dw := make([]float64, len(d)), make([]float64, len(x)), make([]float64, len(weight))
	each(s, func(i, j, k int) {
		y[i] += float64(x[j]) * float64(weight[k])
		dx[j] += float64(d[i]) * float64(weight[k])
		dw[k] += float64(d[i]) * float64(x[j])
	})
	f, err := NewForward[T](s)
	if err != nil {
		t.Fatal(err)
	}
	got := nan[T](len(y))
	f.Run(w, got, x, weight, nan[T](f.Scratch(w.Workers())), nil)
	check(t, "forward", s, got, y)

	in, _ := NewInput[T](s)
	got = nan[T](len(dx))
	in.Run(w, got, d, weight, nan[T](in.Scratch(w.Workers())), nil)
	check(t, "input", s, got, dx)

	wt, _ := NewWeight[T](s)
	got = nan[T](len(dw))
	wt.Run(w, got, x, d, nan[T](wt.Scratch(w.Workers())))
	check(t, "weight", s, got, dw)
}

// specs are shapes at the edges of the tiles, and some that are drawn, fewer in short
// tests.
func specs() []Spec {
	plain := func(n, c, o, in, k int) Spec {
		return Spec{N: n, C: c, O: o, Groups: 1, In: []int{in, in}, Kernel: []int{k, k}, Out: []int{in - k + 1, in - k + 1},
			Stride: []int{1, 1}, Pad: []int{0, 0}, Dilation: []int{1, 1}}
	}
	out := []Spec{plain(2, 1, 6, 28, 5), plain(3, 6, 16, 14, 5), plain(1, 3, 33, 40, 3), plain(2, 17, 19, 9, 1), plain(0, 2, 3, 5, 3), plain(9, 2, 3, 5, 5), plain(2, 32, 32, 18, 3)}
	drawn := 53
	if testing.Short() {
		drawn = 23
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range drawn {
		groups := 1 + r.IntN(3)*r.IntN(2)
		s := Spec{N: 1 + r.IntN(3), C: groups * (1 + r.IntN(4)), O: groups * (1 + r.IntN(9)), Groups: groups}
		for range 1 + r.IntN(3) {
			in, k, stride, pad, dil := 1+r.IntN(12), 1+r.IntN(4), 1+r.IntN(3), r.IntN(4)-1, 1+r.IntN(3)
			n := in + 2*pad - (k-1)*dil - 1
			if n < 0 {
				n = 0
			}
			s.In, s.Kernel, s.Stride = append(s.In, in), append(s.Kernel, k), append(s.Stride, stride)
			s.Pad, s.Dilation, s.Out = append(s.Pad, pad), append(s.Dilation, dil), append(s.Out, n/stride+1)
		}
		out = append(out, s)
	}
	return out
}

func TestAgainstDefinition(t *testing.T) {
	w := pool.New(3)
	defer w.Close()
	eachLevel(t, func(t *testing.T) {
		for _, s := range specs() {
			compare[float32](t, s, w)
			compare[float64](t, s, nil)
		}
	})
}

// eachLevel runs f at every level of this processor.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	avx512, avx2, neon := cpu.AVX512, cpu.AVX2, cpu.NEON
	defer func() { cpu.AVX512, cpu.AVX2, cpu.NEON = avx512, avx2, neon }()
	for _, l := range []struct{ avx512, avx2, neon bool }{{}, {avx2: avx2, neon: neon}, {avx512, avx2, neon}} {
		cpu.AVX512, cpu.AVX2, cpu.NEON = l.avx512, l.avx2, l.neon
		t.Run(fmt.Sprintf("%+v", best(4)), f)
	}
}

func TestWorkers(t *testing.T) {
	s := Spec{N: 11, C: 3, O: 5, Groups: 1, In: []int{9, 9}, Kernel: []int{3, 3}, Out: []int{5, 5}, Stride: []int{2, 2}, Pad: []int{1, 1}, Dilation: []int{1, 1}}
	x, d := random[float32](11*3*81, 1), random[float32](11*5*25, 2)
	run := func(w *pool.Pool) []float32 {
		p, err := NewWeight[float32](s)
		if err != nil {
			t.Fatal(err)
		}
		dw := make([]float32, 5*27)
		p.Run(w, dw, x, d, make([]float32, p.Scratch(w.Workers())))
		return dw
	}
	one := run(nil)
	for n := 2; n < 5; n++ {
		w := pool.New(n)
		for i, v := range run(w) {
			if v != one[i] {
				t.Fatalf("%d workers: element %d is %v, with one %v", n, i, v, one[i])
			}
		}
		w.Close()
	}
}

func TestBadSpecs(t *testing.T) {
	good := Spec{N: 1, C: 2, O: 2, Groups: 2, In: []int{4}, Kernel: []int{3}, Out: []int{2}, Stride: []int{1}, Pad: []int{0}, Dilation: []int{1}}
	if _, err := NewForward[float32](good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(s *Spec){
		"groups":   func(s *Spec) { s.C = 3 },
		"stride":   func(s *Spec) { s.Stride = []int{0} },
		"dilation": func(s *Spec) { s.Dilation = []int{0} },
		"kernel":   func(s *Spec) { s.Kernel = []int{0} },
		"axes":     func(s *Spec) { s.Pad = []int{0, 0} },
		"no axes":  func(s *Spec) { s.In = nil },
	} {
		s := good
		change(&s)
		if _, err := NewForward[float32](s); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
