package train_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// TestSaveUnfitted: a model whose recipe nothing has fitted is not written, since its file would
// predict for numbers that are not prepared.
func TestSaveUnfitted(t *testing.T) {
	m, err := models.NewMLP(models.MLPOptions{In: 4, Out: 3})
	if err != nil {
		t.Fatal(err)
	}
	set, err := data.Iris()
	if err != nil {
		t.Fatal(err)
	}
	tr := newTrainer(t, m, train.Options{Recipe: data.Recipe{Steps: []data.Step{&data.Scaler{}}}, Epochs: 1})
	file := filepath.Join(t.TempDir(), "m.safetensors")
	for _, f := range []train.ModelFile{{}, {Data: set}} {
		if err := tr.SaveModel(file, f); !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), "Options.Recipe") {
			t.Errorf("got %v, want ErrOption", err)
		}
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got a file: %v", err)
	}
	if _, err := tr.Fit(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	if err := tr.SaveModel(file, train.ModelFile{}); err != nil {
		t.Error(err)
	}
}
