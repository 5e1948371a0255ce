package checkpoint

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// lock is a lock of a file that its process holds. The file stays when it is given up:
// removing it would let two processes lock two files of one name.
type lock struct {
	file      *os.File
	exclusive bool // no other process can have it; false where there are no such locks
	undo      func()
}

// sign writes the number of this process into the file, for the message of others.
// That it fails is no reason not to work.
func (l *lock) sign() {
	if l.file.Truncate(0) == nil {
		_, _ = l.file.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	}
}

func (l *lock) release() error {
	if l.undo != nil {
		l.undo()
	}
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// locked is the error about a file that another holds.
func locked(path string) error {
	content, _ := os.ReadFile(path)
	if pid, err := strconv.Atoi(strings.TrimSpace(string(content))); err == nil {
		return fmt.Errorf("%w: process %d writes to it", ErrLocked, pid)
	}
	return ErrLocked
}
