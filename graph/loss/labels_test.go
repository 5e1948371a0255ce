package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
)

// labelled are five examples of three classes.
var labelled = struct {
	x      []float64 // [5, 3]
	labels []int
	weight []float64
}{[]float64{.3, -.7, 1.1 /**/, .2, .9, -.4 /**/, -1, .5, .6 /**/, 2, 0, .1 /**/, .4, .4, -.2}, []int{2, 0, 1, 0, 1}, []float64{.5, 2, 3}}

// byHand returns the losses of labelled, and the weights that a mean divides by.
func byHand(weighted bool, ignore *int, smoothing float64) (each []float64, total float64) {
	for i, label := range labelled.labels {
		if ignore != nil && label == *ignore {
			each = append(each, 0)
			continue
		}
		row, mass := labelled.x[3*i:3*i+3], 0.0
		for _, v := range row {
			mass += math.Exp(v)
		}
		w, sum := []float64{1, 1, 1}, 0.0
		if weighted {
			w = labelled.weight
		}
		for c, v := range row {
			target := smoothing / 3
			if c == label {
				target += 1 - smoothing
			}
			sum -= w[c] * target * (v - math.Log(mass))
		}
		each, total = append(each, sum), total+w[label]
	}
	return each, total
}

// TestLabelSettings holds CrossEntropy and NLL, with all settings and reductions, to the
// formula.
func TestLabelSettings(t *testing.T) {
	for _, weighted := range []bool{false, true} {
		for _, ignore := range []*int{nil, new(0), new(-7)} {
			for _, smoothing := range []float64{0, .2, 1} {
				for _, axis := range []int{0, 1, -1} {
					each, total := byHand(weighted, ignore, smoothing)
					sum := 0.0
					for _, v := range each {
						sum += v
					}
					for r, want := range map[loss.Reduction][]float64{loss.Each: each, loss.Sum: {sum}, loss.Mean: {sum / total}} {
						b := graph.New(nil)
						o := loss.CrossEntropyOptions{Axis: axis, Ignore: ignore, Smoothing: smoothing, Reduction: r}
						if weighted {
							o.Weight = b.Const(labelled.weight, 3)
						}
						x, labels := b.Const(labelled.x, 5, 3), b.ConstInts(labelled.labels, 5)
						out := runs(t, b, nil, loss.CrossEntropy(b, x, labels, o), loss.NLL(b, b.LogSoftmax(x), labels, o))
						what := fmt.Sprint(weighted, ignore != nil, smoothing, axis, r)
						alike(t, "CrossEntropy "+what, out[0], want, 1e-14)
						alike(t, "NLL "+what, out[1], want, 1e-14)
					}
				}
			}
		}
	}
}

// TestClassAxis checks that classes on axis 1 of [N, C, P] are those on the last axis of
// [N, P, C].
func TestClassAxis(t *testing.T) {
	b := graph.New(nil)
	x, y := b.Const(labelled.x[:12], 2, 3, 2), b.Const([]float64{.2, 1, .3, 0, .5, 0, .1, 0, .8, .5, .1, .5}, 2, 3, 2)
	labels, w := b.ConstInts([]int{0, 2, 1, 2}, 2, 2), b.Const(labelled.weight, 3)
	last := func(x *node) *node { return b.MoveAxes(x, []int{1}, []int{-1}) }
	hard := loss.CrossEntropyOptions{Weight: w, Reduction: loss.Each}
	soft := loss.SoftCrossEntropyOptions{Weight: w, Smoothing: .1, Reduction: loss.Each}
	wantHard, wantSoft := loss.CrossEntropy(b, last(x), labels, hard), loss.SoftCrossEntropy(b, last(x), last(y), soft)
	hard.Axis, soft.Axis = 1, 1
	out := runs(t, b, nil, wantHard, loss.CrossEntropy(b, x, labels, hard), wantSoft, loss.SoftCrossEntropy(b, x, y, soft))
	alike(t, "labels", out[1], out[0], 0)
	alike(t, "probabilities", out[3], out[2], 0)
}

// TestMultiMargin holds the hinge loss of many classes to its formula.
func TestMultiMargin(t *testing.T) {
	for power := range 3 {
		want := make([]float64, 5)
		for i, label := range labelled.labels {
			row := labelled.x[3*i : 3*i+3]
			for c, v := range row {
				if c != label {
					want[i] += labelled.weight[label] / 3 * math.Pow(max(0, .5-row[label]+v), float64(max(1, power)))
				}
			}
		}
		b := graph.New(nil)
		o := loss.MultiMarginOptions{Power: power, Weight: b.Const(labelled.weight, 3), Reduction: loss.Each}
		out := runs(t, b, nil, loss.MultiMargin(b, b.Const(labelled.x, 5, 3), b.ConstInts(labelled.labels, 5), .5, o))
		alike(t, fmt.Sprint("power ", power), out[0], want, 1e-15)
	}
}
