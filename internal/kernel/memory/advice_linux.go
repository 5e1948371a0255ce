package memory

import (
	"os"
	"syscall"
)

// hugePage is the size of a huge page on most processors; where it is another,
// the advice concerns somewhat more or less memory.
const hugePage = 2 << 20

// populateWrite is MADV_POPULATE_WRITE, which is younger than package syscall.
const populateWrite = 23

// preferHuge advises huge pages for the memory, and for what shares its first and
// its last one: mostly memory of the heap that is not in use yet.
func preferHuge(at, size uintptr) { advise(at, size, hugePage, syscall.MADV_HUGEPAGE) }

// populate maps the pages of the memory for writing.
func populate(at, size uintptr) { advise(at, size, uintptr(os.Getpagesize()), populateWrite) }

// advise gives an advice on the pages that the memory lies in. It does not matter
// if the system does not take it.
func advise(at, size, page uintptr, advice int) {
	end := (at + size + page - 1) &^ (page - 1)
	at &^= page - 1
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, at, end-at, uintptr(advice))
}
