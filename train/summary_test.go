package train_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// layered returns a model with layers of most kinds: scopes within scopes, operators outside of
// any scope, states, and one layer that is used twice.
func layered(d graph.DType, width int) builds {
	return builds{graph.NewParams(d, 3), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		x := b.Input("x", n, 1, 12, 12)
		x = nn.Activate(b, nn.ReLU, nn.Conv(b, "conv", x, nn.ConvOptions{Out: 4, Kernel: []int{3}}))
		x = nn.BatchNorm(b, "norm", x, nn.BatchNormOptions{})
		x = b.Reshape(x, n, 400)
		b.Scope("head", func() {
			x = b.Tanh(nn.Linear(b, "hidden", x, nn.LinearOptions{Out: width}))
			x = b.Tanh(nn.Linear(b, "again", x, nn.LinearOptions{Out: width}))
			x = nn.Linear(b, "again", x, nn.LinearOptions{Out: width})
		})
		x = b.Tanh(x)
		out := nn.Linear(b, "out", x, nn.LinearOptions{Out: 3})
		return loss.MSE(b, out, b.Input("y", n, 3)), out
	}}
}

// layeredSet returns n examples for layered.
func layeredSet(t *testing.T, n int) *data.Dataset {
	t.Helper()
	x, y := make([]float64, 144*n), make([]float64, 3*n)
	for i := range x {
		x[i] = math.Sin(float64(i))
	}
	for i := range y {
		y[i] = math.Cos(float64(i))
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{1, 12, 12}, Floats: x}, data.Field{Name: "y", Shape: []int{3}, Floats: y})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSummary holds the layers of a model to what its definition says.
func TestSummary(t *testing.T) {
	m := layered(graph.Float32, 50)
	s, err := train.Summarize(m, 7, train.Options{Optimizer: train.Adam{}})
	if err != nil {
		t.Fatal(err)
	}
	want := []train.LayerSummary{
		{Name: "conv", Shape: []int{7, 4, 10, 10}, Trained: 4*9 + 4, Params: []string{"conv/weight", "conv/bias"}, Flops: 7*4*100*9*2 + 7*400, Inputs: []string{"x"}},
		{Shape: []int{7, 4, 10, 10}, Flops: 7 * 400, Reads: []int{0}},
		{Name: "norm", Shape: []int{7, 4, 10, 10}, Trained: 8, State: 8, Params: []string{"norm/mean", "norm/variance", "norm/gain", "norm/bias"}, Reads: []int{1}},
		{Shape: []int{7, 400}, Reads: []int{2}},
		{Name: "head/hidden", Shape: []int{7, 50}, Trained: 400*50 + 50, Params: []string{"head/hidden/weight", "head/hidden/bias"}, Flops: 7 * 50 * (2*400 + 1), Reads: []int{3}},
		{Name: "head", Shape: []int{7, 50}, Flops: 2 * 7 * 50, Reads: []int{4, 6}},
		{Name: "head/again", Shape: []int{7, 50}, Trained: 50*50 + 50, Params: []string{"head/again/weight", "head/again/bias"}, Flops: 2 * 7 * 50 * (2*50 + 1), Reads: []int{5}},
		{Shape: []int{7, 50}, Flops: 7 * 50, Reads: []int{6}},
		{Name: "out", Shape: []int{7, 3}, Trained: 50*3 + 3, Params: []string{"out/weight", "out/bias"}, Flops: 7 * 3 * (2*50 + 1), Reads: []int{7}},
	}
	if len(s.Layers) != len(want) {
		t.Fatalf("got\n%v", s)
	}
	for i, w := range want {
		got := s.Layers[i]
		if got.Op == "" || w.Name == "norm" && got.Flops == 0 {
			t.Errorf("layer %d: got %+v without operator or work", i, got)
		}
		if w.Name == "norm" {
			got.Flops = 0
		}
		w.Op, w.Bytes = got.Op, 4*int64(elementsOf(w.Shape))
		if !reflect.DeepEqual(got, w) {
			t.Errorf("layer %d: got %+v, want %+v", i, got, w)
		}
	}
	if total := 40 + 8 + 20050 + 2550 + 153; s.Trained != total || s.Frozen != 0 || s.State != 8 {
		t.Errorf("got %d, %d and %d elements, want %d, 0 and 8", s.Trained, s.Frozen, s.State, total)
	}
	if text := s.String(); strings.Contains(text, "names of parameters") || !strings.Contains(text, "head/hidden  Linear") || !strings.Contains(text, "parameters: 22801 + 8 state (float32)") {
		t.Errorf("got\n%s", text)
	}
	if s.Training.Flops < 2*s.Prediction.Flops || s.Training.Memory.Slots != 2*s.Training.Memory.Params {
		t.Errorf("got %+v", s.Training)
	}

	m.p.Freeze("conv/", "norm/")
	if s, err = train.Summarize(m, 7, train.Options{}); err != nil || s.Layers[0].Frozen != 40 || s.Layers[0].Trained != 0 || s.Frozen != 56 || s.State != 0 {
		t.Errorf("frozen: got %v and\n%v", err, s)
	}
	text, err := json.Marshal(s)
	var back train.Summary
	if err == nil {
		err = json.Unmarshal(text, &back)
	}
	if err != nil || !reflect.DeepEqual(*s, back) {
		t.Errorf("JSON: got %v and %s", err, text)
	}
	if _, err := train.Summarize(m, 0, train.Options{}); !errors.Is(err, train.ErrOption) {
		t.Errorf("no examples: got %v, want ErrOption", err)
	}
	if _, err := train.Summarize(nil, 1, train.Options{}); !errors.Is(err, train.ErrOption) {
		t.Errorf("no model: got %v, want ErrOption", err)
	}
}

func elementsOf(shape []int) int {
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	return n
}

// TestSummaryOfHeap holds the memory of a Summary to what the process has more of after a step or
// a prediction: within a twentieth.
func TestSummaryOfHeap(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const n = 400
	set := layeredSet(t, n)
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for name, o := range map[string]train.Options{
			"descent":     {Optimizer: train.SGD{}},
			"Adam":        {Optimizer: train.Adam{}},
			"momentum":    {Optimizer: train.SGD{Momentum: 0.9}, Workers: 2},
			"micro-batch": {Optimizer: train.AdamW{}, MicroBatch: 100},
			"shards":      {Optimizer: train.AdamW{}, Shards: 4},
		} {
			o.BatchSize, o.EvalBatch = n, n
			s, err := train.Summarize(layered(d, 900), n, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, predict := range []bool{false, true} {
				before := heap()
				m := layered(d, 900)
				tr := newTrainer(t, m, o)
				var err error
				want := s.Training.Memory.Sum()
				if predict {
					want = s.Prediction.Memory.Sum()
					_, err = tr.Predict(t.Context(), set)
				} else {
					_, err = tr.Step(set, index)
				}
				if err != nil {
					t.Fatal(err)
				}
				got := heap() - before
				if math.Abs(float64(got-want)) > 0.05*float64(want) {
					t.Errorf("%v, %s, predict %t: got %d bytes, want %d", d, name, predict, got, want)
				}
				runtime.KeepAlive(tr)
				runtime.KeepAlive(m)
			}
		}
	}
	runtime.KeepAlive(set)
}
