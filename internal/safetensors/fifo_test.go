//go:build unix

package safetensors

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe that nobody writes to is refused at once.
func TestReadRefusesPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("no pipe can be made: ", err)
	}
	if _, err := Read(path, nil); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "want a regular file") {
		t.Errorf("error %v", err)
	}
	if _, err := Read(filepath.Dir(path), nil); !errors.Is(err, ErrFormat) {
		t.Errorf("a directory: error %v", err)
	}
}
