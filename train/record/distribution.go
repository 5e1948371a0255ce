package record

import "math"

// buckets is how many buckets a distribution has.
const buckets = 30

// distribution says how the elements of a tensor are distributed. Those that are not
// finite are left out.
type distribution struct {
	n            int
	min, max     float64
	sum, squares float64
	limits       []float64 // upper limits of the buckets; the last one is max
	counts       []int     // elements in each bucket
}

// distributionOf returns the distribution of v, in buckets of equal width.
func distributionOf[T float32 | float64](v []T) (d distribution) {
	d.min, d.max = math.Inf(1), math.Inf(-1)
	for _, x := range v {
		x := float64(x)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		d.n++
		d.min, d.max = min(d.min, x), max(d.max, x)
		d.sum += x
		d.squares += x * x
	}
	switch {
	case d.n == 0:
		d.min, d.max = 0, 0
		return d
	case d.min == d.max:
		d.limits, d.counts = []float64{d.max}, []int{d.n}
		return d
	}
	half := d.max/2 - d.min/2 // twice of it may be too large for a float64
	d.limits, d.counts = make([]float64, buckets), make([]int, buckets)
	for i := range d.limits {
		d.limits[i] = d.min + float64(half*(float64(i+1)/buckets))*2
	}
	d.limits[buckets-1] = d.max
	for _, x := range v {
		x := float64(x)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			continue
		}
		i := int((x/2 - d.min/2) / half * buckets)
		d.counts[min(max(i, 0), buckets-1)]++
	}
	return d
}
