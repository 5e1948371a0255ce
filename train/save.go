package train

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// Save writes the parameters as one safetensors file, each under its name and in
// its type. The file replaces an old one as a whole or not at all.
func Save(path string, p *graph.Params) error {
	f := &safetensors.File{Meta: map[string]string{"format": "symgrad"}}
	for _, q := range p.List() {
		v := p.Values(q.Name)
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
// The file must have exactly the parameters of p, with their shapes, as F32 or
// F64; it is checked as a whole before anything is changed, and the error lists
// all that does not fit. The parameters must have been built: a model that has
// not been compiled yet is by Build.
func Load(path string, p *graph.Params) error {
	f, err := safetensors.Read(path)
	if err != nil {
		return errors.Wrap(err, "train: loading parameters")
	}
	values := map[string][]float64{}
	var wrong []string
	for _, q := range p.List() {
		t, ok := f.Tensor(q.Name)
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%q is missing", q.Name))
			continue
		}
		v, err := floats(t)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Sprintf("%q: %v", q.Name, err))
		case !slices.Equal(t.Shape, q.Shape):
			wrong = append(wrong, fmt.Sprintf("%q has the shape %v, want %v", q.Name, t.Shape, q.Shape))
		}
		values[q.Name] = v
	}
	for _, t := range f.Tensors {
		if p.Get(t.Name) == nil {
			wrong = append(wrong, fmt.Sprintf("%q is no parameter of the model", t.Name))
		}
	}
	if len(wrong) > 0 {
		return errors.Errorf("train: loading parameters: %s does not fit the model: %s", path, strings.Join(wrong, "; "))
	}
	for name, v := range values {
		if err := p.Set(name, v); err != nil {
			return errors.Wrap(err, "train: loading parameters")
		}
	}
	return nil
}

func floats(t safetensors.Tensor) ([]float64, error) {
	if t.DType == "F32" {
		w, err := t.Float32s()
		if err != nil {
			return nil, err
		}
		v := make([]float64, len(w))
		for i, x := range w {
			v[i] = float64(x)
		}
		return v, nil
	}
	return t.Float64s()
}

// Build builds the model once so that its parameters exist: to load saved ones
// into a model that is not to be trained.
func Build(m Model) error {
	b := graph.New(m.Params())
	m.Loss(b, 1)
	return errors.Wrap(b.Err(), "train: building the model")
}
