package checkpoint

import (
	"os"
	"syscall"
)

// sharingViolation is Windows's error of a file that another has open.
const sharingViolation syscall.Errno = 32

// acquire opens the file at path, which it makes, so that nobody else can open it for
// writing. The system closes it when the process ends.
func acquire(path string) (*lock, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_READ, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	switch {
	case err == sharingViolation:
		return nil, locked(path)
	case err != nil:
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	l := &lock{file: os.NewFile(uintptr(h), path), exclusive: true}
	l.sign()
	return l, nil
}
