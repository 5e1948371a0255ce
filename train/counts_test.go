package train_test

import (
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
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
// frozen, or by a loss that does not depend on it. Formulas with the number of the step take that of each
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
		{train.Adagrad{RateDecay: 0.5}, [7][3]float64{
			{1.0, -2.0, 0.400000000001},
			{1.0, -2.0, 0.3452420022897519},
			{0.900000000000533, -1.9000000000123507, 0.33143836312570646},
			{0.9073625512173757, -1.8339051556507617, 0.29540241758464164},
			{0.9073625512173757, -1.8339051556507617, 0.292958046728824},
			{0.864045886272194, -1.8202272107952002, 0.2860848679982971},
			{0.8518306111108475, -1.8171211588917493, 0.28408853848468957},
		}},
		{train.Adamax{}, [7][3]float64{
			{1.0, -2.0, 0.40000000010000003},
			{1.0, -2.0, 0.3144736843712902},
			{0.9000000000540079, -1.9000000013739262, 0.24777255049214542},
			{0.856887825140103, -1.8370187807561196, 0.1939723039529927},
			{0.856887825140103, -1.8370187807561196, 0.15272098745879217},
			{0.8002815550997506, -1.7888274865996066, 0.11339033428540207},
			{0.7500071909580112, -1.7532442027257171, 0.07976052719329964},
		}},
		{train.NAdam{MomentumDecay: 1, PyTorch1: true}, [7][3]float64{
			{1.0, -2.0, 0.39457006314666504},
			{1.0, -2.0, 0.30724705380966},
			{0.894570063098354, -1.8945700645284786, 0.2676945950373123},
			{0.8968126710974845, -1.7933204159385927, 0.16370932663084609},
			{0.8968126710974845, -1.7933204159385927, 0.1498832229091056},
			{0.8034825201568119, -1.7628807223387608, 0.1011315243041861},
			{0.7634411489015795, -1.7472113568538508, 0.07232954546158901},
		}},
		{train.RAdam{Beta2: 0.99}, [7][3]float64{
			{1.0, -2.0, -0.5},
			{1.0, -2.0, -1.4473684210526319},
			{0.5578947368421054, -2.0799861495844874, -2.03253058846378},
			{-0.15035054671142933, 12.420798595046914, 6.245237941082541},
			{-0.15035054671142933, 12.420798595046914, -176.35917581037168},
			{145.243198076063, -28489.911159650583, -176.3555206794194},
			{83454409.81090687, 12617639.393698916, -176.35034001958368},
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
				tr := newTrainer(t, m, train.Options{Optimizer: c.optimizer, Schedule: schedule.Constant(0.1), AllowUnused: true})
				set := twoRows(t, of.huge)
				for k, want := range c.want {
					index := []int{k % 4}
					if left := k < 2 || k == 4; left && frozen {
						m.p.Freeze("a")
					} else if left {
						index = append(index, k%4+4)
					}
					if squares := c.optimizer.(train.Bounded).Bound(0.1).Squares; k == 0 && !squares {
						// at first the loss is finite, and only squares of its gradient are not
					} else if err := step(t, tr, set, 8); !errors.Is(err, train.ErrNotFinite) {
						t.Fatalf("got %v for a loss that is not finite", err)
					}
					if _, err := tr.Step(set, index); err != nil {
						t.Fatal(err)
					}
					m.p.Thaw("a")
					got := append(m.p.Values("a"), m.p.Values("b")...)
					for i := range want {
						if math.Abs(got[i]-want[i]) > of.tolerance*(1+math.Abs(want[i])) {
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
