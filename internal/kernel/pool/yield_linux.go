package pool

import (
	"runtime"
	"syscall"
)

// yield lets other goroutines run, and then other threads that want this core. It
// returns at once if there are none.
func yield() {
	runtime.Gosched()
	_, _, _ = syscall.RawSyscall(syscall.SYS_SCHED_YIELD, 0, 0, 0)
}
