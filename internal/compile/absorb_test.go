package compile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
)

// TestAbsorbBits computes the gradient of a softmax in one step and in two: along rows of many
// lengths and along another axis, with weights that are 0. The bits are the same.
func TestAbsorbBits(t *testing.T) {
	for _, shape := range []string{"[5,1]", "[7,10]", "[3,64]", "[4,1031]", "[2,33,9]"} {
		absorbBits[float32](t, "f32", shape)
		absorbBits[float64](t, "f64", shape)
	}
}

func absorbBits[T ir.Float](t *testing.T, dtype, shape string) {
	text := strings.NewReplacer("TYPE", dtype+shape).Replace(`func "f" {
  v0 = input TYPE "x"
  v1 = input TYPE "d"
  v2 = softmax TYPE v0 {axis=1}
  v3 = softmaxgrad TYPE v2 v1 {axis=1}
  return v3
}`)
	two, one := sameBits(t, text, "absorb", func(k, i int) T {
		x := 10 * spread[T](k, i)
		if i%11 == 3 && k == 0 {
			x -= 500 // its weight is 0
		}
		return x
	})
	if one != two-1 {
		t.Errorf("%s%s: got %d steps, want one less than %d", dtype, shape, one, two)
	}
}

// TestAbsorbLayerNorm computes a layer normalization and its gradients with operators of their own and
// without them. There is one row, or a few, or so many that they are cut into parts.
func TestAbsorbLayerNorm(t *testing.T) {
	for _, rows := range []int{1, 5, 300} {
		for _, cols := range []int{1, 7, 64, 1031} {
			absorbLayerNorm[float32](t, "f32", rows, cols, 3e-5)
			absorbLayerNorm[float64](t, "f64", rows, cols, 1e-12)
		}
	}
}

func absorbLayerNorm[T ir.Float](t *testing.T, dtype string, rows, cols int, by float64) {
	matrix, row := fmt.Sprintf("%s[1,%d,%d]", dtype, rows, cols), fmt.Sprintf("%s[%d]", dtype, cols)
	text := strings.NewReplacer("MATRIX", matrix, "ROW", row, "SHAPE", fmt.Sprintf("[1,%d,%d]", rows, cols)).Replace(`func "f" {
  v0 = input MATRIX "x"
  v1 = input MATRIX "d"
  v2 = input ROW "gain"
  v3 = input ROW "bias"
  v4 = standardize MATRIX v0 {axis=2 eps=0.1}
  v5 = broadcast MATRIX v2 {shape=SHAPE}
  v6 = broadcast MATRIX v3 {shape=SHAPE}
  v7 = mul MATRIX v5 v4
  v8 = add MATRIX v7 v6
  v9 = mul MATRIX v1 v5
  v10 = standardizegrad MATRIX v0 v9 {axis=2 eps=0.1}
  v11 = mul MATRIX v4 v1
  v12 = sum ROW v11 {axes=[0,1] keep=false}
  return v8 v10 v12
}`)
	_, steps := sameValues(t, text, "absorb", func(k, i int) T { return spread[T](k, i) + T(k) }, by)
	if steps != 3 {
		t.Errorf("%s: got %d steps, want one for each of 3 outputs", matrix, steps)
	}
}
