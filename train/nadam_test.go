package train

import (
	"math"
	"testing"
)

// TestMuProduct holds the product of NAdam's momenta, which is computed from the number of
// the step alone, to the product of its factors.
func TestMuProduct(t *testing.T) {
	for _, beta := range []float64{0, 1e-3, 0.5, 0.9, 0.99, 0.999} {
		for _, decay := range []float64{0, 1e-300, 1e-9, 4e-3, 0.1, 1, 50, 1e5} {
			want := 1.0
			for n := 1; n <= 3000; n++ {
				want *= beta * (1 - 0.5*math.Pow(0.96, float64(n)*decay))
				got := muProduct(beta, decay, n)
				// it is taken from 1, where one digit of either is 1e-16
				if off := math.Abs(got - want); !(off <= 1e-12*want+1e-17) {
					t.Fatalf("Beta1 %v, decay %v, n %d: got %v, want %v", beta, decay, n, got, want)
				}
			}
		}
	}
}
