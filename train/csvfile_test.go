package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// tableOf writes blobs as a table and returns its path.
func tableOf(t *testing.T, d *data.Dataset) string {
	t.Helper()
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	text := []byte("a,b,c,d,kind\n")
	for i := range d.Len() {
		for k := range x.Size() {
			text = append(strconv.AppendFloat(text, x.At(i, k), 'g', -1, 64), ',')
		}
		text = append(strconv.AppendInt(text, int64(y.Ints[i]), 10), '\n')
	}
	path := filepath.Join(t.TempDir(), "blobs.csv")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFitCSVFile trains on a table that stays in its file. In order it ends with the bits of a
// training in memory. A training goes on with a file of the same content, and not with another.
func TestFitCSVFile(t *testing.T) {
	opts := data.CSVOptions{Target: []string{"kind"}, Labels: true}
	path := tableOf(t, blobs(t, 50))
	file, set := value(data.OpenCSV(path, opts)), value(data.ReadCSVFile(path, opts))
	fit := func(src data.Source) []float64 {
		m := running(graph.NewParams(graph.Float64, 3))
		tr := newTrainer(t, m, train.Options{Epochs: 3, BatchSize: 8, InOrder: true})
		value(tr.Fit(context.Background(), src))
		return append(all(m.p), value(tr.Predict(context.Background(), src))...)
	}
	if !slices.Equal(fit(file), fit(set)) {
		t.Error("a table in its file gives other bits than in memory")
	}

	run := filepath.Join(t.TempDir(), "run")
	start := func() (builds, *train.Trainer) {
		m := running(graph.NewParams(graph.Float64, 3))
		return m, newTrainer(t, m, train.Options{Epochs: 3, BatchSize: 8, ShuffleWindow: 16})
	}
	whole, tr := start()
	value(tr.Fit(context.Background(), file))
	_, tr = start()
	if _, err := tr.Fit(&after{context.Background(), 9}, file); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := tr.Save(run); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rows int
		kind error
	}{{50, nil}, {52, train.ErrRun}} {
		m, tr := start()
		if err := tr.Restore(run); err != nil {
			t.Fatal(err)
		}
		_, err := tr.Fit(context.Background(), value(data.OpenCSV(tableOf(t, blobs(t, c.rows)), opts)))
		if !errors.Is(err, c.kind) {
			t.Errorf("a file of %d rows: got %v, want %v", c.rows, err, c.kind)
		}
		if c.kind == nil && !slices.Equal(all(m.p), all(whole.p)) {
			t.Error("a training that goes on ends with other bits")
		}
	}
}
