package hand

import (
	"math"

	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// Plain are loops in plain Go.
func Plain[T Float]() Kernels[T] {
	return Kernels[T]{
		MatMul: plainMatMul[T], Heads: plainHeads[T],
		BiasAct: plainBiasAct[T], ActGrad: plainActGrad[T], ColumnSums: plainColumnSums[T],
		Sigmoid: func(x []T) {
			for i, v := range x {
				x[i] = T(1 / (1 + math.Exp(-float64(v))))
			}
		},
		Tanh: func(x []T) {
			for i, v := range x {
				x[i] = T(math.Tanh(float64(v)))
			}
		},
		Mul: plainMul[T], MulAdd: plainMulAdd[T], Softmax: plainSoftmax[T], SoftmaxGrad: plainSoftmaxGrad[T], GELU: plainGELU[T],
		Sum: plainSum[T], Dot: plainDot[T], Affine: plainAffine[T],
		Update: func(p, g []T, rate T) {
			for i, v := range g {
				p[i] -= rate * v
			}
		},
		Adam: plainAdam[T],
	}
}

func plainMatMul[T Float](transA, transB bool, m, n, k int, a, b []T, beta T, c []T) {
	lda, ldb := leading(transA, transB, m, n, k)
	plainProduct(transA, transB, m, n, k, 1, a, lda, b, ldb, beta, c, n)
}

// leading are the distances between the rows of a and of b if these are dense.
func leading(transA, transB bool, m, n, k int) (lda, ldb int) {
	lda, ldb = k, n
	if transA {
		lda = m
	}
	if transB {
		ldb = k
	}
	return lda, ldb
}

// plainProduct is c = alpha·op(a)·op(b) + beta·c with the distances between rows; beta is
// 0 or 1. At most one of a and b is transposed.
func plainProduct[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	row, col := lda, 1 // of a, from one element of op(a) to the next
	if transA {
		row, col = 1, lda
	}
	for i := range m {
		y := c[i*ldc : i*ldc+n]
		if beta == 0 {
			clear(y)
		}
		if transB { // rows of a and of b lie side by side
			x := a[i*lda : i*lda+k]
			for j := range y {
				var sum T
				for p, v := range b[j*ldb : j*ldb+k] {
					sum += x[p] * v
				}
				y[j] += alpha * sum
			}
			continue
		}
		for p := range k {
			x := alpha * a[i*row+p*col]
			for j, v := range b[p*ldb : p*ldb+n] {
				y[j] += x * v
			}
		}
	}
}

func plainBiasAct[T Float](act nn.Activation, y, bias []T, rows int) {
	for i := range rows {
		row := y[i*len(bias) : (i+1)*len(bias)]
		for j, v := range bias {
			row[j] += v
		}
		switch act {
		case nn.ReLU:
			for j, v := range row {
				row[j] = max(v, 0)
			}
		case nn.Tanh:
			for j, v := range row {
				row[j] = T(math.Tanh(float64(v)))
			}
		case nn.Sigmoid:
			for j, v := range row {
				row[j] = T(1 / (1 + math.Exp(-float64(v))))
			}
		}
	}
}

func plainActGrad[T Float](act nn.Activation, d, y []T) {
	switch act {
	case nn.ReLU:
		for i, v := range y {
			if !(v > 0) {
				d[i] = 0
			}
		}
	case nn.Tanh:
		for i, v := range y {
			d[i] *= 1 - v*v
		}
	case nn.Sigmoid:
		for i, v := range y {
			d[i] *= v * (1 - v)
		}
	}
}

func plainColumnSums[T Float](db, d []T, rows int) {
	clear(db)
	for i := range rows {
		for j, v := range d[i*len(db) : (i+1)*len(db)] {
			db[j] += v
		}
	}
}

func plainSum[T Float](x []T) (sum T) {
	for _, v := range x {
		sum += v
	}
	return sum
}

func plainDot[T Float](a, b []T) (sum T) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

func plainAffine[T Float](y, x []T, scale, shift T) {
	for i, v := range x {
		y[i] = scale*v + shift
	}
}

func plainAdam[T Float](p, g, m, v []T, step int, rate float64) {
	c1, c2 := T(1-math.Pow(0.9, float64(step))), T(1-math.Pow(0.999, float64(step)))
	for i, x := range g {
		m[i] = 0.9*m[i] + 0.1*x
		v[i] = 0.999*v[i] + 0.001*x*x
		p[i] -= T(rate) * (m[i] / c1) / (T(math.Sqrt(float64(v[i]/c2))) + 1e-8)
	}
}

// Gonum are Plain's with gonum's products.
func Gonum[T Float]() Kernels[T] {
	k := Plain[T]()
	k.Heads = gonumHeads[T]
	k.MatMul = func(transA, transB bool, m, n, kk int, a, b []T, beta T, c []T) {
		lda, ldb := leading(transA, transB, m, n, kk)
		gonumProduct(transA, transB, m, n, kk, 1, a, lda, b, ldb, beta, c, n)
	}
	return k
}

func flag(t bool) blas.Transpose {
	if t {
		return blas.Trans
	}
	return blas.NoTrans
}

// gonumProduct is c = alpha·op(a)·op(b) + beta·c with the distances between rows.
func gonumProduct[T Float](transA, transB bool, m, n, k int, alpha T, a []T, lda int, b []T, ldb int, beta T, c []T, ldc int) {
	vector := n == 1 && ldc == 1 && (transB || ldb == 1) // op(b) is one
	rows, cols := m, k
	if transA {
		rows, cols = k, m
	}
	switch a := any(a).(type) {
	case []float32:
		b, c := any(b).([]float32), any(c).([]float32)
		if vector {
			gonum.Implementation{}.Sgemv(flag(transA), rows, cols, float32(alpha), a, lda, b, 1, float32(beta), c, 1)
			return
		}
		gonum.Implementation{}.Sgemm(flag(transA), flag(transB), m, n, k, float32(alpha), a, lda, b, ldb, float32(beta), c, ldc)
	case []float64:
		b, c := any(b).([]float64), any(c).([]float64)
		if vector {
			gonum.Implementation{}.Dgemv(flag(transA), rows, cols, float64(alpha), a, lda, b, 1, float64(beta), c, 1)
			return
		}
		gonum.Implementation{}.Dgemm(flag(transA), flag(transB), m, n, k, float64(alpha), a, lda, b, ldb, float64(beta), c, ldc)
	}
}

// Best are this project's own kernels, called by hand, on the number of threads.
func Best[T Float](threads int) Kernels[T] {
	k := Fast[T]()
	k.Heads = bestHeads[T](threads)
	w := pool.Of(threads)
	type shape struct {
		s gemm.Spec
	}
	type plan struct {
		p       *gemm.Plan[T]
		scratch []T
	}
	plans := map[shape]*plan{}
	k.MatMul = func(transA, transB bool, m, n, kk int, a, b []T, beta T, c []T) {
		key := shape{gemm.Spec{M: m, N: n, K: kk, TransA: transA, TransB: transB, Alpha: 1, Beta: float64(beta)}}
		q := plans[key]
		if q == nil {
			p, err := gemm.NewPlan[T](key.s)
			if err != nil {
				panic(err) // sizes come from a checked Spec
			}
			q = &plan{p, make([]T, p.Scratch(threads))}
			plans[key] = q
		}
		q.p.Run(w, c[:m*n], a[:m*kk], b[:kk*n], q.scratch, nil)
	}
	return k
}

// Fast are Plain's with this project's SIMD loops for all but the products.
func Fast[T Float]() Kernels[T] {
	k := Plain[T]()
	fastRows(&k, vec.Of[T]())
	switch k := any(&k).(type) {
	case *Kernels[float32]:
		k.BiasAct = fastBiasAct(vec.F32.Add, vec.F32.Relu, vec.F32.Tanh, vec.F32.Sigmoid)
		k.ActGrad = fastActGrad(vec.F32.ReluGrad, vec.F32.TanhGrad, vec.F32.SigmoidGrad)
		k.ColumnSums = func(db, d []float32, rows int) { clear(db); vec.F32.AccumRows(db, d, rows, len(db)) }
		k.Sigmoid = func(x []float32) { vec.F32.Sigmoid(x, x) }
		k.Tanh = func(x []float32) { vec.F32.Tanh(x, x) }
		k.Sum, k.Dot = vec.F32.Sum, vec.F32.Dot
		k.Affine = fastAffine(vec.F32.MulS, vec.F32.AddS)
		k.Update = func(p, g []float32, rate float32) { vec.F32.Axpy(p, -rate, g) }
		k.Adam = fastAdam(vec.F32.Adam)
	case *Kernels[float64]:
		k.BiasAct = fastBiasAct(vec.F64.Add, vec.F64.Relu, vec.F64.Tanh, vec.F64.Sigmoid)
		k.ActGrad = fastActGrad(vec.F64.ReluGrad, vec.F64.TanhGrad, vec.F64.SigmoidGrad)
		k.ColumnSums = func(db, d []float64, rows int) { clear(db); vec.F64.AccumRows(db, d, rows, len(db)) }
		k.Sigmoid = func(x []float64) { vec.F64.Sigmoid(x, x) }
		k.Tanh = func(x []float64) { vec.F64.Tanh(x, x) }
		k.Sum, k.Dot = vec.F64.Sum, vec.F64.Dot
		k.Affine = fastAffine(vec.F64.MulS, vec.F64.AddS)
		k.Update = func(p, g []float64, rate float64) { vec.F64.Axpy(p, -rate, g) }
		k.Adam = fastAdam(vec.F64.Adam)
	}
	return k
}

func fastBiasAct[T Float](add func(dst, a, b []T), relu, tanh, sigmoid func(dst, a []T)) func(nn.Activation, []T, []T, int) {
	return func(act nn.Activation, y, bias []T, rows int) {
		for i := range rows {
			row := y[i*len(bias) : (i+1)*len(bias)]
			add(row, row, bias)
			switch act {
			case nn.ReLU:
				relu(row, row)
			case nn.Tanh:
				tanh(row, row)
			case nn.Sigmoid:
				sigmoid(row, row)
			}
		}
	}
}

func fastActGrad[T Float](relu, tanh, sigmoid func(dst, d, y []T)) func(nn.Activation, []T, []T) {
	return func(act nn.Activation, d, y []T) {
		switch act {
		case nn.ReLU:
			relu(d, d, y)
		case nn.Tanh:
			tanh(d, d, y)
		case nn.Sigmoid:
			sigmoid(d, d, y)
		}
	}
}

func fastAffine[T Float](mulS, addS func(dst, a []T, s T)) func(y, x []T, scale, shift T) {
	return func(y, x []T, scale, shift T) {
		if scale != 1 {
			mulS(y, x, scale)
			x = y
		}
		if scale == 1 || shift != 0 {
			addS(y, x, shift)
		}
	}
}

func fastAdam[T Float](adam func(p, m, v, g []T, a vec.AdamArgs)) func(p, g, m, v []T, step int, rate float64) {
	return func(p, g, m, v []T, step int, rate float64) {
		n := float64(step)
		adam(p, m, v, g, vec.AdamArgs{B1: 0.9, C1: 1 - 0.9, B2: 0.999, C2: 1 - 0.999, Eps: 1e-8, Keep: 1,
			Step: rate / (1 - math.Pow(0.9, n)), Root: 1 / math.Sqrt(1-math.Pow(0.999, n))})
	}
}
