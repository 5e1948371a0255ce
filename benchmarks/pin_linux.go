package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

// pin binds the calling goroutine to one core, for good.
func pin(core int) error {
	runtime.LockOSThread()
	const bits = 8 * int(unsafe.Sizeof(uintptr(0)))
	var set [1 << 10]uintptr
	if core >= bits*len(set) {
		return syscall.EINVAL
	}
	set[core/bits] = 1 << (core % bits)
	if _, _, bad := syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(set), uintptr(unsafe.Pointer(&set))); bad != 0 {
		return bad
	}
	return nil
}
