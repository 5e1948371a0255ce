package train_test

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// tokensOf returns a Predictor of a model of tokens, whose rows may be wrong in many ways.
func tokensOf(t *testing.T, o train.PredictorOptions) *train.Predictor {
	t.Helper()
	m, err := models.NewRNN(models.RNNOptions{Steps: 3, In: 4, Tokens: 5, Lengths: true, Hidden: 4, Out: 2, DType: graph.Float32})
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.NewPredictor(m, train.ModelFile{}, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestGather asks at the same time with a long wait: all examples are computed in one batch,
// each with the bits that it has alone.
func TestGather(t *testing.T) {
	_, set, path := flowers(t, graph.Float32, train.ModelFile{})
	alone, err := train.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	p, err := train.OpenWith(path, train.PredictorOptions{Gather: train.Gather{Examples: 6, Wait: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := set.Field("x")
	want, err := alone.PredictRows(x.Floats)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for _, c := range [][2]int{{0, 1}, {1, 3}, {3, 6}} { // 1, 2 and 3 rows fill the batch
		wait.Go(func() {
			var got []float64
			var err error
			if c[0] == 1 {
				got, err = p.PredictRows(x.Floats[2*c[0] : 2*c[1]])
			} else {
				got, err = p.Predict(context.Background(), must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: x.Floats[2*c[0] : 2*c[1]]})))
			}
			if err != nil {
				t.Error(err)
				return
			}
			sameBits(t, fmt.Sprint("rows ", c), got, want[3*c[0]:3*c[1]])
		})
	}
	wait.Wait()
	got, err := p.PredictRows(x.Floats[:14]) // more than are gathered: it does not wait
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, "7 rows", got, want[:21])
	if got, err = p.PredictRows(x.Floats[:12]); err != nil { // a batch of its own
		t.Fatal(err)
	}
	sameBits(t, "6 rows", got, want[:18])
}

// TestGatherErrors holds that what is wrong with the rows of a call is the error of that call.
func TestGatherErrors(t *testing.T) {
	good := []float64{2, 1, 2, 3} // the length comes first
	want, err := tokensOf(t, train.PredictorOptions{}).PredictRows(good)
	if err != nil {
		t.Fatal(err)
	}
	bad := [][]float64{{4, 1, 2, 3}, {2, 1, 2, 5}, {2, 1, 2.5, 3}, {2, 1, math.NaN(), 3}, {2, 1, -1, 3}}
	p := tokensOf(t, train.PredictorOptions{Gather: train.Gather{Examples: len(bad) + 3, Wait: time.Hour}})
	var wait sync.WaitGroup
	for _, row := range bad {
		wait.Go(func() {
			if out, err := p.PredictRows(row); !errors.Is(err, train.ErrOption) || out != nil {
				t.Errorf("%v: got %v and %v", row, out, err)
			}
		})
	}
	for range 3 {
		wait.Go(func() {
			got, err := p.PredictRows(good)
			if err != nil {
				t.Error(err)
				return
			}
			sameBits(t, "beside bad rows", got, want)
		})
	}
	wait.Wait()
}

// TestGatherRecipe scales what is gathered: a number that is too large for the recipe is the
// error of its call alone.
func TestGatherRecipe(t *testing.T) {
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{Mean: []float64{1, 2}, Std: []float64{1e-200, 4}}}}
	_, _, path := flowers(t, graph.Float64, train.ModelFile{Recipe: recipe})
	p, err := train.OpenWith(path, train.PredictorOptions{Gather: train.Gather{Examples: 2, Wait: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		if _, err := p.PredictRows([]float64{1e200, 2}); !errors.Is(err, train.ErrNotFinite) {
			t.Errorf("got %v, want ErrNotFinite", err)
		}
	})
	wait.Go(func() {
		if _, err := p.PredictRows([]float64{1, 2}); err != nil {
			t.Error(err)
		}
	})
	wait.Wait()
}

// TestGatherCancel takes the leader and others out of a batch. Who stays gets his result from
// those who come later.
func TestGatherCancel(t *testing.T) {
	_, set, path := flowers(t, graph.Float64, train.ModelFile{})
	p, err := train.OpenWith(path, train.PredictorOptions{Gather: train.Gather{Examples: 3, Wait: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	x, _ := set.Field("x")
	before := runtime.NumGoroutine()
	for round := range 20 {
		ctx, cancel := context.WithCancel(context.Background())
		var wait, gone sync.WaitGroup
		stays := func() {
			wait.Go(func() {
				if _, err := p.PredictRows(x.Floats[:2]); err != nil {
					t.Error(err)
				}
			})
		}
		if round%2 == 0 {
			stays() // it may be the leader, or not
		}
		for range 1 + round%2 {
			gone.Go(func() {
				if _, err := p.PredictRowsContext(ctx, x.Floats[:2]); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Duration(round) * 100 * time.Microsecond)
		cancel()
		gone.Wait()
		for range 2 + round%2 {
			stays()
		}
		wait.Wait()
	}
	var none context.Context
	if _, err := p.PredictRowsContext(none, x.Floats[:2]); !errors.Is(err, train.ErrOption) {
		t.Errorf("a nil context: got %v", err)
	}
	done, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := p.PredictRowsContext(done, x.Floats[:2]); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is done: got %v", err)
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i == 100 {
			t.Fatalf("got %d goroutines, want the %d of before", runtime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestGatherWait does not wait longer than it is told.
func TestGatherWait(t *testing.T) {
	for _, wait := range []time.Duration{0, time.Millisecond} {
		p := tokensOf(t, train.PredictorOptions{Gather: train.Gather{Examples: 20, Wait: wait}})
		for range 5 {
			if _, err := p.PredictRows([]float64{1, 2, 3, 2}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestPredictLoad is the load that a Predictor must bear: a thousand goroutines with a hundred
// predictions each get the bits of one after the other, with and without gathering.
func TestPredictLoad(t *testing.T) {
	goroutines := 1000
	if testing.Short() {
		goroutines = 50
	}
	_, set, path := flowers(t, graph.Float32, train.ModelFile{})
	x, _ := set.Field("x")
	rows := len(x.Floats) / 2
	for name, o := range map[string]train.PredictorOptions{
		"alone":    {},
		"gathered": {Gather: train.Gather{Examples: 32}},
		"waiting":  {BatchSize: 8, Sizes: 2, Gather: train.Gather{Examples: 8, Wait: 50 * time.Microsecond}},
	} {
		p, err := train.OpenWith(path, o)
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.PredictRows(x.Floats)
		if err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for g := range goroutines {
			wait.Go(func() {
				for i := range 100 {
					lo := (g + 7*i) % rows
					n := 1 + (g*i)%min(3, rows-lo)
					got, err := p.PredictRows(x.Floats[2*lo : 2*(lo+n)])
					if err != nil {
						t.Error(err)
						return
					}
					for k, v := range got {
						if math.Float64bits(v) != math.Float64bits(want[3*lo+k]) {
							t.Errorf("%s: goroutine %d, call %d: got %v, want %v", name, g, i, got, want[3*lo:3*(lo+n)])
							return
						}
					}
				}
			})
		}
		wait.Wait()
	}
}
