package graph_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
	"gorgonia.org/gorgonia"
)

// word is the number of bits of an int: products of two of half overflow one, so do those
// of top and 4. limit is the largest number of elements.
const (
	word  = 32 << (^uint(0) >> 63)
	half  = 1 << (word / 2)
	top   = 1 << (word - 2)
	limit = 1 << (27 + 6*(^uint(0)>>63))
)

// absurd are calls whose numbers ask for more than any machine has, or overflow an int.
var absurd = []struct {
	name string
	do   func(b *graph.Builder)
}{
	{"CausalMask", func(b *graph.Builder) { nn.CausalMask(b, 1<<24) }},
	{"CausalMask of a product that overflows", func(b *graph.Builder) { nn.CausalMask(b, half) }},
	{"CausalMask of less than nothing", func(b *graph.Builder) { nn.CausalMask(b, -1<<20) }},
	{"Identity", func(b *graph.Builder) { b.Identity(1 << 24) }},
	{"Identity of less than nothing", func(b *graph.Builder) { b.Identity(-1 << 20) }},
	{"Tile", func(b *graph.Builder) { b.Tile(b.Input("x", 3), top>>2) }},
	{"Tile of a product that overflows", func(b *graph.Builder) { b.Tile(b.Input("x", 4), top) }},
	{"Repeat of a product that overflows", func(b *graph.Builder) { b.Repeat(b.Input("x", 4), 0, top) }},
	{"Resize to many places", func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 1, 4, 4), nn.ResizeOptions{Mode: nn.ResizeLinear, Size: []int{top >> 2}})
	}},
	{"Resize by a large factor", func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 1, 4, 4), nn.ResizeOptions{Mode: nn.ResizeLinear, Scale: []float64{1e300}})
	}},
	{"AffineGrid", func(b *graph.Builder) { nn.AffineGrid(b, b.Input("t", 1, 2, 3), []int{1 << 20, 1 << 20}, false) }},
	{"AffineGrid of a product that overflows", func(b *graph.Builder) { nn.AffineGrid(b, b.Input("t", 1, 2, 3), []int{half, half}, false) }},
	{"PixelShuffle", func(b *graph.Builder) { nn.PixelShuffle(b, b.Input("x", 1, 4, 2, 2), half) }},
	{"PixelUnshuffle", func(b *graph.Builder) { nn.PixelUnshuffle(b, b.Input("x", 1, 4, 0, 0), half) }},
	{"Strided", func(b *graph.Builder) { special.Strided(b, b.Input("x", 4), []int{1 << 24, 1 << 24}, []int{0, 0}, 0) }},
	{"Strided by steps that overflow", func(b *graph.Builder) { special.Strided(b, b.Input("x", 4), []int{3}, []int{top}, 0) }},
	{"Strided back from the lowest number", func(b *graph.Builder) { special.Strided(b, b.Input("x", 4), []int{2}, []int{math.MinInt}, 0) }},
	{"Combinations", func(b *graph.Builder) { special.Combinations(b, b.Input("x", 60), 30) }},
	{"Combinations with repeats", func(b *graph.Builder) { special.CombinationsWithReplacement(b, b.Input("x", 60), top) }},
	{"Vandermonde", func(b *graph.Builder) { linalg.Vandermonde(b, b.Input("x", 3), top>>2) }},
	{"MultivariateLgamma", func(b *graph.Builder) { special.MultivariateLgamma(b, b.Input("x", 3), top>>2) }},
	{"Windows of many places", func(b *graph.Builder) {
		special.Windows(b, b.Input("x", 1<<20), 0, special.WindowOptions{Size: 1 << 19, Step: 1})
	}},
	{"Patches", func(b *graph.Builder) {
		nn.Patches(b, b.Input("x", 1, 1, 1<<12, 1<<12), nn.PatchOptions{Kernel: []int{1 << 11, 1 << 11}})
	}},
	{"FromPatches", func(b *graph.Builder) {
		nn.FromPatches(b, b.Input("x", 1, 4, 4), []int{top, 4}, nn.PatchOptions{Kernel: []int{2, 2}, Windowing: nn.Windowing{Pad: []int{top}}})
	}},
	{"Differences", func(b *graph.Builder) { special.Differences(b, b.Input("x", limit), nil, 0, 1) }},
	{"Diff of many orders", func(b *graph.Builder) { b.Diff(b.Input("x", 1<<24), 1<<20, 0) }},
	{"RowDistances", func(b *graph.Builder) { special.RowDistances(b, b.Input("x", 1<<20, 1), 2) }},
	{"HouseholderProduct", func(b *graph.Builder) { linalg.HouseholderProduct(b, b.Input("x", 1<<20, 1<<12), b.Input("t", 1<<12)) }},
	{"DiagonalMatrices", func(b *graph.Builder) { special.DiagonalMatrices(b, b.Input("x", 3), math.MinInt, [2]int{0, 1}) }},
	{"Pad that cuts all off twice", func(b *graph.Builder) {
		b.Pad(b.Input("x", 3), []int{math.MinInt}, []int{math.MinInt}, graph.PadZeros)
	}},
	{"Split into parts whose sum overflows", func(b *graph.Builder) { b.Split(b.Input("x", 4), 0, top, top, top, top, 4) }},
	{"Unroll of many steps", func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 1<<30, 1, 1), nn.RecurrentOptions{Hidden: 1})
	}},
	{"Recurrent of many layers", func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 2, 1, 1), nn.RecurrentOptions{Hidden: 1, Layers: top >> 2})
	}},
	{"CTC of many steps", func(b *graph.Builder) { loss.CTC(b, b.Input("x", 1<<30, 1, 3), b.Ints("y", 1, 2), 0) }},
	{"CTC of labels that are floats", func(b *graph.Builder) { loss.CTC(b, b.Input("x", 4, 1, 3), b.Input("y", 1, 2), 0) }},
	{"Dense", func(b *graph.Builder) { nn.Dense(b, "h", b.Input("x", 2, 1<<16), limit, nn.Tanh) }},
}

// TestLarge wants what reads a few places for each of its results to build for axes of
// which no matrix of squares could be made.
func TestLarge(t *testing.T) {
	b := graph.New(nil)
	nn.GridSample(b, b.Input("image", 1, 1, limit), b.Input("g", 1, 2, 1), nn.GridOptions{Mode: nn.ResizeLinear, Pad: nn.GridZeros})
	nn.LocalResponseNorm(b, b.Input("channels", 1, 1<<20, 1), nn.LocalResponseOptions{Size: 5, Alpha: 1, Beta: 1, K: 1})
	nn.Resize(b, b.Input("line", 1, 1, limit), nn.ResizeOptions{Mode: nn.ResizeLinear, Size: []int{4}})
	if b.Err() != nil {
		t.Error(b.Err())
	}
}

// TestAbsurd wants an error of a kind, without much work or memory.
func TestAbsurd(t *testing.T) {
	for _, c := range absurd {
		b := graph.New(nil)
		start := time.Now()
		used := allocated(func() { c.do(b) })
		err := b.Err()
		if !errors.Is(err, graph.ErrShape) && !errors.Is(err, graph.ErrMemory) && !errors.Is(err, graph.ErrUnsupported) && !errors.Is(err, graph.ErrDType) && !errors.Is(err, graph.ErrOption) {
			t.Errorf("%s: got %v, want an error of a kind", c.name, err)
		}
		var oe *graph.OpError
		if !errors.As(err, &oe) {
			t.Errorf("%s: got %v, want an OpError", c.name, err)
		}
		if took := time.Since(start); used > 4<<20 || took > time.Minute {
			t.Errorf("%s: took %v and %d bytes", c.name, took, used)
		}
	}
}

// TestFar makes what large steps and orders leave: little, or nothing.
func TestFar(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	for _, c := range []struct {
		name  string
		build func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node
		want  []float64
	}{
		{"Windows far apart", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return special.Windows(b, x, 0, special.WindowOptions{Size: 3, Step: top})
		}, []float64{1, 2, 3}},
		{"Slice in large steps", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return b.Slice(x, graph.Span{Stop: 4, Step: math.MaxInt})
		}, []float64{1}},
		{"Slice in large steps back", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return b.Slice(x, graph.Span{Start: -1, Stop: -5, Step: math.MinInt})
		}, []float64{4}},
		{"Diff of more orders than places", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Diff(x, top, 0) }, []float64{}},
		{"Strided of nothing", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return special.Strided(b, x, []int{top >> 2, 0}, []int{1, 1}, 0)
		}, []float64{}},
		{"Strided back and forth", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return special.Strided(b, x, []int{2, 2}, []int{-1, 2}, 1)
		}, []float64{2, 4, 1, 3}},
		{"OffDiagonal beyond the matrix", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return special.OffDiagonal(b, b.Reshape(x, 2, 2), math.MinInt, [2]int{0, 1})
		}, []float64{}},
		{"Tile", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Tile(b.Reshape(x, 2, 2), 1, 2) }, []float64{1, 2, 1, 2, 3, 4, 3, 4}},
		{"Tile zero times", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return b.Tile(x, 0) }, []float64{}},
		{"Vandermonde", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return linalg.Vandermonde(b, b.Slice(x, graph.Range(1, 3)), 4)
		}, []float64{1, 2, 4, 8, 1, 3, 9, 27}},
		{"Vandermonde of one power", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return linalg.Vandermonde(b, x, 1) }, []float64{1, 1, 1, 1}},
		{"MatrixPower of the lowest number", func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
			return linalg.Power(b, b.Identity(2), math.MinInt)
		}, []float64{1, 0, 0, 1}},
	} {
		b := graph.New(nil)
		y := c.build(b, b.Input("x", 4))
		p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, in := range p.Inputs() {
			name := in.Name
			if err := graph.InputOf[float64](p, name).Set(x); err != nil {
				t.Fatal(err)
			}
		}
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		if got := graph.OutputOf[float64](p, 0).Read(nil); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestCombinations compares with choosing one place after the other.
func TestCombinations(t *testing.T) {
	for n := range 6 {
		for r := range 5 {
			for _, repeats := range []bool{false, true} {
				var want []float64
				var choose func(c []float64, lo int)
				choose = func(c []float64, lo int) {
					if len(c) == r {
						want = append(want, c...)
						return
					}
					for i := lo; i < n; i++ {
						next := i + 1
						if repeats {
							next = i
						}
						choose(append(slices.Clone(c), float64(i)), next)
					}
				}
				choose(nil, 0)
				b := graph.New(nil)
				places := make([]float64, n)
				for i := range places {
					places[i] = float64(i)
				}
				pick := special.Combinations
				if repeats {
					pick = special.CombinationsWithReplacement
				}
				y := pick(b, b.Const(places, n), r)
				p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}})
				if err != nil {
					t.Errorf("%d of %d, repeats %v: %v", r, n, repeats, err)
					continue
				}
				if err := p.Run(); err != nil {
					t.Fatal(err)
				}
				if got := graph.OutputOf[float64](p, 0).Read(nil); !slices.Equal(got, want) {
					t.Errorf("%d of %d, repeats %v: got %v, want %v", r, n, repeats, got, want)
				}
			}
		}
	}
}
