package hand

import (
	"math"

	"github.com/symgrad/symgrad/internal/kernel/vec"
)

func plainMul[T Float](y, a, b []T) {
	for i, v := range a {
		y[i] = v * b[i]
	}
}

func plainMulAdd[T Float](y, a, b []T) {
	for i, v := range a {
		y[i] += v * b[i]
	}
}

func plainSoftmax[T Float](x []T, columns int) {
	for ; len(x) > 0; x = x[columns:] {
		row := x[:columns]
		top := row[0]
		for _, v := range row {
			top = max(top, v)
		}
		var sum T
		for j, v := range row {
			row[j] = T(math.Exp(float64(v - top)))
			sum += row[j]
		}
		for j := range row {
			row[j] /= sum
		}
	}
}

func plainSoftmaxGrad[T Float](d, y []T, columns int) {
	for at := 0; at < len(y); at += columns {
		d, y := d[at:at+columns], y[at:at+columns]
		along := plainDot(d, y)
		for j, v := range y {
			d[j] = v * (d[j] - along)
		}
	}
}

func plainGELU[T Float](y, slope, x []T) {
	for i, v := range x {
		x := float64(v)
		cdf := 0.5 * math.Erfc(-x/math.Sqrt2)
		slope[i] = T(cdf + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi))
		y[i] = T(x * cdf)
	}
}

// fastRows sets the loops of k over rows to those of l.
func fastRows[T Float](k *Kernels[T], l *vec.Loops[T]) {
	k.Mul = l.Mul
	k.MulAdd = func(y, a, b []T) { l.Fma(y, a, b, y) }
	k.Softmax = func(x []T, columns int) {
		for ; len(x) > 0; x = x[columns:] {
			row := x[:columns]
			l.AddS(row, row, -l.MaxOf(row))
			l.Exp(row, row)
			l.MulS(row, row, 1/l.Sum(row))
		}
	}
	k.SoftmaxGrad = func(d, y []T, columns int) {
		for at := 0; at < len(y); at += columns {
			d, y := d[at:at+columns], y[at:at+columns]
			l.AddS(d, d, -l.Dot(d, y))
			l.Mul(d, d, y)
		}
	}
	const block = 1024 // elements that stay in the first cache
	scratch := make([]T, block)
	k.GELU = func(y, slope, x []T) {
		for at := 0; at < len(x); at += block {
			end := min(at+block, len(x))
			y, slope, x, cdf := y[at:end], slope[at:end], x[at:end], scratch[:end-at]
			l.MulS(cdf, x, -1/math.Sqrt2)
			l.Erfc(cdf, cdf)
			l.MulS(cdf, cdf, 0.5)
			l.Square(slope, x)
			l.MulS(slope, slope, -0.5)
			l.Exp(slope, slope)
			l.MulS(slope, slope, T(1/math.Sqrt(2*math.Pi)))
			l.Fma(slope, x, slope, cdf)
			l.Mul(y, x, cdf)
		}
	}
}
