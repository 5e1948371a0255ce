package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// TestNorms compares every norm with loops: group says which elements share their mean and
// variance, channel which gain and bias an element has.
func TestNorms(t *testing.T) {
	type B = graph.Builder
	type N = gorgonia.Node
	const n, c, w = 3, 4, 5 // x: [n, c, w]
	const eps = 1e-3
	gain, bias := []float64{1, -2, .5, 3, 1.5}, []float64{.1, .2, -.3, .4, 0}
	options := func(k int) nn.NormOptions {
		return nn.NormOptions{Eps: eps, Gain: graph.Values(gain[:k]), Bias: graph.Values(bias[:k])}
	}
	for _, l := range []struct {
		name           string
		f              func(b *B, x *N) *N
		group, channel func(i, j, k int) int
		rms            bool
	}{
		{"LayerNorm", func(b *B, x *N) *N { return nn.LayerNorm(b, "h", x, options(w)) }, func(i, j, _ int) int { return i*c + j }, func(_, _, k int) int { return k }, false},
		{"RMSNorm", func(b *B, x *N) *N { return nn.RMSNorm(b, "h", x, options(w)) }, func(i, j, _ int) int { return i*c + j }, func(_, _, k int) int { return k }, true},
		{"BatchNorm", func(b *B, x *N) *N {
			return nn.BatchNorm(b, "h", x, nn.BatchNormOptions{Eps: eps, NoRunning: true, Gain: graph.Values(gain[:c]), Bias: graph.Values(bias[:c])})
		}, func(_, j, _ int) int { return j }, func(_, j, _ int) int { return j }, false},
		{"InstanceNorm", func(b *B, x *N) *N {
			return nn.InstanceNorm(b, "h", x, nn.InstanceNormOptions{NormOptions: options(c)})
		}, func(i, j, _ int) int { return i*c + j }, func(_, j, _ int) int { return j }, false},
		{"GroupNorm", func(b *B, x *N) *N { return nn.GroupNorm(b, "h", x, 2, options(c)) }, func(i, j, _ int) int { return 2*i + j/2 }, func(_, j, _ int) int { return j }, false},
	} {
		x := graphtest.Wave(n*c*w, 3)
		b := graph.New(nil)
		got := graphtest.Run(t, b, nil, l.f(b, b.Const(x, n, c, w)))[0]
		each := func(f func(i, j, k, at int)) {
			for i := range n {
				for j := range c {
					for k := range w {
						f(i, j, k, (i*c+j)*w+k)
					}
				}
			}
		}
		var sum, count, square [n * c]float64
		each(func(i, j, k, at int) {
			sum[l.group(i, j, k)] += x[at]
			count[l.group(i, j, k)]++
		})
		mean := func(g int) float64 {
			if l.rms {
				return 0
			}
			return sum[g] / count[g]
		}
		each(func(i, j, k, at int) {
			g := l.group(i, j, k)
			square[g] += (x[at] - mean(g)) * (x[at] - mean(g))
		})
		want := make([]float64, len(x))
		each(func(i, j, k, at int) {
			g, v := l.group(i, j, k), l.channel(i, j, k)
			want[at] = (x[at]-mean(g))/math.Sqrt(square[g]/count[g]+eps)*gain[v] + bias[v]
		})
		graphtest.Same(t, l.name, got, want)
	}
}

// TestNormOptions checks the default of Eps, and the parameters that each setting leaves.
func TestNormOptions(t *testing.T) {
	x := graphtest.Wave(6, 1)
	b := graph.New(nil)
	in := b.Const(x, 2, 3)
	out := graphtest.Run(t, b, nil, nn.LayerNorm(b, "default", in, nn.NormOptions{}), nn.Standardize(b, in, 1e-5, -1),
		nn.RMSNorm(b, "rms", in, nn.NormOptions{}), nn.NormalizeRMS(b, in, 1e-5, -1), nn.LayerNorm(b, "bare", in, nn.NormOptions{NoGain: true, NoBias: true}))
	graphtest.Same(t, "LayerNorm", out[0], out[1])
	graphtest.Same(t, "RMSNorm", out[2], out[3])
	graphtest.Same(t, "LayerNorm without parameters", out[4], out[1])
	if got := fmt.Sprint(names(b)); got != "[default/gain default/bias rms/gain]" {
		t.Errorf("got the parameters %v", got)
	}
	b = graph.New(nil)
	nn.LayerNorm(b, "h", b.Input("x", 2, 3), nn.NormOptions{NoGain: true})
	if got := fmt.Sprint(names(b)); got != "[h/bias]" {
		t.Errorf("got the parameters %v, want the bias", got)
	}
}

// TestBatchNormFixed checks that BatchNorm and BatchNormFixed with the moments of the same
// batch agree, and how RunningStats moves.
func TestBatchNormFixed(t *testing.T) {
	x := graphtest.Wave(8, 2)
	b := graph.New(nil)
	in := b.Const(x, 4, 2)
	batch := nn.RunningStats(b, in, nn.Moments{Mean: b.Const([]float64{9, 9}, 2), Variance: b.Const([]float64{9, 9}, 2)}, 1)
	biased := nn.Moments{Mean: batch.Mean, Variance: b.Scale(batch.Variance, 3./4)}
	gain, bias := b.Const([]float64{2, 3}, 2), b.Const([]float64{-1, 1}, 2)
	half := nn.RunningStats(b, in, nn.Moments{Mean: b.Const([]float64{9, 9}, 2), Variance: b.Const([]float64{9, 9}, 2)}, .5)
	out := graphtest.Run(t, b, nil, nn.BatchNorm(b, "h", in, nn.BatchNormOptions{NoRunning: true, Gain: graph.Values([]float64{2, 3}), Bias: graph.Values([]float64{-1, 1})}),
		nn.BatchNormFixed(b, in, biased, gain, bias, 1e-5), half.Mean, batch.Mean)
	graphtest.Same(t, "fixed", out[1], out[0])
	graphtest.Same(t, "half way", out[2], []float64{(9 + out[3][0]) / 2, (9 + out[3][1]) / 2})
}

// TestPReLU checks the slopes of channels, the one of all, and their start.
func TestPReLU(t *testing.T) {
	x := []float64{-1, 2, -3, 4, -5, -6}
	b := graph.New(nil)
	in := b.Const(x, 1, 3, 2)
	out := graphtest.Run(t, b, nil, nn.PReLU(b, "each", in, nn.PReLUOptions{Slope: graph.Values([]float64{.5, 0, -1})}), nn.PReLU(b, "one", in, nn.PReLUOptions{OneSlope: true}))
	graphtest.Same(t, "slope of each channel", out[0], []float64{-.5, 2, 0, 4, 5, 6})
	graphtest.Same(t, "one slope", out[1], []float64{-.25, 2, -.75, 4, -1.25, -1.5})
	if e, o := b.Params().Get("each/slope"), b.Params().Get("one/slope"); e.Size() != 3 || o.Size() != 1 {
		t.Errorf("got %d and %d slopes, want 3 and 1", e.Size(), o.Size())
	}
}
