package draw

import "math/bits"

// Uniform fills dst with the elements from start on of numbers that are uniform in [0, 1).
// A float32 that would round to 1 is the largest one below it.
func Uniform[T Float](dst []T, key uint64, start int) {
	z, most := before(key, start), belowOne[T]()
	for i := range dst {
		z += golden
		dst[i] = min(T(unit(mix(z))), most)
	}
}

// belowOne is the largest number below 1.
func belowOne[T Float]() T {
	if one := T(1); one-T(0x1p-53) == one {
		return one - T(0x1p-24)
	}
	return T(1 - 0x1p-53)
}

// Mask fills dst with the elements from start on of a mask: each is value with the
// probability keep, else 0.
func Mask[T Float](dst []T, key uint64, start int, keep float64, value T) {
	z, below := before(key, start), uint64(keep*(1<<53))
	for i := range dst {
		z += golden
		dst[i] = 0
		if mix(z)>>11 < below {
			dst[i] = value
		}
	}
}

// Bernoulli fills dst with the elements from start on of zeros and ones: element i is 1
// with the probability p[i].
func Bernoulli[T Float](dst, p []T, key uint64, start int) {
	z := before(key, start)
	for i, v := range p {
		z += golden
		dst[i] = 0
		if unit(mix(z)) < float64(v) {
			dst[i] = 1
		}
	}
}

// Permutation fills dst with the numbers from 0 to before len(dst) in a random order. The
// place of each among those before it is uniform up to 2⁻⁶⁴·len(dst) (Fisher and Yates
// 1938; Lemire 2019, without the rejection).
func Permutation(dst []int, key uint64) {
	z := before(key, 0)
	for i := range dst {
		z += golden
		j, _ := bits.Mul64(mix(z), uint64(i)+1)
		dst[i] = dst[j]
		dst[j] = i
	}
}
