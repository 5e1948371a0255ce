package loss_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
)

// TestPenalties compares values and gradients with the formulas, for parameters by name, by
// scope and by default, without the frozen ones.
func TestPenalties(t *testing.T) {
	weights := map[string][]float64{"encoder/weight": {1, -2, 0, 4}, "encoder/bias": {-3, 5}, "out/weight": {-.5, 6}, "frozen/weight": {7, 8}}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, c := range []struct {
			l1, l2 float64
			match  []string
			of     []string
		}{
			{.5, 0, nil, []string{"encoder/weight", "out/weight"}},
			{0, .25, nil, []string{"encoder/weight", "out/weight"}},
			{.5, .25, nil, []string{"encoder/weight", "out/weight"}},
			{.5, .25, []string{"encoder/"}, []string{"encoder/weight", "encoder/bias"}},
			{.5, .25, []string{"encoder/", "encoder/bias", "out/weight"}, []string{"encoder/weight", "encoder/bias", "out/weight"}},
			{.5, .25, []string{"frozen/weight"}, nil},
			{0, 0, nil, nil},
		} {
			name := fmt.Sprint(d, c)
			p := graph.NewParams(d, 1)
			p.Freeze("frozen/")
			b := graph.New(p)
			zero := b.Const([]float64{0})
			for _, q := range []struct {
				name  string
				shape []int
			}{{"encoder/weight", []int{2, 2}}, {"encoder/bias", []int{2}}, {"out/weight", []int{2, 1}}, {"frozen/weight", []int{2, 1}}} {
				scope, leaf, _ := strings.Cut(q.name, "/")
				b.Scope(scope, func() { zero = b.Add(zero, b.Scale(b.Sum(b.Param(leaf, graph.Zeros(), q.shape...)), 0)) })
			}
			var l *node
			switch {
			case c.l2 == 0 && c.l1 != 0:
				l = loss.L1(b, c.l1, c.match...)
			case c.l1 == 0 && c.l2 != 0:
				l = loss.L2(b, c.l2, c.match...)
			default:
				l = loss.ElasticNet(b, c.l1, c.l2, c.match...)
			}
			grads, err := autograd.Gradients(b.Add(l, zero), b.ParamNodes()...)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(b.Shape(l)) != 0 {
				t.Errorf("%s: got the shape %v, want a scalar", name, b.Shape(l))
			}
			prog, err := b.Compile(graph.Options{Outputs: append([]*node{l}, grads...)})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for q, v := range weights {
				if err := p.Set(q, v); err != nil {
					t.Fatal(err)
				}
			}
			if err := prog.Run(); err != nil {
				t.Fatal(err)
			}
			want, slope := 0.0, map[string][]float64{}
			for _, q := range c.of {
				for _, w := range weights[q] {
					want += c.l1*math.Abs(w) + c.l2/2*w*w
					sign := 0.0
					if w != 0 {
						sign = math.Copysign(1, w)
					}
					slope[q] = append(slope[q], c.l1*sign+c.l2*w)
				}
			}
			alike(t, name, graph.OutputOf[float64](prog, 0).Read(nil), []float64{want}, 1e-6)
			for i, n := range b.ParamNodes() {
				g := slope[n.Name()]
				if g == nil {
					g = make([]float64, len(weights[n.Name()]))
				}
				alike(t, name+", by "+n.Name(), graph.OutputOf[float64](prog, 1+i).Read(nil), g, 1e-6)
			}
		}
	}
}

// TestPenaltyErrors looks at the errors of rates and names.
func TestPenaltyErrors(t *testing.T) {
	for want, f := range map[string]func(b *builder) *node{
		"loss: L1: got the rate -1,":        func(b *builder) *node { return loss.L1(b, -1) },
		"loss: L2: got the rate NaN":        func(b *builder) *node { return loss.L2(b, nan) },
		"loss: ElasticNet: got the l2 +Inf": func(b *builder) *node { return loss.ElasticNet(b, 1, inf) },
		`loss: L2: got "wieght", want the`:  func(b *builder) *node { return loss.L2(b, 1, "wieght") },
	} {
		b := graph.New(graph.NewParams(graph.Float64, 1))
		b.Param("weight", graph.Ones(), 2, 2)
		f(b)
		if err := b.Err(); !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an ErrOption with %s", err, want)
		}
	}
}
