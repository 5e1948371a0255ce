package train

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// Open reads a file that SaveModel wrote, and returns a Predictor of its model. The package
// that registers the model must be in the program:
//
//	import _ "github.com/symgrad/symgrad/models"
//
// What the file says is checked before memory for its data is allocated. Everything is checked
// before Open returns.
//
// Errors: ErrFormat and ErrChecksum for a file that is not safetensors or is damaged;
// ErrModelFile for one with parameters alone, of a newer format, or with a description that
// has other fields; ErrNotRegistered, with the package to import; ErrOption for settings that
// the model refuses; ErrParameters, with all differences between description, tensors and
// model; ErrNotFinite for NaN and infinities; those of the file system.
func Open(path string) (*Predictor, error) {
	p, err := open(fromPath(path), PredictorOptions{})
	return p, errors.Wrapf(err, "train: Open: %q", path)
}

// OpenWith is Open with settings.
func OpenWith(path string, o PredictorOptions) (*Predictor, error) {
	p, err := open(fromPath(path), o)
	return p, errors.Wrapf(err, "train: OpenWith: %q", path)
}

// OpenFS is OpenWith for a file of fsys, such as an embed.FS: a program that has its model
// within it.
func OpenFS(fsys fs.FS, name string, o PredictorOptions) (*Predictor, error) {
	p, err := open(fromFS(fsys, name), o)
	return p, errors.Wrap(err, "train: OpenFS")
}

// OpenReader is OpenWith for what r has, which is read to its end.
func OpenReader(r io.Reader, o PredictorOptions) (*Predictor, error) {
	p, err := open(fromReader(r), o)
	return p, errors.Wrap(err, "train: OpenReader")
}

// ReadModelInfo returns what a model file says of itself. It reads the header alone: the data
// are not checked, and the model need not be registered.
//
// Errors: ErrFormat, ErrModelFile and those of the file system, as in Open.
func ReadModelInfo(path string) (*ModelInfo, error) {
	var info *ModelInfo
	err := fromPath(path)(func(r *safetensors.Reader) (err error) {
		info, err = infoOf(r)
		return err
	})
	return info, errors.Wrapf(err, "train: ReadModelInfo: %q", path)
}

// infoOf reads the description in the metadata of r.
func infoOf(r *safetensors.Reader) (*ModelInfo, error) {
	text, ok := r.Meta()[modelKey]
	if !ok {
		if _, run := r.Meta()[runKey]; run {
			return nil, wrongs(ErrModelFile, []string{"got the file of a training, want one of SaveModel: Trainer.Restore reads this one, and Trainer.SaveModel then makes a model file"})
		}
		return nil, wrongs(ErrModelFile, []string{fmt.Sprintf("got no %q in the metadata, want one: SaveModel writes it, Save writes the parameters alone (Load reads them)", modelKey)})
	}
	info, err := readInfo(text)
	if err != nil {
		return nil, err
	}
	for _, t := range r.Tensors() {
		info.Tensors = append(info.Tensors, TensorInfo{t.Name, t.DType, t.Shape})
	}
	return info, nil
}

// readInfo reads the JSON of a description.
func readInfo(text string) (*ModelInfo, error) {
	var first struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal([]byte(text), &first); err != nil {
		return nil, wrongs(ErrModelFile, []string{fmt.Sprintf("%q: %v", modelKey, err)})
	}
	switch v := first.Version; {
	case v == nil || *v < 1:
		return nil, wrongs(ErrModelFile, []string{fmt.Sprintf("%q: got no version of the format, want one from 1 to %d", modelKey, modelVersion)})
	case *v > modelVersion:
		return nil, wrongs(ErrModelFile, []string{fmt.Sprintf("%q: got the version %d of the format, want at most %d: a newer version of the module wrote the file", modelKey, *v, modelVersion)})
	}
	all := withScalers{}
	if err := readStrict([]byte(text), &all); err != nil {
		return nil, wrongs(ErrModelFile, []string{fmt.Sprintf("%q: %v", modelKey, err)})
	}
	return all.recipe(), nil
}

// open makes a Predictor of a file.
func open(read modelSource, o PredictorOptions) (*Predictor, error) {
	if err := o.settle(); err != nil {
		return nil, err
	}
	if o.Follow > 0 {
		return nil, noTrainer(o)
	}
	var p *Predictor
	err := read(func(r *safetensors.Reader) (err error) {
		if p, err = prepare(r, o); err == nil {
			err = fill(p.t.params, r, LoadOptions{AllowNonFinite: o.AllowNonFinite})
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// prepare makes the model that r describes, without its values, and compares them.
func prepare(r *safetensors.Reader, o PredictorOptions) (*Predictor, error) {
	info, err := infoOf(r)
	if err != nil {
		return nil, err
	}
	m, err := makeRegistered(info.Model, info.Package, info.Settings)
	if err != nil {
		return nil, err
	}
	params, err := buildWithin(m, info.elements())
	if err != nil {
		return nil, errors.WithMessagef(err, "the model %q of the settings in the file", mistake.Clip(info.Model))
	}
	wrong := compare(&safetensors.File{Tensors: r.Tensors()}, params)
	if d := params.DType(); d != info.DType {
		wrong = append(wrong, fmt.Sprintf("got a description of %v, want %v as in the settings", info.DType, d))
	}
	if len(wrong) > 0 { // a model of other parameters has other inputs too
		return nil, wrongs(ErrParameters, wrong)
	}
	o.limit(m)
	t, err := New(m, info.options(o))
	if err != nil {
		return nil, err
	}
	t.still = true
	return info.predictor(t, o)
}

// elements returns the number of elements of all tensors of the file.
func (m *ModelInfo) elements() int {
	n := 0
	for _, t := range m.Tensors {
		n += size(t.Shape)
	}
	return n
}

// labelNames returns names for n classes: those given, otherwise their numbers.
func labelNames(names []string, n int) []string {
	if len(names) > 0 || n == 0 {
		return slices.Clone(names)
	}
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(i)
	}
	return out
}
