// Package draw makes random numbers that are functions of a key and a position, with the
// same bits on every processor.
//
// Nothing is stored between calls. A key mixes a seed, a stream and a step. Element i of a
// draw depends on the key and i alone, so that any part of it may be filled by any worker.
// The bits do not depend on the processor. A product that is added to something is
// converted to float64 first: Go's specification forbids to fuse a converted product with
// the sum. exp and log are computed here: package math has assembly for them on some
// processors. +, −, ·, / and √ are rounded as IEEE 754 says everywhere.
//
// It owns the generator and the distributions. Which operators draw, and from which
// stream, is theirs to say. Importers: the operators, the initializers of graph, and
// train/augment.
package draw

// Float is the element type of what is drawn. A float32 is the float64 of the same key and
// position, rounded.
type Float interface{ ~float32 | ~float64 }

// Key mixes a key. Each part goes through the finalizer, so that neighbouring seeds,
// streams and steps have nothing in common.
func Key(seed uint64, stream, step int) uint64 {
	k := mix(seed + golden)
	k = mix(k ^ uint64(stream) + golden)
	return mix(k ^ uint64(step) + golden)
}

const golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// before returns the state whose next one, golden further on, mixes to the word of
// position i.
func before(key uint64, i int) uint64 { return key + uint64(i)*golden }

// words are the further words of one element.
type words struct{ state uint64 }

func (w *words) next() uint64 {
	w.state += golden
	return mix(w.state)
}

// unit returns the uniform number in [0, 1) of a word: a multiple of 2⁻⁵³.
func unit(word uint64) float64 { return float64(int64(word>>11)) * 0x1p-53 }

// inner returns the uniform number in (0, 1) of a word: an odd multiple of 2⁻⁵³.
func inner(word uint64) float64 { return float64(int64(word>>11|1)) * 0x1p-53 }
