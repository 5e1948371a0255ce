//go:build amd64 && !noasm

package memory

import "github.com/symgrad/symgrad/internal/kernel/cpu"

// canStream says that the processor can do stream256.
func canStream() bool { return cpu.AVX2 || cpu.AVX512 }

func streamLines(dst, src *byte, lines int) { stream256(dst, src, lines) }
func streamFence()                          { streamEnd() }
