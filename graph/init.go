package graph

import (
	"math"
	"math/rand/v2"

	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Initializer fills a new parameter of the shape, row-major. It draws from r
// alone, so that equal seeds give equal parameters; it fails on shapes that it
// is not defined for. An Initializer may be shared. Those of this package give the
// same bits on every processor.
type Initializer func(dst []float64, shape []int, r *rand.Rand) error

// MarshalJSON writes no Initializer as null. One that is there is a function,
// which has no form in JSON: ErrUnsupported.
func (f Initializer) MarshalJSON() ([]byte, error) {
	if f != nil {
		return nil, mistake.Newf(ErrUnsupported, "graph: MarshalJSON: got an Initializer, want nil, the default: JSON cannot hold a function")
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads null as no Initializer.
func (f *Initializer) UnmarshalJSON(text []byte) error {
	if string(text) != "null" {
		return mistake.Newf(ErrUnsupported, "graph: UnmarshalJSON: got the Initializer %s, want null", text)
	}
	*f = nil
	return nil
}

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
			return mistake.Shapef("got %d initial values for %v, want %d", len(v), shape, len(dst))
		}
		copy(dst, v)
		return nil
	}
}

// Uniform draws from [lo, hi).
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

// Normal draws from the normal distribution of the mean and standard deviation.
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

// orthonormal draws count vectors of the length n, count ≤ n, each normal without
// the part that lies along those before it (Gram and Schmidt). That is uniform
// among all such vectors (Mezzadri 2007). The part is taken away twice: what
// rounding leaves of it the first time may be large beside what stays of the vector.
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

// inner is the sum of the products of a and b, four sums side by side.
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
