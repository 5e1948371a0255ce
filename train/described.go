package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ReadMetadata returns what Metadata has written: the description of a model in a file of another
// format, such as ONNX. It is nil if meta has no "symgrad.model".
//
// Errors: ErrModelFile for a description of a newer format, or with other fields.
func ReadMetadata(meta map[string]string) (*ModelInfo, error) {
	text, ok := meta[modelKey]
	if !ok {
		return nil, nil
	}
	info, err := readInfo(text)
	return info, errors.Wrap(err, "train: ReadMetadata")
}

// NewPredictorOf returns a Predictor of a model in memory that info describes, as ReadMetadata
// returns it. It has the inputs, the preprocessing, the tables and the classes of info, and the type
// of m. The Loss of m need not read the target. If m takes all integers, those that info allows are
// taken.
//
// The Predictor has a copy of parameters and states, as that of NewPredictor has.
//
// Errors: ErrOption for a nil m or info and for options that have no meaning; ErrParameters, with
// all differences, if m has other inputs or another output than info says; ErrNotFinite for a
// parameter that is NaN or infinite; those of the model's Loss.
func NewPredictorOf(m Model, info *ModelInfo, o PredictorOptions) (*Predictor, error) {
	p, err := predictorOf(m, info, o)
	return p, errors.Wrap(err, "train: NewPredictorOf")
}

func predictorOf(m Model, info *ModelInfo, o PredictorOptions) (*Predictor, error) {
	if info == nil {
		return nil, mistake.Optionf("got a nil ModelInfo, want that of ReadMetadata")
	}
	if err := o.settle(); err != nil {
		return nil, err
	}
	if o.Follow > 0 {
		return nil, noTrainer(o)
	}
	o.limit(m)
	t, err := New(m, info.options(o))
	if err == nil {
		err = t.declare()
	}
	if err != nil {
		return nil, err
	}
	t.still, t.onto = true, t.params.Clone()
	own := *info
	own.DType, own.Tensors = t.params.DType(), nil
	p, err := own.predictor(t, o)
	if err != nil {
		return nil, err
	}
	return p, p.fill(t.onto, p.outline())
}

// options returns those of a Trainer that compiles for a Predictor.
func (m *ModelInfo) options(o PredictorOptions) Options {
	return Options{Seed: m.Seed, Workers: o.Workers, MemoryLimit: o.MemoryLimit, Target: m.Target.Name, EvalBatch: o.BatchSize}
}

// predictor returns a Predictor of the model of t, if it is what m describes. m may give a range to
// integers of which the model does not know any.
func (m *ModelInfo) predictor(t *Trainer, o PredictorOptions) (*Predictor, error) {
	s, err := t.describing()
	if err != nil {
		return nil, err
	}
	built := &ModelInfo{}
	if err := built.describe(s, t.params); err != nil {
		return nil, err
	}
	for i, b := range built.Inputs {
		if in, ok := m.input(b.Name); ok && b.Below == 0 && b.Integers && in.Integers {
			built.Inputs[i].Below = in.Below
		}
	}
	wrong := m.differences(built)
	if len(wrong) == 0 {
		wrong = append(m.wrongRecipe(built.Inputs), m.wrongPlan()...)
	}
	if len(wrong) > 0 {
		return nil, wrongs(ErrParameters, wrong)
	}
	return newPredictor(t, newOutline(m, built.Inputs), s, o), nil
}
