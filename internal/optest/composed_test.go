package optest

import (
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// built is the function that f builds with the methods of a Builder.
func built(f func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node) derived {
	return func(t *testing.T, d ir.DType, at [][]float64, by int) [][]float64 {
		t.Helper()
		dtype := graph.Float64
		if d == ir.F32 {
			dtype = graph.Float32
		}
		b := graph.New(graph.NewParams(dtype, 1))
		var x []*gorgonia.Node
		for i, v := range at {
			x = append(x, b.Input(leafName(i), len(v)))
		}
		y := f(b, x)
		out := []*gorgonia.Node{y}
		for range 3 {
			if b.Err() != nil {
				t.Fatal(b.Err())
			}
			g, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, b.Sum(y), x[by])
			if err != nil {
				t.Fatal(err)
			}
			y = g[0]
			out = append(out, b.AddConst(y, math.Copysign(0, -1)))
		}
		p, err := b.Compile(graph.Options{Outputs: out})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range at {
			if err := graph.InputOf[float64](p, leafName(i)).Set(v); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		got := make([][]float64, len(out))
		for i := range out {
			got[i] = graph.OutputOf[float64](p, i).Read(nil)
		}
		return got
	}
}

// TestComposedAtSpecialPoints holds what Builder's methods make of rows.
func TestComposedAtSpecialPoints(t *testing.T) {
	one := func(f func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node) derived {
		return built(func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return f(b, x[0]) })
	}
	elu := func(x jet, alpha, scale float64) jet {
		return x.pick(func() jet { return x.times(scale) }, func() jet { return x.times(1 / alpha).exp().plus(-1).times(alpha * scale) })
	}
	cdf := func(x jet) jet { return x.mul(scalar(blank().Sqrt(num(0.5)))).erf().plus(1).times(0.5) }
	softplus := func(x jet) jet { return x.exp().plus(1).log() }
	const alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946
	for _, c := range []struct {
		name  string
		f     derived
		truth func(x jet) jet
		skip  func(x []float64, by, order int) bool
	}{
		{"ELU", one(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.ELU(x, 1) }), func(x jet) jet { return elu(x, 1, 1) }, at0},
		{"SELU", one(nn.SELU), func(x jet) jet {
			return x.pick(func() jet { return x.times(scale) }, func() jet { return x.exp().plus(-1).times(alpha * scale) })
		}, at0},
		{"CELU", one(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.CELU(b, x, 0.5) }), func(x jet) jet { return elu(x, 0.5, 1) }, at0},
		{"Mish", one(nn.Mish), func(x jet) jet { return x.mul(softplus(x).tanh()) }, beyond(1000)},
		{"GELUTanh", one((*graph.Builder).GELUTanh), func(x jet) jet {
			u := x.add(x.square().mul(x).times(0.044715)).times(2 * math.Sqrt(2/math.Pi))
			return x.mul(u.sigmoid())
		}, beyond(20)},
		{"SoftplusBeta", one(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.SoftplusBeta(b, x, 2, math.Inf(1)) }),
			func(x jet) jet { return softplus(x.times(2)).times(0.5) }, beyond(1000)},
		{"Logit", one(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return special.Logit(b, x, 0) }),
			func(x jet) jet { return x.div(constant(1).sub(x)).log() }, nil},
		{"NormalCDF", one(special.NormalCDF), cdf, beyond(25)},
		{"LogNormalCDF", one(special.LogNormalCDF), func(x jet) jet { return cdf(x).log() }, beyond(25)},
		{"Softsign", one(nn.Softsign), func(x jet) jet {
			return x.pick(func() jet { return x.div(x.plus(1)) }, func() jet { return x.div(constant(1).sub(x)) })
		}, at0},
		{"HardSwish", one(nn.HardSwish), func(x jet) jet {
			switch f, _ := x[0].Float64(); {
			case f <= -3:
				return constant(0)
			case f >= 3:
				return x
			}
			return x.mul(x.plus(3)).div(constant(6))
		}, nil},
		{"Norm²", one(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return b.Square(b.Norm(b.Reshape(x, len(specials), 1), 2, 1))
		}), jet.square, nil},
		{"Hypot²", one(func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			h := b.Hypot(x, x)
			return b.Mul(h, h)
		}), func(x jet) jet { return x.square().times(2) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) { hold(t, c.f, of1(c.truth), [][]float64{specials}, 256, c.skip) })
	}
}

// TestExact holds remainders to math.Mod, and lerp to its ends, to the bit.
func TestExact(t *testing.T) {
	mod := func(x, y float64) float64 { return math.Mod(x, y) }
	python := func(x, y float64) float64 { // the remainder with y's sign
		r := math.Mod(x, y)
		if r != 0 && (r < 0) != (y < 0) {
			r += y
		}
		return r
	}
	at := pairs()
	for _, v := range [][2]float64{{1, 0.1}, {2.5, 0.1}, {-4, 0.1}, {1e17, 3}, {1e20, 3}, {1e16, 2 * math.Pi}, {5, math.Inf(1)}, {-5, math.Inf(1)}, {3e10, 3}} {
		at[0], at[1] = append(at[0], v[0]), append(at[1], v[1])
	}
	for _, c := range []struct {
		name string
		f    derived
		want func(x, y float64) float64
	}{
		{"FMod", built(func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.FMod(x[0], x[1]) }), mod},
		{"Remainder", built(func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Remainder(x[0], x[1]) }), python},
		{"Lerp at 0", built(func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Lerp(x[0], x[1], b.Scalar(0)) }), lerpEnd(0)},
		{"Lerp at 1", built(func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Lerp(x[0], x[1], b.Scalar(1)) }), lerpEnd(1)},
		{"Lerp of equals", built(func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Lerp(x[0], x[0], x[1]) }),
			func(x, w float64) float64 { return x + 0*w }},
	} {
		for _, d := range []ir.DType{ir.F64, ir.F32} {
			in := [][]float64{append([]float64(nil), at[0]...), append([]float64(nil), at[1]...)}
			if d == ir.F32 {
				for _, v := range in {
					for i, x := range v {
						v[i] = float64(float32(x))
					}
				}
			}
			got := c.f(t, d, in, 0)[0]
			for i, g := range got {
				x, y := in[0][i], in[1][i]
				w := c.want(x, y)
				if d == ir.F32 {
					w = float64(float32(w))
				}
				if math.IsNaN(w) || math.IsInf(x, 0) || math.IsInf(y, 0) && c.name != "FMod" && c.name != "Remainder" {
					continue
				}
				if g != w {
					t.Errorf("%s of %v at %v, %v: got %v, want %v", c.name, d, x, y, g, w)
				}
			}
		}
	}
}

func lerpEnd(w int) func(x, y float64) float64 {
	return func(x, y float64) float64 {
		if x != x || y != y {
			return math.NaN()
		}
		return [2]float64{x, y}[w]
	}
}
