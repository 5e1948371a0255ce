package train_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// notNumbers are the float64 that are not finite.
var notNumbers = []float64{math.NaN(), math.Inf(1), math.Inf(-1)}

// wantError fails unless err is of the kind and has all words.
func wantError(t *testing.T, what string, err, kind error, words ...string) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: got %v, want %v", what, err, kind)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%s: got %v, want it with %q", what, err, w)
		}
	}
}

// csv reads a table.
func csv(text string, o data.CSVOptions) error {
	_, err := data.ReadCSV(strings.NewReader(text), o)
	return err
}

// regressor is a linear model of inputs numbers.
func regressor(d graph.DType, inputs int) builds {
	return builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		out := nn.Dense(b, "out", b.Input("x", n, inputs), 1, nn.Identity)
		return loss.MSE(b, out, b.Input("y", n, 1)), out
	}}
}

// badInputs gives NaN and infinities as inputs. They are refused with row and column, also those that
// a data set allows: no step is made with them. A prediction shows them where that is allowed.
func badInputs(t *testing.T) {
	for _, v := range notNumbers {
		columns := []string{"a", "b", "c"}
		for _, f := range []data.Field{
			{Floats: []float64{1, 2, 3, 4, 5, v}}, {Floats32: []float32{1, 2, 3, 4, 5, float32(v)}},
			{Floats: []float64{v, 1, 2, 3, 4, 5}, Starts: []int32{1, 0}[:1]},
		} {
			f.Name, f.Shape, f.Columns = "x", []int{3}, columns
			_, err := data.New(f)
			if f.Starts != nil { // it is in no row
				if err != nil {
					t.Error(err)
				}
				continue
			}
			wantError(t, "New", err, data.ErrNotFinite, `field "x": row 1, column 2 ("c")`, "AllowNonFinite")
		}
		_, err := data.New(data.Field{Name: "x", Shape: []int{1, 2, 2}, Floats: []float64{1, 2, 3, 4, 5, 6, v, 8}})
		wantError(t, "an image", err, data.ErrNotFinite, "row 1, element [0, 1, 0]")
		var file bytes.Buffer
		file.Write([]byte{0, 0, 0x0D, 1, 0, 0, 0, 2})
		_ = binary.Write(&file, binary.BigEndian, []float32{1, float32(v)})
		f, err := data.ReadIDX(&file, data.IDXOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f.Name = "x"
		_, err = data.New(f)
		wantError(t, "IDX", err, data.ErrNotFinite, `field "x": row 1`)
	}
	for _, text := range []string{"NaN", "nan", "-inf", "Infinity", "1e999"} {
		err := csv("a,b\n1,2\n3,"+text+"\n", data.CSVOptions{})
		var at *data.CSVError
		if wantError(t, text, err, data.ErrNotFinite, ":3: column 2"); !errors.As(err, &at) || at.Name != "b" {
			t.Errorf("%s: got %v, want the column b", text, err)
		}
		if err := csv("a,b\n1,2\n3,"+text+"\n", data.CSVOptions{AllowNonFinite: true}); (err == nil) == (text == "1e999") {
			t.Errorf("%s, allowed: got %v", text, err)
		}
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		for _, v := range notNumbers {
			allowed := must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 3, v, 5, 6}, AllowNonFinite: true},
				data.Field{Name: "y", Shape: []int{1}, Floats: []float64{1, 2, 3}}))
			m := regressor(d, 2)
			tr := newTrainer(t, m, train.Options{BatchSize: 1, InOrder: true, Diagnose: true})
			_, err := tr.Fit(context.Background(), allowed)
			wantError(t, "Fit", err, train.ErrNotFinite, `field "x": row 1, column 1`)
			_, err = tr.Step(allowed, []int{0})
			_, err2 := tr.Step(allowed, []int{1})
			var bad *train.NotFiniteError
			if err != nil || !errors.As(err2, &bad) || bad.Step != 1 || !slices.Equal(bad.Examples, []int{1}) {
				t.Errorf("%v, %v: got %v and %v, want a NotFiniteError after step 1, with example 1", d, v, err, err2)
			}
			wantError(t, "Predict", second(tr.Predict(context.Background(), allowed)), train.ErrNotFinite, "row 1, column 1")
			tr = newTrainer(t, m, train.Options{AllowNonFiniteInputs: true, EvalBatch: 2})
			y, err := tr.Predict(context.Background(), allowed)
			good := must(t)(data.New(data.Field{Name: "x", Shape: []int{2}, Floats: []float64{1, 2, 5, 6}}))
			alone, err2 := tr.Predict(context.Background(), good)
			if err := errors.Join(err, err2); err != nil {
				t.Fatal(err)
			}
			if !math.IsNaN(y[1] - y[1]) {
				t.Errorf("%v, %v: got the prediction %v, want what is not finite", d, v, y[1])
			}
			sameBits(t, "the rows beside it", []float64{y[0], y[2]}, alone)
		}
	}
	far := must(t)(data.XY([]float64{1, 2, 3, 1e39}, 2, []float64{1, 2}, 1))
	_, err := newTrainer(t, regressor(graph.Float32, 2), train.Options{}).Fit(context.Background(), far)
	wantError(t, "a number beyond float32", err, data.ErrNotFinite, `field "x": row 1`)
}

// badTargets gives NaN and infinities as targets.
func badTargets(t *testing.T) {
	for _, v := range notNumbers {
		_, err := data.XY([]float64{1, 2, 3}, 1, []float64{1, v, 3}, 1)
		wantError(t, "XY", err, data.ErrNotFinite, `field "y": row 1`)
		set := must(t)(data.New(data.Field{Name: "x", Shape: []int{1}, Floats: []float64{1, 2, 3}},
			data.Field{Name: "y", Shape: []int{1}, Floats: []float64{1, 2, v}, AllowNonFinite: true}))
		tr := newTrainer(t, regressor(graph.Float64, 1), train.Options{BatchSize: 2, InOrder: true})
		h, err := tr.Fit(context.Background(), set)
		wantError(t, "Fit", err, train.ErrNotFinite)
		if len(h.Epochs) != 0 || tr.Position().Step > 1 {
			t.Errorf("got %d steps, want none with %v", tr.Position().Step, v)
		}
		if _, err = tr.Evaluate(context.Background(), set); !errors.Is(err, train.ErrNotFinite) {
			t.Errorf("Evaluate: got %v, want ErrNotFinite", err)
		}
	}
	o := data.CSVOptions{Target: []string{"y"}}
	wantError(t, "CSV", csv("x,y\n1,2\n3,NaN\n", o), data.ErrNotFinite, ":3: column 2", `"y"`)
	wantError(t, "CSV without a target", csv("x,y\n1,2\n3,\n", o), data.ErrCSV, ":3: column 2", `"y"`)
	o.Labels = true
	wantError(t, "CSV without a label", csv("x,y\n1,a\n3,\n", o), data.ErrCSV, ":3: column 2", `"y"`)
}

// constantColumn scales a column without variance: it becomes 0, also in examples that are new,
// and the history has a note.
func constantColumn(t *testing.T) {
	trainSet := must(t)(data.New(data.Field{Name: "x", Shape: []int{3}, Floats: []float64{1, 7, 0.1, 2, 7, 0.1, 3, 7, 0.1}, Columns: []string{"a", "b", "c"}},
		data.Field{Name: "y", Shape: []int{1}, Floats: []float64{1, 2, 3}}))
	for name, c := range map[string]struct {
		step data.Step
		note string
	}{
		"Scaler": {&data.Scaler{}, `field "x": column 1 ("b") and column 2 ("c") are constant`},
		"MinMax": {&data.MinMax{}, `field "x": column 1 ("b") and column 2 ("c") are constant`},
		"one":    {&data.Scaler{Columns: []int{0, 2}}, `field "x": column 2 ("c") is constant`},
		"none":   {&data.Scaler{Columns: []int{0}}, ""},
	} {
		r := data.Recipe{Steps: []data.Step{c.step}}
		tr := newTrainer(t, regressor(graph.Float32, 3), train.Options{Recipe: r, Epochs: 2})
		h, err := tr.Fit(context.Background(), trainSet)
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(h.Notes, "\n"); len(h.Notes) > 1 || (notes == "") != (c.note == "") || !strings.HasPrefix(notes, c.note) {
			t.Errorf("%s: got the notes %q, want %q", name, h.Notes, c.note)
		}
		if name != "Scaler" && name != "MinMax" {
			continue
		}
		made := must(t)(tr.Recipe().Apply(trainSet))
		f, _ := made.Field("x")
		for i := range f.Len() {
			if math.Abs(f.At(i, 1)) > 1e-12 || math.Abs(f.At(i, 2)) > 1e-12 {
				t.Errorf("%s: got %v and %v, want 0", name, f.At(i, 1), f.At(i, 2))
			}
		}
	}
}

// largeOffset trains on features around 1e8: standardised, they give the steps that they give
// without the offset, in float32 too.
func largeOffset(t *testing.T) {
	fit := func(d graph.DType, offset float64) ([]float64, *data.Scaler) {
		var x, y []float64
		for i := range 40 {
			v := float64(i * i % 17)
			x, y = append(x, offset+v), append(y, 3*v-1)
		}
		scaler := &data.Scaler{}
		tr := newTrainer(t, regressor(d, 1), train.Options{Epochs: 5, Recipe: data.Recipe{Steps: []data.Step{scaler}}, Schedule: schedule.Constant(.1)})
		h, err := tr.Fit(context.Background(), must(t)(data.XY(x, 1, y, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return h.Losses(), tr.Recipe().Steps[0].(*data.Scaler)
	}
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		want, near := fit(d, 0)
		got, far := fit(d, 1e8)
		if e := math.Abs(far.Std[0]-near.Std[0]) / near.Std[0]; e > 1e-12 || math.Abs(far.Mean[0]-near.Mean[0]-1e8) > 1e-7 {
			t.Errorf("got the mean %v and the deviation %v, want %v and %v", far.Mean[0], far.Std[0], 1e8+near.Mean[0], near.Std[0])
		}
		for i := range want {
			if math.Abs(got[i]-want[i]) > 1e-6*want[i] {
				t.Errorf("%v: got the losses %v, want %v", d, got, want)
				break
			}
		}
	}
}
