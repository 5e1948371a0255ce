package optest

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// How near a fold of any number of elements must be to one in float64, relative to the
// result: what a million roundings one after the other would exceed many times.
const (
	tolLarge32 = 1e-5
	tolLarge64 = 1e-9 // the slow formulas themselves add one after the other
)

// largeSize is how many elements the folds of these tests have: 1e8 where the variable
// is set, which needs some ten gigabytes and minutes.
func largeSize(short int) int {
	if os.Getenv("SYMGRAD_LARGE") != "" {
		return 1e8
	}
	return short
}

// large is an application to many elements.
type large struct {
	name  string
	e     *op.Entry
	in    []ir.Shape
	attrs ir.Attrs
	// data is the i-th element of an operand, the same in both element types; nil is
	// a tenth and a little that changes, of which no sum is exact.
	data  func(operand, i int) float64
	index func(i int) int // the elements of an operand of Ints, the second; nil: there is none
}

// tenths has one sign and many digits.
func tenths(_, i int) float64 { return float64(float32(0.1 + 0.001*math.Sin(float64(i)))) }

// nearOne has a product that neither overflows nor vanishes, of factors whose roundings
// all go one way.
func nearOne(_, i int) float64 { return 1 + float64(i%5-2)*0x1p-23 + float64(i/5%2)*0x1p-23 }

// foldsOf applies the fold e over every way to cut n elements.
func foldsOf(e *op.Entry, n int) (list []large) {
	for _, c := range []struct {
		shape ir.Shape
		axes  []int
	}{
		{ir.Shape{n}, []int{0}},
		{ir.Shape{n / 2, 2}, []int{0}},
		{ir.Shape{n / 77, 77}, []int{0}},
		{ir.Shape{n / 300, 300}, []int{0}},
		{ir.Shape{2, n / 6, 3}, []int{1}},
		{ir.Shape{3, n / 3}, []int{1}},
		{ir.Shape{n / 5000, 5, 1000}, []int{0, 2}},
		{ir.Shape{n / 30, 3, 2, 5}, []int{0, 2}},
	} {
		for name, data := range map[string]func(int, int) float64{"tenths": nil, "near one": nearOne} {
			list = append(list, large{name: fmt.Sprint(e.Name, c.shape, c.axes, name), e: e, in: []ir.Shape{c.shape},
				attrs: ir.A("axes", c.axes, "keep", false), data: data})
		}
	}
	return list
}

// largeCases are all folds, and the other rows that add up any number of elements.
func largeCases(short int) (list []large) {
	n := largeSize(short)
	for _, e := range op.All() {
		if e.Class == ir.Reduce {
			list = append(list, foldsOf(e, n)...)
		}
	}
	at := func(m int) func(int) int { return func(i int) int { return i * 7 % m } }
	for _, name := range []string{"cumsum", "cumprod", "logcumsumexp"} {
		data := tenths
		if name == "cumprod" {
			data = nearOne
		}
		for axis, s := range []ir.Shape{{n / 2, 2}, {2, n / 2}} {
			for _, reverse := range []bool{false, true} {
				list = append(list, large{name: fmt.Sprint(name, s, axis, reverse), e: op.Lookup(name), in: []ir.Shape{s}, data: data,
					attrs: ir.A("axis", axis, "exclusive", false, "reverse", reverse)})
			}
		}
	}
	window := ir.A("adaptive", true, "out", []int{1, 1})
	return append(list,
		large{name: "scatteradd", e: op.Lookup("scatteradd"), in: []ir.Shape{{2, n / 2}, {2, n / 2}}, index: at(3),
			attrs: ir.A("axis", 1, "extent", []int{2, 3})},
		large{name: "putadd", e: op.Lookup("putadd"), in: []ir.Shape{{n / 20, 20}, {n / 20}}, index: at(3), attrs: ir.A("rows", 3)},
		large{name: "putadd of numbers", e: op.Lookup("putadd"), in: []ir.Shape{{n}, {n}}, index: at(2), attrs: ir.A("rows", 2)},
		large{name: "avgpool", e: op.Lookup("avgpool"), in: []ir.Shape{{1, 2, n / 2000, 1000}}, attrs: window},
		large{name: "recurrence", e: op.Lookup("recurrence"), in: []ir.Shape{{2, n / 2}, {2, n / 2}}, attrs: ir.A("axis", 1, "reverse", false),
			data: func(operand, i int) float64 { return []float64{tenths(0, i), 1}[operand] }},
		large{name: "matmul", e: op.Lookup("matmul"), in: []ir.Shape{{n / 8, 4}, {n / 8, 4}}, attrs: ir.A("transA", true, "transB", false)},
		large{name: "matmul of vectors", e: op.Lookup("matmul"), in: []ir.Shape{{1, n / 2}, {1, n / 2}}, attrs: ir.A("transA", false, "transB", true)},
		large{name: "softmax", e: op.Lookup("softmax"), in: []ir.Shape{{n / 2, 2}}, attrs: ir.A("axis", 0)},
	)
}

func TestLarge(t *testing.T) {
	w := pool.New(3)
	defer w.Close()
	for _, c := range largeCases(200_000) {
		t.Run(c.name, func(t *testing.T) {
			floats := make([][]float64, len(c.in))
			var ints []int
			for k, s := range c.in {
				if k == 1 && c.index != nil {
					ints = make([]int, s.Size())
					for i := range ints {
						ints[i] = c.index(i)
					}
					continue
				}
				data := c.data
				if data == nil {
					data = tenths
				}
				floats[k] = make([]float64, s.Size())
				for i := range floats[k] {
					floats[k][i] = data(k, i)
				}
			}
			want := largeRun[float64](t, c, floats, ints, nil)
			got := largeRun[float32](t, c, floats, ints, nil)
			relative(t, "float32", got, want, tolLarge32)
			ref := largeRef(t, c, floats, ints)
			relative(t, "float64", want, ref, tolLarge64)
			for i, x := range largeRun[float32](t, c, floats, ints, w) {
				if x != got[i] {
					t.Fatalf("three workers: element %d is %v, want %v as with one", i, x, got[i])
				}
			}
		})
	}
}

// relative wants every element as near as tol of it.
func relative(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol*math.Abs(w)) {
			t.Errorf("%s: element %d: got %v, want %v", what, i, got[i], w)
			return
		}
	}
}

// build is the node of c.
func (c *large) build(d ir.DType) (*applied, error) {
	a := &applied{e: c.e, s: op.Sample{In: c.in, Attrs: c.attrs}, c: op.NewCtx(gorgonia.NewGraph())}
	for k, s := range c.in {
		x := ir.Type{DType: d, Shape: s}
		if k == 1 && c.index != nil {
			x.DType = ir.Int
		}
		a.in = append(a.in, a.c.Leaf(x, leafName(k)))
	}
	a.out = a.c.Apply(c.e, c.attrs, a.in...)
	return a, a.c.Err
}

func largeRun[T ir.Float](t *testing.T, c large, floats [][]float64, ints []int, w *pool.Pool) []float64 {
	t.Helper()
	d := ir.F64
	if _, ok := any(T(0)).(float32); ok {
		d = ir.F32
	}
	a, err := c.build(d)
	if err != nil {
		t.Fatal(err)
	}
	a.floats, a.ints = floats, [][]int{nil, ints}
	p, err := compiled[T](a, w, a.out)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.run(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return out[0]
}

// largeRef is the result by the row's slow formula.
func largeRef(t *testing.T, c large, floats [][]float64, ints []int) []float64 {
	t.Helper()
	a, err := c.build(ir.F64)
	if err != nil {
		t.Fatal(err)
	}
	a.floats, a.ints = floats, [][]int{nil, ints}
	out, _ := a.want()
	return out
}
