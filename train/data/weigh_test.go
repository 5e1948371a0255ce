package data

import (
	"math"
	"slices"
	"testing"
)

// Of many draws each example has its share, and what is drawn depends on seed and epoch alone.
func TestWeigh(t *testing.T) {
	weights := []float64{0, 1, 3, 0, 4, 0}
	made := func(seed uint64) *Batches {
		b, err := NewBatches(80000, 1000, true, seed)
		if err == nil {
			err = b.Weigh(weights)
		}
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	b := made(1)
	counts := make([]int, len(weights))
	for index, ok := b.Next(); ok; index, ok = b.Next() {
		for _, i := range index {
			counts[i]++
		}
	}
	for i, w := range weights {
		want := w * 10000
		if math.Abs(float64(counts[i])-want) > 5*math.Sqrt(want) {
			t.Errorf("example %d was drawn %d times, want about %v", i, counts[i], want)
		}
	}
	first := slices.Clone(b.order)
	b.Epoch(1)
	second := slices.Clone(b.order)
	again := made(1)
	again.Epoch(1)
	again.Skip(3)
	index, _ := again.Next()
	if slices.Equal(first, second) || !slices.Equal(index, second[3000:4000]) || slices.Equal(made(2).order, first) {
		t.Error("what is drawn does not depend on seed and epoch alone")
	}
	if n := testing.AllocsPerRun(3, func() { b.Epoch(7) }); n > 0 {
		t.Errorf("an epoch takes %v allocations", n)
	}
	if got := again.order[:8]; !slices.Equal(got, second[:8]) {
		t.Errorf("got %v", got)
	}
	for _, c := range []struct {
		weights []float64
		kind    error
		says    string
	}{
		{nil, ErrEmpty, "0 weights"},
		{[]float64{0, 0}, ErrEmpty, "above 0"},
		{[]float64{1, -1}, ErrOption, "example 1: got the weight -1"},
		{[]float64{math.NaN()}, ErrOption, "NaN"},
		{[]float64{math.Inf(1)}, ErrOption, "Inf"},
		{[]float64{math.MaxFloat64, math.MaxFloat64}, ErrOption, "beyond float64"},
	} {
		wantError(t, b.Weigh(c.weights), c.kind, c.says)
	}
	wantError(t, (*Batches)(nil).Weigh(weights), ErrOption)
	wantError(t, new(Batches).Weigh(weights), ErrOption)
}
