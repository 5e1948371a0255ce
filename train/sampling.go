package train

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// Sampling draws the examples of an epoch at random with replacement: each example of a batch is
// i with the probability w_i / Σ w, whatever came before. Some come several times in an epoch,
// some not at all. The loss is that of the drawn examples, without weights.
//
// What is drawn depends on Options.Seed, the epoch and the position in the epoch alone, so a
// training that goes on after Restore has the same bits. The zero value draws nothing: each
// example comes once. Evaluate and Predict take all examples as they are.
type Sampling struct {
	// Weight is a field of the training set with the weight w of each example, a number of at
	// least 0; "" for 1.
	Weight string `json:"weight,omitempty"`
	// Balanced divides the weight of each example by the number of examples of its class, the
	// label of Options.Target. Without Weight all classes that occur are then drawn equally
	// often. A source that is not in memory, such as data.Images, needs the method Labels() []int.
	Balanced bool `json:"balanced,omitempty"`
	// Examples is the number of examples of an epoch; 0 for as many as the training set has.
	// It needs Weight or Balanced.
	Examples int `json:"examples,omitempty"`
}

// Validate returns what is wrong with the settings, an ErrOption.
func (s Sampling) Validate() error {
	switch {
	case s.Examples < 0 || s.Examples > math.MaxInt32:
		return mistake.Optionf("Sampling.Examples: got %d, want 0 to %d", s.Examples, math.MaxInt32)
	case s.Examples > 0 && !s.draws():
		return mistake.Optionf("Sampling.Examples: got %d without Weight and Balanced, want one of them", s.Examples)
	}
	return nil
}

// draws reports whether examples are drawn.
func (s Sampling) draws() bool { return s.Weight != "" || s.Balanced }

// examples returns the number of examples of an epoch; -1 if it is not known.
func (s Sampling) examples(d data.Source) int {
	if s.Examples > 0 {
		return s.Examples
	}
	return d.Len()
}

// weigh gives the batches the weights of the examples.
func (s Sampling) weigh(l *data.Loader, from supply, target string) error {
	d := from.set
	if !from.whole() {
		var err error
		if d, err = labelsOf(from.src, target); err != nil {
			return errors.WithMessage(err, "Options.Sampling")
		}
	}
	w := make([]float64, d.Len())
	for i := range w {
		w[i] = 1
	}
	if s.Weight != "" {
		f, err := oneNumber(d, s.Weight)
		if err != nil {
			return errors.WithMessage(err, "Options.Sampling: Weight")
		}
		for i := range w {
			w[i] = f.At(i, 0)
		}
	}
	if s.Balanced {
		f, err := oneNumber(d, target)
		if err != nil {
			return errors.WithMessage(err, "Options.Sampling: Balanced")
		}
		if f.Classes < 1 {
			return mistake.Newf(data.ErrLabel, "Options.Sampling: Balanced: field %q: got no Classes, want a field of labels", target)
		}
		counts := make([]float64, f.Classes)
		for i := range w {
			counts[int(f.At(i, 0))]++
		}
		for i := range w {
			w[i] /= counts[int(f.At(i, 0))]
		}
	}
	return errors.WithMessage(l.Weigh(w, s.examples(d)), "Options.Sampling")
}

// labelsOf returns the labels of a source that is not in memory and knows them all the same, such
// as data.Images.
func labelsOf(src data.Source, target string) (*data.Dataset, error) {
	s, ok := src.(interface{ Labels() []int })
	i := slices.IndexFunc(src.Info(), func(f data.FieldInfo) bool { return f.Name == target && f.Classes > 0 })
	if !ok || i < 0 {
		return nil, mistake.Optionf("got a %T, which is not in memory, want a data.Dataset (data.Take), or a source with the method Labels() []int for the field %q", src, target)
	}
	return data.New(data.Field{Name: target, Ints: s.Labels(), Classes: src.Info()[i].Classes})
}

// oneNumber returns a field of one number for each example.
func oneNumber(d *data.Dataset, name string) (data.Field, error) {
	if _, err := d.Rows(name); err != nil {
		return data.Field{}, err
	}
	f, _ := d.Field(name)
	if f.Size() != 1 {
		return f, mistake.Shapef("field %q: got %d numbers for each example, want one", name, f.Size())
	}
	return f, nil
}
