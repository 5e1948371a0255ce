package memory

import (
	"unsafe"

	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// lineBytes is the size of a cache line.
const lineBytes = 64

// Streams reports whether a loop that reads and writes so many bytes should write its result with Stream.
// Of more than the caches hold, they keep nothing of the result until somebody reads it. A plain store fetches each
// line from memory before it writes to it. Stream does not.
func Streams(bytes int) bool { return canStream() && bytes >= 2*cpu.L3 }

// Stream copies src to dst, which has the same length, past the caches where the processor can. Other
// cores see it after StreamEnd.
func Stream[T Float](dst, src []T) {
	size := int(unsafe.Sizeof(T(0)))
	whole := len(src) * size / lineBytes
	if !canStream() || whole == 0 || uintptr(unsafe.Pointer(&dst[0]))%lineBytes != 0 {
		copy(dst, src)
		return
	}
	streamLines((*byte)(unsafe.Pointer(&dst[0])), (*byte)(unsafe.Pointer(&src[0])), whole)
	at := whole * lineBytes / size
	copy(dst[at:], src[at:])
}

// StreamEnd comes after the last Stream of a loop.
func StreamEnd() {
	if canStream() {
		streamFence()
	}
}
