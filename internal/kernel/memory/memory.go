// Package memory makes the large slices that programs work on.
//
// It owns how the operating system is asked to back them. It does not own what
// they hold or how long they live: they are ordinary memory of the garbage
// collector. Importers: the executors, the parameters and the optimizers.
package memory

import "unsafe"

// Float are the types of the elements.
type Float interface{ float32 | float64 }

// large is the number of bytes from which huge pages pay.
const large = 1 << 19

// Zeros returns n zeros. Large memory should lie in huge pages, so that its
// first use takes few page faults and the rest few misses of the address
// translation.
func Zeros[T Float](n int) []T {
	v := make([]T, n)
	if size := uintptr(n) * unsafe.Sizeof(T(0)); size >= large {
		preferHuge(uintptr(unsafe.Pointer(&v[0])), size)
	}
	return v
}
