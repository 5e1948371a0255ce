package models_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// vae returns a VAE of 3 features, and waves as its parameters.
func vae(t *testing.T, o models.VAEOptions) *models.VAE {
	t.Helper()
	o.In, o.Hidden, o.Code, o.Activation = 3, []int{4}, 2, nn.Tanh
	m, err := models.NewVAE(o)
	if err != nil {
		t.Fatal(err)
	}
	m.Loss(graph.New(m.Params()), 2)
	for i, q := range m.Params().List() {
		if err := m.Params().Set(q.Name, wave(q.Size(), float64(i), 0.9)); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// evaluated returns the elements of nodes for x.
func evaluated(t *testing.T, b *graph.Builder, x []float64, step int, nodes ...*gorgonia.Node) [][]float64 {
	t.Helper()
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err == nil {
		err = graph.InputOf[float64](p, "x").Set(x)
	}
	if err == nil {
		p.SetStep(step)
		err = p.Run()
	}
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	for i := range nodes {
		out = append(out, graph.OutputOf[float64](p, i).Read(nil))
	}
	return out
}

// TestVAELoss compares the loss with its formula where the codes hardly vary, so that the
// output is what the decoder makes of the drawn codes too.
func TestVAELoss(t *testing.T) {
	const n, beta = 2, 0.7
	x := []float64{0.1, 0.9, 0.4, 1, 0, 0.6}
	for _, binary := range []bool{false, true} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			m := vae(t, models.VAEOptions{Binary: binary, Beta: beta, DType: d})
			bias := m.Params().Values("encoder/dense1/bias")
			bias[2], bias[3] = -60, -62 // logarithms of the variances
			if err := m.Params().Set("encoder/dense1/bias", bias); err != nil {
				t.Fatal(err)
			}
			b := graph.New(m.Params())
			l, output := m.Loss(b, n)
			mean, logVariance := m.Encode(b, b.InputNodes()[0])
			v := evaluated(t, b, x, 0, l, output, mean, logVariance)
			want := 0.0
			for i, y := range v[1] {
				if binary {
					want -= (x[i]*math.Log(y) + (1-x[i])*math.Log(1-y)) / n
				} else {
					want += (x[i] - y) * (x[i] - y) / 2 / n
				}
			}
			for i, mu := range v[2] {
				want += beta / 2 * (mu*mu + math.Exp(v[3][i]) - v[3][i] - 1) / n
			}
			tol := map[graph.DType]float64{graph.Float64: 1e-12, graph.Float32: 1e-5}[d]
			if math.Abs(v[0][0]-want) > tol*want {
				t.Errorf("binary %v, %v: got the loss %v, want %v", binary, d, v[0][0], want)
			}
		}
	}
}

// TestVAEDraws checks the gradient through the draw, and that each run draws codes anew.
func TestVAEDraws(t *testing.T) {
	x := []float64{0.1, 0.9, 0.4, 0.8, 0.2, 0.6}
	for _, binary := range []bool{false, true} {
		m := vae(t, models.VAEOptions{Binary: binary})
		b := graph.New(m.Params())
		l, output := m.Loss(b, 2)
		if err := autograd.Check(b, l, autograd.Point{Floats: map[string][]float64{"x": x}}, autograd.CheckOptions{}); err != nil {
			t.Error(err)
		}
		first, second := evaluated(t, b, x, 0, l, output), evaluated(t, b, x, 1, l, output)
		if first[0][0] == second[0][0] || !slices.Equal(first[1], second[1]) {
			t.Errorf("got the losses %v and %v and the outputs %v and %v, want other draws for the losses alone", first[0], second[0], first[1], second[1])
		}
	}
}

// TestVAESample checks that examples follow from the seed, also those of a model that is
// not built, which can be trained then.
func TestVAESample(t *testing.T) {
	m, err := models.NewVAE(models.VAEOptions{In: 3, Hidden: []int{4}, Code: 2, Binary: true})
	if err != nil {
		t.Fatal(err)
	}
	sample := func(seed uint64) []float64 {
		v, err := m.Sample(5, seed)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	a := sample(1)
	if len(a) != 15 || !slices.Equal(a, sample(1)) || slices.Equal(a, sample(2)) || slices.Min(a) <= 0 || slices.Max(a) >= 1 {
		t.Errorf("got %v", a)
	}
	b := graph.New(m.Params())
	l, _ := m.Loss(b, 2)
	evaluated(t, b, make([]float64, 6), 0, l)
}

// TestVAESeeds evaluates models of equal weights: the Trainer's Seed decides what is drawn,
// that of the model does not.
func TestVAESeeds(t *testing.T) {
	set, err := data.New(data.Field{Name: "x", Shape: []int{3}, Floats: wave(12, 1, 1.1)})
	if err != nil {
		t.Fatal(err)
	}
	loss := func(model, trainer uint64) float64 {
		tr, err := train.New(vae(t, models.VAEOptions{Seed: model}), train.Options{Seed: trainer})
		if err != nil {
			t.Fatal(err)
		}
		r, err := tr.Evaluate(context.Background(), set)
		if err != nil {
			t.Fatal(err)
		}
		return r.Loss
	}
	if a, b, c := loss(1, 1), loss(2, 1), loss(1, 2); a != b || a == c {
		t.Errorf("got the losses %v, %v for another seed of the model and %v for another one of the trainer", a, b, c)
	}
}

// TestAutoencoder holds codes and output to the layers computed by hand.
func TestAutoencoder(t *testing.T) {
	x := []float64{0.1, 0.9, 0.4}
	for _, binary := range []bool{false, true} {
		m, err := models.NewAutoencoder(models.AutoencoderOptions{In: 3, Hidden: []int{4}, Code: 2, Binary: binary, Activation: nn.Tanh, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		b := graph.New(m.Params())
		l, output := m.Loss(b, 1)
		v := evaluated(t, b, x, 0, l, output, m.Encode(b, b.InputNodes()[0]))
		layer := func(name string, x []float64, f func(float64) float64) []float64 {
			w, bias := m.Params().Values(name+"/weight"), m.Params().Values(name+"/bias")
			y := slices.Clone(bias)
			for j := range y {
				for i := range x {
					y[j] += x[i] * w[i*len(y)+j]
				}
				y[j] = f(y[j])
			}
			return y
		}
		last := func(v float64) float64 { return v }
		code := layer("encoder/dense1", layer("encoder/dense0", x, math.Tanh), last)
		if binary {
			last = func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
		}
		want := layer("decoder/dense1", layer("decoder/dense0", code, math.Tanh), last)
		loss := 0.0
		for i, y := range want {
			if binary {
				loss -= (x[i]*math.Log(y) + (1-x[i])*math.Log(1-y)) / 3
			} else {
				loss += (x[i] - y) * (x[i] - y) / 3
			}
		}
		for i, w := range slices.Concat([]float64{loss}, want, code) {
			if got := slices.Concat(v...)[i]; math.Abs(got-w) > 1e-13 {
				t.Errorf("binary %v: got %v, want %v at %d", binary, got, w, i)
			}
		}
	}
}
