package train

import (
	"io"
	"io/fs"
	"maps"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// writeModel writes all parameters and states of p, with metadata.
func writeModel(path string, p *graph.Params, meta map[string]string, o SaveOptions) error {
	list, err := views(p, o)
	if err != nil {
		return err
	}
	all := map[string]string{"format": "symgrad"}
	maps.Copy(all, meta)
	return safetensors.WriteTensors(path, all, list, safetensors.WriteOptions{})
}

// modelSource opens a file. It calls use with the header, before the data are read.
type modelSource func(use func(*safetensors.Reader) error) error

// fromPath reads a regular file.
func fromPath(path string) modelSource {
	return func(use func(*safetensors.Reader) error) error {
		r, err := safetensors.Open(path)
		if err != nil {
			return err
		}
		defer r.Close()
		return use(r)
	}
}

// fromReader reads to the end of r.
func fromReader(r io.Reader) modelSource {
	return func(use func(*safetensors.Reader) error) error {
		if mistake.IsNil(r) {
			return mistake.Optionf("got a nil reader, want a value")
		}
		s, err := safetensors.NewStream(r)
		if err != nil {
			return err
		}
		return use(s)
	}
}

// fromFS reads a regular file of fsys.
func fromFS(fsys fs.FS, name string) modelSource {
	return func(use func(*safetensors.Reader) error) error {
		return withFile(fsys, name, func(file fs.File) error {
			at, size, err := regular(file)
			switch {
			case err != nil:
				return err
			case at == nil:
				return fromReader(file)(use)
			}
			r, err := safetensors.NewReader(at, size)
			if err != nil {
				return err
			}
			return use(r)
		})
	}
}

// fill reads all tensors of r into the parameters and states of p, which have their names
// and shapes. After an error what p holds has no meaning.
func fill(p *graph.Params, r *safetensors.Reader, o LoadOptions) error {
	f32, _ := p.Flat32()
	f64, _ := p.Flat64()
	for _, t := range r.Tensors() { // in their order, as a stream wants it
		q := p.Get(t.Name)
		a32, a64 := elements(f32, q), elements(f64, q)
		if q.State {
			a32, a64 = elements(p.State32(), q), elements(p.State64(), q)
		}
		var err error
		if a32 != nil {
			err = readFinite(r, t.Name, a32, o)
		} else {
			err = readFinite(r, t.Name, a64, o)
		}
		if err != nil {
			return err
		}
	}
	return r.Finish()
}

// readFinite reads the elements of a tensor, which must be finite or need not be.
func readFinite[T Float](r *safetensors.Reader, name string, into []T, o LoadOptions) error {
	err := safetensors.ReadFloats(r, name, into)
	var beyond *safetensors.RangeError
	if errors.As(err, &beyond) {
		return mistake.Newf(ErrNotFinite, "%v", err)
	}
	if err != nil || o.AllowNonFinite {
		return err
	}
	if i, x := firstWild(into); i >= 0 {
		return mistake.Newf(ErrNotFinite, "tensor %q: element %d: got %v, want a finite number (AllowNonFinite reads it)", name, i, x)
	}
	return nil
}
