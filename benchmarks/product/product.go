// Package product says which matrix products the benchmarks race, and serves a
// library's products to them.
//
// It owns the text of a product, its operands and the lines by which a process
// multiplies and times itself. It does not own any library. Importers: the
// benchmarks and their peers.
package product

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strings"
)

// Float is the element type.
type Float interface{ float32 | float64 }

// Product is C = op(A)·op(B) with row-major matrices: op(A): [M, K],
// op(B): [K, N], C: [M, N].
type Product struct {
	M, K, N int
	TransA  bool // A is stored as [K, M]
	TransB  bool // B is stored as [N, K]
}

// String is M x K x N and the form: "64x784x128 TN" has A stored transposed.
func (p Product) String() string {
	flag := func(t bool) string {
		if t {
			return "T"
		}
		return "N"
	}
	return fmt.Sprintf("%dx%dx%d %s%s", p.M, p.K, p.N, flag(p.TransA), flag(p.TransB))
}

// Parse reads a Product as String prints it.
func Parse(text string) (Product, error) {
	var p Product
	var form string
	n, err := fmt.Sscanf(text, "%dx%dx%d %s", &p.M, &p.K, &p.N, &form)
	if err != nil || n != 4 || p.M < 1 || p.K < 1 || p.N < 1 || len(form) != 2 || strings.Trim(form, "NT") != "" {
		return p, fmt.Errorf("got the product %q, want one such as 64x784x128 NN", text)
	}
	p.TransA, p.TransB = form[0] == 'T', form[1] == 'T'
	return p, nil
}

// Flops is the number of floating-point operations, a multiply-add counting two.
func (p Product) Flops() float64 { return 2 * float64(p.M) * float64(p.K) * float64(p.N) }

// Leading are the distances between rows of A and of B as stored.
func (p Product) Leading() (lda, ldb int) {
	lda, ldb = p.K, p.N
	if p.TransA {
		lda = p.M
	}
	if p.TransB {
		ldb = p.K
	}
	return lda, ldb
}

// operands are A, B and room for C. The elements are small integers, so that
// sums are exact in any order; op(A) and op(B) are the same in every form.
func operands[T Float](p Product) (a, b, c []T) {
	r := rand.New(rand.NewPCG(3, 3))
	matrix := func(rows, cols int, trans bool) []T {
		v := make([]T, rows*cols)
		for i := range rows {
			for j := range cols {
				at := i*cols + j
				if trans {
					at = j*rows + i
				}
				v[at] = T(r.IntN(9) - 4)
			}
		}
		return v
	}
	return matrix(p.M, p.K, p.TransA), matrix(p.K, p.N, p.TransB), make([]T, p.M*p.N)
}

// digest is a hash of all elements.
func digest[T Float](c []T) uint64 {
	h := fnv.New64a()
	var word [8]byte
	for _, v := range c {
		bits := math.Float64bits(float64(v) + 0) // -0 is 0
		for i := range word {
			word[i] = byte(bits >> (8 * i))
		}
		h.Write(word[:])
	}
	return h.Sum64()
}
