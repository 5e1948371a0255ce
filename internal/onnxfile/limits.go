package onnxfile

import "github.com/symgrad/symgrad/internal/mistake"

// Limits bound what a file may ask for. A field of 0 stands for its default.
type Limits struct {
	// Bytes is the largest file, with its external data. The default is 2 GiB − 1.
	Bytes int64

	// Parts is the largest number of nodes, attributes, tensors, inputs, outputs and texts of
	// the metadata, all together. The default is 250,000.
	Parts int

	// Elements is the largest number of elements of any value of the graph. The default is 2^28.
	Elements int

	// Known is the largest number of elements of a value that is computed while the graph is
	// built, such as a shape. The default is 2^20.
	Known int

	// Depth is how deep messages may lie in each other. The default is 32.
	Depth int
}

// OrDefault returns the limits with the defaults for what is 0.
//
// Errors: ErrOption for a negative limit.
func (l Limits) OrDefault() (Limits, error) {
	if l.Bytes < 0 || l.Parts < 0 || l.Elements < 0 || l.Known < 0 || l.Depth < 0 {
		return l, mistake.Optionf("got the limits %+v, want none below 0", l)
	}
	set(&l.Bytes, 1<<31-1)
	set(&l.Parts, 250_000)
	set(&l.Elements, 1<<28)
	set(&l.Known, 1<<20)
	set(&l.Depth, 32)
	return l, nil
}

func set[T int | int64](to *T, fallback T) {
	if *to == 0 {
		*to = fallback
	}
}

// tooMuchf returns the error about a limit.
func tooMuchf(format string, a ...any) error { return mistake.Newf(mistake.ErrMemory, format, a...) }

// formatf returns the error about bytes that are no ONNX.
func formatf(format string, a ...any) error { return mistake.Newf(mistake.ErrFormat, format, a...) }

// unsupportedf returns the error about what is legal and not read.
func unsupportedf(format string, a ...any) error {
	return mistake.Newf(mistake.ErrUnsupported, format, a...)
}
