package draw

// Categorical fills dst with the rows from start on of categories. Those of a row are drawn
// with the probabilities softmax(logits): the place of the largest sum of a logit and a
// Gumbel number of its own (Gumbel 1954; Maddison, Tarlow and Minka 2014). The first one
// counts of sums that are equal.
func Categorical[T Float](dst []int, logits []T, key uint64, start int) {
	if len(dst) == 0 {
		return
	}
	n := len(logits) / len(dst)
	z := before(key, start*n)
	for i := range dst {
		best, most := 0, 0.0
		for k, logit := range logits[i*n : (i+1)*n] {
			z += golden
			if s := float64(logit) - log(-log(inner(mix(z)))); k == 0 || s > most {
				best, most = k, s
			}
		}
		dst[i] = best
	}
}
