package nn_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// torchCase is what PyTorch 1.13 computes from packed sequences of the lengths 2 and 3,
// padded again: two layers of two units in both directions, from initial states.
type torchCase struct {
	cell       nn.Cell
	projection int
	y, h, c    []float64 // states of all steps, and last states
	dx, dw     []float64 // gradients of x and of layer 0's Hidden in the second direction
}

func torchCases() []torchCase {
	return []torchCase{
		{nn.LSTM, 0, []float64{-0.0808936917, -0.11774927, -0.2785921, -0.21283685, 0.461406585, 0.111025335, 0.18967095, -0.326186032, -0.145605624, 0.0390845548,
			-0.423097136, -0.0800341306, 0.252979911, 0.0961018866, 0.217029246, -0.338000394, 0, 0, 0, 0, 0.0853571236, 0.088957356, 0.13025984, -0.244397461},
			[]float64{0.192345557, -0.519557409, -0.492412938, 0.115695658, 0.0052182111, 0.147807456, 0.124726803, -0.0591844506, -0.145605624, 0.0390845548,
				0.0853571236, 0.088957356, -0.2785921, -0.21283685, 0.18967095, -0.326186032},
			[]float64{0.813037019, -0.908896767, -0.684669779, 0.174079651, 0.0154898351, 0.835981679, 0.907115722, -0.0880215092, -0.258018457, 0.103140396,
				0.103676738, 0.321313149, -0.498359903, -0.324658884, 0.788531462, -0.519911514},
			[]float64{0.00141904827, 0.0885227477, -0.384847848, -0.684320273, -0.117823218, -0.440200108, -0.351824977, -0.654363477, 0, 0, 0.00210696783, -0.361014183},
			[]float64{-0.0205040362, 0.0345686574, -0.00565702383, 0.0246515788, 0.0288760823, 0.172194233, 0.000645582745, 0.0395658713, 0.00882838293, -0.0231891206,
				-0.00231603423, -0.104093388, -0.0321782985, -0.662115047, -0.0174404155, -0.06099951}},
		{nn.LSTM, 1, []float64{-0.100324062, 0.284933061, 0.117214276, 0.00308522514, 0.0645727628, 0.298324223, 0.0612789838, -0.058933694, 0, 0, 0.00634365818,
			-0.0954093499},
			[]float64{-0.406361977, 0.477593823, -0.0866565867, 0.184174854, 0.0645727628, 0.00634365818, 0.284933061, 0.00308522514},
			[]float64{0.546198858, -0.880454447, -0.656903703, 0.186577697, 0.0633287729, 0.73172402, 0.896079945, -0.158228873, -0.706673914, 0.0157587587,
				-0.287805496, -0.0369667667, 0.582058054, -0.618702155, 0.743861364, -0.152199297},
			[]float64{0.0505024521, 0.315709071, -0.0678498198, -0.101523056, -0.296052834, -0.231677151, 0.00156378303, -0.144562462, 0, 0, 0.0848686849, -0.0639335434},
			[]float64{0.000875403777, -0.00488981593, 0.00629650829, 0.00954221258, -0.0852224322, -0.0064765002, 0.00621088431, -0.0199039885}},
		{nn.GRU, 0, []float64{0.290119159, -0.899503826, 0.991398946, -0.692252946, -0.266548581, 0.875791081, 0.954310388, 0.0279723931, 0.188631832, -0.845675265,
			0.888207357, -0.807623963, -0.345730337, 0.846783897, 0.928737725, 0.266787985, 0, 0, 0, 0, -0.448013711, 0.809382671, 0.672751034, 0.514895484},
			[]float64{0.136673993, -0.379866311, -0.907073245, -0.185813513, 0.641483082, 0.360279781, 0.965630047, 0.529312546, 0.188631832, -0.845675265,
				-0.448013711, 0.809382671, 0.991398946, -0.692252946, 0.954310388, 0.0279723931},
			nil,
			[]float64{0.74600302, -0.579978257, -0.127432643, 0.288710346, -0.0900567782, -0.0989414137, 0.0912171852, -0.150770563, 0, 0, -0.0138391638, -0.128931666},
			[]float64{-0.0488397868, -0.0289550634, -0.014140946, 0.0610963625, -0.247030411, 0.167334587, -0.0126587734, -0.0389935717, -0.0240000397, 0.312689281,
				-0.19077618, 0.207556055}},
		{nn.TanhRNN, 0, []float64{0.619046995, -0.999740114, 0.663240396, 0.996369003, -0.69283596, 0.624057118, 0.937559696, 0.233061919, -0.217677659,
			-0.933575148, 0.598967973, 0.531901399, -0.629721488, 0.795477904, 0.613827615, -0.247515829, 0, 0, 0, 0, -0.115056041, -0.720018328, 0.800673594, 0.874277833},
			[]float64{0.975585057, -0.940107994, -0.846526048, -0.929780687, 0.800713868, -0.744369905, 0.65192749, 0.465289955, -0.217677659, -0.933575148,
				-0.115056041, -0.720018328, 0.663240396, 0.996369003, 0.937559696, 0.233061919},
			nil,
			[]float64{0.232779872, -0.230411896, 0.301314683, 0.0532600926, 0.32403675, -0.245553415, 0.472416814, -0.392382937, 0, 0, 0.229674566, -0.274194195},
			[]float64{-0.631157189, -0.19525428, 0.195100984, 0.0860006803}},
		{nn.ReLURNN, 0, []float64{0.380138512, 0, 0.69693481, 2.13983999, 0.152432237, 0, 1.1616327, 1.42137748, 0.166323613, 0.327569594, 0.112440143,
			0.00298575151, 0, 2.16459352, 0, 0, 0, 0, 0, 0, 0.836294796, 0, 0.801360942, 2.01815701},
			[]float64{1.80507087, 0, 0, 0, 1.10272953, 0, 1.60569404, 0, 0.166323613, 0.327569594, 0.836294796, 0, 0.69693481, 2.13983999, 1.1616327, 1.42137748},
			nil,
			[]float64{-4.51329848, 5.10473133, 0.759041643, -0.732981644, -4.55858573, 4.66184509, 0.322468031, -0.431877271, 0, 0, 0.220634598, -0.213059601},
			[]float64{-0.61878748, 2.83692029, -2.40072932, -1.51757464}},
	}
}

// TestPyTorch compares layers with lengths with PyTorch's packed sequences: values, last
// states and gradients, in both types. The elements of every operand are a wave with a
// seed of its own.
func TestPyTorch(t *testing.T) {
	for _, k := range torchCases() {
		for _, d := range []graph.DType{graph.Float32, graph.Float64} {
			t.Run(fmt.Sprint(k.cell, k.projection, d), func(t *testing.T) { k.check(t, d) })
		}
	}
}

func (k torchCase) check(t *testing.T, d graph.DType) {
	const steps, n, in, hid = 3, 2, 2, 2
	b := graph.New(graph.NewParams(d, 1))
	p := hid
	if k.projection > 0 {
		p = k.projection
	}
	state := make([]nn.State, 4)
	h0, c0 := b.Const(graphtest.Wave(4*n*p, 8), 4, n, p), b.Const(graphtest.Wave(4*n*hid, 9), 4, n, hid)
	for i := range state {
		state[i].H = b.Squeeze(b.Slice(h0, graph.Range(i, i+1)), 0)
		if k.cell == nn.LSTM {
			state[i].C = b.Squeeze(b.Slice(c0, graph.Range(i, i+1)), 0)
		}
	}
	x := b.Input("x", steps, n, in)
	y, last := nn.Recurrent(b, "rnn", x, nn.RecurrentOptions{Cell: k.cell, Hidden: hid, Layers: 2, Bidirectional: true, Projection: k.projection,
		Lengths: b.ConstInts([]int{2, 3}, n), Initial: state})
	for i, prefix := range []string{"rnn/layer0/", "rnn/layer0/reverse/", "rnn/layer1/", "rnn/layer1/reverse/"} {
		for j, name := range []string{"input", "hidden", "bias", "hiddenbias", "projection"} {
			if q := b.Params().Get(prefix + name); q != nil {
				if err := b.Params().Set(prefix+name, graphtest.Wave(q.Size(), float64(10*i+j+1))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var h, c []*gorgonia.Node
	for _, s := range last {
		h, c = append(h, s.H), append(c, s.C)
	}
	weighed := func(x *gorgonia.Node, seed float64) *gorgonia.Node {
		s := b.Shape(x)
		return b.Sum(b.Mul(x, b.Const(graphtest.Wave(ir.Shape(s).Size(), seed), s...)))
	}
	out := gorgonia.Nodes{y, b.Stack(0, h...)}
	cost := b.Add(weighed(y, 10), weighed(out[1], 11))
	want := [][]float64{k.y, k.h, k.dx, k.dw}
	if k.cell == nn.LSTM {
		cells := b.Stack(0, c...)
		cost = b.Add(cost, weighed(cells, 12))
		out, want = append(out, cells), [][]float64{k.y, k.h, k.c, k.dx, k.dw}
	}
	var dw *gorgonia.Node
	for _, w := range b.ParamNodes() {
		if w.Name() == "rnn/layer0/reverse/hidden" {
			dw = w
		}
	}
	grads, err := autograd.Gradients(cost, x, dw)
	if err != nil {
		t.Fatal(err)
	}
	tol := map[graph.DType]float64{graph.Float32: 5e-6, graph.Float64: 2e-8}[d] // the literals have 9 digits
	for i, got := range graphtest.Run(t, b, map[string][]float64{"x": graphtest.Wave(steps*n*in, 7)}, append(out, grads...)...) {
		near(t, fmt.Sprint("result ", i), got, want[i], tol)
	}
}

// near fails the test unless the elements are equal up to tol of their size, or of 1.
func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	for i := range got {
		if d := got[i] - want[i]; !(max(d, -d) <= tol*max(1, want[i], -want[i])) {
			t.Fatalf("%s: got %v at element %d, want %v", what, got[i], i, want[i])
		}
	}
}
