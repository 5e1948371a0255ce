package train_test

import (
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// twoParts is the model (x0·a0² + x1·a1·b)² + x1·b². If apart says so for a batch size, the
// loss does not depend on a.
func twoParts(d graph.DType, apart func(n int) bool) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		x, p, q := b.Input("x", n, 2), b.Param("a", graph.Values([]float64{1, -2}), 2), b.Param("b", graph.Values([]float64{0.5}), 1)
		if apart(n) {
			p = b.StopGradient(p)
		}
		x0, x1 := b.Slice(x, graph.All(), graph.Range(0, 1)), b.Slice(x, graph.All(), graph.Range(1, 2))
		a0, a1 := b.Slice(p, graph.Range(0, 1)), b.Slice(p, graph.Range(1, 2))
		y := b.Square(b.Add(b.Mul(x0, b.Square(a0)), b.Mul(x1, b.Mul(a1, q))))
		return b.Mean(b.Add(y, b.Mul(x1, b.Square(q)))), y
	}}
}

// twoRows has each of four examples twice, so that a batch of one and one of two have the same
// loss; and an example of huge numbers.
func twoRows(t *testing.T, huge float64) *data.Dataset {
	t.Helper()
	d, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, -1, -2, 0.5, 0.25, 4, 1, 2, 3, -1, -2, 0.5, 0.25, 4, huge, huge}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestStepsOfParameter leaves a parameter out of the first two steps and of the fifth one:
// frozen, or by a loss that does not depend on it. Adam and AdamW correct by the steps of each
// parameter, as PyTorch does, and a step that fails is none. The values are PyTorch's.
func TestStepsOfParameter(t *testing.T) {
	for _, c := range []struct {
		optimizer train.Optimizer
		want      [7][3]float64
	}{
		{train.Adam{}, [7][3]float64{
			{1.0, -2.0, 0.40000000010000003},
			{1.0, -2.0, 0.3006619479297943},
			{0.9000000000543322, -1.9000000014456686, 0.20950080975869773},
			{0.8381961820000854, -1.80959539174211, 0.11750703753551103},
			{0.8381961820000854, -1.80959539174211, 0.04273183854250234},
			{0.7585498749629318, -1.7350200927304227, -0.033038028625476196},
			{0.6816445690815011, -1.6748245398728703, -0.10227937715662266},
		}},
		{train.AdamW{}, [7][3]float64{
			{1.0, -2.0, 0.3995000001},
			{1.0, -2.0, 0.2997612171917573},
			{0.8990000000543534, -1.8980000014505805, 0.20830375336371823},
			{0.8362538056628456, -1.8055822678023457, 0.11601633977411249},
			{0.8362538056628456, -1.8055822678023457, 0.04111671513941886},
			{0.7557672163579533, -1.7292535269766987, -0.03467829070161218},
			{0.6781719467672791, -1.6674196971986517, -0.10384803520668404},
		}},
	} {
		for d, of := range map[graph.DType]struct{ tolerance, huge float64 }{graph.Float64: {1e-12, 1e200}, graph.Float32: {1e-5, 1e30}} {
			for _, frozen := range []bool{true, false} {
				m := twoParts(d, func(n int) bool { return n == 2 && !frozen })
				if err := train.Build(m); err != nil {
					t.Fatal(err)
				}
				for _, q := range m.p.List() {
					q.Decay = true
				}
				tr := newTrainer(t, m, train.Options{Optimizer: c.optimizer, Schedule: train.Constant(0.1), AllowUnused: true})
				set := twoRows(t, of.huge)
				for k, want := range c.want {
					index := []int{k % 4}
					if left := k < 2 || k == 4; left && frozen {
						m.p.Freeze("a")
					} else if left {
						index = append(index, k%4+4)
					}
					if err := step(t, tr, set, 8); !errors.Is(err, train.ErrNotFinite) {
						t.Fatalf("got %v for a loss that is not finite", err)
					}
					if _, err := tr.Step(set, index); err != nil {
						t.Fatal(err)
					}
					m.p.Thaw("a")
					got := append(m.p.Values("a"), m.p.Values("b")...)
					for i := range want {
						if math.Abs(got[i]-want[i]) > of.tolerance {
							t.Fatalf("%T, %v, frozen %v, step %d: got %v, want %v", c.optimizer, d, frozen, k+1, got, want)
						}
					}
				}
			}
		}
	}
}

// counting notes the number of the step for each parameter, as an optimizer from outside sees it.
type counting struct {
	mu *sync.Mutex
	n  map[string]int
}

func (counting) Slots() []train.Slot { return nil }

func (o counting) Update(s train.Step, v *train.View) {
	clear(o.n)
	train.Each(v, s, nil, func(s train.Step, x train.Span[float64]) { o.note(x.Of.Name, x.N(s)) })
	train.EachParam(v, s, nil, func(s train.Step, x train.Span[float64]) { o.note(x.Of.Name, x.N(s)) })
	train.Sum(v, s, nil, func(s train.Step, x train.Span[float64]) float64 { o.note(x.Of.Name, x.N(s)); return 0 })
}

// note keeps the number; another one for the same parameter in the same step shows as -1.
func (o counting) note(name string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if before, ok := o.n[name]; ok && before != n {
		n = -1
	}
	o.n[name] = n
}

// TestSpanN counts the steps of parameters that are frozen one after the other.
func TestSpanN(t *testing.T) {
	o := counting{&sync.Mutex{}, map[string]int{}}
	m := twoParts(graph.Float64, func(int) bool { return false })
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	tr, set := newTrainer(t, m, train.Options{Optimizer: o}), twoRows(t, 1)
	for i, c := range []struct {
		freeze string
		a, b   int // 0 for a parameter that the step leaves out
	}{{"", 1, 1}, {"a", 0, 2}, {"a", 0, 3}, {"", 2, 4}, {"b", 3, 0}, {"a", 0, 5}, {"", 4, 6}} {
		if c.freeze != "" {
			m.p.Freeze(c.freeze)
		}
		if err := step(t, tr, set, 0); err != nil {
			t.Fatal(err)
		}
		m.p.Thaw("a", "b")
		if o.n["a"] != c.a || o.n["b"] != c.b {
			t.Errorf("step %d: got the numbers %v, want %d of a and %d of b", i+1, o.n, c.a, c.b)
		}
	}
}
