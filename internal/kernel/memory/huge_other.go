//go:build !linux

package memory

// preferHuge has no portable form.
func preferHuge(_, _ uintptr) {}
