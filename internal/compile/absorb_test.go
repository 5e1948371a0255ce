package compile

import (
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
