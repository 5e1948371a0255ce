package compile

import (
	"math/rand/v2"
	"testing"
)

// TestPlace places random blocks: those that are needed at the same time never
// overlap, and little memory is lost.
func TestPlace(t *testing.T) {
	const seeds = 300
	sum := 0.0
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 0))
		var b blocks
		n := 1 + r.IntN(200)
		type open struct{ name, n int }
		var now []open
		for i := range n {
			size := 16 * r.IntN(1<<r.IntN(8))
			now = append(now, open{b.take(i, size), size})
			for len(now) > 0 && r.IntN(3) > 0 {
				k := r.IntN(len(now))
				b.free(i, now[k].name, now[k].n)
				now[k] = now[len(now)-1]
				now = now[:len(now)-1]
			}
		}
		top, live := b.place(), b.live()
		for i, x := range b.all {
			if x.off < 0 || x.off+x.n > top {
				t.Fatalf("seed %d: a block lies at %d to %d of %d", seed, x.off, x.off+x.n, top)
			}
			if b.at(x.name) != x.off || b.at(x.name+x.n-1) != x.off+x.n-1 {
				t.Fatalf("seed %d: the block %+v is not found", seed, x)
			}
			for _, y := range b.all[:i] {
				if x.from <= y.to && y.from <= x.to && x.off < y.off+y.n && y.off < x.off+x.n {
					t.Fatalf("seed %d: the blocks %+v and %+v overlap", seed, x, y)
				}
			}
		}
		for i := range n { // live again, the slow way
			now := 0
			for _, x := range b.all {
				if x.from <= i && i <= x.to {
					now += x.n
				}
			}
			if now > live {
				t.Fatalf("seed %d: %d elements are needed at %d, at most %d in all", seed, now, i, live)
			}
		}
		ratio := float64(top) / float64(max(1, live))
		if ratio > 1.15 {
			t.Errorf("seed %d: the placement takes %.3f times what is needed at once", seed, ratio)
		}
		sum += ratio
	}
	if sum/seeds > 1.002 {
		t.Errorf("the placements take %.4f times what is needed at once in the mean", sum/seeds)
	}
}
