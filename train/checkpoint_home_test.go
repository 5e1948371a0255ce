package train_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// TestCheckpointHome checks that no training removes the files of another one: a Trainer
// that has made steps refuses a folder with files, unless they are its own.
func TestCheckpointHome(t *testing.T) {
	background, set := context.Background(), blobs(t, 25)
	for _, resume := range []bool{false, true} {
		dir := t.TempDir()
		o := train.Options{Epochs: 2, BatchSize: 10, Checkpoint: &train.Checkpoint{Dir: dir, Steps: 1, Keep: -1, Resume: resume}}
		own := newTrainer(t, newNet(graph.Float64, 0), o)
		if _, err := own.Fit(background, set); err != nil {
			t.Fatal(err)
		}
		want := files(t, dir)
		other := newTrainer(t, newNet(graph.Float64, 0), o)
		if _, err := other.Step(set, []int{0}); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Fit(background, set); !errors.Is(err, train.ErrOption) || !strings.Contains(err.Error(), "another training") {
			t.Errorf("resume %v: got %v, want ErrOption", resume, err)
		}
		if got := files(t, dir); !slices.Equal(got, want) {
			t.Errorf("resume %v: got the files %v, want %v", resume, got, want)
		}
		if err := other.Restore(filepath.Join(dir, want[2])); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Fit(&after{background, 0}, set); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if got := files(t, dir); !slices.Equal(got, want[:3]) {
			t.Errorf("resume %v: restored from the third: got the files %v, want %v", resume, got, want[:3])
		}
		if _, err := other.Fit(background, set); err != nil || !slices.Equal(files(t, dir), want) {
			t.Errorf("resume %v: got %v and the files %v, want %v", resume, err, files(t, dir), want)
		}
	}
}

// TestSavedStops ends a Fit without an error when a file is written, also the last one.
func TestSavedStops(t *testing.T) {
	for _, steps := range []int{1, 100} {
		tr := newTrainer(t, newNet(graph.Float64, 0), train.Options{Epochs: 2, BatchSize: 10, Checkpoint: &train.Checkpoint{Dir: t.TempDir(), Steps: steps},
			Callbacks: []train.Callback{train.On(func(*train.Saved) error { return train.ErrStop })}})
		if _, err := tr.Fit(context.Background(), blobs(t, 25)); err != nil {
			t.Errorf("files after %d steps: got %v, want no error", steps, err)
		}
	}
}
