package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// synced is a model with three layers that take statistics of the whole batch, two of them side by side.
// Labels of -1 do not count.
func synced(d graph.DType) builds {
	return builds{graph.NewParams(d, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		x := b.Input("x", n, 4)
		norm := func(name string, h *gorgonia.Node) *gorgonia.Node {
			return nn.BatchNorm(b, name, h, nn.BatchNormOptions{Sync: true})
		}
		h := b.Add(norm("left", nn.Dense(b, "a", x, 6, nn.Identity)), b.Tanh(norm("right", nn.Dense(b, "b", x, 6, nn.Identity))))
		h = norm("images", b.Reshape(nn.Dense(b, "c", h, 12, nn.Tanh), n, 3, 2, 2))
		out := nn.Dense(b, "out", b.Reshape(h, n, 12), 3, nn.Identity)
		l := loss.CrossEntropy(b, out, b.Ints("y", n), loss.CrossEntropyOptions{Ignore: new(-1)})
		return l, b.Softmax(out)
	}}
}

// TestSyncWhole trains in shards with statistics of the whole batch: parameters, running statistics and
// losses are those of one batch as a whole, up to rounding.
func TestSyncWhole(t *testing.T) {
	all, some := blobs(t, 27), unlabelled(t, 27)
	for name, c := range map[string]struct {
		set *data.Dataset
		far float64
		o   train.Options
	}{
		"all count":  {all, 1e-12, train.Options{}},
		"some count": {some, 1e-12, train.Options{}},
		"weights":    {some, 1e-12, train.Options{ClassWeights: []float64{1, .3, 2.5}}},
		"recomputed": {all, 1e-12, train.Options{Recompute: true, Diagnose: true, Workers: 3}},
		"groups": {all, 1e-12, train.Options{Groups: func(name string) train.Group {
			return map[string]train.Group{"a/weight": {Rate: .3}, "left/gain": {Rate: train.Zero}}[name]
		}}},
		"LBFGS": {all, 1e-9, train.Options{Optimizer: train.LBFGS{Iterations: 3, History: 3}}},
		"EMA":   {all, 1e-12, train.Options{Optimizer: train.EMA{Optimizer: train.ClipNorm{Norm: .1, Optimizer: train.SGD{}}}, Validation: all}},
	} {
		fit := func(shards int) ([]float64, float64) {
			m, o := synced(graph.Float64), c.o
			o.Epochs, o.BatchSize, o.Shards, o.Schedule = 3, 10, shards, schedule.Constant(.1)
			if o.Optimizer == nil {
				o.Optimizer = train.SGD{Momentum: .9}
			}
			h, err := newTrainer(t, m, o).Fit(context.Background(), c.set)
			if err != nil {
				t.Fatalf("%s, %d shards: %v", name, shards, err)
			}
			return all64(m), h.Last().Loss
		}
		want, l := fit(0)
		for _, shards := range []int{1, 2, 3, 4, 7} { // the last batch has 7 examples
			got, gl := fit(shards)
			far := math.Abs(gl - l)
			for i := range got {
				far = max(far, math.Abs(got[i]-want[i]))
			}
			if !(far <= c.far) {
				t.Errorf("%s, %d shards: got values that differ by %g from those of whole batches, want %g or less", name, shards, far, c.far)
			}
			if shards > 1 && slices.Equal(got, want) {
				t.Errorf("%s, %d shards: got the very bits of whole batches, want other ones", name, shards)
			}
		}
	}
}

// fitSynced trains on n ranks and returns what each has in the end.
func fitSynced(t *testing.T, d graph.DType, set data.Source, n int, options func(rank int, o *train.Options)) (values [][]float64, errs []error) {
	values, errs = make([][]float64, n), make([]error, n)
	onRanks(n, func(e dist.Engine) {
		m := synced(d)
		o := train.Options{Epochs: 3, BatchSize: 10, Shards: 4, Ranks: e, Optimizer: train.AdamW{}, Schedule: schedule.Constant(.05), Validation: set}
		if options != nil {
			options(e.Rank(), &o)
		}
		tr, err := train.New(m, o)
		if err == nil {
			_, err = tr.Fit(context.Background(), set)
		}
		values[e.Rank()], errs[e.Rank()] = all64(m), err
	})
	return values, errs
}

// TestSyncRanks trains with statistics of the whole batch on several ranks, with uneven shards: the bits
// are those of one process.
func TestSyncRanks(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		set := blobs(t, 27)
		options := func(workers int, split bool) func(int, *train.Options) {
			return func(_ int, o *train.Options) {
				o.Workers, o.SplitState = workers, split
				o.Augment = augment.Fields{"x": {augment.Noise{Sigma: .1}}}
			}
		}
		want, errs := fitSynced(t, d, set, 1, options(1, false))
		if errs[0] != nil {
			t.Fatal(errs[0])
		}
		for _, n := range []int{1, 2, 4} {
			for _, split := range []bool{false, true} {
				got, errs := fitSynced(t, d, set, n, options(3, split))
				for q := range got {
					if errs[q] != nil || !slices.Equal(got[q], want[0]) {
						t.Errorf("%v, split %v: rank %d of %d has other values than one process, %v", d, split, q, n, errs[q])
					}
				}
			}
		}
	}
}

// panicking is an augmentation that panics after some calls.
type panicking struct {
	augment.Noise
	left *atomic.Int32
}

func (f panicking) Apply(*augment.Example) {
	if f.left.Add(-1) < 0 {
		panic("no more noise")
	}
}

// TestSyncErrors lets shards of one process and one of several ranks fail amid the sums: all end, and say
// which rank it was.
func TestSyncErrors(t *testing.T) {
	set := blobs(t, 27)
	for _, n := range []int{1, 2, 4} {
		_, errs := fitSynced(t, graph.Float32, set, n, func(rank int, o *train.Options) {
			left := &atomic.Int32{}
			left.Store(1 << 20)
			if rank == n-1 {
				left.Store(14)
			}
			o.Augment = augment.Fields{"x": {panicking{augment.Noise{Sigma: 1}, left}}}
		})
		for q, err := range errs {
			var p *train.PanicError
			if q == n-1 && !errors.As(err, &p) {
				t.Errorf("rank %d of %d: got %v, want the PanicError", q, n, err)
			}
			if q < n-1 && (!errors.Is(err, train.ErrRank) || !strings.Contains(err.Error(), fmt.Sprintf("rank %d: ", n-1))) {
				t.Errorf("rank %d of %d: got %v, want ErrRank of rank %d", q, n, err, n-1)
			}
		}
	}
	_, errs := fitSynced(t, graph.Float32, blobs(t, 23), 2, nil) // the last batch has 3 examples for 4 shards
	for q, err := range errs {
		if !errors.Is(err, graph.ErrShape) {
			t.Errorf("rank %d: got %v for a batch of 3 in 4 shards, want ErrShape", q, err)
		}
	}
	_, errs = fitSynced(t, graph.Float64, set, 2, func(rank int, o *train.Options) {
		if rank == 1 {
			o.Ranks = &dying{Engine: o.Ranks, left: 30}
		}
	})
	for q, err := range errs {
		if !errors.Is(err, train.ErrRank) {
			t.Errorf("rank %d: got %v after the death of rank 1, want ErrRank", q, err)
		}
	}
}

// dying is an Engine that ends amid its calls.
type dying struct {
	dist.Engine
	left int
}

func (e *dying) AllGather(all, mine []byte) error {
	if e.left--; e.left == 0 {
		e.Engine.Close()
	}
	return e.Engine.AllGather(all, mine)
}

// TestSyncAllocations: steps with statistics of the whole batch allocate nothing.
func TestSyncAllocations(t *testing.T) {
	set := blobs(t, 24)
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		tr := newTrainer(t, synced(d), train.Options{BatchSize: 10, Shards: 4, Workers: 1})
		index := rows(0, 10)
		step := func() {
			if _, err := tr.Step(set, index); err != nil {
				t.Fatal(err)
			}
		}
		step()
		if n := testing.AllocsPerRun(50, step); n > 0 {
			t.Errorf("%v: got %v allocations in a step, want none", d, n)
		}
	}
}
