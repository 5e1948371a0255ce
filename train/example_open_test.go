package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// A regression is trained on scaled prices and saved. The program that opens the file gives
// areas and gets prices.
func ExampleOpen() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	dir, err := os.MkdirTemp("", "example")
	check(err)
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "prices.safetensors")

	raw, err := data.XY([]float64{30, 60, 90, 120}, 1, []float64{100, 190, 280, 370}, 1)
	check(err)
	model, err := models.NewLinReg(models.LinRegOptions{In: 1})
	check(err)
	//docs:recipe
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{Field: "x"}, &data.Scaler{Field: "y"}}}
	trainer, err := train.New(model, train.Options{Recipe: recipe, Epochs: 200, Schedule: schedule.Constant(0.5), Optimizer: train.SGD{}})
	check(err)
	_, err = trainer.Fit(context.Background(), raw)
	check(err)
	check(trainer.SaveModel(file, train.ModelFile{}))
	//docs:end

	p, err := train.Open(file)
	check(err)
	price, err := p.PredictRows([]float64{75})
	check(err)
	fmt.Printf("%.1f\n", price)
	// Output: [235.0]
}

// growth is a model of one's own: y = exp(rate·x), for each of Columns inputs.
type growth struct {
	o GrowthOptions
	p *graph.Params
}

// GrowthOptions are its settings.
type GrowthOptions struct{ Columns int }

func (g growth) Params() *graph.Params { return g.p }

func (g growth) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x, y := b.Input("x", n, g.o.Columns), b.Input("y", n, g.o.Columns)
	output = b.Exp(b.Mul(x, b.Param("rate", graph.Zeros(), g.o.Columns)))
	return loss.MSE(b, output, y), output
}

// Settings makes it a train.Described.
func (g growth) Settings() (name string, settings any) { return "growth", g.o }

func init() {
	train.Register("growth", func(settings json.RawMessage) (train.Model, error) {
		var o GrowthOptions
		if err := train.ReadSettings(settings, &o); err != nil {
			return nil, err
		}
		return growth{o, graph.NewParams(graph.Float64, 0)}, nil
	})
}

// A model of one's own has a method Settings, and its package calls Register in an init
// function.
func ExampleRegister() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "growth.safetensors")
	if err := train.SaveModel(file, growth{GrowthOptions{Columns: 2}, graph.NewParams(graph.Float64, 0)}, train.ModelFile{}); err != nil {
		fmt.Println(err)
		return
	}
	p, err := train.Open(file)
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := p.PredictRows([]float64{3, 4})
	fmt.Println(p.Info().Model, p.Inputs()[0].Shape, y, err)
	// Output: growth [2] [1 1] <nil>
}
