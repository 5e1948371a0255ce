//go:build amd64 && !noasm

package limit

import "github.com/symgrad/symgrad/internal/kernel/cpu"

const fmaChains = 12 // of the generated loops

// fmaLoop is a loop with the operations of one round.
func fmaLoop(bits int) (loop func(n int), each float64) {
	switch {
	case cpu.AVX512 && bits == 32:
		return fma512x32, 2 * fmaChains * 16
	case cpu.AVX512:
		return fma512x64, 2 * fmaChains * 8
	case cpu.AVX2 && bits == 32:
		return fma256x32, 2 * fmaChains * 8
	case cpu.AVX2:
		return fma256x64, 2 * fmaChains * 4
	}
	return scalarRounds, 8
}
