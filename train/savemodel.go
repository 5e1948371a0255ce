package train

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// ModelFile is what a model file has beside the model. The zero value is for a model whose
// inputs need no names and no preprocessing.
type ModelFile struct {
	// Data is a data set like those that the model is for, usually the training set. The names
	// of its columns and classes, and the shapes of its fields are written, no values. nil:
	// for Trainer.SaveModel the data set of the last Fit, otherwise none. After Restore and
	// without a Fit there is none either: the file then has no names, and labels are numbers.
	Data *data.Dataset
	// Recipe is what was done to the training set before the model saw it, fitted to the
	// training set. A Predictor applies it to inputs, and undoes it on outputs. Default: for
	// Trainer.SaveModel what was fitted of Options.Recipe, otherwise none.
	Recipe data.Recipe
	// Plan says how the table of the training set was read, from data.ReadCSVPlan or
	// data.CSVFile.Plan. With it Predictor.PredictCSV and PredictRecords take raw rows of text,
	// with or without the columns of the target. Without Data, its names of columns and classes
	// are written. Its counts are not. A plan that reads the target goes to the file with it:
	// ModelInfo.Plan then reads tables for an evaluation.
	Plan *data.CSVPlan
	// Target is the field that the outputs stand for. It must be one that Loss reads: an
	// autoencoder may have "x". Default: Options.Target for Trainer.SaveModel, otherwise "y",
	// and none if Loss does not read it.
	Target string
	// Classes are the names of the target's classes; nil: those of Data. There is one for each
	// output, and two for a single output, which is the probability of the second one. They
	// are refused if the target in Data has numbers that are no probabilities.
	Classes []string
	// Seed is that of the random numbers that the model draws in prediction, for the few that
	// do. 0: Options.Seed for Trainer.SaveModel.
	Seed uint64
	// AllowNonFinite writes NaN and infinities, which are refused otherwise.
	AllowNonFinite bool
}

// SaveModel writes a model to one safetensors file that is whole: its name and settings, its
// inputs and classes, the preprocessing, how tables are read, parameters and states. Open makes a Predictor of it,
// without the program that trained it. Load reads the parameters alone, and so does any other
// library. The file replaces an old one as a whole or not at all.
//
// The type of m must be Described, and its name registered. Both are tried before anything is
// written: a second model is made from the settings, and its parameters and states compared.
//
// Errors: ErrOption for a nil m, for a model that is not Described, and for settings that
// JSON cannot hold; ErrNotRegistered; ErrParameters if the settings make another model; a
// *ModelFileError for what does not fit between m and f; those of Save, and of the model's Loss.
func SaveModel(path string, m Model, f ModelFile) error {
	t, err := New(m, Options{Seed: f.Seed})
	if err == nil {
		err = t.saveModel(path, f)
	}
	return errors.Wrap(err, "train: SaveModel")
}

// SaveModel writes the model of t to a file that is whole: see the function SaveModel. It
// knows the data set of the last Fit, Options.Target and Options.Seed, and takes them for
// what f leaves out. With EMA or SWA it writes the average of the parameters.
//
// Errors: those of the function SaveModel; ErrOption for an Options.Recipe that nothing has
// fitted; ErrBusy.
func (t *Trainer) SaveModel(path string, f ModelFile) error {
	return errors.Wrap(t.saveOwn(path, f), "train: SaveModel")
}

func (t *Trainer) saveOwn(path string, f ModelFile) error {
	if err := t.enter(); err != nil {
		return err
	}
	defer t.leave()
	if err := t.complete(&f); err != nil {
		return err
	}
	if f.Recipe.IsZero() && !t.o.Recipe.IsZero() {
		return mistake.Optionf("Options.Recipe: got steps that have not been fitted, want a Fit or a Restore before, or a fitted ModelFile.Recipe")
	}
	return t.withAverage(func() error { return t.saveModel(path, f) })
}

// complete fills in what t knows of its model.
func (t *Trainer) complete(f *ModelFile) error {
	if f.Data == nil {
		first, err := t.firstOf(t.progress.on)
		if err != nil {
			return err
		}
		f.Data = first
	}
	if f.Recipe.IsZero() {
		f.Recipe = t.Recipe()
	}
	if f.Seed == 0 {
		f.Seed = t.o.Seed
	}
	return nil
}

// saveModel writes the file.
func (t *Trainer) saveModel(path string, f ModelFile) error {
	info, err := t.describe(f)
	if err != nil {
		return err
	}
	if err := t.tryAgain(info); err != nil {
		return err
	}
	text, err := json.Marshal(info)
	if err != nil {
		return err
	}
	return writeModel(path, t.params, map[string]string{modelKey: string(text)}, SaveOptions{AllowNonFinite: f.AllowNonFinite})
}

// describe returns what the file says of the model.
func (t *Trainer) describe(f ModelFile) (*ModelInfo, error) {
	info := &ModelInfo{Version: 1, Package: packageOf(t.model)}
	d, ok := t.model.(Described)
	if !ok {
		return nil, mistake.Optionf("got a %T, want a model with the method Settings, see train.Described", t.model)
	}
	var err error
	if info.Model, info.Settings, err = described(d); err != nil {
		return nil, errors.Wrapf(ofKind(err, ErrOption), "the settings of %T", t.model)
	}
	_, _, err = t.inform(info, f)
	return info, err
}

// inform adds what there is to say of the model but its name and settings. It returns the
// compiled outputs, and the inputs that the model was built with.
func (t *Trainer) inform(info *ModelInfo, f ModelFile) (s *session, built []InputInfo, err error) {
	info.Seed, info.Recipe = f.Seed, f.Recipe
	s, err = t.describing()
	if err == nil {
		err = info.describe(s, t.params)
	}
	if err == nil {
		info.Target.Name, err = t.targetOf(f.Target, s.n)
	}
	if err != nil {
		return nil, nil, err
	}
	built = info.Inputs
	info.sources()
	var wrong []string
	if f.Data != nil {
		wrong = info.adopt(f.Data)
	}
	if f.Plan != nil {
		wrong = append(wrong, info.adoptPlan(f.Plan, f.Data == nil)...)
	}
	if f.Classes != nil {
		info.Target.Classes, info.Target.ClassNames = len(f.Classes), f.Classes
		wrong = append(wrong, info.Target.noClasses(info.Output, f.Data)...)
	}
	wrong = append(wrong, info.Target.wrong(info.Output)...)
	wrong = append(wrong, info.wrongRecipe(built)...)
	return s, built, wrongs(ErrModelFile, wrong)
}

// described returns what the model says of itself.
func described(m Described) (name string, settings json.RawMessage, err error) {
	err = try("Settings", func() (err error) {
		var v any
		if name, v = m.Settings(); name == "" {
			return mistake.Optionf("got no name, want that of train.Register")
		}
		settings, err = json.Marshal(v)
		return err
	})
	return name, settings, err
}

// describing returns the compiled outputs of one example, or of two for a model that cannot
// take one.
func (t *Trainer) describing() (*session, error) {
	s, err := t.compile(predicting, 1)
	if err != nil {
		if two, err := t.compile(predicting, 2); err == nil {
			return two, nil
		}
	}
	return s, err
}

// targetOf returns the field that the outputs stand for, if Loss reads it.
func (t *Trainer) targetOf(name string, n int) (string, error) {
	m, err := t.build(predicting, n)
	if err != nil {
		return "", err
	}
	want := name
	if want == "" {
		want = t.o.Target
	}
	switch {
	case slices.ContainsFunc(m.b.InputNodes(), func(x *gorgonia.Node) bool { return x.Name() == want }):
		return want, nil
	case name != "":
		return "", mistake.Optionf("ModelFile.Target: got the field %q, want one that the model's Loss reads", name)
	}
	return "", nil
}

// tryAgain makes a second model from the description, and returns an error unless it has the
// parameters and states of the first.
func (t *Trainer) tryAgain(info *ModelInfo) error {
	second, err := makeRegistered(info.Model, info.Package, info.Settings)
	if err == nil {
		_, err = buildWithin(second, elementsOf(t.params))
	}
	if err != nil {
		return errors.WithMessage(err, "the model that is made from the settings")
	}
	var wrong []string
	a, b := second.Params(), t.params
	if a.DType() != b.DType() {
		wrong = append(wrong, fmt.Sprintf("got parameters of %v from the settings, want %v", a.DType(), b.DType()))
	}
	for _, q := range everything(b) {
		switch r := a.Get(q.Name); {
		case r == nil:
			wrong = append(wrong, fmt.Sprintf("%q: got no %s of this name from the settings, want one", q.Name, kindOf(q)))
		case r.State != q.State || !slices.Equal(r.Shape, q.Shape):
			wrong = append(wrong, fmt.Sprintf("%q: got a %s %v from the settings, want a %s %v", q.Name, kindOf(r), ir.Shape(r.Shape), kindOf(q), ir.Shape(q.Shape)))
		}
	}
	for _, r := range everything(a) {
		if b.Get(r.Name) == nil {
			wrong = append(wrong, fmt.Sprintf("%q: got a %s from the settings, want none", r.Name, kindOf(r)))
		}
	}
	return wrongs(ErrParameters, wrong)
}

// elementsOf returns the number of elements of all parameters and states.
func elementsOf(p *graph.Params) int {
	n := 0
	for _, q := range everything(p) {
		n += q.Size()
	}
	return n
}

// buildWithin builds the model, which may have the given number of elements in all and some
// more. So what a file of a few bytes says cannot take all memory.
func buildWithin(m Model, elements int) (*graph.Params, error) {
	p, err := paramsOf(m)
	if err != nil {
		return nil, err
	}
	p.Limit(elements + elements/2 + 1<<20)
	if err := buildOnce(m, p); err != nil {
		return nil, err
	}
	return p, nil
}
