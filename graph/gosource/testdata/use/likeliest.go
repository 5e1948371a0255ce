package main

// likeliest is the index of the largest number.
func likeliest(y []float64) (at int) {
	for i, v := range y {
		if v > y[at] {
			at = i
		}
	}
	return at
}
