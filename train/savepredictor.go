package train

import (
	"encoding/json"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// SaveModel writes the model to a file that is whole: see the function SaveModel. The file has the
// parameters and states of now, and says what Info says. Open makes the same Predictor of it. Any
// goroutine may call it at any time.
//
// Errors: ErrOption for a model that is not Described, and for a Predictor that cannot predict yet;
// ErrNotRegistered; ErrParameters if the settings make another model; those of Save.
func (p *Predictor) SaveModel(path string) error {
	return errors.Wrap(p.saveModel(path), "train: Predictor.SaveModel")
}

func (p *Predictor) saveModel(path string) error {
	if !p.made() {
		return unmade().missing
	}
	v := p.versions.take()
	defer p.versions.done(v)
	if v.by.missing != nil {
		return v.by.missing
	}
	d, ok := p.t.model.(Described)
	if !ok {
		return mistake.Optionf("got a %T, want a model with the method Settings, see train.Described", p.t.model)
	}
	info := *v.by.info
	info.Package = packageOf(d)
	var err error
	if info.Model, info.Settings, err = described(d); err != nil {
		return errors.Wrapf(ofKind(err, ErrOption), "the settings of %T", d)
	}
	if err := p.t.tryAgain(&info); err != nil {
		return err
	}
	text, err := json.Marshal(&info)
	if err != nil {
		return err
	}
	return writeModel(path, v.params, map[string]string{modelKey: string(text)}, SaveOptions{AllowNonFinite: p.o.AllowNonFinite})
}
