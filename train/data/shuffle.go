package data

import (
	"math/bits"
	"math/rand/v2"
)

// splitStream is the second half of the seed of splits; epochs count from 0.
const splitStream = 1 << 63

// stream draws the random numbers of one split or one epoch. What it draws
// depends on its seed alone: the generator (PCG-DXSM) and everything built on it
// here are fixed, whatever the machine, the number of workers or the Go release.
type stream struct{ pcg rand.PCG }

func newStream(seed, number uint64) *stream {
	s := &stream{}
	s.seed(seed, number)
	return s
}

// seed restarts the stream. The number is spread over all bits, for streams of
// neighbouring numbers to have nothing in common.
func (s *stream) seed(seed, number uint64) {
	s.pcg.Seed(seed, (number+1)*0x9e3779b97f4a7c15)
}

// below returns a uniform number in 0..n-1 without bias: the high word of a
// random word times n, drawn again where the low word falls in the part of the
// range that would favour small results.
//
// Source: D. Lemire, Fast Random Integer Generation in an Interval, 2019, algorithm 5.
func (s *stream) below(n uint64) uint64 {
	hi, lo := bits.Mul64(s.pcg.Uint64(), n)
	if lo < n {
		for threshold := -n % n; lo < threshold; {
			hi, lo = bits.Mul64(s.pcg.Uint64(), n)
		}
	}
	return hi
}

// shuffle permutes index in place (Fisher-Yates).
func (s *stream) shuffle(index []int) {
	for i := len(index) - 1; i > 0; i-- {
		j := s.below(uint64(i) + 1)
		index[i], index[j] = index[j], index[i]
	}
}

// identity returns 0..n-1.
func identity(n int) []int {
	index := make([]int, n)
	for i := range index {
		index[i] = i
	}
	return index
}
