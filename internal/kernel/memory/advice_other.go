//go:build !linux

package memory

// Neither advice has a portable form.
func preferHuge(_, _ uintptr) {}
func populate(_, _ uintptr)   {}
