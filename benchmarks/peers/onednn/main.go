// Onednn is the peer "onednn": the matrix products of oneDNN, which has them in
// float32. Arguments: float32, the number of threads.
package main

/*
#cgo LDFLAGS: -ldnnl
#include <dnnl.h>
static int multiply(int times, char ta, char tb, int m, int n, int k, const float *a, int lda, const float *b, int ldb, float *c) {
	int status = 0;
	for (int i = 0; i < times; i++) status |= dnnl_sgemm(ta, tb, m, n, k, 1, a, lda, b, ldb, 0, c, n);
	return status;
}
*/
import "C"

import (
	"fmt"
	"os"

	"github.com/symgrad/symgrad/benchmarks/product"
)

func main() {
	if len(os.Args) != 3 || os.Args[1] != "float32" {
		fmt.Println("oneDNN multiplies in float32 alone")
		return
	}
	// The number of threads is in OMP_NUM_THREADS, where OpenMP looks for it.
	v := C.dnnl_version()
	product.Serve(os.Stdin, os.Stdout, fmt.Sprintf("oneDNN %d.%d.%d", v.major, v.minor, v.patch), multiply)
}

func multiply(p product.Product, c, a, b []float32) (func(times int), error) {
	lda, ldb := p.Leading()
	run := func(times int) C.int {
		return C.multiply(C.int(times), flag(p.TransA), flag(p.TransB), C.int(p.M), C.int(p.N), C.int(p.K),
			(*C.float)(&a[0]), C.int(lda), (*C.float)(&b[0]), C.int(ldb), (*C.float)(&c[0]))
	}
	if status := run(1); status != 0 {
		return nil, fmt.Errorf("dnnl_sgemm failed with status %d", status)
	}
	return func(times int) { run(times) }, nil
}

func flag(t bool) C.char {
	if t {
		return 'T'
	}
	return 'N'
}
