package machine_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// kind is a gorgonia graph around one kind of its operators.
type kind struct {
	name  string
	op    string // the operator's type, of the node that build returns
	in    [][]int
	ints  []int      // for each leaf, 0 for floats, n for Ints in [0, n); may be short
	from  [2]float64 // the floats' interval; zero: [0.5, 2)
	build func(x []*G.Node) (*G.Node, error)
	want  func(x [][]float64) []float64 // a plain formula; nil: gorgonia's own Do
	flags uint8
}

// What a kind is.
const (
	opaque uint8 = 1 << iota // runs by its own Do
	flat                     // has no gradient, by gorgonia's rules
	panics                   // gorgonia.Grad panics on it: Differentiate is asked instead
)

func each(f func(float64) float64) func(x [][]float64) []float64 {
	return func(x [][]float64) []float64 {
		out := make([]float64, len(x[0]))
		for i, v := range x[0] {
			out[i] = f(v)
		}
		return out
	}
}

func pairs(f func(x, y float64) float64) func(x [][]float64) []float64 {
	return func(x [][]float64) []float64 {
		out := make([]float64, len(x[0]))
		for i, v := range x[0] {
			out[i] = f(v, x[1][i])
		}
		return out
	}
}

// bit is 1 for true.
func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func unary(name string, f func(*G.Node) (*G.Node, error), g func(float64) float64, flags uint8) kind {
	return kind{name: name, op: "elemUnaryOp", in: [][]int{{3, 4}}, flags: flags,
		build: func(x []*G.Node) (*G.Node, error) { return f(x[0]) }, want: each(g)}
}

func binary(name string, f func(a, b *G.Node) (*G.Node, error), g func(x, y float64) float64) kind {
	return kind{name: name, op: "elemBinOp", in: [][]int{{3, 4}, {3, 4}},
		build: func(x []*G.Node) (*G.Node, error) { return f(x[0], x[1]) }, want: pairs(g)}
}

func comparison(name string, f func(a, b *G.Node, same bool) (*G.Node, error), same bool, g func(x, y float64) bool) kind {
	return kind{name: fmt.Sprintf("%s %t", name, same), op: "elemBinOp", in: [][]int{{3, 4}, {3, 4}}, flags: flat,
		build: func(x []*G.Node) (*G.Node, error) { return f(x[0], x[1], same) },
		want:  pairs(func(x, y float64) float64 { return bit(g(x, y)) })}
}

// matmul is op(x)·op(y) of the operands [m, k] and [k, n], transposed in memory
// where it says so.
func matmul(x, y []float64, m, k, n int, ta, tb bool) []float64 {
	out := make([]float64, m*n)
	for i := range m {
		for j := range n {
			for l := range k {
				a, b := x[i*k+l], y[l*n+j]
				if ta {
					a = x[l*m+i]
				}
				if tb {
					b = y[j*k+l]
				}
				out[i*n+j] += a * b
			}
		}
	}
	return out
}

// fold folds the axes of x with f, starting from zero.
func fold(x []float64, shape, axes []int, zero float64, f func(acc, v float64) float64) []float64 {
	var kept []int
	for i := range shape {
		if !slices.Contains(axes, i) {
			kept = append(kept, i)
		}
	}
	n := 1
	for _, i := range kept {
		n *= shape[i]
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = zero
	}
	for i, v := range x {
		at, rest := make([]int, len(shape)), i
		for k := len(shape) - 1; k >= 0; k-- {
			at[k], rest = rest%shape[k], rest/shape[k]
		}
		to := 0
		for _, k := range kept {
			to = to*shape[k] + at[k]
		}
		out[to] = f(out[to], v)
	}
	return out
}

func add(a, b float64) float64 { return a + b }

// pool folds the windows of one plane after another: pads are north, south,
// west, east.
func pool(x []float64, s []int, k, stride, pads []int, f func(w []float64) float64) []float64 {
	oh := (s[2]+pads[0]+pads[1]-k[0])/stride[0] + 1
	ow := (s[3]+pads[2]+pads[3]-k[1])/stride[1] + 1
	var out []float64
	for p := range s[0] * s[1] {
		for i := range oh {
			for j := range ow {
				var w []float64
				for y := i*stride[0] - pads[0]; y < i*stride[0]-pads[0]+k[0]; y++ {
					for z := j*stride[1] - pads[2]; z < j*stride[1]-pads[2]+k[1]; z++ {
						if y >= 0 && y < s[2] && z >= 0 && z < s[3] {
							w = append(w, x[(p*s[2]+y)*s[3]+z])
						}
					}
				}
				out = append(out, f(w))
			}
		}
	}
	return out
}

// standardized brings each group of elements, by number, to mean 0 and variance 1.
func standardized(x []float64, group func(i int) int, eps float64) []float64 {
	sum, square, n := map[int]float64{}, map[int]float64{}, map[int]float64{}
	for i, v := range x {
		sum[group(i)] += v
		n[group(i)]++
	}
	for i, v := range x {
		e := v - sum[group(i)]/n[group(i)]
		square[group(i)] += e * e
	}
	out := make([]float64, len(x))
	for i, v := range x {
		g := group(i)
		out[i] = (v - sum[g]/n[g]) / math.Sqrt(square[g]/n[g]+eps)
	}
	return out
}

func softmaxRow(x []float64) []float64 {
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v)
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Exp(v) / sum
	}
	return out
}

func rows(n int, f func([]float64) []float64) func(x [][]float64) []float64 {
	return func(x [][]float64) []float64 {
		var out []float64
		for i := 0; i < len(x[0]); i += n {
			out = append(out, f(x[0][i:i+n])...)
		}
		return out
	}
}

// sparsemaxRow finds the threshold by bisection.
func sparsemaxRow(x []float64) []float64 {
	lo, hi := slices.Min(x)-1, slices.Max(x)
	at := func(t float64) (s float64) {
		for _, v := range x {
			s += math.Max(v-t, 0)
		}
		return s
	}
	for range 200 {
		if mid := (lo + hi) / 2; at(mid) > 1 {
			lo = mid
		} else {
			hi = mid
		}
	}
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Max(v-lo, 0)
	}
	return out
}

// conv is a convolution of images of two channels by three filters.
func conv(stride, pad, dilation int) kind {
	extents := func(n, k int) int { return (n+2*pad-(k-1)*dilation-1)/stride + 1 }
	return kind{name: fmt.Sprintf("Conv2d stride %d pad %d dilation %d", stride, pad, dilation), op: "transposeOp", in: [][]int{{2, 2, 6, 5}, {3, 2, 3, 2}},
		build: func(x []*G.Node) (*G.Node, error) {
			return G.Conv2d(x[0], x[1], tensor.Shape{3, 2}, []int{pad, pad}, []int{stride, stride}, []int{dilation, dilation})
		},
		want: func(x [][]float64) (out []float64) {
			for b := range 2 {
				for o := range 3 {
					for i := range extents(6, 3) {
						for j := range extents(5, 2) {
							sum := 0.0
							for k := range 12 {
								c, y, z := k/6, i*stride+k%6/2*dilation-pad, j*stride+k%2*dilation-pad
								if y >= 0 && y < 6 && z >= 0 && z < 5 {
									sum += x[0][((b*2+c)*6+y)*5+z] * x[1][o*12+k]
								}
							}
							out = append(out, sum)
						}
					}
				}
			}
			return out
		}}
}

// ctc is a loss of two examples with labels of lengths 2 and 1, in one row, which
// is compared with what gorgonia computes.
func ctc(name string, reduction G.Reduction) kind {
	return kind{name: "CTCLoss " + name, op: "ctcLossOp", in: [][]int{{4, 2, 3}, {2, 2}, {2}, {2}}, ints: []int{0, -1, -4, -2}, flags: opaque,
		build: func(x []*G.Node) (*G.Node, error) {
			p, err := G.LogSoftMax(x[0], 2)
			if err != nil {
				return nil, err
			}
			return G.CTCLoss(p, x[1], x[2], x[3], reduction)
		}}
}

// plainProgram is a kind's graph with a cost, the sum of the result times weights.
type plainProgram struct {
	k       kind
	g       *G.ExprGraph
	x       []*G.Node
	out     *G.Node
	costVal G.Value
	outVal  G.Value
	cost    *G.Node
}

func (p *plainProgram) leaf(t *testing.T, i int, v []float64) {
	t.Helper()
	shape := tensor.WithShape(p.k.in[i]...)
	back := tensor.WithBacking(slices.Clone(v))
	if p.isInt(i) {
		k := make([]int, len(v))
		for j, e := range v {
			k[j] = int(e)
		}
		back = tensor.WithBacking(k)
	}
	if err := G.Let(p.x[i], tensor.New(shape, back)); err != nil {
		t.Fatal(err)
	}
}

func (p *plainProgram) isInt(i int) bool { return i < len(p.k.ints) && p.k.ints[i] != 0 }

func buildKind(t *testing.T, k kind, differentiate bool) *plainProgram {
	t.Helper()
	p := &plainProgram{k: k, g: G.NewGraph()}
	for i, s := range k.in {
		dt := tensor.Float64
		if p.isInt(i) {
			dt = tensor.Int
		}
		p.x = append(p.x, G.NewTensor(p.g, dt, len(s), G.WithShape(s...), G.WithName(fmt.Sprintf("x%d", i))))
	}
	var err error
	if p.out, err = k.build(p.x); err != nil {
		t.Fatalf("%s: %v", k.name, err)
	}
	if got := reflect.Indirect(reflect.ValueOf(p.out.Op())).Type().Name(); got != k.op {
		t.Fatalf("%s: got a node of %s, want %s", k.name, got, k.op)
	}
	G.Read(p.out, &p.outVal)
	if !differentiate {
		return p
	}
	p.cost = p.out
	if !p.out.IsScalar() {
		w := G.NewConstant(tensor.New(tensor.WithShape(p.out.Shape()...), tensor.WithBacking(graphtest.Wave(p.out.Shape().TotalSize(), 0.3))))
		p.cost = G.Must(G.Sum(G.Must(G.HadamardProd(p.out, w))))
	}
	G.Read(p.cost, &p.costVal)
	return p
}

func (p *plainProgram) floats() (out G.Nodes) {
	for i, x := range p.x {
		if !p.isInt(i) {
			out = append(out, x)
		}
	}
	return out
}

// draw are values of the leaves.
func (k kind) draw(r *rand.Rand) [][]float64 {
	lo, hi := k.from[0], k.from[1]
	if lo == hi {
		lo, hi = 0.5, 2
	}
	out := make([][]float64, len(k.in))
	for i, s := range k.in {
		out[i] = make([]float64, tensor.Shape(s).TotalSize())
		for j := range out[i] {
			switch {
			case i < len(k.ints) && k.ints[i] == -1: // labels 1 and 2 in turn
				out[i][j] = float64(1 + j%2)
			case i < len(k.ints) && k.ints[i] < 0: // a length
				out[i][j] = float64(-k.ints[i])
			case i < len(k.ints) && k.ints[i] > 0:
				out[i][j] = float64(r.IntN(k.ints[i]))
			default:
				out[i][j] = lo + (hi-lo)*r.Float64()
			}
		}
	}
	return out
}

// numbers are the elements of a value of gorgonia's.
func numbers(t *testing.T, v G.Value) (out []float64) {
	t.Helper()
	switch d := v.Data().(type) {
	case float64:
		return []float64{d}
	case float32:
		return []float64{float64(d)}
	case []float64:
		return slices.Clone(d)
	case []float32:
		for _, x := range d {
			out = append(out, float64(x))
		}
	case []int:
		for _, x := range d {
			out = append(out, float64(x))
		}
	case []bool:
		for _, x := range d {
			out = append(out, bit(x))
		}
	default:
		t.Fatalf("got a value of %T", d)
	}
	return out
}

// TestKinds runs every kind of operator that gorgonia's functions make: values
// against plain formulas, or the operator's own Do where that is all there is,
// and gradients against differences of values. Which kinds fall back on their own
// Do stands in the table.
func TestKinds(t *testing.T) {
	for _, k := range kinds {
		r := rand.New(rand.NewPCG(3, 4))
		at := k.draw(r)
		p := buildKind(t, k, false)
		vm := machine.New(p.g)
		for i, v := range at {
			p.leaf(t, i, v)
		}
		if err := vm.RunAll(); err != nil {
			t.Errorf("%s: %v", k.name, err)
			continue
		}
		if got := len(vm.Stats().Fallbacks) > 0; got != (k.flags&opaque != 0) {
			t.Errorf("%s: got the fallbacks %v, want some: %t", k.name, vm.Stats().Fallbacks, k.flags&opaque != 0)
		}
		got := numbers(t, p.outVal)
		var want []float64
		if k.want != nil {
			want = k.want(at)
		} else {
			want = numbers(t, byTape(t, k, at))
		}
		if len(got) != len(want) {
			t.Errorf("%s: got %d elements, want %d", k.name, len(got), len(want))
			continue
		}
		for i := range want {
			near(t, k.name, got[i], want[i], 1e-9)
		}
		if k.flags&flat == 0 {
			checkGradient(t, k, at, r)
		}
	}
}

// byTape is the result of a kind on gorgonia's own machine.
func byTape(t *testing.T, k kind, at [][]float64) G.Value {
	t.Helper()
	p := buildKind(t, k, false)
	for i, v := range at {
		p.leaf(t, i, v)
	}
	vm := G.NewTapeMachine(p.g)
	defer vm.Close()
	if err := vm.RunAll(); err != nil {
		t.Fatalf("%s: gorgonia: %v", k.name, err)
	}
	return p.outVal
}

// checkGradient compares the gradients of a kind with a difference of values in
// a random direction.
func checkGradient(t *testing.T, k kind, at [][]float64, r *rand.Rand) {
	t.Helper()
	p := buildKind(t, k, true)
	vm := machine.New(p.g)
	if k.flags&panics != 0 {
		if err := vm.Differentiate(p.cost, p.floats()...); err != nil {
			t.Fatal(err)
		}
	} else if _, err := G.Grad(p.cost, p.floats()...); err != nil {
		t.Errorf("%s: gorgonia.Grad: %v", k.name, err)
		return
	}
	u := make([][]float64, len(at))
	cost := func(h float64) float64 {
		for i, v := range at {
			moved := slices.Clone(v)
			if !p.isInt(i) {
				for j := range moved {
					moved[j] += h * u[i][j]
				}
			}
			p.leaf(t, i, moved)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatalf("%s: %v", k.name, err)
		}
		return numbers(t, p.costVal)[0]
	}
	for i, v := range at {
		u[i] = make([]float64, len(v))
		for j := range v {
			u[i][j] = r.Float64()*2 - 1
		}
	}
	const h = 1e-5
	want := (cost(h) - cost(-h)) / (2 * h)
	cost(0)
	if f := vm.Stats().Fallbacks; (len(f) > 0) != (k.flags&opaque != 0) {
		t.Errorf("%s: the gradient falls back on %v, want some: %t", k.name, f, k.flags&opaque != 0)
	}
	got := 0.0
	for i, x := range p.x {
		if p.isInt(i) {
			continue
		}
		g, err := x.Grad()
		if err != nil {
			t.Errorf("%s: %v", k.name, err)
			return
		}
		d := numbers(t, g)
		if len(d) != len(u[i]) {
			t.Errorf("%s: got a gradient of %d elements, want %d", k.name, len(d), len(u[i]))
			return
		}
		for j, v := range d {
			got += v * u[i][j]
		}
	}
	near(t, k.name+": slope", got, want, 2e-7)
}
