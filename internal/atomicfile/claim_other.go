//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package atomicfile

import (
	"os"
	"time"
)

// leftover is the age from which a temporary file is that of a killed save: one
// that runs writes to it, and Windows does not delete a file that is open.
const leftover = time.Hour

// claim does nothing where there are no locks of whole files.
func claim(string) (release func(), ok bool) { return func() {}, true }

// removeUnclaimed deletes the temporary file at path if it is old.
func removeUnclaimed(path string) {
	if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > leftover {
		os.Remove(path)
	}
}
