package models_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// reference is an MLP in plain loops with its backpropagation worked out by
// hand: nothing of the project is in it.
type reference struct {
	w, b [][]float64
	dims []int
	act  string // of the hidden layers
	head models.Head
}

func (r *reference) activate(v float64) (y, dy float64) {
	switch r.act {
	case "relu":
		return math.Max(v, 0), map[bool]float64{true: 1}[v > 0]
	case "tanh":
		y = math.Tanh(v)
		return y, 1 - y*y
	}
	y = 1 / (1 + math.Exp(-v))
	return y, y * (1 - y)
}

// step returns the loss and makes one step of gradient descent.
func (r *reference) step(x, y []float64, n int, lr float64) float64 {
	layers := len(r.w)
	act := [][]float64{x}
	slope := [][]float64{nil}
	for l := range layers {
		in, out := r.dims[l], r.dims[l+1]
		a, s := make([]float64, n*out), make([]float64, n*out)
		for i := range n {
			for j := range out {
				v := r.b[l][j]
				for k := range in {
					v += act[l][i*in+k] * r.w[l][k*out+j]
				}
				a[i*out+j], s[i*out+j] = v, 1
				if l < layers-1 {
					a[i*out+j], s[i*out+j] = r.activate(v)
				}
			}
		}
		act, slope = append(act, a), append(slope, s)
	}
	loss, d := r.loss(act[layers], y, n)
	for l := layers - 1; l >= 0; l-- {
		d = r.backward(l, d, act[l], slope[l], n, lr)
	}
	return loss
}

func (r *reference) loss(out, y []float64, n int) (loss float64, d []float64) {
	d = make([]float64, len(out))
	c := len(out) / n
	for i := range n {
		row := out[i*c : (i+1)*c]
		switch r.head {
		case models.MultiClass:
			sum := 0.0
			for _, v := range row {
				sum += math.Exp(v)
			}
			loss += (math.Log(sum) - row[int(y[i])]) / float64(n)
			for j, v := range row {
				d[i*c+j] = math.Exp(v) / sum / float64(n)
			}
			d[i*c+int(y[i])] -= 1 / float64(n)
		case models.Binary:
			p := 1 / (1 + math.Exp(-row[0]))
			loss -= (y[i]*math.Log(p) + (1-y[i])*math.Log(1-p)) / float64(n)
			d[i] = (p - y[i]) / float64(n)
		default:
			for j, v := range row {
				e := v - y[i*c+j]
				loss += e * e / float64(n*c)
				d[i*c+j] = 2 * e / float64(n*c)
			}
		}
	}
	return loss, d
}

// backward updates layer l and returns the gradient of its input's layer.
func (r *reference) backward(l int, d, x, slope []float64, n int, lr float64) []float64 {
	in, out := r.dims[l], r.dims[l+1]
	dx := make([]float64, n*in)
	dw, db := make([]float64, in*out), make([]float64, out)
	for i := range n {
		for j := range out {
			g := d[i*out+j]
			db[j] += g
			for k := range in {
				dw[k*out+j] += g * x[i*in+k]
				dx[i*in+k] += g * r.w[l][k*out+j]
			}
		}
	}
	for i, s := range slope {
		dx[i] *= s
	}
	for i, g := range dw {
		r.w[l][i] -= lr * g
	}
	for i, g := range db {
		r.b[l][i] -= lr * g
	}
	return dx
}

// TestFirstLosses compares the first ten losses of every kind of model with the
// reference from the same weights on the same batches.
func TestFirstLosses(t *testing.T) {
	for _, c := range []struct {
		name string
		act  nn.Activation
		head models.Head
		hid  []int
		out  int
	}{
		{"linear regression", nn.ReLU, models.Regression, nil, 1},
		{"regression of two outputs, tanh", nn.Tanh, models.Regression, []int{7}, 2},
		{"binary, sigmoid", nn.Sigmoid, models.Binary, []int{6, 5}, 1},
		{"logistic regression", nn.ReLU, models.Binary, nil, 1},
		{"classes, relu", nn.ReLU, models.MultiClass, []int{9, 8}, 4},
		{"softmax regression", nn.ReLU, models.MultiClass, nil, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			const n, in, batches = 13, 5, 10
			r := rand.New(rand.NewPCG(9, uint64(c.out)))
			x := make([]float64, batches*n*in)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			set, y := targets(t, r, x, in, batches*n, c.head, c.out)
			m, err := models.NewMLP(models.MLPOptions{In: in, Hidden: c.hid, Out: c.out, Head: c.head, Activation: c.act, Seed: 4})
			if err != nil {
				t.Fatal(err)
			}
			if err := train.Build(m); err != nil {
				t.Fatal(err)
			}
			ref := newReference(m.Params(), append(append([]int{in}, c.hid...), c.out), c.act.String(), c.head)
			tr, err := train.New(m, train.Options{Optimizer: train.SGD{}, Schedule: schedule.Constant(0.1)})
			if err != nil {
				t.Fatal(err)
			}
			width := len(y) / (batches * n)
			for k := range batches {
				index := make([]int, n)
				for i := range index {
					index[i] = k*n + i
				}
				got, err := tr.Step(set, index)
				if err != nil {
					t.Fatal(err)
				}
				want := ref.step(x[k*n*in:(k+1)*n*in], y[k*n*width:(k+1)*n*width], n, 0.1)
				if !(math.Abs(got-want) <= 1e-10*math.Abs(want)) {
					t.Fatalf("step %d: got the loss %v, want %v", k, got, want)
				}
			}
		})
	}
}

func newReference(p *graph.Params, dims []int, act string, head models.Head) *reference {
	r := &reference{dims: dims, act: act, head: head}
	for _, q := range p.List() {
		if len(q.Shape) == 2 {
			r.w = append(r.w, p.Values(q.Name))
		} else {
			r.b = append(r.b, p.Values(q.Name))
		}
	}
	return r
}

// targets draws targets for the head, as a data set and as plain numbers.
func targets(t *testing.T, r *rand.Rand, x []float64, in, n int, head models.Head, out int) (*data.Dataset, []float64) {
	t.Helper()
	var y []float64
	var labels []int
	for range n {
		switch head {
		case models.MultiClass:
			labels = append(labels, r.IntN(out))
			y = append(y, float64(labels[len(labels)-1]))
		case models.Binary:
			y = append(y, float64(r.IntN(2)))
		default:
			for range out {
				y = append(y, r.NormFloat64())
			}
		}
	}
	set, err := data.XY(x, in, y, len(y)/n)
	if head == models.MultiClass {
		set, err = data.XLabels(x, in, labels)
	}
	if err != nil {
		t.Fatal(err)
	}
	return set, y
}
