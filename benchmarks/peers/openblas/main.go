// Openblas is the peer "hand-openblas": backpropagation by hand in Go with the
// matrix products of OpenBLAS. Arguments: the model's text, a file that it does
// not need, float32 or float64, the number of threads. With the last two alone it
// is the peer "openblas": the products.
package main

/*
#cgo LDFLAGS: -lopenblas
#include <cblas.h>
void openblas_set_num_threads(int n);
char *openblas_get_config(void);
char *openblas_get_corename(void);
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/benchmarks/workload"
)

type net interface {
	Step(k int) (float64, error)
}

func main() {
	version := strings.Fields(C.GoString(C.openblas_get_config()))
	kernels := strings.Join(version[:min(2, len(version))], " ") + ", kernels for " + C.GoString(C.openblas_get_corename())
	if len(os.Args) == 3 {
		products(os.Args[1], os.Args[2], kernels)
		return
	}
	n, err := open(os.Args[1:])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	workload.Serve(os.Stdin, os.Stdout, kernels, n.Step)
}

func open(args []string) (net, error) {
	if len(args) != 4 {
		return nil, fmt.Errorf("got %d arguments, want model, file, dtype, threads", len(args))
	}
	s, err := workload.Parse(args[0])
	if err != nil {
		return nil, err
	}
	p, err := workload.NewProblem(s)
	if err != nil {
		return nil, err
	}
	threads, err := strconv.Atoi(args[3])
	if err != nil {
		return nil, err
	}
	C.openblas_set_num_threads(C.int(threads))
	if args[2] == "float32" {
		k := hand.Plain[float32]()
		k.MatMul, k.Heads = matMul32, heads32
		return hand.New(p, k)
	}
	k := hand.Plain[float64]()
	k.MatMul, k.Heads = matMul64, heads64
	return hand.New(p, k)
}

func flag(t bool) uint32 {
	if t {
		return C.CblasTrans
	}
	return C.CblasNoTrans
}

// leading are the distances between rows of a and b.
func leading(transA, transB bool, m, n, k int) (lda, ldb C.int) {
	lda, ldb = C.int(k), C.int(n)
	if transA {
		lda = C.int(m)
	}
	if transB {
		ldb = C.int(k)
	}
	return lda, ldb
}

func matMul32(transA, transB bool, m, n, k int, a, b []float32, beta float32, c []float32) {
	lda, ldb := leading(transA, transB, m, n, k)
	if n == 1 {
		rows, cols := m, k
		if transA {
			rows, cols = k, m
		}
		C.cblas_sgemv(C.CblasRowMajor, flag(transA), C.int(rows), C.int(cols), 1, (*C.float)(&a[0]), lda, (*C.float)(&b[0]), 1, C.float(beta), (*C.float)(&c[0]), 1)
		return
	}
	C.cblas_sgemm(C.CblasRowMajor, flag(transA), flag(transB), C.int(m), C.int(n), C.int(k), 1, (*C.float)(&a[0]), lda, (*C.float)(&b[0]), ldb, C.float(beta), (*C.float)(&c[0]), C.int(n))
}

func matMul64(transA, transB bool, m, n, k int, a, b []float64, beta float64, c []float64) {
	lda, ldb := leading(transA, transB, m, n, k)
	if n == 1 {
		rows, cols := m, k
		if transA {
			rows, cols = k, m
		}
		C.cblas_dgemv(C.CblasRowMajor, flag(transA), C.int(rows), C.int(cols), 1, (*C.double)(&a[0]), lda, (*C.double)(&b[0]), 1, C.double(beta), (*C.double)(&c[0]), 1)
		return
	}
	C.cblas_dgemm(C.CblasRowMajor, flag(transA), flag(transB), C.int(m), C.int(n), C.int(k), 1, (*C.double)(&a[0]), lda, (*C.double)(&b[0]), ldb, C.double(beta), (*C.double)(&c[0]), C.int(n))
}

func heads32(h *hand.Heads, a, b, c []float32) {
	for i := range h.Count() {
		a0, b0, c0 := h.At(i)
		C.cblas_sgemm(C.CblasRowMajor, flag(h.TransA), flag(h.TransB), C.int(h.M), C.int(h.N), C.int(h.K), C.float(h.Alpha), (*C.float)(&a[a0]), C.int(h.A.Row), (*C.float)(&b[b0]), C.int(h.B.Row), 0, (*C.float)(&c[c0]), C.int(h.C.Row))
	}
}

func heads64(h *hand.Heads, a, b, c []float64) {
	for i := range h.Count() {
		a0, b0, c0 := h.At(i)
		C.cblas_dgemm(C.CblasRowMajor, flag(h.TransA), flag(h.TransB), C.int(h.M), C.int(h.N), C.int(h.K), C.double(h.Alpha), (*C.double)(&a[a0]), C.int(h.A.Row), (*C.double)(&b[b0]), C.int(h.B.Row), 0, (*C.double)(&c[c0]), C.int(h.C.Row))
	}
}
