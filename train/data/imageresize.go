package data

import "math"

// resize sets dst [C, h, w] to src [C, sh, sw] in another size, by the formula of Images. A row is
// first made of those that it comes from, and then resized.
func resize(dst []uint8, h, w int, src []uint8, sh, sw int) {
	rows, columns := tapsOf(sh, h), tapsOf(sw, w)
	sum := make([]float64, sw)
	for ; len(dst) > 0; dst, src = dst[h*w:], src[sh*sw:] {
		for y, t := range rows {
			clear(sum)
			for k, a := range t.weights {
				line := src[(t.from+k)*sw:][:sw]
				for x, v := range line {
					sum[x] += float64(a * float64(v)) // rounded: the same on every processor
				}
			}
			resizeRow(dst[y*w:][:w], sum, columns)
		}
	}
}

// resizeRow sets dst to the rounded sums of src.
func resizeRow(dst []uint8, src []float64, columns []taps) {
	for x, t := range columns {
		v := 0.0
		for k, b := range t.weights {
			v += float64(b * src[t.from+k])
		}
		dst[x] = uint8(v + 0.5) // the weights add up to 1: at most 255.5
	}
}

// taps are what one pixel comes from: those from a position on, with their weights.
type taps struct {
	from    int
	weights []float64
}

// tapsOf returns the taps of out pixels that come from in.
func tapsOf(in, out int) []taps {
	list := make([]taps, out)
	scale := float64(in) / float64(out)
	reach := max(scale, 1)
	for x := range list {
		centre := float64((float64(x) + 0.5) * scale)
		from := max(0, int(math.Floor(centre-reach)))
		to := min(in, int(math.Ceil(centre+reach)))
		weights, total := make([]float64, to-from), 0.0
		for k := range weights {
			weights[k] = max(0, 1-math.Abs(float64(from+k)+0.5-centre)/reach)
			total += weights[k]
		}
		for k := range weights {
			weights[k] /= total
		}
		list[x] = taps{from, weights}
	}
	return list
}
