package train_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// matrixTrajectories are where steps of optimizers end that start at w: [2, 3] and b: [2] and
// follow the gradients of TestMatrixTrajectories. Those of PyTorch's optimizers are computed by
// PyTorch 1.13, the others by a few lines of Python that follow the papers' formulas.
var matrixTrajectories = []struct {
	name  string
	o     train.Optimizer
	rate  float64
	steps int
	want  []float64
}{
	{"dampening", train.SGD{Momentum: 0.9, Dampening: 0.3, Decay: 0.1}, 0.05, 200, []float64{-0.12394275183758784, -0.0180005264577713,
		0.36011150562292643, -0.06625493948861118, -0.17948332699416022, 0.5986144344134989, -0.1688395476506529, 0.0671521021155817}},
	{"AMSGrad", train.Adam{Beta1: 0.8, Beta2: 0.9, AMSGrad: true, Decay: 0.1}, 0.05, 200, []float64{0.03429190349354294, -0.5203745321019024,
		1.1798685066064991, -0.14805337377829014, -0.01782339804928372, 1.0467317046776337, -0.04281778219752151, -0.23614349530309892}},
	{"decoupled AMSGrad", train.AdamW{Beta1: 0.8, Beta2: 0.9, AMSGrad: true, Decay: 0.1, Eps: 1e-3}, 0.05, 200, []float64{0.06456116192622677,
		-0.389282262643887, 0.7026548075265668, -0.22282093130847608, -0.02471201695134937, 0.7062677655231361, -0.023113029494295854, -0.1764214721563894}},
	{"Rprop", train.Rprop{}, 0.05, 200, []float64{0.4486205252741582, -1.1172526175289181, 2.0086980496843476, -0.7927043319926347,
		0.07339722009921557, 1.9845486975104285, 0.07435130965225015, -0.6193047996082852}},
	{"Rprop with settings", train.Rprop{Down: 0.4, Up: 1.5, Min: 1e-3, Max: 0.2}, 0.3, 200, []float64{0.47490810000000033, -1.1800625999999996,
		0.6368685999999996, 0.0020436000000000204, -0.8937576999999999, 4.217320000000001, -0.47340849999999945, -1.6013348999999997}},
	{"ASGD", train.ASGD{Decay: 0.1}, 0.05, 200, []float64{0.19528166548834736, -0.5525845897498319, 0.9163055085898856, -0.2631859782028241,
		0.0039986141260380265, 0.7065992423211586, 0.07266230608504809, -0.21951893352426616}},
	{"ASGD with settings", train.ASGD{Lambda: 0.02, Alpha: 0.6, T0: 20}, 0.05, 200, []float64{0.3729382732618997, -1.044131131291068,
		1.7570182543079587, -0.5962596810109823, 0.08473524469608427, 1.4968805882666292, 0.16374999207244895, -0.4390994886899485}},
	{"Lion", train.Lion{Decay: 0.1}, 0.01, 50, []float64{0.3588680987434363, -1.111505400695461, 1.8635763706673723, -0.6748485919232631,
		0.1991417391470849, 1.4844319619719661, 0.1388570677860688, -0.492811958882304}},
	{"LAMB", train.LAMB{}, 0.02, 50, []float64{0.10207456609553794, -0.875888127331102, 1.7412632127753205, -0.6764804580494072,
		0.15798399273956049, 1.6600083844558848, 0.1418287083808744, -0.5184485053341078}},
	{"Muon", train.Muon{Decay: 0.1}, 0.02, 50, []float64{0.33219605207545855, -0.9745232331241682, 1.8163031240825258, -0.6863530918107844,
		0.28198558517334216, 1.5056925392533602, 0.2978594381143767, -0.5986611414827521}},
	{"Muon with settings", train.Muon{Momentum: 0.9, Heavy: true, AdamWRate: 0.5}, 0.02, 50, []float64{0.39797562496630323, -1.0482067258367205, 1.9741668951010873, -0.7184864404258761,
		0.31477097772863216, 1.6379055255629826, 0.2289174913390773, -0.5555154118279243}},
}

// TestMatrixTrajectories makes steps with gradients of both signs and zeros, in both types.
func TestMatrixTrajectories(t *testing.T) {
	for _, c := range matrixTrajectories {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			p := matrixAndVector(t, d)
			v := viewOf(t, p, c.o, 1)
			for n := 1; n <= c.steps; n++ {
				setGrads(p, func(i int) float64 {
					if (i+n)%7 == 0 {
						return 0
					}
					return math.Sin(float64(3*i+7*n)) * float64(1+i%3)
				})
				c.o.Update(train.Step{N: n, Rate: c.rate}, v)
			}
			tolerance := 1e-11
			if d == graph.Float32 {
				tolerance = 2e-5
			}
			for i, got := range all(p) {
				if math.Abs(got-c.want[i]) > tolerance {
					t.Errorf("%s, %v: element %d: got %v, want %v", c.name, d, i, got, c.want[i])
				}
			}
		}
	}
}

// matrixAndVector returns the parameters w: [2, 3] and b: [2], which decay.
func matrixAndVector(t *testing.T, d graph.DType) *graph.Params {
	t.Helper()
	m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
		w := b.Param("w", graph.Values([]float64{0.5, -1.25, 2, -0.75, 0.25, 1.5}), 2, 3)
		return b.Add(b.Sum(w), b.Sum(b.Param("b", graph.Values([]float64{0.3, -0.6}), 2))), w
	}}
	if err := train.Build(m); err != nil {
		t.Fatal(err)
	}
	m.p.Get("b").Decay = true // as PyTorch has it
	return m.p
}

// TestASGDAverage compares the average with the mean of the parameters after the steps
// that it is of.
func TestASGDAverage(t *testing.T) {
	o := train.ASGD{T0: 3}
	p := one(t, graph.Float64, 2)
	v := viewOf(t, p, o, 1)
	sum, terms := 0.0, 0.0
	for n := 1; n <= 9; n++ {
		setGrads(p, func(int) float64 { return float64(n) })
		o.Update(train.Step{N: n, Rate: 0.1}, v)
		x := p.Values("w")[0]
		if n <= 5 { // up to T0+2 it is the parameter
			sum, terms = 0, 0
		}
		sum, terms = sum+x, terms+1
		train.EachParam(v, v.Slot("ax"), nil, func(slot int, s train.Span[float64]) {
			if got, want := s.Slot[slot][0], sum/terms; math.Abs(got-want) > 1e-14 {
				t.Errorf("step %d: got the average %v, want %v", n, got, want)
			}
		})
	}
}

// TestRprop takes sizes to both bounds, and gradients whose product underflows.
func TestRprop(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		tiny := 1e-30
		if d == graph.Float64 {
			tiny = 1e-200
		}
		o := train.Rprop{Down: 0.5, Up: 2, Min: 0.25, Max: 4}
		p := one(t, d, 0)
		v := viewOf(t, p, o, 1)
		for n, c := range []struct{ g, want float64 }{
			{tiny, -1},    // the rate
			{tiny, -3},    // 2
			{tiny, -7},    // 4
			{3, -11},      // the largest
			{-tiny, -11},  // 2, and no move
			{-tiny, -9},   // no product with what was set to 0
			{tiny, -9},    // 1
			{-1, -8},      // 1
			{1, -8},       // 0.5
			{-1, -7.5},    // 0.5
			{1, -7.5},     // 0.25
			{-1, -7.25},   // 0.25
			{1, -7.25},    // the smallest
			{0, -7.25},    // no gradient
			{-1, -7},      // the sign before counts for nothing
			{0, -7},       //
			{-1, -6.75},   //
			{-1e3, -6.25}, // 0.5
		} {
			setGrads(p, func(int) float64 { return c.g })
			o.Update(train.Step{N: n + 1, Rate: 1}, v)
			if got := p.Values("w")[0]; got != c.want {
				t.Fatalf("%v, step %d with the gradient %v: got %v, want %v", d, n+1, c.g, got, c.want)
			}
		}
	}
	for _, o := range []train.Rprop{{Up: 1}, {Up: 0.5}, {Up: train.Zero}, {Up: math.NaN()}, {Up: math.Inf(1)}, {Min: 60}, {Min: 0.1, Max: 0.05}} {
		if o.Validate() == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

// TestLAMBNorms makes steps with numbers whose squares overflow or underflow: the step has
// the length rate·‖p‖.
func TestLAMBNorms(t *testing.T) {
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		huge, tiny := 1e30, 1e-30
		if d == graph.Float64 {
			huge, tiny = 1e200, 1e-200
		}
		for _, c := range []struct{ w, g float64 }{{1, 1}, {huge, 1}, {tiny, 1}, {1, tiny}, {huge, tiny}, {0, 1}, {1, 0}} {
			for _, most := range []float64{0, 0.5} {
				o := train.LAMB{Decay: train.Zero, Most: most}
				p := one(t, d, c.w, c.w, c.w, c.w)
				v := viewOf(t, p, o, 1)
				setGrads(p, func(int) float64 { return c.g })
				o.Update(train.Step{N: 1, Rate: 0.25}, v)
				trust := 2 * c.w
				if most > 0 {
					trust = min(trust, most)
				}
				want := c.w - 0.25*trust/2
				switch {
				case c.w == 0:
					want = -0.25 / (1 + 1e-6)
				case c.g == 0:
					want = c.w
				case c.g == tiny && d == graph.Float32: // u = 1e-24, whose factor is limited
					want = c.w - min(0.25*trust/2, 1e30*tiny*1e6)
				case c.g == tiny: // u = 1e-194
					want = c.w - min(0.25*trust/2, 1e300*tiny*1e6)
				}
				for _, got := range p.Values("w") {
					if math.Abs(got-want) > 1e-6*math.Abs(want) {
						t.Errorf("%v, %v with the gradient %v, at most %v: got %v, want %v", d, c.w, c.g, most, got, want)
					}
				}
			}
		}
	}
}

// TestMuonMatrix compares steps of matrices of many shapes with those of plain loops. Their
// singular values end at about 1.
func TestMuonMatrix(t *testing.T) {
	for _, shape := range [][]int{{1, 1}, {1, 7}, {7, 1}, {5, 5}, {20, 33}, {33, 20}, {70, 64}, {6, 2, 3, 3}, {40, 2, 3}} {
		for _, d := range []graph.DType{graph.Float64, graph.Float32} {
			rows, cols := shape[0], 1
			for _, n := range shape[1:] {
				cols *= n
			}
			m := builds{graph.NewParams(d, 1), func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				w := b.Param("w", graph.Zeros(), shape...)
				return b.Sum(w), w
			}}
			if err := train.Build(m); err != nil {
				t.Fatal(err)
			}
			o := train.Muon{}
			v := viewOf(t, m.p, o, 2)
			momentum, want := make([]float64, rows*cols), make([]float64, rows*cols)
			for n := 1; n <= 3; n++ {
				wavy(m.p, n)
				o.Update(train.Step{N: n, Rate: 0.1}, v)
				u := make([]float64, rows*cols)
				for i := range u {
					g := wave(i, n)
					momentum[i] = 0.95*momentum[i] + 0.05*g
					u[i] = 0.95*momentum[i] + 0.05*g
				}
				in, out := float64(rows), float64(cols)
				if len(shape) > 2 {
					in, out = out, in
				}
				for i, x := range schulz(u, rows, cols) {
					want[i] -= 0.1 * math.Sqrt(max(1, out/in)) * x
				}
			}
			tolerance := 1e-9
			if d == graph.Float32 {
				tolerance = 2e-3 // the iteration makes roundings of small singular values 500 times larger
			}
			for i, got := range m.p.Values("w") {
				if math.Abs(got-want[i]) > tolerance {
					t.Fatalf("%v, %v: element %d: got %v, want %v", shape, d, i, got, want[i])
				}
			}
		}
	}
}

// schulz is the iteration of Newton and Schulz of Muon, in plain loops.
func schulz(u []float64, rows, cols int) []float64 {
	sum := 0.0
	for _, x := range u {
		sum += x * x
	}
	x := make([]float64, len(u))
	for i := range u {
		x[i] = u[i] / (math.Sqrt(sum) + 1e-7)
	}
	times := func(a, b []float64, m, k, n int) []float64 {
		c := make([]float64, m*n)
		for i := range m {
			for j := range n {
				for l := range k {
					c[i*n+j] += a[i*k+l] * b[l*n+j]
				}
			}
		}
		return c
	}
	for range 5 {
		turned := make([]float64, len(x))
		for i := range rows {
			for j := range cols {
				turned[j*rows+i] = x[i*cols+j]
			}
		}
		a := times(x, turned, rows, cols, rows)
		b := times(a, a, rows, rows, rows)
		for i := range b {
			b[i] = -4.7750*a[i] + 2.0315*b[i]
		}
		y := times(b, x, rows, rows, cols)
		for i := range y {
			y[i] += 3.4445 * x[i]
		}
		x = y
	}
	return x
}

// TestMuonNames lets Muon and AdamW move what their names say.
func TestMuonNames(t *testing.T) {
	for _, c := range []struct {
		o      train.Muon
		matrix []string // that AdamW does not move
	}{
		{train.Muon{}, []string{"a/w", "b/w"}},
		{train.Muon{Match: []string{"a/", "b/b"}}, []string{"a/w"}},
		{train.Muon{Except: []string{"a/w"}}, []string{"b/w"}},
		{train.Muon{Match: []string{"a/"}, Except: []string{"a/"}}, nil},
	} {
		p, q := graph.NewParams(graph.Float64, 1), graph.NewParams(graph.Float64, 1)
		for _, p := range []*graph.Params{p, q} {
			if err := train.Build(builds{p, func(b *graph.Builder, n int) (*gorgonia.Node, *gorgonia.Node) {
				total := b.Scalar(0)
				for _, scope := range []string{"a/", "b/"} {
					total = b.Add(total, b.Sum(b.Param(scope+"w", graph.Uniform(1, 2), 3, 4)))
					total = b.Add(total, b.Sum(b.Param(scope+"b", graph.Uniform(1, 2), 4)))
				}
				return total, total
			}}); err != nil {
				t.Fatal(err)
			}
		}
		wavy(p, 1)
		wavy(q, 1)
		v, w := viewOf(t, p, c.o, 1), viewOf(t, q, train.AdamW{}, 1)
		c.o.Update(train.Step{N: 1, Rate: 0.1}, v)
		train.AdamW{}.Update(train.Step{N: 1, Rate: 0.1 * 0.015}, w)
		for _, x := range p.List() {
			if same := slices.Equal(p.Values(x.Name), q.Values(x.Name)); same == slices.Contains(c.matrix, x.Name) {
				t.Errorf("%+v: AdamW has moved %s: %v", c.o, x.Name, same)
			}
		}
	}
	for _, n := range []int{-1, 101} {
		if err := (train.Muon{Iterations: n}).Validate(); err == nil {
			t.Errorf("%d iterations: no error", n)
		}
	}
	if err := (train.Muon{AdamW: train.AdamW{Beta1: 2}}).Validate(); err == nil {
		t.Error("no error of AdamW")
	}
}

// TestDampening checks that Nesterov's momentum has none.
func TestDampening(t *testing.T) {
	if err := (train.SGD{Momentum: 0.9, Dampening: 0.1, Nesterov: true}).Validate(); err == nil {
		t.Error("no error")
	}
	if s := fmt.Sprint((train.Adam{AMSGrad: true}).Slots()); s != "[{m 0 false} {v 0 false} {vmax 0 false}]" {
		t.Errorf("got the slots %s", s)
	}
}
