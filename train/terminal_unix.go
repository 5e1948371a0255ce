//go:build darwin || freebsd || linux

package train

import (
	"os"
	"syscall"
	"unsafe"
)

// columns returns the width of the terminal f; 0 if f is not a terminal.
func columns(f *os.File) int {
	c, err := f.SyscallConn()
	if err != nil {
		return 0
	}
	var size struct{ rows, columns, x, y uint16 }
	failed := syscall.EINVAL
	err = c.Control(func(fd uintptr) {
		_, _, failed = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	})
	switch {
	case err != nil || failed != 0:
		return 0
	case size.columns == 0: // a terminal that does not know
		return 80
	}
	return int(size.columns)
}
