package record_test

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/record"
)

// kept is a Recorder that keeps what it gets.
type kept map[int]map[string]float64

func (k kept) On(train.Event) error { return nil }

func (k kept) Values(step int, list []train.Value) error {
	k[step] = map[string]float64{}
	for _, v := range list {
		k[step][v.Name] = v.Value
	}
	return nil
}

// TestStatistics: the numbers are those of a plain computation.
func TestStatistics(t *testing.T) {
	for _, dtype := range []graph.DType{graph.Float32, graph.Float64} {
		k, want := kept{}, kept{}
		var before map[string][]float64
		check := train.On(func(e *train.StepEnd) error {
			p := e.Trainer.Model().Params()
			m := map[string]float64{}
			now := map[string][]float64{}
			var all, allGrad, allOld, change float64
			for _, q := range p.List() {
				w, g, old := p.Values(q.Name), p.Grad(q.Name), before[q.Name]
				now[q.Name] = slices.Clone(w)
				plain(m, "weights/"+q.Name, w)
				plain(m, "gradients/"+q.Name, g)
				var a, b float64
				for i := range w {
					all, allGrad = all+w[i]*w[i], allGrad+g[i]*g[i]
					if old != nil {
						a, b = a+(w[i]-old[i])*(w[i]-old[i]), b+old[i]*old[i]
					}
				}
				change, allOld = change+a, allOld+b
				m["updates/"+q.Name] = math.Sqrt(a / b)
			}
			m["weights/norm"], m["gradients/norm"], m["updates"] = math.Sqrt(all), math.Sqrt(allGrad), math.Sqrt(change/allOld)
			before = now
			if e.Step%3 == 0 {
				want[e.Step] = m
			}
			return nil
		})
		tr := trainerOf(t, dtype, train.Options{Optimizer: train.SGD{}, Callbacks: []train.Callback{&record.Statistics{EverySteps: 3, To: []record.Recorder{k}}, check}})
		fit(t, tr, circles(t, 16), 2)
		if len(k) != 2 || len(want) != 2 {
			t.Fatalf("got %d steps, want 2", len(k))
		}
		for step, m := range want {
			if len(k[step]) != len(m) {
				t.Errorf("step %d: got %d numbers, want %d", step, len(k[step]), len(m))
			}
			for name, w := range m {
				if got, ok := k[step][name]; !ok || !(math.Abs(got-w) <= 1e-9*max(1, w)) && !(w != w && got != got) {
					t.Errorf("step %d: %s: got %v, want %v", step, name, got, w)
				}
			}
		}
	}
}

func plain(m map[string]float64, name string, v []float64) {
	var sum, squares, zero, n float64
	for _, x := range v {
		sum, squares, n = sum+x, squares+x*x, n+1
		if x == 0 {
			zero++
		}
	}
	spread := 0.0
	for _, x := range v {
		spread += (x - sum/n) * (x - sum/n)
	}
	m[name+"/norm"], m[name+"/mean"], m[name+"/std"], m[name+"/zero"] = math.Sqrt(squares), sum/n, math.Sqrt(spread/n), zero/n
}

// TestStatisticsHistograms: TensorBoards get distributions, other Recorders numbers.
func TestStatisticsHistograms(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	board, list := &record.TensorBoard{Dir: dir}, &record.JSONLines{Writer: &out}
	s := &record.Statistics{EverySteps: 2, To: []record.Recorder{board, list}, Histograms: true}
	tr := trainer(t, train.Options{Callbacks: []train.Callback{board, list, s}})
	fit(t, tr, circles(t, 8), 1)
	histos := 0
	for _, e := range events(t, read(t, eventFiles(t, dir)[0])) {
		histos += len(e.histos)
	}
	if n := 2 * len(tr.Model().Params().List()); histos != n {
		t.Errorf("got %d histograms, want %d", histos, n)
	}
	line, _, _ := strings.Cut(out.String(), "\n")
	var v struct{ Values map[string]float64 }
	if err := json.Unmarshal([]byte(line), &v); err != nil || v.Values["gradients/norm"] <= 0 || v.Values["updates"] <= 0 {
		t.Errorf("got %s, want values", line)
	}
}

// TestQuietSteps: steps that are not measured allocate nothing.
func TestQuietSteps(t *testing.T) {
	dir := t.TempDir()
	board := &record.TensorBoard{Dir: dir, EverySteps: 1 << 30, GradientNorm: true}
	list := &record.JSONLines{Path: dir + "/a", EverySteps: 1 << 30}
	all := []train.Callback{board, list, &record.CSV{Path: dir + "/b"}, &record.Statistics{EverySteps: 1 << 30, To: []record.Recorder{board}}}
	tr := trainer(t, train.Options{Callbacks: all})
	fit(t, tr, circles(t, 8), 1)
	for _, c := range all {
		if err := c.On(&train.FitStart{Trainer: tr}); err != nil {
			t.Fatal(err)
		}
		e := &train.StepEnd{Trainer: tr, Step: 3}
		if n := testing.AllocsPerRun(10, func() { c.On(e) }); n != 0 {
			t.Errorf("%T: got %v allocations, want none", c, n)
		}
		if err := c.On(&train.FitEnd{}); err != nil {
			t.Fatal(err)
		}
	}
}
