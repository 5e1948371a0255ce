package graph

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/symgrad/symgrad/internal/kernel/draw"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Law is a distribution that Scaled draws from.
type Law uint8

// The laws of Scaled.
const (
	NormalLaw    Law = iota // the normal distribution
	TruncatedLaw            // the same within two standard deviations, widened to have the variance
	UniformLaw              // all numbers of an interval
)

// String returns "normal", "truncated normal" or "uniform".
func (l Law) String() string {
	if l > UniformLaw {
		return fmt.Sprintf("law(%d)", uint8(l))
	}
	return [...]string{"normal", "truncated normal", "uniform"}[l]
}

// Fan is the number of units that Scaled divides by.
type Fan uint8

// The fans of Scaled.
const (
	FanIn   Fan = iota // the inputs: keeps the variance of what goes forward
	FanOut             // the outputs: keeps the variance of the gradients
	FanMean            // the mean of both
)

// String returns "in", "out" or "mean".
func (f Fan) String() string {
	if f > FanMean {
		return fmt.Sprintf("fan(%d)", uint8(f))
	}
	return [...]string{"in", "out", "mean"}[f]
}

// ScaledOptions are the settings of Scaled.
type ScaledOptions struct {
	Scale float64 // the variance times the fan; above 0; default 1
	Fan   Fan     // default FanIn
	Law   Law     // default NormalLaw
}

// twoSided is the standard deviation of a standard normal variable within [-2, 2].
const twoSided = 0.87962566103423978

// Scaled returns an Initializer that draws with mean 0 and the variance Scale/fan, where fan
// is one of Fans or their mean. It is Keras' VarianceScaling. PyTorch's gain g is the Scale
// g²: 25/9 for tanh, 2 for ReLU, 2/(1+a²) for leaky ReLU with the slope a, 9/16 for SELU.
// Keras' HeNormal, GlorotNormal and LecunNormal have the TruncatedLaw.
//
// Errors of Param: ErrOption for settings out of range. Source: He et al. 2015, §2.2.
func Scaled(o ScaledOptions) Initializer {
	return func(dst []float64, shape []int, r *rand.Rand) error {
		if o.Scale == 0 {
			o.Scale = 1
		}
		if !(o.Scale > 0 && o.Scale <= math.MaxFloat64) || o.Fan > FanMean || o.Law > UniformLaw {
			return mistake.Optionf("got the scale %v, the fan %v and the law %v, want a finite scale above 0 and a fan and a law that there are", o.Scale, o.Fan, o.Law)
		}
		in, out := Fans(shape)
		fan := [...]float64{in, out, (in + out) / 2}[o.Fan]
		std := math.Sqrt(o.Scale / fan)
		switch o.Law {
		case TruncatedLaw:
			std /= twoSided
			return TruncatedNormal(0, std, -2*std, 2*std)(dst, shape, r)
		case UniformLaw:
			a := std * math.Sqrt(3)
			return Uniform(-a, a)(dst, shape, r)
		}
		return Normal(0, std)(dst, shape, r)
	}
}

// TruncatedNormal returns an Initializer that draws from the normal distribution with the
// mean and standard deviation, given that the number is in [lo, hi]. The numbers outside are
// drawn again, so the interval must hold some part of the distribution: it must reach to
// within 3 std of the mean, and be at least std/100 wide. Errors of Param: ErrOption
// otherwise.
//
// With lo = mean − 2·std and hi = mean + 2·std it is Keras' TruncatedNormal, and with PyTorch's
// defaults, −2 and 2, its trunc_normal_.
func TruncatedNormal(mean, std, lo, hi float64) Initializer {
	return func(dst []float64, _ []int, r *rand.Rand) error {
		if !(std >= 0 && hi-lo >= std/100 && lo <= mean+3*std && hi >= mean-3*std) {
			return mistake.Optionf("got the normal distribution of mean %v and standard deviation %v in [%v, %v], want an interval within 3 deviations of the mean, a hundredth of one wide", mean, std, lo, hi)
		}
		for i := range dst {
			for {
				v := mean + float64(std*draw.NormalOf(r))
				if lo <= v && v <= hi {
					dst[i] = v
					break
				}
			}
		}
		return nil
	}
}

// Eye returns an Initializer for a matrix with gain on the diagonal and 0 elsewhere. Errors
// of Param: ErrShape for another number of axes than two.
func Eye(gain float64) Initializer {
	return func(dst []float64, shape []int, _ *rand.Rand) error {
		if len(shape) != 2 {
			return mistake.Shapef("got %v for a diagonal, want two axes", shape)
		}
		clear(dst)
		for i := range min(shape[0], shape[1]) {
			dst[i*shape[1]+i] = gain
		}
		return nil
	}
}

// Dirac returns an Initializer for the kernels [out, in, k...] of a convolution that keeps
// its input. In each of the groups, output channel i has a 1 in the middle of input channel
// i, and 0 elsewhere. It is PyTorch's dirac_. Errors of Param: ErrShape for fewer than three
// axes; ErrOption for groups that do not divide out, or fewer than 1.
func Dirac(groups int) Initializer {
	return func(dst []float64, shape []int, _ *rand.Rand) error {
		if len(shape) < 3 {
			return mistake.Shapef("got %v for the kernels of a convolution, want at least three axes", shape)
		}
		if groups < 1 || shape[0]%groups != 0 {
			return mistake.Optionf("got %d groups for %d output channels, want a number that divides them", groups, shape[0])
		}
		clear(dst)
		size, middle := 1, 0
		for _, k := range shape[2:] {
			size, middle = size*k, middle*k+k/2
		}
		if size == 0 {
			return nil
		}
		out := shape[0] / groups
		for g := range groups {
			for i := range min(out, shape[1]) {
				dst[((g*out+i)*shape[1]+i)*size+middle] = 1
			}
		}
		return nil
	}
}

// Sparse returns an Initializer for a matrix [in, out] that draws normally with mean 0 and
// the standard deviation, and then sets the part zeros of each unit's inputs to 0, rounded up.
// Errors of Param: ErrShape for another number of axes than two; ErrOption unless zeros is in
// [0, 1] and std ≥ 0. Source: Martens 2010, §5.
func Sparse(zeros, std float64) Initializer {
	return func(dst []float64, shape []int, r *rand.Rand) error {
		if len(shape) != 2 {
			return mistake.Shapef("got %v for a sparse matrix, want two axes", shape)
		}
		if !(zeros >= 0 && zeros <= 1) {
			return mistake.Optionf("got the part %v of zeros, want a number in [0, 1]", zeros)
		}
		if err := Normal(0, std)(dst, shape, r); err != nil {
			return err
		}
		n := int(math.Ceil(zeros * float64(shape[0])))
		for unit := range shape[1] {
			for _, i := range r.Perm(shape[0])[:n] {
				dst[i*shape[1]+unit] = 0
			}
		}
		return nil
	}
}
