package compile

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
)

// TestSwapBits runs attention and gradients of it, whose products read and write heads where
// they lie: the results have the bits of those that are copied.
func TestSwapBits(t *testing.T) {
	swapBits[float32](t, "f32")
	swapBits[float64](t, "f64")
}

func swapBits[T ir.Float](t *testing.T, dtype string) {
	text := strings.ReplaceAll(`func "f" {
  v0 = input TYPE[5,37,3,19] "q"
  v1 = input TYPE[5,37,3,19] "k"
  v2 = input TYPE[5,37,3,19] "v"
  v3 = input TYPE[5,37,3,19] "d"
  v4 = transpose TYPE[5,3,37,19] v0 {perm=[0,2,1,3]}
  v5 = transpose TYPE[5,3,37,19] v1 {perm=[0,2,1,3]}
  v6 = matmul TYPE[5,3,37,37] v4 v5 {transA=false transB=true}
  v7 = tanh TYPE[5,3,37,37] v6
  v8 = transpose TYPE[5,3,37,19] v2 {perm=[0,2,1,3]}
  v9 = matmul TYPE[5,3,37,19] v7 v8 {transA=false transB=false}
  v10 = transpose TYPE[5,37,3,19] v9 {perm=[0,2,1,3]}
  v11 = mul TYPE[5,37,3,19] v10 v3
  v12 = transpose TYPE[5,3,37,19] v3 {perm=[0,2,1,3]}
  v13 = matmul TYPE[5,3,37,37] v12 v8 {free=true transA=false transB=true}
  v14 = matmul TYPE[5,3,37,19] v13 v4 {transA=true transB=false}
  v15 = transpose TYPE[5,37,3,19] v14 {perm=[0,2,1,3]}
  v16 = matmul TYPE[5,3,19,19] v4 v8 {transA=true transB=false}
  return v11 v15 v16
}`, "TYPE", dtype)
	if copies, none := sameBits(t, text, "swap", spread[T]); none >= copies {
		t.Errorf("%s: got %d steps, want fewer than the %d with copies", dtype, none, copies)
	}
}
