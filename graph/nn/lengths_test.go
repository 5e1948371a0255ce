package nn_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// TestLengthMask compares with its definition, in both types, and looks at what lengths
// that are out of range are told.
func TestLengthMask(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		b := graph.New(graph.NewParams(d, 1))
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{nn.LengthMask(b, b.Ints("lengths", 4), 3)}})
		if err != nil {
			t.Fatal(err)
		}
		lengths := graph.InputOf[int](p, "lengths")
		if n := lengths.IndexRange(); n != 4 {
			t.Errorf("got the range %d, want 4", n)
		}
		if err := lengths.Set([]int{2, 0, 3, 1}); err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got, want := graph.OutputOf[float64](p, 0).Read(nil), []float64{1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		for _, bad := range []int{-1, 4} {
			err := lengths.Set([]int{2, bad, 3, 1})
			if !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), `input "lengths"`) {
				t.Errorf("length %d: got %v, want an ErrOption that names the input", bad, err)
			}
		}
	}
	b := graph.New(nil)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{nn.LengthMask(b, b.ConstInts([]int{9}, 1), 3)}})
	if err == nil {
		err = p.Run()
	}
	if err == nil {
		t.Error("a constant length of 9 of 3 steps: got no error")
	}
}

// TestLengthMaskOfLoss holds the loss of LengthMask's comment, and its gradient, to the mean
// over the steps that there are, with NaN and infinite targets behind them.
func TestLengthMaskOfLoss(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		b := graph.New(graph.NewParams(d, 1))
		y, target := b.Param("y", graph.Ones(), 2, 3), b.Const([]float64{3, math.NaN(), math.Inf(1), 0, 2, math.NaN()}, 2, 3)
		mask := nn.LengthMask(b, b.ConstInts([]int{1, 2}, 2), 3)
		target = b.Where(mask, target, b.Scalar(0))
		each := loss.MSE(b, y, target, loss.Each)
		mean := loss.MeanOf(b, each, mask)
		grads, err := autograd.Gradients(mean, y)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{mean}, Grads: grads})
		if err == nil {
			err = p.Run()
		}
		if err != nil {
			t.Fatal(err)
		}
		got := append(graph.OutputOf[float64](p, 0).Read(nil), b.Params().Grad("y")...)
		for i, want := range []float64{2, -4.0 / 3, 0, 0, 2.0 / 3, -2.0 / 3, 0} {
			if !(math.Abs(got[i]-want) <= 1e-6) {
				t.Errorf("%v: got the mean and its gradient %v, want %v at %d", d, got, want, i)
			}
		}
	}
}

// TestLengthsOfDataSet trains with a length that is longer than the sequences: the trainer
// says which field and row has it.
func TestLengthsOfDataSet(t *testing.T) {
	set, err := data.New(data.Field{Name: "x", Shape: []int{3, 1}, Floats: make([]float64, 6)}, data.Field{Name: "lengths", Ints: []int{3, 4}},
		data.Field{Name: "y", Shape: []int{3}, Ints: make([]int, 6)})
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.New(tagger{graph.NewParams(graph.Float64, 1), 3}, train.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = tr.Fit(context.Background(), set)
	if !errors.Is(err, data.ErrLabel) || !strings.Contains(err.Error(), `field "lengths"`) || !strings.Contains(err.Error(), "row 1") || strings.Contains(err.Error(), "class") {
		t.Errorf("got %v, want an ErrLabel for the field lengths in row 1, without classes", err)
	}
}

// sequences are a batch of sequences of different lengths and what a layer makes of them.
type sequences struct {
	o       nn.RecurrentOptions // without Lengths and Initial
	d       graph.DType
	steps   int
	lengths []int
	x       []float64 // [steps, n, in]
}

const (
	seqIn  = 3
	seqHid = 4
)

// results of some sequences: everything by sequence, and the gradients of parameters.
type results struct {
	y, dx [][]float64   // [steps][features] flat
	last  [][][]float64 // by state
	dh    [][][]float64 // gradients of the initial states
	dw    [][]float64
}

// run computes the layers for the sequences that pick lists, with or without lengths. The
// cost is a weighed sum of all results, with weights that depend on the sequence.
func (q sequences) run(t *testing.T, steps int, pick []int, lengths bool) results {
	t.Helper()
	n, all := len(pick), len(q.lengths)
	b := graph.New(graph.NewParams(q.d, 3))
	// of is the part for the picked sequences of a wave over [rows, all, width].
	of := func(v []float64, rows, width int) []float64 {
		var out []float64
		for r := range rows {
			for _, e := range pick {
				out = append(out, v[(r*all+e)*width:(r*all+e+1)*width]...)
			}
		}
		return out
	}
	weighed := func(x *gorgonia.Node, rows int, seed float64) *gorgonia.Node {
		s := b.Shape(x)
		width := s[len(s)-1]
		return b.Sum(b.Mul(x, b.Const(of(graphtest.Wave(rows*all*width, seed), rows, width), s...)))
	}
	o, sides := q.o, 1
	if o.Bidirectional {
		sides = 2
	}
	var wrt, starts gorgonia.Nodes
	feeds := map[string][]float64{"x": of(q.x, steps, seqIn)}
	for i := range o.Layers * sides {
		var s nn.State
		width := seqHid
		if o.Projection > 0 {
			width = o.Projection
		}
		h := fmt.Sprint("h", i)
		s.H, feeds[h] = b.Input(h, n, width), of(graphtest.Wave(all*width, float64(20+i)), 1, width)
		starts = append(starts, s.H)
		if o.Cell == nn.LSTM {
			c := fmt.Sprint("c", i)
			s.C, feeds[c] = b.Input(c, n, seqHid), of(graphtest.Wave(all*seqHid, float64(30+i)), 1, seqHid)
			starts = append(starts, s.C)
		}
		o.Initial = append(o.Initial, s)
	}
	if lengths {
		var l []int
		for _, e := range pick {
			l = append(l, q.lengths[e])
		}
		o.Lengths = b.ConstInts(l, n)
	}
	x := b.Input("x", steps, n, seqIn)
	y, last := nn.Recurrent(b, "rnn", x, o)
	cost, ends := weighed(y, steps, 40), gorgonia.Nodes{}
	for i, s := range last {
		cost, ends = b.Add(cost, weighed(s.H, 1, float64(50+i))), append(ends, s.H)
		if s.C != nil {
			cost, ends = b.Add(cost, weighed(s.C, 1, float64(60+i))), append(ends, s.C)
		}
	}
	wrt = append(append(append(wrt, x), starts...), b.ParamNodes()...)
	grads, err := autograd.Gradients(cost, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	out := graphtest.Run(t, b, feeds, append(append(gorgonia.Nodes{y}, ends...), grads...)...)
	// by cuts [rows, n, width] into sequences.
	by := func(v []float64, rows int) [][]float64 {
		width := len(v) / rows / n
		each := make([][]float64, n)
		for i := range v {
			e := i / width % n
			each[e] = append(each[e], v[i])
		}
		return each
	}
	r := results{y: by(out[0], steps)}
	for _, v := range out[1 : 1+len(ends)] {
		r.last = append(r.last, by(v, 1))
	}
	out = out[1+len(ends):]
	r.dx = by(out[0], steps)
	for _, v := range out[1 : 1+len(starts)] {
		r.dh = append(r.dh, by(v, 1))
	}
	r.dw = out[1+len(starts):]
	return r
}

// settings are layers of every cell, in one direction and in both.
func settings() (all []nn.RecurrentOptions) {
	for _, o := range []nn.RecurrentOptions{{Cell: nn.LSTM}, {Cell: nn.LSTM, Projection: 2}, {Cell: nn.GRU}, {Cell: nn.TanhRNN}, {Cell: nn.ReLURNN}} {
		o.Hidden, o.Layers, o.Weight = seqHid, 2, graph.Uniform(-.7, .7)
		all = append(all, o)
		o.Bidirectional = true
		all = append(all, o)
	}
	return all
}

// padded are sequences of lengths from 0 to all steps. Behind their ends stands NaN or
// infinity.
func padded(o nn.RecurrentOptions, d graph.DType) sequences {
	q := sequences{o: o, d: d, steps: 5, lengths: []int{3, 5, 1, 0, 2}}
	n := len(q.lengths)
	q.x = graphtest.Wave(q.steps*n*seqIn, 1)
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1)}
	for i := range q.x {
		if e := i / seqIn % n; i/seqIn/n >= q.lengths[e] {
			q.x[i] = bad[i%len(bad)]
		}
	}
	return q
}

// TestLengths runs every sequence of a batch alone at its own length: values, last states
// and gradients are the same, whatever the padding holds. Hidden states of padding and its
// gradients are 0.
func TestLengths(t *testing.T) {
	for _, o := range settings() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(o.Cell, o.Projection, o.Bidirectional, d), func(t *testing.T) {
				tol := map[graph.DType]float64{graph.Float32: 2e-5, graph.Float64: 1e-12}[d]
				q := padded(o, d)
				batch := q.run(t, q.steps, []int{0, 1, 2, 3, 4}, true)
				dw := make([][]float64, len(batch.dw))
				for e, l := range q.lengths {
					what := fmt.Sprint("sequence ", e, ", ")
					var alone results
					if l > 0 {
						alone = q.run(t, l, []int{e}, false)
					} else {
						alone = q.run(t, 1, []int{e}, true)
					}
					whole := func(v []float64, like []float64) []float64 {
						return append(slices.Clone(v), make([]float64, len(like)-len(v))...)
					}
					near(t, what+"hidden states", batch.y[e], whole(alone.y[0], batch.y[e]), tol)
					near(t, what+"gradient of x", batch.dx[e], whole(alone.dx[0], batch.dx[e]), tol)
					for i := range batch.last {
						near(t, what+fmt.Sprint("last state ", i), batch.last[i][e], alone.last[i][0], tol)
						near(t, what+fmt.Sprint("gradient of initial state ", i), batch.dh[i][e], alone.dh[i][0], tol)
					}
					for i, v := range alone.dw {
						dw[i] = append(dw[i], make([]float64, len(v)-len(dw[i]))...)
						for j := range v {
							dw[i][j] += v[j]
						}
					}
				}
				for i := range dw {
					near(t, fmt.Sprint("gradient of parameter ", i), batch.dw[i], dw[i], tol)
				}
			})
		}
	}
}

// TestEmptySequence holds a sequence without steps to its initial states.
func TestEmptySequence(t *testing.T) {
	for _, o := range settings() {
		q := padded(o, graph.Float64)
		r := q.run(t, q.steps, []int{3}, true)
		for i, v := range r.last {
			width, seed := seqHid, float64(20+i)
			if o.Cell == nn.LSTM {
				seed = float64(20 + i/2 + 10*(i%2))
				if i%2 == 0 && o.Projection > 0 {
					width = o.Projection
				}
			}
			near(t, fmt.Sprint(o.Cell, " last state ", i), v[0], graphtest.Wave(5*width, seed)[3*width:4*width], 0)
		}
		near(t, fmt.Sprint(o.Cell, " hidden states"), r.y[0], make([]float64, len(r.y[0])), 0)
		for i, v := range r.dw {
			near(t, fmt.Sprint(o.Cell, " gradient of parameter ", i), v, make([]float64, len(v)), 0)
		}
	}
}

// TestLengthsBits compares with the same batch cut off at the length of each sequence: its
// values have the same bits.
func TestLengthsBits(t *testing.T) {
	everyone := []int{0, 1, 2, 3, 4}
	for _, o := range settings() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			q := padded(o, d)
			batch := q.run(t, q.steps, everyone, true)
			for i := range q.x {
				if math.IsNaN(q.x[i]) || math.IsInf(q.x[i], 0) {
					q.x[i] = 1
				}
			}
			for e, l := range q.lengths {
				if l == 0 {
					continue
				}
				cut := q.run(t, l, everyone, false)
				if got, want := batch.y[e][:len(cut.y[e])], cut.y[e]; !slices.Equal(got, want) {
					t.Errorf("%v %v, sequence %d: got %v, want %v", o.Cell, d, e, got, want)
				}
				for i := range batch.last {
					if got, want := batch.last[i][e], cut.last[i][e]; !slices.Equal(got, want) {
						t.Errorf("%v %v, sequence %d, last state %d: got %v, want %v", o.Cell, d, e, i, got, want)
					}
				}
			}
		}
	}
}

// TestLengthsGradient checks first and second derivatives against differences.
func TestLengthsGradient(t *testing.T) {
	for _, o := range settings() {
		if o.Cell == nn.ReLURNN {
			continue // no second derivative at its corners
		}
		o.Layers, o.Bidirectional = 1, true
		b := graph.New(graph.NewParams(graph.Float64, 3))
		o.Lengths = b.Ints("lengths", 3)
		y, last := nn.Recurrent(b, "rnn", b.Input("x", 3, 3, 2), o)
		s := b.Shape(y)
		cost := b.Add(b.Sum(b.Square(b.Add(y, b.Const(graphtest.Wave(9*s[2], 1), s...)))), b.Sum(b.Square(last[1].H)))
		at := autograd.Point{Floats: map[string][]float64{"x": graphtest.Wave(18, 2)}, Ints: map[string][]int{"lengths": {2, 3, 0}}}
		if err := autograd.Check(b, cost, at, autograd.CheckOptions{}); err != nil {
			t.Errorf("%v: %v", o.Cell, err)
		}
		if err := autograd.CheckSecondOrder(b, cost, at, autograd.CheckOptions{}); err != nil {
			t.Errorf("%v: %v", o.Cell, err)
		}
	}
}

// TestLengthsWorkers holds the gradients of a layer with lengths to the same bits for any
// number of workers.
func TestLengthsWorkers(t *testing.T) {
	const steps, n, in = 4, 16, 24
	var want []float64
	for _, workers := range []int{1, 2, 3, 8} {
		b := graph.New(graph.NewParams(graph.Float32, 3))
		lengths := make([]int, n)
		for i := range lengths {
			lengths[i] = i % (steps + 1)
		}
		y, _ := nn.Recurrent(b, "rnn", b.Const(graphtest.Wave(steps*n*in, 1), steps, n, in),
			nn.RecurrentOptions{Hidden: 40, Layers: 2, Bidirectional: true, Lengths: b.ConstInts(lengths, n)})
		cost := b.Sum(b.Square(y))
		grads, err := autograd.Gradients(cost, b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{cost}, Grads: grads, Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		got := graph.OutputOf[float64](p, 0).Read(nil)
		for _, q := range b.Params().List() {
			got = append(got, b.Params().Grad(q.Name)...)
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers: other bits than with one", workers)
		}
	}
}
