//go:build arm64 && !noasm

package limit

import "github.com/symgrad/symgrad/internal/kernel/cpu"

const fmaChains = 24 // of the generated loops

// fmaLoop is a loop with the operations of one round.
func fmaLoop(bits int) (loop func(n int), each float64) {
	switch {
	case cpu.NEON && bits == 32:
		return fma128x32, 2 * fmaChains * 4
	case cpu.NEON:
		return fma128x64, 2 * fmaChains * 2
	}
	return scalarRounds, 8
}
