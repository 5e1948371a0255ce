package main

import (
	"encoding/json"
	"io"
	"maps"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/npy"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
)

// widths are the bytes of an element.
var widths = map[string]int{"BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
	"I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8, "C64": 8}

// newTensor describes a tensor.
func newTensor(name, dtype string, shape []int) tensor {
	n := size(shape)
	return tensor{Name: name, DType: dtype, Shape: append([]int{}, shape...), Elements: n, Bytes: n * widths[dtype]}
}

// safetensors reads the header of a safetensors file.
func (i *inspection) safetensors(path string, kind fileKind) error {
	r, err := safetensors.Open(path)
	if err != nil {
		return err
	}
	defer r.Close()
	for _, t := range r.Tensors() {
		i.Tensors = append(i.Tensors, newTensor(t.Name, t.DType, t.Shape))
	}
	i.Metadata = maps.Clone(r.Meta())
	switch kind {
	case modelFile:
		delete(i.Metadata, "symgrad.model")
		i.Model, err = train.ReadModelInfo(path)
		return err
	case checkpointFile:
		text := i.Metadata["symgrad.run"]
		delete(i.Metadata, "symgrad.run")
		i.Training = &training{}
		return errors.Wrap(json.Unmarshal([]byte(text), i.Training), `the entry "symgrad.run" of the metadata`)
	}
	return nil
}

// npz reads the headers of the arrays of an npz file.
func (i *inspection) npz(f io.ReaderAt, size int64) error {
	a, err := npy.Open(f, size, 1<<40) // nothing is inflated
	if err != nil {
		return err
	}
	for _, x := range a.Arrays() {
		i.Tensors = append(i.Tensors, newTensor(x.Name, x.DType, x.Shape))
	}
	return nil
}

// npy reads the header of an array, and that the file has its elements.
func (i *inspection) npy(f io.Reader, bytes int64) error {
	head := &counter{r: f}
	x, err := npy.ReadHeader(head)
	if err != nil {
		return err
	}
	t := newTensor(x.Name, x.DType, x.Shape)
	if got := bytes - head.n; got != int64(t.Bytes) {
		return errors.Wrapf(npy.ErrFormat, "got %d bytes behind the header, want the %d of %s %s", got, t.Bytes, x.DType, shape(x.Shape))
	}
	i.Tensors = []tensor{t}
	return nil
}

// counter counts the bytes that are read.
type counter struct {
	r io.Reader
	n int64
}

// Read reads.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
