package main

/*
#include <cblas.h>
void openblas_set_num_threads(int n);
static void multiply32(int times, int ta, int tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c) {
	for (int i = 0; i < times; i++) cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}
static void multiply64(int times, int ta, int tb, int m, int n, int k, const double *a, int lda, const double *b, int ldb, double *c) {
	for (int i = 0; i < times; i++) cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
}
*/
import "C"

import (
	"fmt"
	"os"
	"strconv"

	"github.com/symgrad/symgrad/benchmarks/product"
)

// products serves the products of OpenBLAS, without the cost of calls from Go.
func products(dtype, threads, remark string) {
	n, err := strconv.Atoi(threads)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	C.openblas_set_num_threads(C.int(n))
	if dtype == "float32" {
		product.Serve(os.Stdin, os.Stdout, remark, func(p product.Product, c, a, b []float32) (func(int), error) {
			lda, ldb := p.Leading()
			return func(times int) {
				C.multiply32(C.int(times), C.int(flag(p.TransA)), C.int(flag(p.TransB)), C.int(p.M), C.int(p.N), C.int(p.K),
					(*C.float)(&a[0]), C.int(lda), (*C.float)(&b[0]), C.int(ldb), (*C.float)(&c[0]))
			}, nil
		})
		return
	}
	product.Serve(os.Stdin, os.Stdout, remark, func(p product.Product, c, a, b []float64) (func(int), error) {
		lda, ldb := p.Leading()
		return func(times int) {
			C.multiply64(C.int(times), C.int(flag(p.TransA)), C.int(flag(p.TransB)), C.int(p.M), C.int(p.N), C.int(p.K),
				(*C.double)(&a[0]), C.int(lda), (*C.double)(&b[0]), C.int(ldb), (*C.double)(&c[0]))
		}, nil
	})
}
