//go:build !amd64 || noasm

package memory

// canFetch says that no kernel here asks for cache lines.
const canFetch = false

func fetchLines(at *byte, lines int) {}
