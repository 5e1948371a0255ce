package train

import (
	"bytes"
	"io"
	"io/fs"
	"os"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/npy"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// weights is an open file of tensors, of either format.
type weights interface {
	// tensors returns their names, types and shapes, in the order in which they must be
	// read.
	tensors() []safetensors.Tensor
	// run returns the name in the model for that of a tensor in a file of Trainer.Save, or
	// false if the model as it predicts has the tensor elsewhere; nil for other files.
	run() func(name string) (string, bool)
	read32(name string, into []float32) error
	read64(name string, into []float64) error
	// finish checks what follows the last tensor.
	finish() error
}

// readWeights reads the elements of a tensor.
func readWeights[T Float](w weights, name string, into []T) error {
	if v, ok := any(into).([]float32); ok {
		return w.read32(name, v)
	}
	return w.read64(name, any(into).([]float64))
}

// safeWeights is a safetensors file.
type safeWeights struct{ r *safetensors.Reader }

func (w safeWeights) tensors() []safetensors.Tensor { return w.r.Tensors() }

func (w safeWeights) run() func(name string) (string, bool) {
	if _, ok := w.r.Meta()[runKey]; !ok {
		return nil
	}
	r, err := readRecord(w.r)
	if err != nil { // the tensors tell what they are
		r = &record{}
	}
	return r.predicting
}

func (w safeWeights) read32(name string, into []float32) error {
	return beyondIsNotFinite(safetensors.ReadFloats(w.r, name, into))
}

func (w safeWeights) read64(name string, into []float64) error {
	return safetensors.ReadFloats(w.r, name, into)
}

func (w safeWeights) finish() error { return w.r.Finish() }

// zipWeights is an npz file.
type zipWeights struct{ a *npy.Archive }

func (w zipWeights) tensors() []safetensors.Tensor {
	out := make([]safetensors.Tensor, len(w.a.Arrays()))
	for i, x := range w.a.Arrays() {
		out[i] = safetensors.Tensor{Name: x.Name, DType: x.DType, Shape: x.Shape}
	}
	return out
}

func (w zipWeights) run() func(name string) (string, bool) { return nil }

func (w zipWeights) read32(name string, into []float32) error {
	return beyondIsNotFinite(npy.ReadFloats(w.a, name, into))
}

func (w zipWeights) read64(name string, into []float64) error {
	return npy.ReadFloats(w.a, name, into)
}

func (w zipWeights) finish() error { return nil }

// beyondIsNotFinite makes ErrNotFinite of the error about an element that float32 cannot
// hold.
func beyondIsNotFinite(err error) error {
	var safe *safetensors.RangeError
	var zip *npy.RangeError
	switch {
	case errors.As(err, &safe):
		return mistake.Newf(ErrNotFinite, "%v", safe)
	case errors.As(err, &zip):
		return mistake.Newf(ErrNotFinite, "%v", zip)
	}
	return err
}

// weightsSource opens a file and passes it to use.
type weightsSource func(o LoadOptions, use func(weights) error) error

// isZip reports whether a file begins as a zip archive does.
func isZip(start []byte) bool {
	return bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06"))
}

// weightsAt passes the file of size bytes in src to use.
func weightsAt(src io.ReaderAt, size int64, o LoadOptions, use func(weights) error) error {
	start := make([]byte, 4)
	n, err := src.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if isZip(start[:n]) {
		a, err := npy.Open(src, size, o.MaxBytes)
		if err != nil {
			return err
		}
		return use(zipWeights{a})
	}
	r, err := safetensors.NewReader(src, size)
	if err != nil {
		return err
	}
	return use(safeWeights{r})
}

// weightsPath reads a regular file. It looks before it opens: opening a pipe that nobody
// writes to takes for ever.
func weightsPath(path string) weightsSource {
	return func(o LoadOptions, use func(weights) error) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return mistake.Newf(ErrFormat, "%q: got %v, want a regular file", path, info.Mode().Type())
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		return errors.WithMessagef(weightsFile(file, o, use), "%q", path)
	}
}

// weightsFS reads a regular file of fsys.
func weightsFS(fsys fs.FS, name string) weightsSource {
	return func(o LoadOptions, use func(weights) error) error {
		return withFile(fsys, name, func(file fs.File) error { return weightsFile(file, o, use) })
	}
}

// withFile passes a file of fsys to use.
func withFile(fsys fs.FS, name string, use func(fs.File) error) error {
	if mistake.IsNil(fsys) {
		return mistake.Optionf("got a nil fs.FS, want a value")
	}
	file, err := fsys.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return errors.WithMessagef(use(file), "%q", name)
}

// weightsFile passes an open file to use.
func weightsFile(file fs.File, o LoadOptions, use func(weights) error) error {
	at, size, err := regular(file)
	switch {
	case err != nil:
		return err
	case at == nil:
		return weightsReader(file)(o, use)
	}
	return weightsAt(at, size, o, use)
}

// regular returns the size of a file, which must be a regular one, and what reads it at any
// place; nil if it can be read from the beginning alone.
func regular(file fs.File) (at io.ReaderAt, size int64, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, mistake.Newf(ErrFormat, "got %v, want a regular file", info.Mode().Type())
	}
	at, _ = file.(io.ReaderAt)
	return at, info.Size(), nil
}

// weightsReader reads r to its end: safetensors as they come, an npz file into memory,
// since its directory stands at its end.
func weightsReader(r io.Reader) weightsSource {
	return func(o LoadOptions, use func(weights) error) error {
		if mistake.IsNil(r) {
			return mistake.Optionf("got a nil reader, want a value")
		}
		start := make([]byte, 4)
		n, err := io.ReadFull(r, start)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		r := io.MultiReader(bytes.NewReader(start[:n]), r)
		if !isZip(start[:n]) {
			s, err := safetensors.NewStream(r)
			if err != nil {
				return err
			}
			return use(safeWeights{s})
		}
		var all bytes.Buffer
		if n, err := io.Copy(&all, io.LimitReader(r, o.MaxBytes+1)); err != nil {
			return err
		} else if n > o.MaxBytes {
			return mistake.Newf(ErrFormat, "got more than %d bytes of an npz file, want at most LoadOptions.MaxBytes", o.MaxBytes)
		}
		return weightsAt(bytes.NewReader(all.Bytes()), int64(all.Len()), o, use)
	}
}
