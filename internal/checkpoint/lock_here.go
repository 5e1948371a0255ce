//go:build !windows

package checkpoint

import (
	"path/filepath"
	"sync"
)

// here are the paths that this process has locked where the system cannot.
var here sync.Map

// acquireHere locks a path within this process.
func acquireHere(path string) (undo func(), err error) {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if _, taken := here.LoadOrStore(path, true); taken {
		return nil, locked(path)
	}
	return func() { here.Delete(path) }, nil
}
