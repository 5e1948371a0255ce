package train_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// adamRule is AdamW with the decay 0.1, as a graph.
func adamRule() train.Rule {
	return train.Rule{Name: "adam", State: []train.Slot{{Name: "m"}, {Name: "v"}},
		Build: func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			m := b.Add(b.Scale(x.Slots[0], 0.9), b.Scale(x.Grad, 0.1))
			v := b.Add(b.Scale(x.Slots[1], 0.999), b.Scale(b.Square(x.Grad), 0.001))
			bias := func(beta float64) *gorgonia.Node { return b.Sub(b.Scalar(1), b.Pow(b.Scalar(beta), x.N)) }
			by := b.Div(b.Div(m, bias(0.9)), b.Add(b.Sqrt(b.Div(v, bias(0.999))), b.Scalar(1e-8)))
			kept := b.Sub(b.Scalar(1), b.Mul(x.Rate, b.Scale(x.Decay, 0.1)))
			return b.Sub(b.Mul(kept, x.Param), b.Mul(x.Rate, by)), gorgonia.Nodes{m, v}
		}}
}

// TestRule holds Adam as a graph to AdamW, with factors, frozen parameters and other
// optimizers on top.
func TestRule(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		tol := 1e-13
		if d == graph.Float32 {
			tol = 2e-6
		}
		groups := func(name string) train.Group {
			return train.Group{Rate: map[string]float64{"p3": 0.5}[name], Decay: map[string]float64{"p0": 2}[name]}
		}
		for name, wrap := range map[string]func(train.Optimizer) train.Optimizer{
			"alone":   func(o train.Optimizer) train.Optimizer { return o },
			"wrapped": func(o train.Optimizer) train.Optimizer { return train.EMA{Optimizer: train.ClipNorm{Optimizer: o}} },
			"own":     func(o train.Optimizer) train.Optimizer { return onTop{o} },
		} {
			p, q := several(t, d), several(t, d)
			o, a := wrap(adamRule()), wrap(train.AdamW{Decay: 0.1})
			v, err := train.NewViewWith(p, o, train.ViewOptions{Workers: 2, Groups: groups})
			w, err2 := train.NewViewWith(q, a, train.ViewOptions{Workers: 2, Groups: groups})
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			for n := 1; n <= 5; n++ {
				wavy(p, n)
				wavy(q, n)
				o.Update(train.Step{N: n, Rate: 0.01}, v)
				a.Update(train.Step{N: n, Rate: 0.01}, w)
				if err := v.Err(); err != nil {
					t.Fatal(err)
				}
			}
			want := all(q)
			for i, x := range all(p) {
				if math.Abs(x-want[i]) > tol {
					t.Fatalf("%v, %s: element %d: got %v, want %v", d, name, i, x, want[i])
				}
			}
		}
	}
}

// TestRuleOfMatrices makes a step with matrix operations, and has slots that stay and
// inputs that are not used.
func TestRuleOfMatrices(t *testing.T) {
	o := train.Rule{State: []train.Slot{{Name: "seven", Init: 7}, {Name: "grad"}},
		Build: func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			if len(b.Shape(x.Param)) != 2 {
				return x.Param, gorgonia.Nodes{x.Slots[0], x.Grad}
			}
			return b.MatMul(b.MatMul(x.Grad, b.Transpose(x.Grad)), x.Slots[0]), gorgonia.Nodes{x.Slots[0], x.Grad}
		}}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			l := b.Add(b.Sum(b.Param("a", graph.Zeros(), 2, 2)), b.Sum(b.Param("b", graph.Values([]float64{5, 6}), 2)))
			return l, l
		}}
		if err := train.Build(m); err != nil {
			t.Fatal(err)
		}
		v := viewOf(t, m.p, o, 1)
		at := m.p.Get("a").Offset()
		for n := 1; n <= 3; n++ {
			setGrads(m.p, func(i int) float64 { return []float64{1, 2, 0, float64(n)}[max(0, i-at)%4] })
			o.Update(train.Step{N: n, Rate: 1}, v)
			if err := v.Err(); err != nil {
				t.Fatal(err)
			}
			k := float64(n) // G·Gᵀ = [5 2k; 2k k²], times 7s
			if got, want := m.p.Values("a"), []float64{7 * (5 + 2*k), 7 * (5 + 2*k), 7 * (2*k + k*k), 7 * (2*k + k*k)}; !slices.Equal(got, want) {
				t.Errorf("%v, step %d: got %v, want %v", d, n, got, want)
			}
			if got := m.p.Values("b"); !slices.Equal(got, []float64{5, 6}) {
				t.Errorf("%v, step %d: got %v, want it as it was", d, n, got)
			}
		}
	}
}

// TestRuleOfTrainer trains with a rule: steps allocate nothing, the bits are the same for any
// number of workers, and one that ends in infinities is undone.
func TestRuleOfTrainer(t *testing.T) {
	set := blobs(t, 20)
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		var want []float64
		for _, workers := range []int{1, 2, 3} {
			m := wide(d)
			tr := newTrainer(t, m, train.Options{Optimizer: train.Lookahead{Optimizer: adamRule(), K: 2}, Epochs: 2, Workers: workers, Schedule: schedule.Constant(0.01), AllowUnused: true})
			if _, err := tr.Fit(t.Context(), set); err != nil {
				t.Fatal(err)
			}
			got := all(m.p)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Errorf("%v, %d workers: other parameters than with one", d, workers)
			}
			one := func() {
				if err := step(t, tr, set, 0); err != nil {
					t.Fatal(err)
				}
			}
			one()
			if n := testing.AllocsPerRun(5, one); n != 0 {
				t.Errorf("%v, %d workers: a step allocates %v times, want 0", d, workers, n)
			}
		}
	}
	m := newNet(graph.Float64, 0)
	tr := newTrainer(t, m, train.Options{Optimizer: train.Rule{Build: func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
		return b.Div(x.Param, b.Sub(x.N, b.Scalar(2))), nil
	}}})
	if err := step(t, tr, set, 0); err != nil {
		t.Fatal(err)
	}
	before := all(m.p)
	var bad *train.NotFiniteError
	if err := step(t, tr, set, 0); !errors.As(err, &bad) || bad.Stage != train.StageUpdate || !bad.Kept || !slices.Equal(before, all(m.p)) {
		t.Errorf("got %v, want the step undone", err)
	}
}

// TestRuleErrors sees the mistakes of a rule before the first step, with the line.
func TestRuleErrors(t *testing.T) {
	type build = func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes)
	for name, c := range map[string]struct {
		o    train.Rule
		want string
	}{
		"no Build": {train.Rule{}, "Rule.Build"},
		"scalar":   {train.Rule{State: []train.Slot{{Name: "a", Scalar: true}}, Build: adamRule().Build}, `slot "a"`},
		"mistake": {train.Rule{Name: "r", Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			return b.MatMul(x.Param, b.Input("y", 3, 77)), nil
		})}, "rule_test.go:"},
		"shape": {train.Rule{Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			return b.Sum(x.Param), nil
		})}, "rule_test.go:"},
		"too few slots": {train.Rule{State: []train.Slot{{Name: "a"}}, Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			return x.Param, nil
		})}, "got 0 slots, want 1"},
		"nil": {train.Rule{Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) { return nil, nil })}, "got nil for the new parameter"},
		"a parameter": {train.Rule{Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			return b.Mul(x.Param, b.Param("w", graph.Ones())), nil
		})}, `got the parameter or state "w"`},
		"an input": {train.Rule{Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			return b.Mul(x.Param, b.Input("z")), nil
		})}, `got the input "z"`},
		"panic": {train.Rule{Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) { panic("no") })}, "Rule.Build panicked at rule_test.go:"},
		"operator": {train.Rule{Build: build(func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
			return linalg.Inverse(b, x.Param), nil
		})}, "rule_test.go:"},
	} {
		m := newNet(graph.Float64, 0)
		tr, err := train.New(m, train.Options{Optimizer: train.ClipNorm{Optimizer: c.o}})
		if err == nil {
			if err := train.Build(m); err != nil {
				t.Fatal(err)
			}
			before := all(m.p)
			err = step(t, tr, blobs(t, 3), 0)
			if tr.Position().Step != 0 || !slices.Equal(before, all(m.p)) {
				t.Errorf("%s: a step was made", name)
			}
			if _, err2 := train.NewView(m.p, c.o, 1); err2 == nil {
				t.Errorf("%s: NewView gave no error", name)
			}
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	text, err := json.Marshal(train.EMA{Optimizer: train.Rule{Name: "mine", State: []train.Slot{{Name: "m"}}, Build: adamRule().Build}})
	if want := `{"type":"EMA","Optimizer":{"type":"Rule","Name":"mine","State":[{"Name":"m","Init":0,"Scalar":false}]},"Decay":0,"WarmUp":false}`; err != nil || string(text) != want {
		t.Errorf("got %s and %v, want %s", text, err, want)
	}
}
