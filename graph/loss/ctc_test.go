package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
)

// TestCTC compares with the sum over all paths.
func TestCTC(t *testing.T) {
	const steps, classes = 4, 3
	for _, label := range [][]int{{1}, {1, 2}, {2, 2}, {2, 1}} {
		b := graph.New(nil)
		x := make([]float64, steps*classes)
		for i := range x {
			x[i] = math.Sin(1 + 1.7*float64(i))
		}
		logits := b.Const(x, steps, 1, classes)
		logp := b.LogSoftmax(logits)
		out := runs(t, b, nil, loss.CTC(b, logp, b.ConstInts(label, 1, len(label)), 0, loss.Sum), logp,
			loss.CTC(b, logp, b.ConstInts(label, 1, len(label)), 0))
		total := 0.0
		for path := range 81 { // all sequences of four outputs
			var collapsed []int
			p, code, before := 0.0, path, -1
			for s := range steps {
				c := code % classes
				code /= classes
				p += out[1][s*classes+c]
				if c != before && c != 0 {
					collapsed = append(collapsed, c)
				}
				before = c
			}
			if fmt.Sprint(collapsed) == fmt.Sprint(label) {
				total += math.Exp(p)
			}
		}
		got := out[0][0]
		if want := -math.Log(total); !(math.Abs(got-want) <= 1e-12) {
			t.Errorf("labels %v: got %v, want %v", label, got, want)
		}
		alike(t, "the mean over the labels", out[2], []float64{got / float64(len(label))}, 1e-15)
	}
}

// TestCTCEnds holds CTC to classes that cannot be, and to labels that do not fit.
func TestCTCEnds(t *testing.T) {
	for _, p := range []struct {
		name   string
		shape  []int
		x      []float64
		labels []int
		value  float64
		grad   []float64
	}{
		{"class that cannot be", []int{3, 1, 3}, []float64{0, 0, -inf, 0, 0, -inf, 0, 0, -inf}, []int{1}, -math.Log(6. / 8), nil},
		{"label that cannot be", []int{2, 1, 2}, []float64{0, -inf, 0, -inf}, []int{1}, inf, []float64{0, 0, 0, 0}},
		{"two equal labels in two steps", []int{2, 1, 2}, []float64{.1, .2, .3, .4}, []int{1, 1}, inf, []float64{0, 0, 0, 0}},
		{"two equal labels in three steps", []int{3, 1, 2}, make([]float64, 6), []int{1, 1}, 3 * math.Ln2, []float64{.5, -.5, -.5, .5, .5, -.5}},
	} {
		for d, tol := range map[graph.DType]float64{graph.Float32: 3e-6, graph.Float64: 1e-13} {
			value, grad := slopes(t, d, p.x, p.shape, func(b *builder, x *node) *node {
				return loss.CTC(b, b.LogSoftmax(x), b.ConstInts(p.labels, 1, len(p.labels)), 0, loss.Each)
			})
			alike(t, p.name, value, []float64{p.value}, tol)
			if p.grad != nil {
				alike(t, p.name+", gradient", grad, p.grad, tol)
			}
		}
	}
}
