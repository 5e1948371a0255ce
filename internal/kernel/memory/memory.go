// Package memory makes the large slices that programs work on.
//
// It owns how the operating system is asked to back them, writes that pass the caches, and fetching into these
// ahead of use. It does not own what they hold or how long they live: they are ordinary memory of the garbage
// collector. Importers: the executors, the parameters, the optimizers and the
// trainer.
package memory

import "unsafe"

// Float are the types of the elements.
type Float interface{ float32 | float64 }

const (
	large = 1 << 19 // bytes from which huge pages pay
	some  = 1 << 15 // bytes from which a call to the system pays
)

// Zeros returns n zeros. Large memory should lie in huge pages, so that its
// first use takes few page faults and the rest few misses of the address
// translation.
func Zeros[T Float](n int) []T {
	v := make([]T, n)
	if at, size := extent(v); size >= large {
		preferHuge(at, size)
	}
	return v
}

// Populate gives v its pages at once, which takes less time than a page fault for
// each: for memory that is about to be written from end to end. What v holds
// stays.
func Populate[T Float](v []T) {
	if at, size := extent(v); size >= some {
		populate(at, size)
	}
}

// extent is where v lies and how many bytes it has.
func extent[T Float](v []T) (at, size uintptr) {
	return uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(len(v)) * unsafe.Sizeof(*new(T))
}
