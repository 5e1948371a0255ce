package gemm

import (
	"slices"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// TestTiles wants the tiles of a product to have the bits of its C, each element once, for any
// number of workers.
func TestTiles(t *testing.T) {
	t.Run("float32", testTiles[float32])
	t.Run("float64", testTiles[float64])
}

func testTiles[T Float](t *testing.T) {
	for _, s := range []Spec{
		{M: 784, N: 512, K: 128, TransA: true}, {M: 130, N: 65, K: 33, TransA: true}, {M: 7, N: 2100, K: 40, TransA: true},
		{M: 300, N: 5, K: 64, TransA: true}, {M: 64, N: 64, K: 3, TransA: true}, {M: 50, N: 70, K: 20, TransB: true},
		{M: 97, N: 130, K: 50}, {M: 1, N: 400, K: 30}, {M: 200, N: 1, K: 30, TransA: true}, {M: 20, N: 40, K: 0},
		{M: 33, N: 40, K: 70000, TransA: true}, {M: 33, N: 40, K: 600, TransA: true},
	} {
		s.Alpha = 1
		a, b := make([]T, s.M*s.K), make([]T, s.K*s.N)
		for i := range a {
			a[i] = T(i%13) - 6.3
		}
		for i := range b {
			b[i] = T(i%11) - 4.7
		}
		want := make([]T, s.M*s.N)
		plain, err := NewPlan[T](s)
		if err != nil {
			t.Fatal(err)
		}
		plain.Run(nil, want, a, b, nil, nil)
		s.Tiled = true
		for _, workers := range []int{1, 3} {
			p, err := NewPlan[T](s)
			if err != nil {
				t.Fatal(err)
			}
			w := pool.New(workers)
			var mu sync.Mutex
			got, c, seen := make([]T, len(want)), make([]T, len(want)), 0
			p.RunTiles(w, c, a, b, nil, func(_, i0, i1, j0, j1 int, x []T, row int) {
				mu.Lock()
				defer mu.Unlock()
				seen += (i1 - i0) * (j1 - j0)
				for i := i0; i < i1; i++ {
					copy(got[i*s.N+j0:i*s.N+j1], x[(i-i0)*row:])
				}
			})
			if seen != len(want) || !slices.Equal(got, want) {
				t.Errorf("%+v: tiles of %d workers, with %d elements, differ from C", s, workers, seen)
			}
			p.Run(w, c, a, b, nil, nil)
			if !slices.Equal(c, want) {
				t.Errorf("%+v: C of %d workers differs from that of a plan without tiles", s, workers)
			}
		}
	}
}
