package memory

import "syscall"

// hugePage is the size of a huge page on most processors; where it is another,
// the advice concerns somewhat more or less memory.
const hugePage = 2 << 20

// preferHuge advises huge pages for the memory, and for what shares its first and
// its last one: mostly memory of the heap that is not in use yet. It is an
// advice, so it does not matter if the system does not take it.
func preferHuge(start, size uintptr) {
	end := (start + size + hugePage - 1) &^ (hugePage - 1)
	start &^= hugePage - 1
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, start, end-start, syscall.MADV_HUGEPAGE)
}
