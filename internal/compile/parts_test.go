package compile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
)

// TestPartsBits cuts products of both kinds of weights: the results have the bits of the whole products.
func TestPartsBits(t *testing.T) {
	for _, trans := range []bool{false, true} {
		partsBits[float32](t, "f32", trans)
		partsBits[float64](t, "f64", trans)
	}
}

func partsBits[T ir.Float](t *testing.T, dtype string, trans bool) {
	w := "[29,512]"
	if trans {
		w = "[512,29]"
	}
	text := strings.NewReplacer("TYPE", dtype, "SHAPE", w, "TRANS", fmt.Sprint(trans)).Replace(`func "f" {
  v0 = input TYPE[3,192,29] "x"
  v1 = input TYPESHAPE "w"
  v2 = input TYPE[512] "b"
  v3 = matmul TYPE[3,192,512] v0 v1 {transA=false transB=TRANS}
  v4 = broadcast TYPE[3,192,512] v2 {shape=[3,192,512]}
  v5 = add TYPE[3,192,512] v3 v4
  v6 = slice TYPE[1,192,512] v5 {count=[1,192,512] start=[2,0,0] step=[1,1,1]}
  v7 = slice TYPE[1,192,512] v5 {count=[1,192,512] start=[0,0,0] step=[1,1,1]}
  v8 = slice TYPE[1,192,512] v5 {count=[1,192,512] start=[1,0,0] step=[1,1,1]}
  v9 = tanh TYPE[1,192,512] v7
  return v6 v9 v8
}`)
	if whole, cut := sameBits(t, text, "parts", spread[T]); cut <= whole {
		t.Errorf("%s, transB %v: got %d steps, want more than the %d of the whole product", dtype, trans, cut, whole)
	}
}
