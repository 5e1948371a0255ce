package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// What is wrong with a file or what it is read into, for errors.Is.
var (
	// ErrNotBuilt: the parameters do not exist yet. A model has them once Build has
	// built it, or a Trainer has used it.
	ErrNotBuilt = errors.New("the model is not built: call Build first")
	// ErrParameters: a file does not have the parameters of the model.
	ErrParameters = errors.New("the file does not fit the model")
	// ErrFormat: a file is no safetensors file, or a damaged one.
	ErrFormat = safetensors.ErrFormat
	// ErrChecksum: a file is not what was written. It is an ErrFormat too.
	ErrChecksum = safetensors.ErrChecksum
)

// LoadOptions are the settings of LoadWith. The zero value is what Load takes.
type LoadOptions struct {
	// AllowNonFinite reads NaN and infinities, which are refused otherwise. A finite
	// number beyond the type of the parameters is refused all the same.
	AllowNonFinite bool
}

// SaveOptions are the settings of SaveWith. The zero value is what Save takes.
type SaveOptions struct {
	// AllowNonFinite writes NaN and infinities, which are refused otherwise. Only a
	// Load with LoadOptions.AllowNonFinite reads them again.
	AllowNonFinite bool
}

// Save writes the parameters as one safetensors file, each under its name and in
// its type. The file replaces an old one as a whole or not at all, and what a save
// of it that was killed left beside it is removed.
//
// Errors: ErrNotBuilt when there are no parameters, ErrOption for nil, ErrNotFinite
// for a NaN or an infinity, with parameter and index, and those of the file system.
// An old file is then as it was.
func Save(path string, p *graph.Params) error { return SaveWith(path, p, SaveOptions{}) }

// SaveWith is Save with settings.
func SaveWith(path string, p *graph.Params, o SaveOptions) error {
	if err := built(p); err != nil {
		return errors.Wrapf(err, "train: saving parameters to %s", path)
	}
	f := &safetensors.File{Meta: map[string]string{"format": "symgrad"}}
	for _, q := range p.List() {
		v := p.Values(q.Name)
		if i := slices.IndexFunc(v, func(x float64) bool { return !isFinite(x) }); i >= 0 && !o.AllowNonFinite {
			return errors.Wrapf(ErrNotFinite, "train: saving parameters to %s: parameter %q: element %d is %v (SaveOptions.AllowNonFinite writes it)", path, q.Name, i, v[i])
		}
		if p.DType() == graph.Float64 {
			f.Tensors = append(f.Tensors, safetensors.FromFloat64s(q.Name, q.Shape, v))
			continue
		}
		w := make([]float32, len(v))
		for i, x := range v {
			w[i] = float32(x)
		}
		f.Tensors = append(f.Tensors, safetensors.FromFloat32s(q.Name, q.Shape, w))
	}
	return errors.Wrapf(safetensors.Write(path, f), "train: saving %d parameters", len(f.Tensors))
}

// Load reads parameters that Save, or anything that writes safetensors, wrote.
// The file must have exactly the parameters of p, with their shapes, as F64, F32,
// F16 or BF16, which are rounded to the type of p. Its header is compared with p
// before there is memory for its data, and all of it is checked before anything is
// changed.
//
// Errors: ErrNotBuilt when p has no parameters yet, ErrOption for nil; ErrFormat and
// ErrChecksum for a file that is none or damaged; ErrParameters, with all that does
// not fit; ErrNotFinite for NaN, an infinity or a number beyond p's type, with
// tensor and index; and those of the file system.
func Load(path string, p *graph.Params) error { return LoadWith(path, p, LoadOptions{}) }

// LoadWith is Load with settings.
func LoadWith(path string, p *graph.Params, o LoadOptions) error {
	values, err := load(path, p, o)
	if err != nil {
		return errors.Wrap(err, "train: loading parameters")
	}
	for name, v := range values {
		if err := p.Set(name, v); err != nil {
			return errors.Wrap(err, "train: loading parameters")
		}
	}
	return nil
}

// load reads and checks the values of all parameters.
func load(path string, p *graph.Params, o LoadOptions) (map[string][]float64, error) {
	if err := built(p); err != nil {
		return nil, err
	}
	f, err := safetensors.Read(path, func(f *safetensors.File) error {
		if wrong := compare(f, p); len(wrong) > 0 {
			return fmt.Errorf("%w: %s", ErrParameters, strings.Join(wrong, "; "))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	values := make(map[string][]float64, len(f.Tensors))
	for _, t := range f.Tensors {
		v, err := t.Float64s()
		if err != nil {
			return nil, err
		}
		if err := fits(t.Name, v, p.DType(), o); err != nil {
			return nil, errors.WithMessagef(err, "%s", path)
		}
		values[t.Name] = v
	}
	return values, nil
}

// compare lists where the tensors of a file are not the parameters of p.
func compare(f *safetensors.File, p *graph.Params) (wrong []string) {
	found := make(map[string]safetensors.Tensor, len(f.Tensors))
	for _, t := range f.Tensors {
		found[t.Name] = t
	}
	for _, q := range p.List() {
		t, ok := found[q.Name]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%q is missing", q.Name))
		case !slices.Equal(t.Shape, q.Shape):
			wrong = append(wrong, fmt.Sprintf("%q has the shape %v, want %v", q.Name, t.Shape, q.Shape))
		case !slices.Contains(safetensors.Floats(), t.DType):
			wrong = append(wrong, fmt.Sprintf("%q has elements of type %s, want one of %v", q.Name, t.DType, safetensors.Floats()))
		}
	}
	for _, t := range f.Tensors {
		if p.Get(t.Name) == nil {
			wrong = append(wrong, fmt.Sprintf("%q is no parameter of the model", t.Name))
		}
	}
	return wrong
}

// fits says whether the type can hold the elements of a tensor, and whether they
// may be what they are.
func fits(name string, v []float64, d graph.DType, o LoadOptions) error {
	for i, x := range v {
		switch infinite := math.IsInf(x, 0); {
		case (infinite || math.IsNaN(x)) && !o.AllowNonFinite:
			return errors.Wrapf(ErrNotFinite, "tensor %q: element %d is %v (LoadOptions.AllowNonFinite reads it)", name, i, x)
		case d == graph.Float32 && !infinite && math.IsInf(float64(float32(x)), 0):
			return errors.Wrapf(ErrNotFinite, "tensor %q: element %d is %v, beyond the range of %v", name, i, x, d)
		}
	}
	return nil
}

// built says whether there are parameters.
func built(p *graph.Params) error {
	switch {
	case p == nil:
		return errors.Wrap(ErrOption, "got no Params")
	case len(p.List()) == 0:
		return ErrNotBuilt
	}
	return nil
}

// Build builds the model once so that its parameters exist: to load saved ones
// into a model that is not to be trained. ErrOption for a nil model and one whose
// Params are nil.
func Build(m Model) error {
	if err := present(m); err != nil {
		return errors.Wrap(err, "train: building the model")
	}
	b := graph.New(m.Params())
	m.Loss(b, 2) // one example is too few for batch normalisation
	return errors.Wrap(b.Err(), "train: building the model")
}
