package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

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
	views, err := views(p, o)
	if err != nil {
		return err
	}
	return safetensors.WriteTensors(path, map[string]string{"format": "symgrad"}, views, safetensors.WriteOptions{})
}

// views returns the parameters and the states as tensors that share their memory.
func views(p *graph.Params, o SaveOptions) ([]safetensors.View, error) {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	list, err := viewsOf(nil, p.List(), f32, f64, o)
	if err != nil {
		return nil, err
	}
	return viewsOf(list, p.States(), p.State32(), p.State64(), o)
}

// viewsOf appends a view of each of list, which lies in the memory of one of both types.
func viewsOf(out []safetensors.View, list []*graph.Param, f32 []float32, f64 []float64, o SaveOptions) ([]safetensors.View, error) {
	for _, q := range list {
		v32, v64 := elements(f32, q), elements(f64, q)
		if !o.AllowNonFinite && !(holds32(v32, finite) && holds64(v64, finite)) {
			return nil, saysNotFinite(q, v32, v64)
		}
		if f64 != nil {
			out = append(out, safetensors.FloatsView(q.Name, q.Shape, v64))
		} else {
			out = append(out, safetensors.FloatsView(q.Name, q.Shape, v32))
		}
	}
	return out, nil
}

// saysNotFinite returns the error about the first element of q that is not finite.
func saysNotFinite(q *graph.Param, f32 []float32, f64 []float64) error {
	i, x := firstWild(f64)
	if f64 == nil {
		i, x = firstWild(f32)
	}
	return mistake.Newf(ErrNotFinite, "%s %q: element %d: got %v, want a finite number (SaveOptions.AllowNonFinite writes it)", kindOf(q), q.Name, i, x)
}

// firstWild returns the index and the value of the first element that is not finite;
// -1 for none.
func firstWild[T Float](v []T) (int, float64) {
	i := slices.IndexFunc(v, func(x T) bool { return !isFinite(float64(x)) })
	if i < 0 {
		return i, 0
	}
	return i, float64(v[i])
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
