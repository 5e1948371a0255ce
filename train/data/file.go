package data

import (
	"os"

	"github.com/symgrad/symgrad/internal/mistake"
)

// openRegular opens the regular file at path. A pipe, a device or a directory is an
// error of the kind.
func openRegular(path string, kind error) (*os.File, error) {
	info, err := os.Stat(path) // first: to open a pipe without a writer takes for ever
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, mistake.Newf(kind, "got %q, a file of the type %v, want a regular file", path, info.Mode().Type())
	}
	return os.Open(path)
}

// gzipMark begins every gzip stream.
const gzipMark = "\x1f\x8b"

// sizeLimit returns the limit that an option MaxBytes sets: 1 GiB when it is zero.
func sizeLimit(maxBytes int64) (int64, error) {
	if maxBytes < 0 {
		return 0, mistake.Optionf("got MaxBytes %d, want at least 0", maxBytes)
	}
	if maxBytes == 0 {
		return 1 << 30, nil
	}
	return maxBytes, nil
}
