package graph

import (
	"math"
	"math/rand/v2"

	"github.com/pkg/errors"
	"gonum.org/v1/gonum/mat"
)

// Initializer fills a new parameter of the shape, row-major. It draws from r
// alone, so that equal seeds give equal parameters; it fails on shapes that it
// is not defined for. An Initializer may be shared.
type Initializer func(dst []float64, shape []int, r *rand.Rand) error

// Zeros fills with 0.
func Zeros() Initializer { return Constant(0) }

// Ones fills with 1.
func Ones() Initializer { return Constant(1) }

// Constant fills with v.
func Constant(v float64) Initializer {
	return func(dst []float64, _ []int, _ *rand.Rand) error {
		for i := range dst {
			dst[i] = v
		}
		return nil
	}
}

// Values fills with the given elements, row-major; their number must be the
// parameter's.
func Values(v []float64) Initializer {
	return func(dst []float64, shape []int, _ *rand.Rand) error {
		if len(v) != len(dst) {
			return errors.Wrapf(ErrShape, "got %d initial values for the shape %v, want %d", len(v), shape, len(dst))
		}
		copy(dst, v)
		return nil
	}
}

// Uniform draws from [lo, hi).
func Uniform(lo, hi float64) Initializer {
	return func(dst []float64, _ []int, r *rand.Rand) error {
		if !(lo <= hi) {
			return errors.Errorf("got the interval [%v, %v), want lo <= hi", lo, hi)
		}
		for i := range dst {
			dst[i] = lo + (hi-lo)*r.Float64()
		}
		return nil
	}
}

// Normal draws from the normal distribution of the mean and standard deviation.
func Normal(mean, std float64) Initializer {
	return func(dst []float64, _ []int, r *rand.Rand) error {
		if !(std >= 0) {
			return errors.Errorf("got the standard deviation %v, want >= 0", std)
		}
		for i := range dst {
			dst[i] = mean + std*r.NormFloat64()
		}
		return nil
	}
}

// Fans are the numbers of inputs and outputs that one unit of a parameter of
// the shape has: [in, out] of a linear layer; [out, in, k...] of a convolution,
// whose kernel extents multiply both; a vector counts for both.
func Fans(shape []int) (in, out float64) {
	switch len(shape) {
	case 0:
		return 1, 1
	case 1:
		return float64(shape[0]), float64(shape[0])
	case 2:
		return float64(shape[0]), float64(shape[1])
	}
	k := 1.0
	for _, d := range shape[2:] {
		k *= float64(d)
	}
	return float64(shape[1]) * k, float64(shape[0]) * k
}

// scaled draws with the variance that v gives for the fans.
func scaled(normal bool, v func(in, out float64) float64) Initializer {
	return func(dst []float64, shape []int, r *rand.Rand) error {
		in, out := Fans(shape)
		std := math.Sqrt(v(in, out))
		if normal {
			return Normal(0, std)(dst, shape, r)
		}
		a := std * math.Sqrt(3) // a uniform variable on [-a, a) has the variance a²/3
		return Uniform(-a, a)(dst, shape, r)
	}
}

func xavier(in, out float64) float64 { return 2 / (in + out) }
func he(in, _ float64) float64       { return 2 / in }
func lecun(in, _ float64) float64    { return 1 / in }

// XavierUniform draws uniformly with the variance 2/(in+out) (Glorot and Bengio
// 2010, eq. 16): for tanh and sigmoid.
func XavierUniform() Initializer { return scaled(false, xavier) }

// XavierNormal draws normally with the variance 2/(in+out) (Glorot and Bengio
// 2010, eq. 12).
func XavierNormal() Initializer { return scaled(true, xavier) }

// HeUniform draws uniformly with the variance 2/in (He et al. 2015, eq. 10):
// for ReLU.
func HeUniform() Initializer { return scaled(false, he) }

// HeNormal draws normally with the variance 2/in (He et al. 2015, eq. 10).
func HeNormal() Initializer { return scaled(true, he) }

// LeCunUniform draws uniformly with the variance 1/in (LeCun et al. 1998, §4.6).
func LeCunUniform() Initializer { return scaled(false, lecun) }

// LeCunNormal draws normally with the variance 1/in (LeCun et al. 1998, §4.6).
func LeCunNormal() Initializer { return scaled(true, lecun) }

// Orthogonal draws a matrix with orthonormal rows or columns, whichever are
// fewer, times gain (Saxe et al. 2014). Axes after the first count as columns.
func Orthogonal(gain float64) Initializer {
	return func(dst []float64, shape []int, r *rand.Rand) error {
		if len(shape) < 2 {
			return errors.Errorf("got the shape %v for orthogonal rows, want at least two axes", shape)
		}
		rows := shape[0]
		if rows == 0 || len(dst) == 0 {
			return nil
		}
		cols := len(dst) / rows
		tall, narrow := max(rows, cols), min(rows, cols)
		a := mat.NewDense(tall, narrow, nil)
		for i := range tall {
			for j := range narrow {
				a.Set(i, j, r.NormFloat64())
			}
		}
		var qr mat.QR
		qr.Factorize(a)
		var q, rr mat.Dense
		qr.QTo(&q)
		qr.RTo(&rr)
		for i := range rows {
			for j := range cols {
				x, y := i, j
				if rows < cols {
					x, y = j, i
				}
				v := gain * q.At(x, y)
				if rr.At(y, y) < 0 { // the sign that makes the distribution uniform (Mezzadri 2007)
					v = -v
				}
				dst[i*cols+j] = v
			}
		}
		return nil
	}
}
