package mpi

import (
	"os"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/dist"
)

// ErrLibrary is the error of dist.Default when a launcher has started the process and there is no
// library of MPI to use. None is found, or it is of another MPI than the launcher.
var ErrLibrary = errors.New("no library of MPI to use")

func init() { dist.Register("mpi", open) }

// open returns the Engine of the process, and nil if no launcher has started it.
func open() (dist.Engine, error) {
	l := launched(os.Getenv)
	if l.by == "" {
		return nil, nil
	}
	return start(l)
}
