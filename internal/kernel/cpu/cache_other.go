//go:build !amd64 || noasm

package cpu

// caches knows no way to ask.
func caches() (l1, l2, l3 int) { return 0, 0, 0 }
