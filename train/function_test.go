package train_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// TestFunction builds what a Predictor predicts with, and compares the results. A later change
// of the model has no influence.
func TestFunction(t *testing.T) {
	m, err := models.NewMLP(models.MLPOptions{In: 3, Hidden: []int{4}, Out: 2, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	p, err := train.NewPredictor(m, train.ModelFile{Classes: []string{"no", "yes"}}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	params, outputs := train.Function(p)
	if err := m.Params().Set("dense0/weight", make([]float64, 12)); err != nil {
		t.Fatal(err)
	}
	rows := []float64{1, 2, 3, -1, 0.5, 2}
	want, err := p.PredictRows(rows)
	if err != nil {
		t.Fatal(err)
	}
	b := graph.New(params)
	prog, err := b.Compile(graph.Options{Outputs: outputs(b, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[float64](prog, "x").Set(rows); err != nil {
		t.Fatal(err)
	}
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	if got := graph.OutputOf[float64](prog, 0).Read(nil); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	meta, err := train.Metadata(p.Info())
	if err != nil {
		t.Fatal(err)
	}
	var info train.ModelInfo
	if err := json.Unmarshal([]byte(meta["symgrad.model"]), &info); err != nil || info.Target.Classes != 2 {
		t.Errorf("got the description %+v (%v)", info, err)
	}
	if meta["classes"] != `["no","yes"]` || len(meta) != 2 {
		t.Errorf("got %v, want the classes and no columns", meta)
	}
}

// tires is a model whose Loss panics once built is above 5.
type tires struct {
	p     *graph.Params
	built *int
}

func (m tires) Params() *graph.Params { return m.p }

func (m tires) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	if *m.built > 5 {
		panic("no more")
	}
	x := b.Input("x", n, 2)
	y := b.MatMul(x, b.Param("w", graph.Ones(), 2, 1))
	return b.Mean(y), y
}

// TestFunctionFails checks that a panic of Loss is the mistake of the Builder.
func TestFunctionFails(t *testing.T) {
	m := tires{graph.NewParams(graph.Float64, 1), new(int)}
	p, err := train.NewPredictor(m, train.ModelFile{}, train.PredictorOptions{})
	if err != nil {
		t.Fatal(err)
	}
	params, outputs := train.Function(p)
	*m.built = 9
	b := graph.New(params)
	if y := outputs(b, 2); y != nil || b.Err() == nil {
		t.Errorf("got %v and the mistake %v, want the panic as the mistake", y, b.Err())
	}
}
