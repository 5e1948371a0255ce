//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package checkpoint

import (
	"errors"
	"os"
	"syscall"
)

// acquire locks the file at path, which it makes. The system gives the lock up when
// the process ends. A file system without locks gives one that is not exclusive.
func acquire(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	switch {
	case err == nil:
		l := &lock{file: file, exclusive: true}
		l.sign()
		return l, nil
	case errors.Is(err, syscall.EWOULDBLOCK):
		file.Close()
		return nil, locked(path)
	}
	undo, err := acquireHere(path)
	if err != nil {
		file.Close()
		return nil, err
	}
	return &lock{file: file, undo: undo}, nil
}
