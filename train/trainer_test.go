package train_test

import (
	"bytes"
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// net is a small classifier for the tests of this package.
type net struct {
	p       *graph.Params
	dropout float64
}

func newNet(d graph.DType, dropout float64) net { return net{graph.NewParams(d, 5), dropout} }

func (m net) Params() *graph.Params { return m.p }

func (m net) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	h := nn.Dense(b, "hidden", b.Input("x", n, 4), 16, nn.Tanh)
	out := nn.Dense(b, "out", nn.Dropout(b, h, m.dropout), 3, nn.Identity)
	return loss.CrossEntropy(b, out, b.Ints("y", n)), b.Softmax(out)
}

// blobs draws n points of three classes around three centres.
func blobs(t testing.TB, n int) *data.Dataset {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float64, 0, 4*n), make([]int, n)
	for i := range n {
		y[i] = i % 3
		for j := range 4 {
			c := 0.0
			if j == y[i] {
				c = 2
			}
			x = append(x, c+r.NormFloat64()*0.7)
		}
	}
	d, err := data.XLabels(x, 4, y)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func newTrainer(t testing.TB, m train.Model, o train.Options) *train.Trainer {
	t.Helper()
	tr, err := train.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestFit(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for name, o := range map[string]train.Optimizer{"sgd": train.SGD{Momentum: 0.9}, "nesterov": train.SGD{Momentum: 0.9, Nesterov: true}, "adam": train.Adam{}, "adamw": train.AdamW{}} {
			set := blobs(t, 301) // the last batch of 32 has 13
			tr := newTrainer(t, newNet(d, 0.1), train.Options{Optimizer: o, Schedule: schedule.Constant(0.01), Epochs: 15, Metrics: []train.Metric{train.Accuracy()}})
			h, err := tr.Fit(context.Background(), set)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := h.Last().Metric("accuracy"); got < 0.93 || h.Last().Loss > h.Epochs[0].Loss {
				t.Errorf("%v %s: got the accuracy %v and the losses %v", d, name, got, h.Losses())
			}
			if tr.Position().Step != 15*10 {
				t.Errorf("got %d steps, want 150", tr.Position().Step)
			}
		}
	}
}

// TestSameBits trains with one worker, with several, and computing again what is
// needed late: the parameters are equal bit for bit, dropout included.
func TestSameBits(t *testing.T) {
	var first []float64
	for _, workers := range []int{1, 2, 3} {
		m := newNet(graph.Float64, 0.3)
		tr := newTrainer(t, m, train.Options{Epochs: 3, Workers: workers, Recompute: workers == 3, Seed: 7})
		if _, err := tr.Fit(context.Background(), blobs(t, 100)); err != nil {
			t.Fatal(err)
		}
		got := m.p.Values("hidden/weight")
		if first == nil {
			first = got
		}
		for i := range got {
			if math.Float64bits(got[i]) != math.Float64bits(first[i]) {
				t.Fatalf("%d workers: weight %d is %v, with one worker %v", workers, i, got[i], first[i])
			}
		}
	}
}

// TestShortBatch checks that a short last batch weighs by its examples: the
// loss over all is that of one batch of all.
func TestShortBatch(t *testing.T) {
	set := blobs(t, 300) // evaluated in batches of 256 and 44
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{BatchSize: 300, Epochs: 1, InOrder: true, Schedule: schedule.Constant(1e-300), Optimizer: train.SGD{}})
	h, err := tr.Fit(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tr.Evaluate(context.Background(), set)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(r.Loss-h.Last().Loss) > 1e-14 {
		t.Errorf("got the loss %v in batches, %v at once", r.Loss, h.Last().Loss)
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, o := range []train.Optimizer{train.SGD{}, train.SGD{Momentum: 0.5}, train.Adam{}, train.AdamW{}} {
			set := blobs(t, 64)
			tr := newTrainer(t, newNet(d, 0.2), train.Options{Optimizer: o})
			index := make([]int, 32)
			for i := range index {
				index[i] = i
			}
			step := func() {
				if _, err := tr.Step(set, index); err != nil {
					t.Fatal(err)
				}
			}
			step()
			if n := testing.AllocsPerRun(50, step); n != 0 {
				t.Errorf("%v %T: a step allocates %v times, want 0", d, o, n)
			}
		}
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 1000, Callbacks: []train.Callback{train.On(func(e *train.EpochEnd) error {
		if e.Epoch.Epoch == 2 {
			cancel()
		}
		return nil
	})}})
	h, err := tr.Fit(ctx, blobs(t, 64))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want context.Canceled", err)
	}
	if len(h.Epochs) != 2 || tr.Position().Step != 4 {
		t.Errorf("got %d epochs and %d steps, want 2 and 4", len(h.Epochs), tr.Position().Step)
	}
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	set := blobs(t, 64)
	tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, Progress: &out, Validation: set, Metrics: []train.Metric{train.Accuracy()}})
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "epoch 2/2  loss ") || !strings.Contains(lines[1], "accuracy") || strings.Contains(out.String(), "\r") {
		t.Errorf("got %q, want one plain line for each epoch", out.String())
	}
}

func TestSaveLoad(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		set := blobs(t, 90)
		m := newNet(d, 0)
		tr := newTrainer(t, m, train.Options{Epochs: 2})
		if _, err := tr.Fit(context.Background(), set); err != nil {
			t.Fatal(err)
		}
		want, err := tr.Predict(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "net.safetensors")
		if err := train.Save(path, m.p); err != nil {
			t.Fatal(err)
		}
		fresh := net{graph.NewParams(d, 99), 0}
		if err := train.Build(fresh); err != nil {
			t.Fatal(err)
		}
		if err := train.Load(path, fresh.p); err != nil {
			t.Fatal(err)
		}
		got, err := newTrainer(t, fresh, train.Options{}).Predict(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%v: prediction %d is %v after loading, was %v", d, i, got[i], want[i])
			}
		}
		damaged(t, path, fresh.p)
	}
}

// damaged flips a byte of the file: Load refuses it and changes nothing.
func damaged(t *testing.T, path string, p *graph.Params) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)-3] ^= 0x40
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	before := p.Values("out/weight")
	if err := train.Load(path, p); err == nil {
		t.Error("loaded a damaged file")
	}
	for i, v := range p.Values("out/weight") {
		if v != before[i] {
			t.Fatal("a damaged file changed the parameters")
		}
	}
}

func TestMetrics(t *testing.T) {
	b := train.Scored{N: 4, Output: []float64{1, 2, 3, 5}, Target: []float64{1, 2, 4, 4}}
	for _, c := range []struct {
		m    train.Metric
		want float64
	}{{train.MSE(), 0.5}, {train.MAE(), 0.5}, {train.R2(), 1 - 2/6.75}} {
		m := c.m.Start()
		m.Add(train.Scored{N: 1, Output: b.Output[:1], Target: b.Target[:1]})
		m.Add(train.Scored{N: 3, Output: b.Output[1:], Target: b.Target[1:]})
		if got := m.Value(); math.Abs(got-c.want) > 1e-15 {
			t.Errorf("%s: got %v, want %v", c.m.Name, got, c.want)
		}
	}
	m := train.Accuracy().Start()
	m.Add(train.Scored{N: 2, Output: []float64{0.1, 0.9, 0.8, 0.2}, Label: []int{1, 1}})
	m.Add(train.Scored{N: 2, Output: []float64{0.4, 0.6}, Target: []float64{0, 1}})
	if got := m.Value(); got != 0.75 {
		t.Errorf("accuracy: got %v, want 0.75", got)
	}
}
