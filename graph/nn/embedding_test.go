package nn_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// against compares y, a function of the parameters, and the gradients of Σ wave·y by them
// with what PyTorch computed, in both types.
func against(t *testing.T, seed float64, f func(b *graph.Builder) (y *gorgonia.Node), want ...[]float64) {
	t.Helper()
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		tol := 1e-12
		if d == graph.Float32 {
			tol = 2e-6
		}
		b := graph.New(graph.NewParams(d, 1))
		y := f(b)
		shape := b.Shape(y)
		up := b.Const(graphtest.Wave(ir.Shape(shape).Size(), seed), shape...)
		g, err := autograd.Gradients(b.Sum(b.Mul(y, up)), b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range graphtest.Run(t, b, nil, append(gorgonia.Nodes{y}, g...)...) {
			if i >= len(want) || len(got) != len(want[i]) {
				t.Fatalf("%v: result %d has %d elements, want %v", d, i, len(got), want)
			}
			for k, w := range want[i] {
				if math.Abs(got[k]-w) > tol {
					t.Fatalf("%v: result %d: got %v, want %v", d, i, got, want[i])
				}
			}
		}
	}
}

// TestEmbedding compares rows with the table, and the gradient with PyTorch's.
func TestEmbedding(t *testing.T) {
	pad := 1
	table := graphtest.Wave(12, 1)
	clear(table[3:6])
	var rows []float64
	index := []int{0, 3, 1, 1, 1, 2}
	for _, i := range index {
		rows = append(rows, table[3*i:3*i+3]...)
	}
	against(t, 2, func(b *graph.Builder) *gorgonia.Node {
		return nn.Embedding(b, "words", b.ConstInts(index, 2, 3), nn.EmbeddingOptions{Count: 4, Dim: 3, Padding: &pad, Weight: wavy(1, 4, 3)})
	}, rows, []float64{0.909297426825682, -0.529836140908493, -0.772764487555987, 0, 0, 0, 0.699240031655098, -0.799021478659614, -0.493340994956778, 0.728969040125876, 0.584917192891762, -0.87969575997167})
}

// TestEmbeddingPadding finds the padding's row as zeros among others that are not, and
// keeps a row that is set.
func TestEmbeddingPadding(t *testing.T) {
	pad := 2
	b := graph.New(nil)
	y := nn.Embedding(b, "words", b.ConstInts([]int{1, 2}, 2), nn.EmbeddingOptions{Count: 3, Dim: 2, Padding: &pad})
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
	if err != nil {
		t.Fatal(err)
	}
	v := b.Params().Values("words/weight")
	for i, x := range v {
		if (x == 0) != (i >= 4) {
			t.Errorf("element %d of the table starts as %v", i, x)
		}
	}
	v[4] = 7
	if err := b.Params().Set("words/weight", v); err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := graph.OutputOf[float64](p, 0).Read(nil); !slices.Equal(got, v[2:]) {
		t.Errorf("got %v, want %v", got, v[2:])
	}
}

// TestEmbeddingBags compares bags with PyTorch, with and without a padding, which fills
// one bag.
func TestEmbeddingBags(t *testing.T) {
	pad := 1
	for _, c := range []struct {
		o           nn.BagOptions
		value, grad []float64
	}{
		{nn.BagOptions{}, []float64{0.033752069749675, 0.224978659612253, -0.091726592999726, -0.182162504272096, 0.998543345374605, -0.075151120461809, -0.372294824498246, 0.360776252836405, 0.279326756797164},
			[]float64{0.183689381529618, 0.147390453495494, -0.221670278418848, 1.032068182401103, 0.408305145922264, -1.137283922490332, -0.238819521491219, 0.648005000929984, 0.071835768199629, 0.303099142275227, -0.176612046969498, -0.257588162518662}},
		{nn.BagOptions{Padding: &pad}, []float64{0.14170935676056, -0.161803683268923, -0.100014329268684, 0, 0, 0, -0.372294824498246, 0.360776252836405, 0.279326756797164},
			[]float64{0.335238952667231, 0.059084430010745, -0.350464359678179, 0, 0, 0, -0.238819521491219, 0.648005000929984, 0.071835768199629, 0.454648713412841, -0.264918070454247, -0.386382243777994}},
		{nn.BagOptions{Mode: nn.BagSum}, []float64{0.655526942127866, 0.927620899236415, -0.89456463344802, 0.049555759648155, -0.271645222596054, 0.020444223018213, 0.790683502190868, 0.247943476365051, -0.854575805843127},
			[]float64{-0.130637206775609, 0.627875613868749, -0.031159425123214, -0.092331934026936, -0.220873727415308, 0.149248661450922, 0.06673043621588, -0.181064161389, -0.020072195597462, -0.90922764512619, 0.529795479992413, 0.772705183726836}},
		{nn.BagOptions{Mode: nn.BagSum, Padding: &pad}, []float64{0.676757837154353, 0.811241466324253, -0.885805830114572, 0, 0, 0, 0.790683502190868, 0.247943476365051, -0.854575805843127},
			[]float64{-0.130637206775609, 0.627875613868749, -0.031159425123214, 0, 0, 0, 0.06673043621588, -0.181064161389, -0.020072195597462, -0.90922764512619, 0.529795479992413, 0.772705183726836}},
		{nn.BagOptions{Mode: nn.BagMax}, []float64{0.841470984807897, 0.998543345374605, 0.751573415352148, -0.182162504272096, 0.998543345374605, -0.075151120461809, 0.841470984807897, 0.42737988023383, 0.894791172140504},
			[]float64{0.551068144588853, 0.972007501394976, 0, 0.728969040125876, 0.055081051983268, -0.87969575997167, 0, 0, 0.107753652299444, 0, 0, -0.772764487555987}},
		{nn.BagOptions{Mode: nn.BagMax, Padding: &pad}, []float64{0.841470984807897, 0.42737988023383, 0.751573415352148, 0, 0, 0, 0.841470984807897, 0.42737988023383, 0.894791172140504},
			[]float64{0.551068144588853, 0.442171360486483, 0, 0, 0, 0, 0, 0, 0.107753652299444, 0, 0, -0.772764487555987}},
	} {
		t.Run(fmt.Sprint(c.o.Mode, c.o.Padding != nil), func(t *testing.T) {
			against(t, 2, func(b *graph.Builder) *gorgonia.Node {
				o := c.o
				if o.Mode == nn.BagSum {
					o.Factors = b.Const(graphtest.Wave(9, 3), 3, 3)
				}
				table := b.Param("table", wavy(1, 4, 3), 4, 3) // the layer's own row of the padding is of zeros
				return nn.LookupBags(b, table, b.ConstInts([]int{0, 3, 1, 1, 1, 1, 2, 0, 2}, 3, 3), o)
			}, c.value, c.grad)
		})
	}
}

// TestEmbeddingBagLengths compares bags of some lengths with loops, and checks the gradient
// by the table and by the factors, of both orders.
func TestEmbeddingBagLengths(t *testing.T) {
	index, lengths := []int{0, 3, 1, 2, 4, 4, 1, 0, 3}, []int{2, 0, 3}
	for _, mode := range []nn.BagMode{nn.BagMean, nn.BagSum, nn.BagMax} {
		b := graph.New(nil)
		o := nn.EmbeddingBagOptions{Count: 5, Dim: 2, BagOptions: nn.BagOptions{Mode: mode, Lengths: b.Ints("lengths", 3)}}
		factors := slices.Repeat([]float64{1}, len(index))
		at := autograd.Point{Ints: map[string][]int{"lengths": lengths}, Floats: map[string][]float64{}}
		if mode == nn.BagSum {
			factors = graphtest.Wave(9, 3)
			o.Factors, at.Floats["factors"] = b.Input("factors", 3, 3), factors
		}
		y := nn.EmbeddingBag(b, "bags", b.ConstInts(index, 3, 3), o)
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
		if err != nil {
			t.Fatal(err)
		}
		if err := graph.InputOf[int](p, "lengths").Set(lengths); err != nil {
			t.Fatal(err)
		}
		if o.Factors != nil {
			if err := graph.InputOf[float64](p, "factors").Set(factors); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		w := b.Params().Values("bags/weight")
		want := make([]float64, 6)
		for i, n := range lengths {
			for k := range 2 {
				sum, most := 0.0, math.Inf(-1)
				for j := range n {
					x := w[2*index[3*i+j]+k]
					sum, most = sum+x*factors[3*i+j], max(most, x)
				}
				switch {
				case n == 0:
				case mode == nn.BagMax:
					want[2*i+k] = most
				case mode == nn.BagSum:
					want[2*i+k] = sum
				default:
					want[2*i+k] = sum / float64(n)
				}
			}
		}
		graphtest.Same(t, mode.String(), graph.OutputOf[float64](p, 0).Read(nil), want)
		for _, check := range []func(*graph.Builder, *gorgonia.Node, autograd.Point, autograd.CheckOptions) error{autograd.Check, autograd.CheckSecondOrder} {
			if err := check(b, b.Sum(b.Cube(y)), at, autograd.CheckOptions{}); err != nil {
				t.Errorf("%v: %v", mode, err)
			}
		}
	}
}

// TestEmbeddingBagFactors gives indices that do not count factors of NaN and infinity: sums
// and gradients of the table and the factors are those of the others.
func TestEmbeddingBagFactors(t *testing.T) {
	pad := 1
	for _, d := range []graph.DType{graph.Float64, graph.Float32} {
		b := graph.New(graph.NewParams(d, 1))
		table := b.Param("table", graph.Ones(), 3, 1)
		factors := b.Param("factors", graph.Zeros(), 2, 3)
		o := nn.BagOptions{Mode: nn.BagSum, Factors: factors, Padding: &pad, Lengths: b.ConstInts([]int{3, 1}, 2)}
		y := nn.LookupBags(b, table, b.ConstInts([]int{0, 1, 2, 2, 0, 1}, 2, 3), o)
		grads, err := autograd.Gradients(b.Sum(y), table, factors)
		if err != nil {
			t.Fatal(err)
		}
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Grads: grads})
		if err == nil {
			err = b.Params().Set("factors", []float64{2, math.NaN(), 3, 5, math.Inf(1), math.NaN()})
		}
		if err == nil {
			err = p.Run()
		}
		if err != nil {
			t.Fatal(err)
		}
		got := slices.Concat(graph.OutputOf[float64](p, 0).Read(nil), b.Params().Grad("table"), b.Params().Grad("factors"))
		if want := []float64{5, 5, 2, 0, 8, 1, 0, 1, 1, 0, 0}; !slices.Equal(got, want) {
			t.Errorf("%v: got the sums and the gradients %v, want %v", d, got, want)
		}
	}
}

// TestBilinear compares values and gradients with PyTorch's, and checks both orders with
// more axes.
func TestBilinear(t *testing.T) {
	against(t, 5, func(b *graph.Builder) *gorgonia.Node {
		x1, x2 := b.Param("x1", wavy(3, 2, 3), 2, 3), b.Param("x2", wavy(4, 2, 2), 2, 2)
		return nn.Bilinear(b, "form", x1, x2, nn.BilinearOptions{Out: 4, Weight: wavy(1, 4, 3, 2), Bias: wavy(2, 4)})
	}, []float64{-0.117463531795355, -0.062865263731369, -0.413086045064212, -0.251813751544278, 1.345117796135569, -1.130527652607509, -0.350478228324071, 0.726411411240069},
		[]float64{1.538244904238576, -1.678211156141561, 1.706738120810114, -1.572593525422536, 1.752758668910599, -1.816534300838954},
		[]float64{-1.568541235198787, -1.647042602956102, -0.196748284491152, -1.255047893558628},
		[]float64{-0.50209654393495, -0.140118611367802, -0.497242721934337, -0.446922381765017, 0.63023051803447, 0.255285587903532, 0.657378986122197, 0.217301443417047, 0.041635278345949, 0.128931015101661, -0.668107938888872, -0.250525546296612, 0.332697217880112, 0.084122422194288, 0.486513769167662, 0.413698278885452, -0.458066458992546, -0.190727913262139, -0.743111395704779, -0.238978865310123, -0.167004519458383, -0.235536506169511, 0.786146621414144, 0.299674029361213},
		[]float64{-1.652449359440261, 1.208634347168219, 1.34099759694208, -1.554194661627251})
	b := graph.New(nil)
	y := nn.Bilinear(b, "form", b.Input("x1", 2, 3, 4), b.Input("x2", 2, 3, 2), nn.BilinearOptions{Out: 5})
	at := autograd.Point{Floats: map[string][]float64{"x1": graphtest.Wave(24, 1), "x2": graphtest.Wave(12, 2)}}
	for _, check := range []func(*graph.Builder, *gorgonia.Node, autograd.Point, autograd.CheckOptions) error{autograd.Check, autograd.CheckSecondOrder} {
		if err := check(b, b.Sum(b.Cube(y)), at, autograd.CheckOptions{}); err != nil {
			t.Error(err)
		}
	}
}
