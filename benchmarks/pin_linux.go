package main

import (
	"fmt"
	"runtime"
	"syscall"
	"unsafe"
)

// pin binds the calling goroutine for good to one of the cores that this process may use,
// counted from 0.
func pin(core int) error {
	runtime.LockOSThread()
	var may, one [1 << 10]uintptr
	call := func(number uintptr, set *[1 << 10]uintptr) error {
		if _, _, bad := syscall.RawSyscall(number, 0, unsafe.Sizeof(*set), uintptr(unsafe.Pointer(set))); bad != 0 {
			return bad
		}
		return nil
	}
	if err := call(syscall.SYS_SCHED_GETAFFINITY, &may); err != nil {
		return err
	}
	cores := 0
	for i, w := range may {
		for ; w != 0; w &= w - 1 {
			if cores == core {
				one[i] = w & -w
				return call(syscall.SYS_SCHED_SETAFFINITY, &one)
			}
			cores++
		}
	}
	return fmt.Errorf("this process may use %d cores", cores)
}
