//go:build !(((linux && !android) || (darwin && !ios)) && (amd64 || arm64))

package mpi

import (
	"runtime"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/dist"
)

// start says that it cannot.
func start(l launch) (dist.Engine, error) {
	return nil, errors.Wrapf(ErrLibrary, "%s says that a launcher of MPI started this process; got %s/%s, want Linux or macOS on amd64 or arm64",
		l.by, runtime.GOOS, runtime.GOARCH)
}
