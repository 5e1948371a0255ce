package models_test

import (
	"context"
	"math"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// weighted is a model with examples of every kind that weights must be right with.
type weighted struct {
	name  string
	model func(d graph.DType) (train.Model, error)
	field func(i int) data.Field // the target of example i
	extra func(i int) []data.Field
	x     int // numbers of an example
}

func weightedModels() []weighted {
	label := func(list ...int) func(i int) data.Field {
		return func(i int) data.Field {
			f := data.Field{Name: "y", Classes: 3}
			if n := len(list); n == 6 {
				f.Ints = []int{list[i]}
				return f
			}
			f.Shape, f.Ints, f.Classes = []int{4}, list[4*i:4*i+4], 0
			return f
		}
	}
	lengths := func(i int) []data.Field {
		return []data.Field{{Name: "lengths", Ints: []int{1 + i%4}}}
	}
	tags := []int{0, 1, 2, -1, 1, -1, -1, 0, 2, 2, 0, 1, 0, 0, 0, -1, 1, 2, 1, 2, 2, 0, 1, 1}
	return []weighted{
		{"classes", func(d graph.DType) (train.Model, error) {
			return models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{5}, Out: 3, DType: d})
		}, label(0, 1, 2, 2, 1, 2), nil, 4},
		{"binary", func(d graph.DType) (train.Model, error) {
			return models.NewMLP(models.MLPOptions{In: 4, Out: 1, Head: models.Binary, DType: d})
		}, func(i int) data.Field {
			return data.Field{Name: "y", Shape: []int{1}, Floats: []float64{float64(i % 2)}}
		}, nil, 4},
		{"tags", func(d graph.DType) (train.Model, error) {
			return models.NewRNN(models.RNNOptions{Steps: 4, In: 2, Hidden: 3, Out: 3, EachStep: true, DType: d})
		}, label(tags...), nil, 8},
		{"tags with lengths", func(d graph.DType) (train.Model, error) {
			return models.NewRNN(models.RNNOptions{Steps: 4, In: 2, Hidden: 3, Out: 3, EachStep: true, Lengths: true, DType: d})
		}, label(tags...), lengths, 8},
	}
}

// examples returns a data set of the given examples, with their weights.
func (c weighted) examples(t *testing.T, list []int, weights []float64) *data.Dataset {
	t.Helper()
	x, y, w := data.Field{Name: "x", Shape: []int{c.x}}, data.Field{}, data.Field{Name: "w"}
	var more []data.Field
	for _, i := range list {
		for j := range c.x {
			x.Floats = append(x.Floats, math.Sin(float64(7*i+3*j)))
		}
		w.Floats = append(w.Floats, weights[i])
		f := c.field(i)
		y.Name, y.Shape, y.Classes = f.Name, f.Shape, f.Classes
		y.Ints, y.Floats = append(y.Ints, f.Ints...), append(y.Floats, f.Floats...)
		if c.extra != nil {
			for k, f := range c.extra(i) {
				if k == len(more) {
					more = append(more, data.Field{Name: f.Name})
				}
				more[k].Ints = append(more[k].Ints, f.Ints...)
			}
		}
	}
	d, err := data.New(append([]data.Field{x, y, w}, more...)...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (c weighted) trainer(t *testing.T, d graph.DType, o train.Options) *train.Trainer {
	t.Helper()
	m, err := c.model(d)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := train.New(m, o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// TestWeights: the loss is the weighted mean over the data set, however it is cut into
// batches, with ignored labels, lengths and a batch without weight.
func TestWeights(t *testing.T) {
	classes, samples := []float64{2, 0.5, 1}, []float64{0, 0, 1, 3, 0.25, 2}
	all := []int{0, 1, 2, 3, 4, 5}
	for _, c := range weightedModels() {
		for _, dtype := range []graph.DType{graph.Float64, graph.Float32} {
			for _, o := range []train.Options{{SampleWeight: "w"}, {ClassWeights: classes}, {SampleWeight: "w", ClassWeights: classes}} {
				plain := c.trainer(t, dtype, train.Options{})
				set := c.examples(t, all, samples)
				// By hand: the loss of each target alone, as the only one with a weight.
				sum, count := 0.0, 0.0
				for i := range all {
					for _, target := range c.targets(i) {
						one := []float64{0, 0, 0}
						one[target] = 1
						alone := c.trainer(t, dtype, train.Options{ClassWeights: one})
						r, err := alone.Evaluate(context.Background(), c.examples(t, []int{i}, samples))
						if err != nil {
							t.Fatal(err)
						}
						w, n := 1.0, float64(c.count(i, target))
						if o.SampleWeight != "" {
							w *= samples[i]
						}
						if o.ClassWeights != nil {
							w *= classes[target]
						}
						sum, count = sum+w*n*r.Loss, count+w*n
					}
				}
				if _, err := plain.Evaluate(context.Background(), set); err != nil {
					t.Fatal(err)
				}
				for _, batch := range []int{1, 2, 4, 6} {
					o.EvalBatch, o.BatchSize, o.InOrder, o.Epochs, o.Schedule = batch, batch, true, 1, schedule.Constant(0)
					tr := c.trainer(t, dtype, o)
					r, err := tr.Evaluate(context.Background(), set)
					if err != nil {
						t.Fatal(err)
					}
					h, err := tr.Fit(context.Background(), set)
					if err != nil {
						t.Fatal(err)
					}
					near := 1e-12
					if dtype == graph.Float32 {
						near = 1e-5
					}
					if want := sum / count; math.Abs(r.Loss-want) > near || math.Abs(h.Last().Loss-want) > near {
						t.Errorf("%s %v %v %v: batches of %d: got %v and %v in training, want %v", c.name, dtype, o.SampleWeight, o.ClassWeights, batch, r.Loss, h.Last().Loss, want)
					}
				}
			}
		}
	}
}

// targets returns the different classes of the targets of an example that count.
func (c weighted) targets(i int) (out []int) {
	for class := range 3 {
		if c.count(i, class) > 0 {
			out = append(out, class)
		}
	}
	return out
}

// count returns how many targets of an example have the class.
func (c weighted) count(i, class int) (n int) {
	f := c.field(i)
	length := len(f.Ints)
	if c.extra != nil {
		length = c.extra(i)[0].Ints[0]
	}
	for j, k := range f.Ints {
		if k == class && j < length {
			n++
		}
	}
	for _, v := range f.Floats {
		if int(v) == class {
			n++
		}
	}
	return n
}

// TestZeroWeights: training with weights of 0 and 1 is training without the examples of 0.
func TestZeroWeights(t *testing.T) {
	weights := []float64{0, 1, 1, 0, 1, 1}
	for _, c := range weightedModels() {
		a := c.trainer(t, graph.Float64, train.Options{SampleWeight: "w", BatchSize: 6, Epochs: 5, InOrder: true})
		if _, err := a.Fit(context.Background(), c.examples(t, []int{0, 1, 2, 3, 4, 5}, weights)); err != nil {
			t.Fatal(err)
		}
		b := c.trainer(t, graph.Float64, train.Options{BatchSize: 6, Epochs: 5, InOrder: true})
		if _, err := b.Fit(context.Background(), c.examples(t, []int{1, 2, 4, 5}, weights)); err != nil {
			t.Fatal(err)
		}
		for _, q := range a.Model().Params().List() {
			v, w := a.Model().Params().Values(q.Name), b.Model().Params().Values(q.Name)
			for i := range v {
				if math.Abs(v[i]-w[i]) > 1e-9 {
					t.Fatalf("%s: %s: got %v, want %v", c.name, q.Name, v, w)
				}
			}
		}
	}
}

// TestWeightErrors: what weights cannot be is an error before the first step.
func TestWeightErrors(t *testing.T) {
	c := weightedModels()[0]
	w := []float64{1, 1, 1, 1, 1, 1}
	set := c.examples(t, []int{0, 1, 2, 3, 4, 5}, w)
	fit := func(o train.Options, d *data.Dataset) error {
		m, _ := c.model(graph.Float64)
		tr, err := train.New(m, o)
		if err == nil {
			_, err = tr.Fit(context.Background(), d)
		}
		return err
	}
	for name, k := range map[string]struct {
		err  error
		want error
	}{
		"a negative class weight": {fit(train.Options{ClassWeights: []float64{1, -1}}, set), train.ErrOption},
		"class weights of 0":      {fit(train.Options{ClassWeights: []float64{0, 0}}, set), train.ErrOption},
		"NaN":                     {fit(train.Options{ClassWeights: []float64{math.NaN(), 1, 1}}, set), train.ErrOption},
		"too few class weights":   {fit(train.Options{ClassWeights: []float64{1, 1}}, set), data.ErrLabel},
		"no such field":           {fit(train.Options{SampleWeight: "v"}, set), data.ErrField},
		"weights of 4 numbers":    {fit(train.Options{SampleWeight: "x"}, set), graph.ErrShape},
		"a negative weight":       {fit(train.Options{SampleWeight: "w"}, c.examples(t, []int{0, 1, 2, 3, 4, 5}, []float64{1, 1, -1, 1, 1, 1})), train.ErrOption},
		"no weight at all":        {fit(train.Options{SampleWeight: "w"}, c.examples(t, []int{0, 1, 2, 3, 4, 5}, make([]float64, 6))), data.ErrEmpty},
	} {
		if !errors.Is(k.err, k.want) {
			t.Errorf("%s: got %v, want %v", name, k.err, k.want)
		}
	}
	tr, err := train.New(summed{graph.NewParams(graph.Float64, 1)}, train.Options{SampleWeight: "w"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Evaluate(context.Background(), set); !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("a sum: got %v, want an ErrUnsupported", err)
	}
	vae, err := models.NewVAE(models.VAEOptions{In: 4, Code: 2})
	if err != nil {
		t.Fatal(err)
	}
	if tr, err = train.New(vae, train.Options{SampleWeight: "w", Epochs: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), set); err != nil {
		t.Errorf("a VAE: got %v, want none", err)
	}
}

// summed is a model whose loss is the squares of one weight, which knows no examples.
type summed struct{ p *graph.Params }

func (m summed) Params() *graph.Params { return m.p }

func (m summed) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := b.Input("x", n, 4)
	return b.Mean(b.Square(b.Mul(x, b.Param("w", graph.Ones(), 4)))), x
}

// TestBalancedWeights: each class has the same sum of weights, and their mean is 1.
func TestBalancedWeights(t *testing.T) {
	d, err := data.New(data.Field{Name: "y", Ints: []int{0, 2, 2, 2, 0, 2}, Classes: 4})
	if err != nil {
		t.Fatal(err)
	}
	got, err := train.BalancedWeights(d, "y")
	if want := []float64{1.5, 0, 0.75, 0}; err != nil || len(got) != 4 || got[0] != want[0] || got[1] != 0 || got[2] != want[2] || got[3] != 0 {
		t.Errorf("got %v and %v, want %v", got, err, want)
	}
	if _, err := train.BalancedWeights(d, "z"); !errors.Is(err, data.ErrField) {
		t.Errorf("got %v, want an ErrField", err)
	}
	d, _ = data.New(data.Field{Name: "y", Ints: []int{0, 2}})
	if _, err := train.BalancedWeights(d, "y"); !errors.Is(err, data.ErrLabel) {
		t.Errorf("got %v, want an ErrLabel", err)
	}
}
