package train

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// weightsInput is the name of the input of weights.
const weightsInput = "train/weights"

// BalancedWeights returns weights for Options.ClassWeights that let all classes of a field
// of labels count the same, n/(C·n_c) for a class with n_c of the n labels. C is the number
// of classes that occur. A class without an example has the weight 0. The mean of the
// weights over the labels is 1.
//
// Errors: data.ErrField if d has no such field; data.ErrLabel if it has no Classes.
func BalancedWeights(d *data.Dataset, field string) ([]float64, error) {
	rows, err := d.Rows(field)
	if err != nil {
		return nil, errors.Wrap(err, "train: BalancedWeights")
	}
	f, _ := d.Field(field)
	if f.Classes < 1 {
		return nil, mistake.Newf(data.ErrLabel, "train: BalancedWeights: field %q: got no Classes, want a field of labels", field)
	}
	counts, labels := make([]float64, f.Classes), make([]int, f.Size())
	for i := range d.Len() {
		if err := rows.Ints(labels, []int{i}); err != nil {
			return nil, errors.Wrap(err, "train: BalancedWeights")
		}
		for _, c := range labels {
			if c >= 0 && c < len(counts) {
				counts[c]++
			}
		}
	}
	n, occur := 0.0, 0.0
	for _, k := range counts {
		n += k
		if k > 0 {
			occur++
		}
	}
	for c, k := range counts {
		if k > 0 {
			counts[c] = n / (occur * k)
		}
	}
	return counts, nil
}

// weighs reports whether the options give examples weights.
func (o *Options) weighs() bool { return o.SampleWeight != "" || len(o.ClassWeights) > 0 }

// checkWeights checks Options.ClassWeights.
func (o *Options) checkWeights() error {
	for c, w := range o.ClassWeights {
		if !(w >= 0) || math.IsInf(w, 0) {
			return mistake.Optionf("Options.ClassWeights: class %d: got the weight %v, want a finite number of at least 0", c, w)
		}
	}
	if n := len(o.ClassWeights); n > 0 && !slices.ContainsFunc(o.ClassWeights, func(w float64) bool { return w > 0 }) {
		return mistake.Optionf("Options.ClassWeights: got %d weights of 0, want one above 0", n)
	}
	return nil
}

// weighExamples makes the input of the weights for n examples. Losses use it.
func (t *Trainer) weighExamples(b *graph.Builder, n int) {
	if t.o.weighs() {
		b.WeighExamples(weightsInput, append([]int{n}, t.weightShape...)...)
	}
}

// checkWeighed returns an error if no loss of the model uses the weights.
func (t *Trainer) checkWeighed(b *graph.Builder) error {
	if !t.o.weighs() || b.WeighedMeans() > 0 {
		return nil
	}
	return mistake.Newf(graph.ErrUnsupported, "got a model whose loss takes no weights of examples (Options.SampleWeight, Options.ClassWeights); want the mean of a function of package loss, or loss.MeanOf")
}

// shapeWeights sets the shape of the weights of an example, by the first data set: a number,
// or one for each label.
func (t *Trainer) shapeWeights(d *data.Dataset) {
	if len(t.o.ClassWeights) == 0 || t.weightShape != nil {
		return
	}
	if f, ok := d.Field(t.o.Target); ok {
		t.weightShape = append([]int{}, f.Shape...)
	}
}

// rowsOf returns the rows of d for the input of a session.
func (t *Trainer) rowsOf(d *data.Dataset, input string, s *session) (data.Rows, error) {
	if input == weightsInput && t.o.weighs() {
		return t.weightRows(d, s.endsIn(d, t.o.Target))
	}
	rows, err := d.Rows(input)
	return rows, errors.Wrapf(err, "input %q of the model", input)
}

// weightRows returns the weights of the examples of d: the SampleWeight times the weights
// of the labels that count.
func (t *Trainer) weightRows(d *data.Dataset, e *ends) (data.Rows, error) {
	shape := t.weightShape
	size := size(shape)
	if int64(size)*int64(d.Len()) > math.MaxInt32 {
		return data.Rows{}, mistake.Newf(graph.ErrMemory, "got %d weights for each of %d examples, want at most 2^31 in all", size, d.Len())
	}
	w := slices.Repeat([]float64{1}, size*d.Len())
	if t.o.SampleWeight != "" {
		if err := t.sampleWeights(d, w, size); err != nil {
			return data.Rows{}, errors.WithMessage(err, "Options.SampleWeight")
		}
	}
	if len(t.o.ClassWeights) > 0 {
		if err := t.classWeights(d, w, size, e); err != nil {
			return data.Rows{}, errors.WithMessage(err, "Options.ClassWeights")
		}
	}
	only, err := data.New(data.Field{Name: weightsInput, Shape: shape, Floats: w})
	if err != nil {
		return data.Rows{}, err
	}
	return only.Rows(weightsInput)
}

// sampleWeights multiplies the weights, of which each example has the given number, by the
// field Options.SampleWeight.
func (t *Trainer) sampleWeights(d *data.Dataset, w []float64, each int) error {
	name := t.o.SampleWeight
	rows, err := d.Rows(name)
	if err != nil {
		return err
	}
	f, _ := d.Field(name)
	if f.Size() != 1 {
		return mistake.Shapef("field %q: got %d numbers for each example, want one", name, f.Size())
	}
	if row, _, v, found := f.Find(func(v float64) bool { return !(v >= 0) || math.IsInf(v, 0) }); found {
		return mistake.Optionf("field %q: %s: got the weight %v, want a finite number of at least 0", name, rowIn(f, row), v)
	}
	return eachRow(f, rows, func(i int, v []float64) error {
		for j := range each {
			w[i*each+j] *= v[0]
		}
		return nil
	})
}

// classWeights multiplies the weights by those of the classes of the labels that count. Labels
// that are no class are left to the loss.
func (t *Trainer) classWeights(d *data.Dataset, w []float64, each int, e *ends) error {
	rows, err := d.Rows(t.o.Target)
	if err != nil {
		return err
	}
	f, _ := d.Field(t.o.Target)
	if f.Size() != each {
		return mistake.Shapef("field %q: got %d labels for each example, want %d as in the data set of the first step", f.Name, f.Size(), each)
	}
	of := t.o.ClassWeights
	return eachRow(f, rows, func(i int, v []float64) error {
		for j, c := range v {
			switch {
			case !e.counts(i, j):
			case c != math.Trunc(c):
				return mistake.Newf(data.ErrLabel, "field %q: %s: got the target %v, want the number of a class", f.Name, rowIn(f, i), c)
			case c >= float64(len(of)):
				return mistake.Newf(data.ErrLabel, "field %q: %s: got the label %.0f and %d weights, want a weight for each class", f.Name, rowIn(f, i), c, len(of))
			case c >= 0:
				w[i*each+j] *= of[int(c)]
			}
		}
		return nil
	})
}

// eachRow calls f with the numbers of each row of a field.
func eachRow(field data.Field, rows data.Rows, f func(i int, v []float64) error) error {
	v, labels, index := make([]float64, field.Size()), make([]int, field.Size()), []int{0}
	for i := range field.Len() {
		index[0] = i
		var err error
		if field.Integers() {
			err = rows.Ints(labels, index)
			for j, c := range labels {
				v[j] = float64(c)
			}
		} else {
			err = rows.F64(v, index)
		}
		if err == nil {
			err = f(i, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
