package memory

import "unsafe"

// Fetches reports whether Fetch does anything.
func Fetches() bool { return canFetch }

// Fetch asks for the cache lines of x and does not wait for them: what reads or writes x soon finds them in the
// first-level cache. It changes nothing but time.
func Fetch[T Float](x []T) {
	if !canFetch || len(x) == 0 {
		return
	}
	bytes := len(x) * int(unsafe.Sizeof(x[0]))
	fetchLines((*byte)(unsafe.Pointer(&x[0])), (bytes+lineBytes-1)/lineBytes)
}
