package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/safetensors"
	"github.com/symgrad/symgrad/train"
)

// fileKind is what a file is, by its content.
type fileKind int

const (
	otherFile fileKind = iota
	modelFile          // of train.SaveModel
	checkpointFile
	weightsFile // another safetensors file
	npzFile
	npyFile
	onnxFile
	runFile // run.json
	jsonFile
	textFile
)

// kindNames says what a file of each kind is.
var kindNames = map[fileKind]string{
	modelFile:      "a model file",
	checkpointFile: "the file of a training (a checkpoint)",
	weightsFile:    "a safetensors file with tensors alone",
	npzFile:        "NumPy arrays (npz)",
	npyFile:        "a NumPy array (npy)",
	onnxFile:       "an ONNX file",
	runFile:        "the settings of a training (run.json)",
	jsonFile:       "JSON",
	textFile:       "text, such as a table",
}

// hints say what to do with a file that is not a model.
var hints = map[fileKind]string{
	checkpointFile: "; Trainer.Restore reads it in a program, and Trainer.SaveModel then writes a model file",
	weightsFile:    "; train.Load reads it in a program that makes the model",
	runFile:        "; symgrad train -config makes its model file again",
	onnxFile:       "; symgrad import makes a model file of it",
}

// openRegular opens a regular file: a folder, a pipe or a device is an error.
func openRegular(path string) (*os.File, int64, error) {
	info, err := os.Stat(path)
	switch {
	case os.IsNotExist(err):
		return nil, 0, errors.Errorf("%s: there is no such file", path)
	case err != nil:
		return nil, 0, err
	case info.IsDir():
		return nil, 0, errors.Errorf("%s: got a folder, want a file", path)
	case !info.Mode().IsRegular():
		return nil, 0, errors.Errorf("%s: got a %v, want a file", path, info.Mode().Type())
	}
	f, err := os.Open(path)
	return f, info.Size(), err
}

// readable returns an error unless path is a regular file that can be opened.
func readable(path string) error {
	f, _, err := openRegular(path)
	if err != nil {
		return err
	}
	return f.Close()
}

// kindOf says what a file is: its kind, and in words.
func kindOf(path string) (fileKind, string, error) {
	f, size, err := openRegular(path)
	if err != nil {
		return otherFile, "", err
	}
	defer f.Close()
	head, err := bufio.NewReaderSize(f, 1<<12).Peek(1 << 12)
	if err != nil && err != io.EOF {
		return otherFile, "", errors.Wrap(err, path)
	}
	kind, name := kindOfHead(path, head, size)
	return kind, name, nil
}

// mostHeader is the longest header of a safetensors file.
const mostHeader = 100_000_000

// kindOfHead says what a file of size bytes is that begins with head.
func kindOfHead(path string, head []byte, size int64) (fileKind, string) {
	named := func(k fileKind) (fileKind, string) { return k, kindNames[k] }
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n")
	switch {
	case size == 0:
		return otherFile, "an empty file"
	case bytes.HasPrefix(head, []byte("\x93NUMPY")):
		return named(npyFile)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && strings.EqualFold(filepath.Ext(path), ".npz"):
		return named(npzFile)
	case len(head) > 8 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= mostHeader:
		return named(kindOfSafetensors(path))
	case isONNX(path, head):
		return named(onnxFile)
	}
	for _, k := range kinds {
		if bytes.HasPrefix(head, []byte(k.begin)) && (len(k.begin) > 2 || bytes.IndexByte(head, 0) >= 0) {
			return otherFile, k.kind
		}
	}
	if kind := safetensors.OtherFormat(head[:min(len(head), 32)]); kind != "" {
		return otherFile, kind
	}
	switch {
	case bytes.IndexByte(head, 0) >= 0 || !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]):
		return otherFile, fmt.Sprintf("%d bytes of an unknown format", size)
	case len(trimmed) > 0 && trimmed[0] == '{' && bytes.Contains(head, []byte(`"table":`)) && bytes.Contains(head, []byte(`"validation":`)):
		return named(runFile)
	case len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '['):
		return named(jsonFile)
	}
	return named(textFile)
}

// kindOfSafetensors says what a safetensors file has. A damaged one is taken for a model file, whose
// reader says what is wrong.
func kindOfSafetensors(path string) fileKind {
	r, err := safetensors.Open(path)
	if err != nil {
		return modelFile
	}
	defer r.Close()
	switch meta := r.Meta(); {
	case meta["symgrad.model"] != "":
		return modelFile
	case meta["symgrad.run"] != "":
		return checkpointFile
	}
	return weightsFile
}

// isONNX says whether a file may be ONNX: its name says so, or it begins with the field ir_version
// and then with another field of a model.
func isONNX(path string, head []byte) bool {
	if strings.EqualFold(filepath.Ext(path), ".onnx") {
		return true
	}
	return len(head) > 3 && head[0] == 0x08 && head[1] < 0x20 && (head[2] == 0x12 || head[2] == 0x3a || head[2] == 0x42)
}

// kindAmong returns the kind of a file. Of a file of another kind than kinds it says what that is, and
// that want is wanted.
func kindAmong(path, want string, kinds ...fileKind) (fileKind, error) {
	kind, name, err := kindOf(path)
	if err == nil && !slices.Contains(kinds, kind) {
		err = errors.Errorf("%s: got %s, want %s%s", path, name, want, hints[kind])
	}
	return kind, err
}

// openModelFile opens a model file.
func openModelFile(path string, o train.PredictorOptions) (*train.Predictor, error) {
	if _, err := kindAmong(path, "a model file, as symgrad train writes it", modelFile); err != nil {
		return nil, err
	}
	return train.OpenWith(path, o)
}

// openModel opens a model file or an ONNX file.
func openModel(path string, o train.PredictorOptions) (*train.Predictor, error) {
	kind, err := kindAmong(path, "a model file, as symgrad train writes it, or an ONNX file", modelFile, onnxFile)
	switch {
	case err != nil:
		return nil, err
	case kind == onnxFile:
		return importing{}.open(path, o)
	}
	return train.OpenWith(path, o)
}

// readModel returns the model of a model file, or of an ONNX file for any batch or for one alone.
func readModel(path string) (train.Model, error) {
	if kind, _, err := kindOf(path); err == nil && kind == onnxFile {
		m, _, err := importing{}.read(path)
		if err != nil {
			return nil, errors.WithMessage(err, path)
		}
		return m, nil
	}
	p, err := openModel(path, train.PredictorOptions{})
	if err != nil {
		return nil, err
	}
	return p.Model(), nil
}
