package data

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// maxSequences bounds the elements of padded sequences, below what a program can ask
// of the system without being ended by it.
const maxSequences = min(1<<37, math.MaxInt)

// SequenceOptions says how sequences of different lengths become rows of one.
type SequenceOptions struct {
	// Step is the shape of one step: nil for one number or token, [F] for F features.
	Step []int
	// Length is the number of steps in a row; zero is that of the longest sequence. A
	// test set needs the one of its training set.
	Length int
	// Pad is the value in the steps after the end of a sequence. For labels leave it 0 if
	// Classes of the field is set: then every value must be one of the classes. The lengths
	// say what counts. A label that a loss ignores, such as −1, needs a field without Classes.
	Pad float64
}

// Sequences returns two fields for sequences of different lengths, as recurrent layers
// take them. values (values: [N, Length, Step...]) has the given name and holds them
// one a row, padded at the end. lengths (lengths: [N]) is named "lengths" and holds the
// number of steps of each. Scale, Classes and the like may be set before New. With Classes,
// Pad has to be a class too.
//
// The values keep their type. They are copied. A sequence may be empty.
//
// Errors: ErrEmpty for no sequences, and for none with a step when Length is zero;
// ErrShape for a sequence that is no whole number of steps or longer than Length, and
// for rows beyond memory; ErrOption for a negative Length and for a Pad that the type
// cannot hold exactly.
func Sequences[T Element](name string, sequences [][]T, opts SequenceOptions) (values, lengths Field, err error) {
	values, lengths, err = padded(sequences, opts)
	if err != nil {
		return Field{}, Field{}, errors.WithMessagef(err, "data: Sequences: field %q", name)
	}
	values.Name, lengths.Name = name, "lengths"
	return values, lengths, nil
}

func padded[T Element](sequences [][]T, opts SequenceOptions) (values, lengths Field, err error) {
	pad := T(opts.Pad)
	if float64(pad) != opts.Pad {
		return values, lengths, mistake.Optionf("got Pad %v, want a value of the type %T", opts.Pad, pad)
	}
	if opts.Length < 0 {
		return values, lengths, mistake.Optionf("got Length %d, want at least 0", opts.Length)
	}
	steps, err := stepsOf(sequences, opts.Step)
	if err != nil {
		return values, lengths, err
	}
	length := opts.Length
	for i, n := range steps {
		if opts.Length > 0 && n > opts.Length {
			return values, lengths, mistake.Shapef("sequence %d: got %d steps, want at most Length %d", i, n, opts.Length)
		}
		length = max(length, n)
	}
	if length == 0 {
		return values, lengths, mistake.Newf(ErrEmpty, "got %d sequences without steps, want at least one step", len(sequences))
	}
	values.Shape = append([]int{length}, opts.Step...)
	size, err := values.checkedSize()
	if err != nil || int64(size) > maxSequences/int64(len(sequences)) {
		return values, lengths, mistake.Shapef("got %d rows of %v, want them to fit in memory", len(sequences), values.Shape)
	}
	table := slices.Repeat([]T{pad}, len(sequences)*size)
	for i, s := range sequences {
		copy(table[i*size:], s)
	}
	hold(&values, table)
	lengths.Ints = steps
	return values, lengths, nil
}

// stepsOf returns the number of steps of each sequence.
func stepsOf[T Element](sequences [][]T, step []int) ([]int, error) {
	size, err := Field{Shape: step}.checkedSize()
	if err != nil {
		return nil, mistake.Shapef("got steps of the shape %v, want positive axes that fit in memory", step)
	}
	if len(sequences) == 0 {
		return nil, mistake.Newf(ErrEmpty, "got no sequences, want at least one")
	}
	steps := make([]int, len(sequences))
	for i, s := range sequences {
		if len(s)%size != 0 {
			return nil, mistake.Shapef("sequence %d: got %d values, want a multiple of %d (one step: %v)", i, len(s), size, step)
		}
		steps[i] = len(s) / size
	}
	return steps, nil
}
