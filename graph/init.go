package graph

import (
	"math"
	"math/rand/v2"

	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Initializer fills dst, the elements of a new parameter of the shape, row-major. It must
// take its random numbers from r, so equal seeds give equal parameters. It returns an error
// for a shape or a setting that makes no sense. Several parameters may share an Initializer.
// The Initializers of this package give the same bits on every processor.
type Initializer func(dst []float64, shape []int, r *rand.Rand) error

// MarshalJSON returns null for a nil Initializer, the default of settings. Errors:
// ErrUnsupported for all others, since JSON cannot hold a function.
func (f Initializer) MarshalJSON() ([]byte, error) {
	if f != nil {
		return nil, mistake.Newf(ErrUnsupported, "graph: MarshalJSON: got an Initializer, want nil, the default: JSON cannot hold a function")
	}
	return []byte("null"), nil
}

// UnmarshalJSON sets f to nil if the text is null. Errors: ErrUnsupported for another text.
func (f *Initializer) UnmarshalJSON(text []byte) error {
	if string(text) != "null" {
		return mistake.Newf(ErrUnsupported, "graph: UnmarshalJSON: got the Initializer %s, want null", text)
	}
	*f = nil
	return nil
}

// Zeros returns an Initializer that fills with 0.
func Zeros() Initializer { return Constant(0) }

// Ones returns an Initializer that fills with 1.
func Ones() Initializer { return Constant(1) }

// Constant returns an Initializer that fills with v.
func Constant(v float64) Initializer {
	return func(dst []float64, _ []int, _ *rand.Rand) error {
		for i := range dst {
			dst[i] = v
		}
		return nil
	}
}

// Values returns an Initializer that copies v, row-major. Errors of Param: ErrShape for
// another number of elements than the parameter has.
func Values(v []float64) Initializer {
	return func(dst []float64, shape []int, _ *rand.Rand) error {
		if len(v) != len(dst) {
			return mistake.Shapef("got %d initial values for %v, want %d", len(v), shape, len(dst))
		}
		copy(dst, v)
		return nil
	}
}

// Uniform returns an Initializer that draws uniformly from [lo, hi). Errors of Param:
// ErrOption unless lo ≤ hi.
func Uniform(lo, hi float64) Initializer {
	return func(dst []float64, _ []int, r *rand.Rand) error {
		if !(lo <= hi) {
			return mistake.Optionf("got the interval [%v, %v), want lo ≤ hi", lo, hi)
		}
		for i := range dst {
			dst[i] = lo + float64((hi-lo)*r.Float64())
		}
		return nil
	}
}

// Normal returns an Initializer that draws from the normal distribution with the mean and
// standard deviation. Errors of Param: ErrOption unless std ≥ 0.
func Normal(mean, std float64) Initializer {
	return func(dst []float64, _ []int, r *rand.Rand) error {
		if !(std >= 0) {
			return mistake.Optionf("got the standard deviation %v, want a number of at least 0", std)
		}
		for i := range dst {
			dst[i] = mean + float64(std*draw.NormalOf(r))
		}
		return nil
	}
}

// Fans returns the numbers of inputs and outputs of one unit of a layer whose parameter has
// the shape. A matrix is [in, out], as in a linear layer. More axes are [out, in, k...], as
// in a convolution, and both numbers are multiplied by the product of k. A vector [n] has n
// of both, a scalar 1.
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

// scaled returns an Initializer that draws with mean 0 and the variance v(in, out) of the
// fans, normally or uniformly.
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

// XavierUniform returns an Initializer that draws uniformly with mean 0 and the variance
// 2/(in+out) of Fans. It suits tanh and sigmoid. Source: Glorot and Bengio 2010, eq. 16.
func XavierUniform() Initializer { return scaled(false, xavier) }

// XavierNormal returns an Initializer that draws normally with mean 0 and the variance
// 2/(in+out) of Fans. It suits tanh and sigmoid. Source: Glorot and Bengio 2010, eq. 12.
func XavierNormal() Initializer { return scaled(true, xavier) }

// HeUniform returns an Initializer that draws uniformly with mean 0 and the variance 2/in of
// Fans. It suits ReLU. Source: He et al. 2015, eq. 10.
func HeUniform() Initializer { return scaled(false, he) }

// HeNormal returns an Initializer that draws normally with mean 0 and the variance 2/in of
// Fans. It suits ReLU. Source: He et al. 2015, eq. 10.
func HeNormal() Initializer { return scaled(true, he) }

// LeCunUniform returns an Initializer that draws uniformly with mean 0 and the variance 1/in
// of Fans. It suits SELU and scaled tanh. Source: LeCun et al. 1998, §4.6.
func LeCunUniform() Initializer { return scaled(false, lecun) }

// LeCunNormal returns an Initializer that draws normally with mean 0 and the variance 1/in
// of Fans. It suits SELU and scaled tanh. Source: LeCun et al. 1998, §4.6.
func LeCunNormal() Initializer { return scaled(true, lecun) }

// Orthogonal returns an Initializer that draws gain times a matrix with orthonormal rows, or
// columns if there are fewer. All axes after the first count as columns. Errors of Param:
// ErrShape for fewer than two axes. Source: Saxe et al. 2014.
func Orthogonal(gain float64) Initializer {
	return func(dst []float64, shape []int, r *rand.Rand) error {
		if len(shape) < 2 {
			return mistake.Shapef("got %v for orthogonal rows, want at least two axes", shape)
		}
		rows := shape[0]
		if rows == 0 || len(dst) == 0 {
			return nil
		}
		cols := len(dst) / rows
		q := orthonormal(min(rows, cols), max(rows, cols), r)
		for i := range rows {
			for j := range cols {
				x, y := i, j
				if rows > cols {
					x, y = j, i
				}
				dst[i*cols+j] = gain * q[x][y]
			}
		}
		return nil
	}
}

// orthonormal draws count vectors of the length n, count ≤ n, by the method of Gram and
// Schmidt. Each is normal, minus its projections on the vectors before it. The result is
// uniform among all orthonormal systems (Mezzadri 2007). Projections are subtracted twice.
// What rounding leaves of them the first time may be large beside a short rest.
func orthonormal(count, n int, r *rand.Rand) [][]float64 {
	q := make([][]float64, count)
	for i := range q {
		v := make([]float64, n)
		for k := range v {
			v[k] = draw.NormalOf(r)
		}
		for range 2 {
			for _, u := range q[:i] {
				along := inner(u, v)
				for k := range v {
					v[k] -= float64(along * u[k])
				}
			}
		}
		length := math.Sqrt(inner(v, v))
		for k := range v {
			v[k] /= length
		}
		q[i] = v
	}
	return q
}

// inner returns the inner product of a and b, by four sums side by side.
func inner(a, b []float64) float64 {
	var s [4]float64
	for len(a) >= 4 && len(b) >= 4 {
		s[0] += float64(a[0] * b[0])
		s[1] += float64(a[1] * b[1])
		s[2] += float64(a[2] * b[2])
		s[3] += float64(a[3] * b[3])
		a, b = a[4:], b[4:]
	}
	for i := range a {
		s[0] += float64(a[i] * b[i])
	}
	return (s[0] + s[1]) + (s[2] + s[3])
}
