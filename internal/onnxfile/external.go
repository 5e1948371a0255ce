package onnxfile

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// Source opens the files that a model's data lie in.
type Source struct{ folder string }

// Folder returns the source of files in a folder and below it.
func Folder(path string) *Source { return &Source{path} }

// LoadExternal reads the data of initializers that lie in other files, of at most so many bytes.
// A nil source has no files.
//
// Errors: ErrFormat for a location outside of the folder and for data that do not fit,
// ErrUnsupported without a source, ErrMemory beyond the limit.
func (g *Graph) LoadExternal(from *Source, most int64) error {
	var root *os.Root
	for _, t := range g.Tensors {
		if t.External == nil {
			continue
		}
		if t.External["location"] == inParams {
			return named{"tensor", t.Name, unsupportedf("got a tensor whose numbers are in a model file, want a file with its numbers")}
		}
		if from == nil {
			return named{"tensor", t.Name, unsupportedf("got data outside of the file, which only ReadFile reads")}
		}
		if root == nil {
			var err error
			if root, err = os.OpenRoot(from.folder); err != nil {
				return err
			}
			defer root.Close()
		}
		n := int64(t.Size) * int64(kinds[t.Kind].size)
		if most -= n; most < 0 {
			return named{"tensor", t.Name, tooMuchf("got data beyond the limit of the file's bytes")}
		}
		if err := t.load(root, n); err != nil {
			return named{"tensor", t.Name, err}
		}
	}
	return nil
}

// load reads the n bytes of a tensor.
func (t *Tensor) load(root *os.Root, n int64) error {
	location := t.External["location"]
	if !filepath.IsLocal(filepath.FromSlash(location)) {
		return formatf("got data in %q, want a file in the folder of the model", location)
	}
	var offset int64
	for key, to := range map[string]*int64{"offset": &offset, "length": &n} {
		want := n
		if s := t.External[key]; s != "" {
			v, err := strconv.ParseInt(s, 10, 64)
			if err != nil || v < 0 || key == "length" && v != want {
				return formatf("got the %s %q of the data in %q, want a number that fits %v of %v", key, s, location, t.Kind, t.Shape)
			}
			*to = v
		}
	}
	info, err := root.Stat(filepath.FromSlash(location)) // before it is opened: to open a pipe waits
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || offset > info.Size() || n > info.Size()-offset {
		return formatf("got a file of %d bytes in %q, want a regular file with %d bytes from %d on", info.Size(), location, n, offset)
	}
	f, err := root.Open(filepath.FromSlash(location))
	if err != nil {
		return err
	}
	defer f.Close()
	t.raw, t.External = make([]byte, n), nil
	_, err = io.ReadFull(io.NewSectionReader(f, offset, n), t.raw)
	return err
}
