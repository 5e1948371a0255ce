// Package faults has a disk that fails where a test says: without space, with a
// refused call, with a short write, or because the process or the power is gone.
//
// It owns the faults and the count of operations. It is imported by tests alone. The
// operations are those of atomicfile.Disk; files lie on the real disk, so that a test
// looks at them as the next start of a program would.
package faults
