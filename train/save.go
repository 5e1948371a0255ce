package train

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// LoadOptions are the settings of LoadWith. The zero value is what Load uses.
type LoadOptions struct {
	// AllowNonFinite reads NaN and infinities, which are refused otherwise. A finite
	// number that the type of the parameters cannot hold is refused all the same.
	AllowNonFinite bool
}

// SaveOptions are the settings of SaveWith. The zero value is what Save uses.
type SaveOptions struct {
	// AllowNonFinite writes NaN and infinities, which are refused otherwise. Only
	// LoadOptions.AllowNonFinite reads them again.
	AllowNonFinite bool
}

// Save writes the parameters and the states to one safetensors file: a tensor for each, with
// its name, shape and type. The file replaces an old one as a whole or not at all. Leftovers of
// an earlier Save to the same path that was killed are removed.
//
// Errors: ErrNotBuilt if there are no parameters, ErrOption for a nil p, ErrNotFinite
// for NaN and infinities, with parameter and index; those of the file system. An old
// file is then unchanged.
func Save(path string, p *graph.Params) error {
	return errors.Wrap(save(path, p, SaveOptions{}), "train: Save")
}

// SaveWith is Save with settings.
func SaveWith(path string, p *graph.Params, o SaveOptions) error {
	return errors.Wrap(save(path, p, o), "train: SaveWith")
}

func save(path string, p *graph.Params, o SaveOptions) error {
	if err := built(p); err != nil {
		return err
	}
	f := &safetensors.File{Meta: map[string]string{"format": "symgrad"}}
	for _, q := range everything(p) {
		v := p.Values(q.Name)
		if i := slices.IndexFunc(v, func(x float64) bool { return !isFinite(x) }); i >= 0 && !o.AllowNonFinite {
			return mistake.Newf(ErrNotFinite, "%s %q: element %d: got %v, want a finite number (SaveOptions.AllowNonFinite writes it)", kindOf(q), q.Name, i, v[i])
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
	return safetensors.Write(path, f)
}

// Load reads parameters and states from a safetensors file, written by Save or by any other
// library. The file must have exactly those of p, with their shapes, of type
// F64, F32, F16 or BF16; they are rounded to the type of p. The names and shapes are
// compared before memory for the data is allocated, and everything is checked before p
// changes.
//
// Errors: ErrNotBuilt if p has no parameters yet, ErrOption for a nil p; ErrFormat and
// ErrChecksum for a file that is not safetensors or is damaged; ErrParameters, with all
// differences; ErrNotFinite for NaN, an infinity, or a number that the type of p cannot
// hold, with tensor and index; those of the file system.
func Load(path string, p *graph.Params) error {
	return errors.Wrap(loadInto(path, p, LoadOptions{}), "train: Load")
}

// LoadWith is Load with settings.
func LoadWith(path string, p *graph.Params, o LoadOptions) error {
	return errors.Wrap(loadInto(path, p, o), "train: LoadWith")
}

func loadInto(path string, p *graph.Params, o LoadOptions) error {
	values, err := load(path, p, o)
	if err != nil {
		return err
	}
	for name, v := range values {
		if err := p.Set(name, v); err != nil {
			return err
		}
	}
	return nil
}

// load returns the values of all parameters, checked.
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
			return nil, errors.WithMessagef(err, "%q", path)
		}
		values[t.Name] = v
	}
	return values, nil
}

// compare lists what differs between the tensors of a file and the parameters of p.
func compare(f *safetensors.File, p *graph.Params) (wrong []string) {
	found := make(map[string]safetensors.Tensor, len(f.Tensors))
	for _, t := range f.Tensors {
		found[t.Name] = t
	}
	for _, q := range everything(p) {
		t, ok := found[q.Name]
		switch {
		case !ok:
			wrong = append(wrong, fmt.Sprintf("%q: got no such tensor, want one with the shape %v", q.Name, ir.Shape(q.Shape)))
		case !slices.Equal(t.Shape, q.Shape):
			wrong = append(wrong, fmt.Sprintf("%q: got the shape %v, want %v", q.Name, ir.Shape(t.Shape), ir.Shape(q.Shape)))
		case !slices.Contains(safetensors.Floats(), t.DType):
			wrong = append(wrong, fmt.Sprintf("%q: got elements of type %s, want one of %s", q.Name, t.DType, strings.Join(safetensors.Floats(), ", ")))
		}
	}
	for _, t := range f.Tensors {
		if p.Get(t.Name) == nil {
			wrong = append(wrong, fmt.Sprintf("%q: got a tensor, want none: the model has no parameter or state of this name", t.Name))
		}
	}
	return wrong
}

// fits returns an error unless the type d can hold the elements v of a tensor, and they
// are finite or need not be.
func fits(name string, v []float64, d graph.DType, o LoadOptions) error {
	for i, x := range v {
		switch infinite := math.IsInf(x, 0); {
		case (infinite || math.IsNaN(x)) && !o.AllowNonFinite:
			return mistake.Newf(ErrNotFinite, "tensor %q: element %d: got %v, want a finite number (LoadOptions.AllowNonFinite reads it)", name, i, x)
		case d == graph.Float32 && !infinite && math.IsInf(float64(float32(x)), 0):
			return mistake.Newf(ErrNotFinite, "tensor %q: element %d: got %v, want a number that %v can hold", name, i, x, d)
		}
	}
	return nil
}

// kindOf returns what messages call q.
func kindOf(q *graph.Param) string {
	if q.State {
		return "state"
	}
	return "parameter"
}

// everything returns the parameters and the states.
func everything(p *graph.Params) []*graph.Param { return append(p.List(), p.States()...) }

// built returns an error unless there are parameters.
func built(p *graph.Params) error {
	switch {
	case p == nil:
		return mistake.Optionf("got nil Params, want those of a model")
	case len(p.List()) == 0:
		return mistake.Newf(ErrNotBuilt, "got Params without parameters, want those of a model that is built: call Build first")
	}
	return nil
}
