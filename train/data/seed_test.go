package data

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

// TestSeedOrders holds the orders and splits that seeds give to a golden file, the
// same on every processor: it is run on several.
func TestSeedOrders(t *testing.T) {
	const n = 1000
	id, class := identity(n), make([]int, n)
	for i := range class {
		class[i] = i * i % 7
	}
	d := must(t)(New(Field{Name: "id", Ints: id}, Field{Name: "y", Ints: class, Classes: 7}))
	var out strings.Builder
	for _, seed := range []uint64{0, 7, 1<<32 + 7, 1<<63 + 5} {
		b, err := NewBatches(n, 64, true, seed)
		if err != nil {
			t.Fatal(err)
		}
		for _, epoch := range []int{0, 1, 100} {
			b.Epoch(epoch)
			fmt.Fprintf(&out, "batches %d epoch %d: %s\n", seed, epoch, hashedInts(b.order))
		}
		for i, split := range []func(float64, uint64) (*Dataset, *Dataset, error){d.Split, d.SplitStratified} {
			train, test, err := split(0.23, seed)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s %d: %s\n", []string{"split", "stratified"}[i], seed, hashedInts(append(train.fields[0].dense().Ints, test.fields[0].dense().Ints...)))
		}
	}
	golden.Check(t, "testdata/seed.golden", out.String())
}

// hashedInts are the first number and a hash of all.
func hashedInts(v []int) string {
	h := fnv.New64a()
	fmt.Fprint(h, v)
	return fmt.Sprintf("%d %016x", v[0], h.Sum64())
}
