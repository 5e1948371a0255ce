package cpu

// The sizes of the data caches, in bytes, of which a core has the first two for itself. They decide how
// kernels cut their work, and never the bits of a result. They are set once before any
// init function of an importer runs.
var (
	// L1 is the size of the first-level cache.
	L1 = defaultL1
	// L2 is the size of the second-level cache.
	L2 = defaultL2
	// L3 is the size of the last cache that a core reaches, which it may share with others. What is larger
	// by far lies in memory.
	L3 = defaultL3
)

// What the processors of the last ten years have at least.
const (
	defaultL1 = 32 << 10
	defaultL2 = 256 << 10
	defaultL3 = 32 << 20 // of many: what is larger would be in memory on most
)

// leastL1 and leastL2 are the smallest sizes that are believed. Some virtual machines
// tell sizes that no processor has.
const (
	leastL1 = 8 << 10
	leastL2 = 64 << 10
)

func init() {
	l1, l2, l3 := caches()
	if l1 >= leastL1 && l2 >= max(l1, leastL2) {
		L1, L2 = l1, l2
	}
	if l3 >= L2 {
		L3 = l3
	}
}
