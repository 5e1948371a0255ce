package train_test

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

var update = flag.Bool("update", false, "write the golden files")

// builds is a Model from a function.
type builds struct {
	p *graph.Params
	f func(b *graph.Builder, n int) (loss, output *gorgonia.Node)
}

func (m builds) Params() *graph.Params { return m.p }

func (m builds) Loss(b *graph.Builder, n int) (loss, output *gorgonia.Node) { return m.f(b, n) }

func model(f func(b *graph.Builder, n int) (loss, output *gorgonia.Node)) train.Model {
	return builds{graph.NewParams(graph.Float64, 1), f}
}

// mistakes are what users do wrong in training.
var mistakes = []struct {
	name string
	do   func(t *testing.T) error
}{
	{"learning rate of -1", func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Schedule: train.Constant(-1)})
		return err
	}},
	{"momentum of 1.5", func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: train.SGD{Momentum: 1.5}})
		return err
	}},
	{"beta of 1", func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{Optimizer: train.Adam{Beta1: 1}})
		return err
	}},
	{"batches of -2", func(*testing.T) error {
		_, err := train.New(newNet(graph.Float64, 0), train.Options{BatchSize: -2})
		return err
	}},
	{"empty set", func(*testing.T) error {
		_, err := data.XLabels(nil, 4, nil)
		return err
	}},
	{"no set", func(t *testing.T) error {
		_, err := newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), nil)
		return err
	}},
	{"NaN in the data", func(*testing.T) error {
		_, err := data.XY([]float64{1, 2, 3, math.NaN()}, 2, []float64{1, 2}, 1)
		return err
	}},
	{"label out of range", func(t *testing.T) error {
		d, err := data.XLabels(make([]float64, 12), 4, []int{0, 7, 2})
		if err != nil {
			return err
		}
		_, err = newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"lengths that differ", func(*testing.T) error {
		_, err := data.XY(make([]float64, 6), 2, make([]float64, 4), 1)
		return err
	}},
	{"other number of features", func(t *testing.T) error {
		d, err := data.XLabels(make([]float64, 9), 3, []int{0, 1, 2})
		if err != nil {
			return err
		}
		_, err = newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"missing field", func(t *testing.T) error {
		d, err := data.New(data.Field{Name: "y", Ints: []int{0, 1, 2}, Classes: 3})
		if err != nil {
			return err
		}
		_, err = newTrainer(t, newNet(graph.Float64, 0), train.Options{}).Fit(context.Background(), d)
		return err
	}},
	{"unused parameter", func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			b.Param("forgotten", graph.Zeros(), 3)
			return newNet(graph.Float64, 0).Loss(b, n)
		})
		_, err := newTrainer(t, m, train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"loss that is a vector", func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.Dense("out", b.Input("x", n, 4), 1, graph.Identity)
			return y, y
		})
		_, err := newTrainer(t, m, train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"matmul that does not fit", func(t *testing.T) error {
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.As("product").MatMul(b.Input("x", n, 4), b.Param("w", graph.Zeros(), 5, 2))
			return b.Sum(y), y
		})
		_, err := newTrainer(t, m, train.Options{}).Fit(context.Background(), blobs(t, 9))
		return err
	}},
	{"training that diverges", func(t *testing.T) error {
		d, err := data.XY([]float64{1, 2, 3, 4}, 1, []float64{1, 2, 3, 4}, 1)
		if err != nil {
			return err
		}
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.MatMul(b.Input("x", n, 1), b.Param("w", graph.Ones(), 1, 1))
			return b.MSE(b.Square(y), b.Input("y", n, 1)), y
		})
		_, err = newTrainer(t, m, train.Options{Optimizer: train.SGD{}, Schedule: train.Constant(1e6)}).Fit(context.Background(), d)
		return err
	}},
	{"checkpoint of another model", func(t *testing.T) error {
		path := filepath.Join(t.TempDir(), "a.safetensors")
		m := model(func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
			y := b.Dense("hidden", b.Input("x", n, 4), 8, graph.Identity)
			return b.Sum(y), y
		})
		if err := train.Build(m); err != nil {
			return err
		}
		if err := train.Save(path, m.Params()); err != nil {
			return err
		}
		other := newNet(graph.Float64, 0)
		if err := train.Build(other); err != nil {
			return err
		}
		err := train.Load(path, other.p)
		if err != nil {
			return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), path, "a.safetensors"))
		}
		return nil
	}},
}

// TestMistakes holds what each mistake is answered with to a golden file.
func TestMistakes(t *testing.T) {
	var got strings.Builder
	for _, m := range mistakes {
		err := m.do(t)
		if err == nil {
			t.Errorf("%s: got no error", m.name)
			continue
		}
		fmt.Fprintf(&got, "%s:\n\t%v\n", m.name, err)
	}
	path := filepath.Join("testdata", "errors.golden")
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}
