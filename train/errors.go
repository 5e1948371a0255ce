package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/checkpoint"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/safetensors"
)

// The kinds of error of this package, found with errors.Is. Kinds that other packages
// of the module have under the same name are the same value there. The message names
// the function that was called, what was wrong, and what is expected.
var (
	// ErrNotFinite: a loss, a gradient or a parameter is NaN or infinite. If a step
	// found it, the error is a *NotFiniteError.
	ErrNotFinite = mistake.ErrNotFinite
	// ErrOption: a setting or an argument has no meaning, such as a learning rate of -1.
	ErrOption = mistake.ErrOption
	// ErrBusy: another goroutine is using the Trainer.
	ErrBusy = errors.New("the trainer is in use")
	// ErrNotBuilt: the parameters do not exist yet. A model has them once Build has
	// built it, or a Trainer has used it.
	ErrNotBuilt = errors.New("the model is not built: call Build first")
	// ErrParameters: a file does not have the parameters of the model.
	ErrParameters = errors.New("the file does not fit the model")
	// ErrRun: a file does not hold a training, or holds another one.
	ErrRun = errors.New("the run does not fit")
	// ErrLocked: another process, or another Fit of this one, writes to the folder of
	// Options.Checkpoint.
	ErrLocked = checkpoint.ErrLocked
	// ErrRank: another process of a training by several has failed, has other settings, or
	// cannot be reached.
	ErrRank = errors.New("the ranks do not train together")
	// ErrFormat: a file is not of the format that is read, or is damaged.
	ErrFormat = safetensors.ErrFormat
	// ErrChecksum: the content of a file is not what was written. It is an ErrFormat
	// too.
	ErrChecksum = safetensors.ErrChecksum
)
