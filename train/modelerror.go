package train

import (
	"errors"
	"strings"
)

// The kinds of error about files that hold a whole model.
var (
	// ErrModelFile: a file does not describe a model, or not in a way that this version of
	// the module reads.
	ErrModelFile = errors.New("the file does not describe a model that can be opened")
	// ErrNotRegistered: nothing in the program has registered a model of the name.
	ErrNotRegistered = errors.New("the model is not registered")
)

// ModelFileError lists all that is wrong with a model file, or with a model that is to become
// one. Find it with errors.As.
type ModelFileError struct {
	// Kind is ErrModelFile for the description, ErrNotRegistered for the name of the model,
	// and ErrParameters if description, tensors and model do not fit together.
	Kind error
	// Wrong has one text for each thing that is wrong.
	Wrong []string
}

// Error returns the kind and all that is wrong in one line.
func (e *ModelFileError) Error() string {
	if e.Kind == nil {
		return strings.Join(e.Wrong, "; ")
	}
	return e.Kind.Error() + ": " + strings.Join(e.Wrong, "; ")
}

// Unwrap returns Kind.
func (e *ModelFileError) Unwrap() error { return e.Kind }

// wrongs returns the list as an error of the kind, nil if it is empty.
func wrongs(kind error, list []string) error {
	if len(list) == 0 {
		return nil
	}
	return &ModelFileError{kind, list}
}
