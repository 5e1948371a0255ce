package ir

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// Three operators to write functions with.
var (
	tanhDef = &Def{Name: "tanh", Class: Elementwise, Arity: 1, Infer: func(in []Type, _ Attrs) (Type, error) { return in[0], nil }}
	addDef  = &Def{Name: "add", Class: Elementwise, Arity: 2, Infer: func(in []Type, _ Attrs) (Type, error) {
		if !in[0].Equal(in[1]) {
			return Type{}, errors.New("operands of different types")
		}
		return in[0], nil
	}}
	matmulDef = &Def{Name: "matmul", Class: Contract, Arity: 2, Infer: func(in []Type, _ Attrs) (Type, error) {
		return Type{in[0].DType, Shape{in[0].Shape[0], in[1].Shape[1]}}, nil
	}}
	fusedDef = &Def{Name: "fused", Class: Elementwise, Arity: -1}
)

func lookup(name string) *Def {
	for _, d := range []*Def{tanhDef, addDef, matmulDef, fusedDef} {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// everything has one of each thing that a function can hold.
const everything = `func "main" {
  v0 = input f32[2,3] "x"
  v1 = param f32[3,4] 12 "dense0/weight"
  v2 = const f32[4] [0 ...]
  v3 = const f32[6] [1.5 -0 NaN +Inf -Inf 1e-320] "odd\n\xff\"numbers"
  v7 = const int[2] [3 -4]
  v8 = const f32[0,2] []
  v9 = const f32[] [2]
  v10 = matmul f32[2,4] v0 v1
  v12 = fused f32[2,4] v10 v10 "h" func "body" {
    v0 = arg f32[2,4] 0
    v1 = tanh f32[2,4] v0 {a=[] axes=[0,-2] keep=true name="a b" none=false one=1 scale=1.0 third=0.3333333333333333 worse=NaN}
    v2 = add f32[2,4] v1 v0
    return v2
  }
  v11 = matmul f32[2,4] v0 v1 func "" {
    v5 = arg f32[2,4] product
    return v5
  }
  return v12 v11 v12
}
`

func TestRoundTrip(t *testing.T) {
	f, err := Parse(everything, lookup)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.String(); got != everything {
		t.Errorf("got\n%s\nwant\n%s", got, everything)
	}
	if err := Verify(f); err != nil {
		t.Error(err)
	}
	zeros, odd := f.Values[2].Data.([]float64), f.Values[3].Data.([]float64)
	if len(zeros) != 4 || !math.Signbit(odd[1]) || !math.IsNaN(odd[2]) || odd[5] != 1e-320 {
		t.Errorf("got the constants %v and %v", zeros, odd)
	}
	if a := f.Values[8].Body.Values[1].Attrs; a.Int("one") != 1 || a.Float("scale") != 1 || a.Str("name") != "a b" || a.Ints("axes")[1] != -2 {
		t.Errorf("got the attributes %v", a)
	}
	if v := f.AddConst(Type{F32, nil}, []float64{1}); v.ID != 13 {
		t.Errorf("the next value has the name v%d, want v13", v.ID)
	}
}

func TestShort(t *testing.T) {
	f := &Func{Name: "f"}
	d := make([]float64, 500)
	d[1] = 1
	f.AddConst(Type{F64, Shape{500}}, d)
	if got := f.Short(); !strings.Contains(got, "v0 = const f64[500] [0 1 0 0 0 0 0 0 ... 492 more]\n") {
		t.Errorf("got %s", got)
	}
}

func TestParseByHand(t *testing.T) {
	f, err := Parse("\n// a comment\nfunc\t\"f\"{\r\n\n  // another\nv3=input f64[ 2 , 3 ]\r\n v4 =tanh f64[2,3]v3{a = 1}\n return v4 v3\n}\n\n// the end", lookup)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.String(), "func \"f\" {\n  v3 = input f64[2,3]\n  v4 = tanh f64[2,3] v3 {a=1}\n  return v4 v3\n}\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// in puts lines into a function.
func in(lines ...string) string { return "func \"f\" {\n" + strings.Join(lines, "\n") + "\n}\n" }

func TestParseErrors(t *testing.T) {
	const x = "v0 = input f32[2]"
	for _, c := range []struct{ text, want string }{
		{"", `ir: 1:1: got the end of the line, want func "name" {`},
		{"function", `ir: 1:5: got "tion", want a name in double quotes`},
		{"func 'f' {", `ir: 1:6: got "'f' {", want a name in double quotes`},
		{`func "f" { v0`, `ir: 1:12: got "v0", want the end of the line`},
		{in(x), `ir: 3:1: got "}", want a value such as v7`},
		{in(x, "return v0") + "x", `ir: 5:1: got "x", want the end after the function`},
		{in(x, "return v0", x), `ir: 4:1: got "v0 = input f32[2]", want "}"`},
		{in(x, "return v1"), "ir: 3:8: v1 is not defined before it is used"},
		{in(x, x), "ir: 3:1: v0 is defined twice"},
		{in(x, "v1 = tanh f32[2] v2"), "ir: 3:18: v2 is not defined before it is used"},
		{in(x, "v1 = sinh f32[2] v0"), `ir: 3:6: got "sinh f32[2] v0", want the name of an operator, input, param, state, const or arg`},
		{in("v0 = input f16[2]"), `ir: 2:12: got "f16[2]", want a type such as f32[2,3]`},
		{in("v0 = input f32[2"), `ir: 2:17: got the end of the line, want ","`},
		{in("v0 = input f32[99999999999999999999]"), `ir: 2:16: got "99999999999999999999", want an integer`},
		{in("v-1 = input f32[2]"), `ir: 2:1: got "v-1 = input f32[2]", want a value such as v7`},
		{in("v0 = param f32[2]"), `ir: 2:18: got the end of the line, want the place of the param`},
		{in("v0 = const f32[2] [1 2 x]"), `ir: 2:24: got "x]", want an element of the constant or ]`},
		{in("v0 = const f32[2] [1 ... 498 more]"), `ir: 2:26: got "498 more]", want "]"`},
		{in("v0 = const f32[1] [1 ...]"), "ir: 2:25: got ... for a constant of 1 elements"},
		{in("v0 = const f32[99999999] [1 ...]"), "ir: 2:32: got [99999999], want at most 16777216 elements"},
		{in(x, "v1 = tanh f32[2] v0 {a=1 a=2}"), `ir: 3:26: got "a=2}", want the name of another attribute`},
		{in(x, "v1 = tanh f32[2] v0 {a=b}"), `ir: 3:24: got "b}", want true, false, a number, a name in double quotes or a list such as [0,2]`},
		{in(x, `v1 = tanh f32[2] v0 "unended`), `ir: 3:21: got "\"unended", want a name in double quotes`},
		{strings.Repeat("func \"f\" {\nv0 = tanh f32[] ", 6), `ir: 5:21: bodies are nested more than 4 deep`},
	} {
		_, err := Parse(c.text, lookup)
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestVerify(t *testing.T) {
	const x = "v0 = input f32[2]"
	fused := func(lines ...string) string {
		return in(x, "v1 = fused f32[2] v0 func \"b\" {", strings.Join(lines, "\n"), "}", "return v1")
	}
	for _, c := range []struct{ text, want string }{
		{in("v0 = input f32[-2]", "return"), "v0: has the shape [-2]"},
		{in(x, "v1 = input f64[2]", "return"), "v1: has the type f64[2] beside f32[2]"},
		{in(x, "v1 = tanh f32[3] v0", "return"), "v1: tanh has the type f32[3], its shape rule says f32[2]"},
		{in(x, "v1 = add f32[2] v0", "return"), "v1: add has 1 operands, want 2"},
		{in(x, "v1 = input f32[3]", "v2 = add f32[2] v0 v1", "return"), "v2: add: operands of different types"},
		{in("v0 = const f32[2] [1 2 3]", "return"), "v0: the constant of f32[2] has []float64 of 3 elements"},
		{in("v0 = const int[2]", "return"), "v0: the constant of int[2] has <nil> of -1 elements"},
		{in("v0 = param f32[2] -1", "return"), "v0: the param lies at -1"},
		{in("v0 = arg f32[2] 0", "return"), "v0: bodies read arguments and no other leaves, functions other leaves only"},
		{in("v0 = input f32[2] {a=1}", "return"), "v0: the leaf has operands, attributes or a body"},
		{fused("v0 = arg f32[2] 1", "return v0"), "v1: body: v0: argument 1 of 1 operands"},
		{fused("v0 = arg f32[3] 0", "return v0"), "v1: the body of f32[2] returns something else"},
		{fused("v0 = arg f32[] 0", "v1 = arg f32[2] 0", "return v1"), "v1: body: v0: argument 0 has the type f32[], its operand f32[2]"},
		{fused("v0 = arg f32[2] product", "return v0"), "v1: body: v0: argument -1 of 1 operands"},
		{fused("v0 = const f32[2] [0 ...]", "return v0"), "v1: body: v0: bodies read arguments and no other leaves, functions other leaves only"},
		{fused("v0 = arg f32[2] 0", "v1 = matmul f32[2] v0 v0", "return v1"), "v1: body: v1: the matmul is neither elementwise nor a view, in a body"},
		{fused("v0 = arg f32[2] 0", "return v0 v0"), "v1: the body of f32[2] returns something else"},
	} {
		f, err := Parse(c.text, lookup)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(f); err == nil || err.Error() != `ir: func "f": `+c.want {
			t.Errorf("%s got %v\nwant %s", c.text, err, c.want)
		}
	}
}

// TestVerifyOrder breaks what text cannot.
func TestVerifyOrder(t *testing.T) {
	whole := func() *Func {
		f := &Func{Name: "f"}
		x := f.Add(&Value{Leaf: Input, Type: Type{F32, Shape{2}}})
		y, _ := f.New(tanhDef, nil, x)
		f.Out = []*Value{y}
		return f
	}
	for _, c := range []struct {
		spoil func(f *Func)
		want  string
	}{
		{func(*Func) {}, ""},
		{func(f *Func) { f.Values[0], f.Values[1] = f.Values[1], f.Values[0] }, "v1: operand 0 does not stand before it"},
		{func(f *Func) { f.Values[1].ID = 0 }, "v0: the name is negative or taken"},
		{func(f *Func) { f.Values[1].ID = 2 }, "v2: the next value would be named v2"},
		{func(f *Func) { f.Values = f.Values[:1] }, "result 0 is not among the values"},
		{func(f *Func) { f.Values[1].Leaf = Input }, "v1: must be either a leaf or an operator's result"},
		{func(f *Func) { f.Values[0].Type.DType = 9 }, "v0: has the type dtype9[2]"},
		{func(f *Func) { f.Values[1].Attrs = Attrs{{"b", 1}, {"a", 1}} }, `v1: the attribute "a" is badly named or out of order`},
		{func(f *Func) { f.Values[1].Attrs = Attrs{{"b", int8(1)}} }, "v1: the attribute b has the type int8"},
	} {
		f := whole()
		c.spoil(f)
		got := ""
		if err := Verify(f); err != nil {
			got = strings.TrimPrefix(err.Error(), `ir: func "f": `)
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// FuzzParse reads any text, and writes and reads again what it could read.
func FuzzParse(f *testing.F) {
	f.Add(everything)
	f.Add(in("v0 = input f32[2]", "return v0"))
	f.Add(in("v0 = const int[3] [1 ...]", "v1 = tanh int[3] v0 {a=\"\\x00\" b=1e5}", "return"))
	f.Add("func \"\" {\nv0 = arg f32[] product\n")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := Parse(text, lookup)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "ir: ") {
				t.Fatalf("got the error %v", err)
			}
			return
		}
		once := g.String()
		h, err := Parse(once, lookup)
		if err != nil {
			t.Fatalf("%v in what was written:\n%s", err, once)
		}
		if twice := h.String(); twice != once {
			t.Fatalf("got\n%s\nwant\n%s", twice, once)
		}
	})
}
