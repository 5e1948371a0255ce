package compile

import (
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
)

// TestOrder wants the table to be refused where a pass is gone, two are exchanged, or one
// stands where nothing says that it must.
func TestOrder(t *testing.T) {
	at := func(name string) int { return slices.IndexFunc(Passes, func(p Pass) bool { return p.Name == name }) }
	for _, c := range []struct {
		name  string
		table func(p []Pass) []Pass
		want  string
	}{
		{"as it is", func(p []Pass) []Pass { return p }, ""},
		{"without fuse", func(p []Pass) []Pass { return slices.Delete(p, at("fuse"), at("fuse")+1) }, `the pass "sums" must run before "fuse": fuse hides`},
		{"epilogue before fuse", func(p []Pass) []Pass {
			p[at("fuse")], p[at("epilogue")] = p[at("epilogue")], p[at("fuse")]
			return p
		}, `the pass "fuse" must run before "epilogue": fuse makes`},
		{"one round", func(p []Pass) []Pass { return slices.Delete(p, 3, 5) }, `the pass "simplify 2" must run before "cse 2"`},
		{"a new one", func(p []Pass) []Pass { return slices.Insert(p, at("order"), Pass{Name: "new"}) }, `no reason why the pass "epilogue" runs before "new"`},
	} {
		got := ""
		if err := checkOrder(c.table(slices.Clone(Passes)), constraints); err != nil {
			got = err.Error()
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got the error %q, want %q", c.name, got, c.want)
		}
	}
}

// TestLine gives each value of functions a source line of its own. Values that passes put
// in the place of others must have the lines and names of those.
func TestLine(t *testing.T) {
	for _, c := range []struct{ pass, text string }{
		{"simplify", `func "f" {
  v0 = input f64[2,3] "x"
  v1 = input f64[4,3] "y"
  v2 = transpose f64[3,4] v1 {perm=[1,0]}
  v3 = matmul f64[2,4] v0 v2 {transA=false transB=false} "name"
  return v3
}`},
		{"share", `func "f" {
  v0 = input f64[2] "x"
  v1 = tanhgrad f64[2] v0 v0
  v2 = tanh f64[2] v0 "name"
  v3 = add f64[2] v1 v2
  return v2 v3
}`},
		{"share", `func "f" {
  v0 = input f32[64,128] "x"
  v1 = input f32[64,128] "y"
  v2 = param f32[128,256] 0 "w"
  v3 = matmul f32[64,256] v0 v2 {transA=false transB=false} "name"
  v4 = matmul f32[64,256] v1 v2 {transA=false transB=false}
  return v3 v4
}`},
		{"epilogue", `func "f" {
  v0 = input f64[2,2] "x"
  v1 = matmul f64[2,2] v0 v0 {transA=false transB=false}
  v2 = fused f64[2,2] v1 "name" func "body" {
    v0 = arg f64[2,2] 0
    v1 = exp f64[2,2] v0
    return v1
  }
  return v2
}`},
		{"fuse", `func "f" {
  v0 = input f64[2] "x"
  v1 = exp f64[2] v0 "name"
  return v1
}`},
		{"sums", `func "f" {
  v0 = input f64[2] "x"
  v1 = unslice f64[4] v0 {count=[2] shape=[4] start=[0] step=[1]}
  v2 = unslice f64[4] v0 {count=[2] shape=[4] start=[2] step=[1]}
  v3 = add f64[4] v1 v2 "name"
  return v3
}`},
		{"runs", `func "f" {
  v0 = input f64[1,2] "x"
  v1 = input f64[1,2] "y"
  v2 = concat f64[3,2] v0 v1 v0 {axis=0}
  v3 = concat f64[2,2] v1 v0 {axis=0} "name"
  return v3 v2
}`},
	} {
		f, err := ir.Parse(c.text, LookupDef)
		if err == nil {
			err = ir.Verify(f)
		}
		if err != nil {
			t.Fatalf("%s: %v", c.pass, err)
		}
		for _, v := range f.Values {
			v.PC = uintptr(1 + v.ID)
		}
		old, line := f.Out[0], f.Out[0].PC
		p := Passes[slices.IndexFunc(Passes, func(p Pass) bool { return p.Name == c.pass })]
		if !p.Run(f, make([]Target, len(f.Out))) {
			t.Errorf("%s changes nothing in\n%s", c.pass, c.text)
		}
		if v := f.Out[0]; v == old || v.PC != line || v.Name != "name" {
			t.Errorf("%s: the result is %q of line %d, want the name and the line %d, in\n%s", c.pass, v.Name, v.PC, line, f)
		}
	}
}
