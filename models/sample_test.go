package models_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
	"gorgonia.org/gorgonia"
)

// writer is a model that writes texts of 4 tokens.
type writer interface {
	model
	Sample(o models.SampleOptions) ([]int, error)
}

// writers are models of both types for texts of up to 12 tokens, with weights that make
// some tokens much likelier than others.
func writers(t *testing.T) map[string]writer {
	out := map[string]writer{}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, cell := range []nn.Cell{nn.LSTM, nn.GRU, nn.TanhRNN} {
			m, err := models.NewCharModel(models.CharModelOptions{Vocabulary: 4, Steps: 12, Features: 3, Cell: cell, Hidden: 5, Layers: 2, Dropout: 0.5, DType: d, Seed: 2})
			if err != nil {
				t.Fatal(err)
			}
			out[fmt.Sprint(cell, " ", d)] = m
		}
		m, err := models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: 4, Steps: 12, Features: 6, Heads: 2, Layers: 2, Dropout: 0.5, DType: d, Seed: 2})
		if err != nil {
			t.Fatal(err)
		}
		out[fmt.Sprint("language model ", d)] = m
	}
	for _, m := range out {
		m.Loss(graph.New(m.Params()), 1) // makes the parameters
		for i, q := range m.Params().List() {
			v := wave(q.Size(), float64(i), 1.3)
			for k := range v {
				v[k] *= 1.5
			}
			if err := m.Params().Set(q.Name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// reader returns the probabilities of the token that follows a text, as a model makes them
// of the whole text at once.
func reader(t *testing.T, m model) func(text []int) []float64 {
	t.Helper()
	b := graph.New(m.Params())
	_, output := m.Loss(b, 1)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}})
	if err != nil {
		t.Fatal(err)
	}
	return func(text []int) []float64 {
		err := graph.InputOf[int](p, "x").Set(append(slices.Clone(text), make([]int, 12-len(text))...))
		if err == nil {
			err = p.Run()
		}
		if err != nil {
			t.Fatal(err)
		}
		return graph.OutputOf[float64](p, 0).Read(nil)[4*(len(text)-1) : 4*len(text)]
	}
}

// likeliest returns the tokens from the likeliest on.
func likeliest(p []float64) []int {
	order := []int{0, 1, 2, 3}
	slices.SortFunc(order, func(i, j int) int {
		if p[i] > p[j] {
			return -1
		}
		return 1
	})
	return order
}

// TestSample compares what models write step by step with what they compute of a whole
// text. With a TopK of 1, and at a temperature near 0, each token is the likeliest. With a
// TopK of 2 it is one of the likeliest two. A text that goes on is that made at once.
func TestSample(t *testing.T) {
	for name, m := range writers(t) {
		sample := func(o models.SampleOptions) []int {
			text, err := m.Sample(o)
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		probabilities, prompt := reader(t, m), []int{1, 3}
		first, cold := sample(models.SampleOptions{Prompt: prompt, Length: 10, TopK: 1}), sample(models.SampleOptions{Prompt: prompt, Length: 10, Temperature: 1e-4, Seed: 3})
		two, all := sample(models.SampleOptions{Prompt: prompt, Length: 10, TopK: 2, Seed: 5}), sample(models.SampleOptions{Prompt: prompt, Length: 10, Seed: 4})
		for i := range 10 {
			if want := likeliest(probabilities(slices.Concat(prompt, first[:i])))[0]; first[i] != want || cold[i] != want {
				t.Errorf("%s: token %d: got %d and %d, want %d", name, i, first[i], cold[i], want)
			}
			if want := likeliest(probabilities(slices.Concat(prompt, two[:i])))[:2]; !slices.Contains(want, two[i]) {
				t.Errorf("%s: token %d: got %d, want one of %v", name, i, two[i], want)
			}
		}
		if rest := sample(models.SampleOptions{Prompt: slices.Concat(prompt, all[:4]), Length: 6, Seed: 4}); !slices.Equal(rest, all[4:]) {
			t.Errorf("%s: got %v when the text goes on, want %v as at once", name, rest, all[4:])
		}
	}
}

// TestSampleOfNaN lets models with a weight of NaN write: the error is ErrNotFinite, as
// documented, and has the line once.
func TestSampleOfNaN(t *testing.T) {
	for name, m := range writers(t) {
		v := m.Params().Values("out/weight")
		v[0] = math.NaN()
		if err := m.Params().Set("out/weight", v); err != nil {
			t.Fatal(err)
		}
		for _, k := range []int{0, 2} {
			_, err := m.Sample(models.SampleOptions{Prompt: []int{1}, Length: 2, TopK: k})
			if !errors.Is(err, graph.ErrNotFinite) || errors.Is(err, graph.ErrOption) || strings.Count(err.Error(), "sample_test.go") != 1 {
				t.Errorf("%s, TopK %d: got %v, want ErrNotFinite with the line once", name, k, err)
			}
		}
	}
}

// TestSampleShares draws the first token with many seeds and compares how often each comes
// with its probability at a temperature.
func TestSampleShares(t *testing.T) {
	const draws = 300
	m := writers(t)["gru float64"]
	p := reader(t, m)([]int{2})
	shares := make([]float64, 4)
	for seed := range uint64(draws) {
		text, err := m.Sample(models.SampleOptions{Prompt: []int{2}, Length: 1, Temperature: 2, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		shares[text[0]] += 1.0 / draws
	}
	sum := 0.0
	for i := range p { // softmax(logits/2) is the root of the probabilities, up to a factor
		p[i] = math.Sqrt(p[i])
		sum += p[i]
	}
	for i := range p {
		if d := shares[i] - p[i]/sum; d > 0.1 || d < -0.1 {
			t.Errorf("got the share %.3f of token %d, want %.3f", shares[i], i, p[i]/sum)
		}
	}
}
