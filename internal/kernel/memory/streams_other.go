//go:build !amd64 || noasm

package memory

// canStream says that no kernel here writes past the caches.
func canStream() bool { return false }

func streamLines(dst, src *byte, lines int) {}
func streamFence()                          {}
