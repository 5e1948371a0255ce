package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// goroutines returns how many there are when those that are about to end have ended, and
// programs that nobody has any more are gone.
func goroutines() int {
	n := runtime.NumGoroutine()
	for same := 0; same < 5; {
		runtime.GC()
		time.Sleep(2 * time.Millisecond)
		if now := runtime.NumGoroutine(); now != n {
			n, same = now, 0
		} else {
			same++
		}
	}
	return n
}

// noMore fails if there are more goroutines than before.
func noMore(t *testing.T, what string, before int) {
	t.Helper()
	now := goroutines()
	for end := time.Now().Add(5 * time.Second); now > before && time.Now().Before(end); {
		now = goroutines()
	}
	if now > before {
		t.Errorf("%s: got %d goroutines, want %d as before", what, now, before)
	}
}

// signalled sends this process a signal within a step. Fit completes the step, writes a
// checkpoint and returns at once with the exit code of the signal, and no goroutine stays. What
// a second signal does is in TestSignals, which has a process for it.
func signalled(t *testing.T) {
	if !slices.Contains([]string{"linux", "darwin", "freebsd", "netbsd", "openbsd", "dragonfly"}, runtime.GOOS) {
		t.Skip("no signal can be sent here")
	}
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		s    os.Signal
		code int
	}{{os.Interrupt, 130}, {syscall.SIGTERM, 143}} {
		fit := func() {
			ctx, stop := train.WithSignals(context.Background())
			defer stop()
			dir, sent := t.TempDir(), time.Time{}
			tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 3, Checkpoint: &train.Checkpoint{Dir: dir}, Callbacks: []train.Callback{train.On(func(e *train.StepEnd) error {
				if e.Step != 4 {
					return nil
				}
				sent = time.Now()
				if err := self.Signal(c.s); err != nil {
					return err
				}
				<-ctx.Done()
				return nil
			})}})
			h, err := tr.Fit(ctx, blobs(t, 20))
			if took := time.Since(sent); !errors.Is(err, train.ErrSignal) || train.ExitCode(err) != c.code || tr.Position().Step != 4 || h.Ended != train.EndCancelled || took > 30*time.Second {
				t.Errorf("%v: got %v, the exit code %d and %d steps, %v after the signal; want 4", c.s, err, train.ExitCode(err), tr.Position().Step, took)
			}
			back := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 3})
			if err := back.Restore(filepath.Join(dir, "step-00000004.safetensors")); err != nil || back.Position().Step != 4 {
				t.Errorf("%v: got %v and %d steps, want the checkpoint after 4", c.s, err, back.Position().Step)
			}
		}
		fit() // which starts what listens to signals, for good
		before := goroutines()
		fit()
		noMore(t, fmt.Sprint(c.s), before)
	}
}

// contextCancelled ends a Fit by its context: in a step, in an evaluation, by a deadline, and
// from another goroutine. It makes at most the step that it is in, and no goroutine stays.
func contextCancelled(t *testing.T) {
	set := blobs(t, 60)
	fit := func(name string, ctx context.Context, options func(o *train.Options)) *train.Trainer {
		o := train.Options{Epochs: 1e6, BatchSize: 10, Workers: 4, Validation: set, Metrics: []train.Metric{train.Accuracy()}, Checkpoint: &train.Checkpoint{Dir: t.TempDir(), Steps: 3}}
		options(&o)
		tr := newTrainer(t, newNet(graph.Float32, 0.1), o)
		h, err := tr.Fit(ctx, set)
		if !errors.Is(err, ctx.Err()) || err == nil || h.Ended != train.EndCancelled {
			t.Errorf("%s: got %v and the end %v, want that of the context", name, err, h.Ended)
		}
		return tr
	}
	if _, err := newTrainer(t, newNet(graph.Float32, 0.1), train.Options{Epochs: 1, Workers: 4}).Fit(context.Background(), set); err != nil {
		t.Fatal(err) // it starts the threads, which all models of the process share
	}
	before := goroutines()
	func() {
		for _, at := range []int{1, 2, 3, 6, 7} {
			ctx, cancel := context.WithCancel(context.Background())
			tr := fit("in a step", ctx, func(o *train.Options) {
				o.Callbacks = []train.Callback{train.On(func(e *train.StepEnd) error {
					if e.Step == at {
						cancel()
					}
					return nil
				})}
			})
			if got := tr.Position().Step; got != at {
				t.Errorf("got %d steps, want %d", got, at)
			}
		}
		var steps atomic.Int64
		ctx, cancel := context.WithCancel(context.Background())
		atCancel := make(chan int64, 1)
		go func() {
			for steps.Load() < 20 {
				time.Sleep(time.Millisecond)
			}
			cancel()
			atCancel <- steps.Load()
		}()
		tr := fit("from another goroutine", ctx, func(o *train.Options) {
			o.Callbacks = []train.Callback{train.On(func(*train.StepEnd) error { steps.Add(1); return nil })}
		})
		if got, most := int64(tr.Position().Step), <-atCancel+1; got < 20 || got > most {
			t.Errorf("got %d steps, want at most %d", got, most)
		}
		ctx, cancel = context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		fit("a deadline", ctx, func(*train.Options) {})
		ctx, cancel = context.WithCancel(context.Background())
		tr = fit("in an evaluation", ctx, func(o *train.Options) {
			o.Metrics = append(o.Metrics, train.Metric{Name: "cancels", Start: func() train.Meter { return cancels(cancel) }})
		})
		if got := tr.Position().Step; got != 6 {
			t.Errorf("in an evaluation: got %d steps, want those of the first epoch", got)
		}
		ctx, cancel = context.WithCancel(context.Background())
		cancel()
		if tr := fit("before", ctx, func(*train.Options) {}); tr.Position().Step != 0 {
			t.Errorf("got %d steps, want none", tr.Position().Step)
		}
	}()
	noMore(t, "all", before)
}

// cancels is a Meter that calls a function.
type cancels func()

func (c cancels) Add(train.Scored) { c() }
func (c cancels) Value() float64   { return 0 }

// thousandPredict lets a thousand goroutines ask one Predictor at the same time: each gets the
// bits of a call alone.
func thousandPredict(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		_, _, path := flowers(t, d, train.ModelFile{})
		p, err := train.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		rows := func(i int) []float64 {
			out := make([]float64, 2*(1+i%5))
			for k := range out {
				out[k] = math.Sin(float64(i + 3*k))
			}
			return out
		}
		want := make([][]float64, 1000)
		for i := range want {
			if want[i], err = p.PredictRows(rows(i)); err != nil {
				t.Fatal(err)
			}
		}
		got, failed := make([][]float64, len(want)), make([]error, len(want))
		var wait sync.WaitGroup
		begin := make(chan struct{})
		for i := range got {
			wait.Go(func() {
				<-begin
				got[i], failed[i] = p.PredictRows(rows(i))
			})
		}
		close(begin)
		wait.Wait()
		for i := range got {
			if failed[i] != nil {
				t.Fatal(failed[i])
			}
			sameBits(t, fmt.Sprint("goroutine ", i), got[i], want[i])
		}
	}
}

// predictDuringFit asks a Trainer for predictions while another goroutine is in its Fit. It
// gets ErrBusy, or the predictions after some whole step. A model that is saved after a step
// and opened predicts as it did then, while the training goes on.
func predictDuringFit(t *testing.T) {
	set := flowerSet(t, 40)
	fit := func(each func(tr *train.Trainer, step int) error) (*train.Trainer, func() error) {
		m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{8}, Out: 3, Dropout: 0.2})
		if err != nil {
			t.Fatal(err)
		}
		var tr *train.Trainer
		tr = newTrainer(t, m, train.Options{Optimizer: train.EMA{Decay: 0.5}, Epochs: 10, BatchSize: 8, Callbacks: []train.Callback{
			train.On(func(*train.FitStart) error { return each(tr, 0) }),
			train.On(func(e *train.StepEnd) error { return each(tr, e.Step) })}})
		return tr, func() error {
			_, err := tr.Fit(context.Background(), set)
			return err
		}
	}
	text := func(out []float64) string {
		bits := make([]uint64, len(out))
		for i, x := range out {
			bits[i] = math.Float64bits(x)
		}
		return fmt.Sprint(bits)
	}
	var after [][]float64 // what is predicted after each step
	known := map[string]bool{}
	_, run := fit(func(tr *train.Trainer, step int) error {
		out, err := tr.Predict(context.Background(), set)
		after = append(after, out)
		known[text(out)] = true
		return err
	})
	if err := run(); err != nil || len(known) != 51 {
		t.Fatalf("got %v and %d predictions, want 51", err, len(known))
	}
	dir, begun := t.TempDir(), make(chan struct{})
	var wait sync.WaitGroup
	tr, run := fit(func(tr *train.Trainer, step int) error {
		if step == 0 {
			close(begun)
		}
		if step%10 == 0 {
			path := filepath.Join(dir, fmt.Sprint(step, ".safetensors"))
			err := tr.SaveModel(path, train.ModelFile{})
			for ; errors.Is(err, train.ErrBusy); err = tr.SaveModel(path, train.ModelFile{}) {
				time.Sleep(time.Microsecond) // another goroutine predicts
			}
			if err != nil {
				return err
			}
			wait.Go(func() {
				p, err := train.Open(path)
				if err != nil {
					t.Error(err)
					return
				}
				for range 3 {
					if out, err := p.Predict(context.Background(), set); err != nil || !slices.Equal(out, after[step]) {
						t.Errorf("the model saved after step %d: got %v or other predictions, want those of the step", step, err)
					}
				}
			})
		}
		time.Sleep(200 * time.Microsecond) // in which others may come
		return nil
	})
	var busy, answered atomic.Int64
	done := make(chan struct{})
	var ask sync.WaitGroup
	askers := 4
	if runtime.GOOS == "js" {
		askers = 1 // files come only while all goroutines wait, which those of four never do at once
	}
	for range askers {
		ask.Go(func() {
			<-begun // a Fit that comes while others predict is refused itself
			for {
				select {
				case <-done:
					return
				default:
				}
				out, err := tr.Predict(context.Background(), set)
				switch {
				case errors.Is(err, train.ErrBusy):
					busy.Add(1)
				case err != nil:
					t.Errorf("got %v, want ErrBusy", err)
				case !known[text(out)]:
					t.Error("got predictions that are not those after a step")
				default:
					answered.Add(1)
				}
				time.Sleep(time.Microsecond)
			}
		})
	}
	err := run()
	close(done)
	ask.Wait()
	wait.Wait()
	if err != nil || tr.Position().Step != 50 {
		t.Errorf("got %v and %d steps, want 50", err, tr.Position().Step)
	}
	if busy.Load() == 0 && runtime.GOARCH != "wasm" { // where no goroutine runs within a step
		t.Error("nobody was refused, want calls within steps")
	}
	t.Logf("%d calls were answered, %d were refused", answered.Load(), busy.Load())
}

// builtTogether builds, differentiates and trains models of several kinds at the same time, in
// as many goroutines. Each has the bits of a training alone.
func builtTogether(t *testing.T) {
	blob, picture := blobs(t, 20), images(t, 20, true)
	kinds := []func(d graph.DType) (builds, *data.Dataset){
		func(d graph.DType) (builds, *data.Dataset) {
			m := newNet(d, 0.1)
			return builds{m.p, m.Loss}, blob
		},
		func(d graph.DType) (builds, *data.Dataset) { return running(graph.NewParams(d, 3)), blob },
		func(d graph.DType) (builds, *data.Dataset) { return convnet(d), picture },
	}
	one := func(i int) ([]float64, error) {
		m, set := kinds[i%3]([]graph.DType{graph.Float64, graph.Float32}[i/3%2])
		tr, err := train.New(m, train.Options{BatchSize: 8, Epochs: 2, Seed: uint64(i % 6)})
		if err == nil {
			_, err = tr.Fit(context.Background(), set)
		}
		return all(m.p), err
	}
	want := make([][]float64, 6)
	for i := range want {
		var err error
		if want[i], err = one(i); err != nil {
			t.Fatal(err)
		}
	}
	got, failed := make([][]float64, 36), make([]error, 36)
	var wait sync.WaitGroup
	for i := range got {
		wait.Go(func() { got[i], failed[i] = one(i) })
	}
	wait.Wait()
	for i := range got {
		if failed[i] != nil {
			t.Fatal(failed[i])
		}
		sameBits(t, fmt.Sprint("model ", i%6), got[i], want[i%6])
	}
}

// processors trains with GOMAXPROCS of 1, 2 and 8, which is the number of threads by default:
// losses and parameters have the same bits.
func processors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	wide := func(d graph.DType) builds {
		return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			h := nn.Dense(b, "one", b.Input("x", n, 4), 300, nn.Tanh)
			h = nn.Dropout(b, nn.Dense(b, "two", h, 200, nn.GELU), 0.2)
			out := nn.Dense(b, "out", h, 3, nn.Identity)
			return loss.CrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
		}}
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, c := range map[string]struct {
			m   func(d graph.DType) builds
			set *data.Dataset
			o   train.Optimizer
		}{"wide": {wide, blobs(t, 150), train.SGD{}}, "wide, Adam": {wide, blobs(t, 150), train.ClipNorm{}}, "images": {convnet, images(t, 90, true), train.AdamW{}}} {
			var losses, params []float64
			for _, n := range []int{1, 2, 8} {
				runtime.GOMAXPROCS(n)
				m := c.m(d)
				h, err := newTrainer(t, m, train.Options{Optimizer: c.o, BatchSize: 64, Epochs: 2, Seed: 2}).Fit(context.Background(), c.set)
				if err != nil {
					t.Fatal(err)
				}
				if n == 1 {
					losses, params = h.Losses(), all(m.p)
				}
				sameBits(t, fmt.Sprintf("%s, %v, GOMAXPROCS %d: losses", name, d, n), h.Losses(), losses)
				sameBits(t, fmt.Sprintf("%s, %v, GOMAXPROCS %d: parameters", name, d, n), all(m.p), params)
			}
		}
	}
}
