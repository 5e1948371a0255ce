package nn_test

import (
	"fmt"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// running are the layers that have running statistics.
var running = map[string]func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node{
	"BatchNorm": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		return nn.BatchNorm(b, "h", x, nn.BatchNormOptions{Momentum: .3, Gain: graph.Values([]float64{2, -.5}), Bias: graph.Values([]float64{.1, .3})})
	},
	"InstanceNorm": func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node {
		norm := nn.NormOptions{Gain: graph.Values([]float64{2, -.5}), Bias: graph.Values([]float64{.1, .3})}
		return nn.InstanceNorm(b, "h", x, nn.InstanceNormOptions{NormOptions: norm, Running: true, Momentum: .3})
	},
}

// rounded is the batch of n examples, two channels and three pixels of a step, in float32.
func rounded(n, step int, scale, apart float64) []float64 {
	x := graphtest.Wave(n*6, float64(step))
	for i := range x {
		x[i] = float64(float32(x[i]*scale + apart*float64(i/3%2)))
	}
	return x
}

// TestRunningAgainstTorch compares 20 batches, each fifth of another size, with PyTorch: the
// last result and its gradients, the running statistics, and a prediction of one example.
func TestRunningAgainstTorch(t *testing.T) {
	for name, want := range map[string]struct{ value, slope, gain, bias, mean, variance, later []float64 }{
		"BatchNorm": {
			value:    []float64{0.4647368762907637, 2.698969231423485, -1.042879523805956, 0.9687293596104952, -0.13679601783385, -0.196956583113535, -2.148506289725397, -1.306669943343952, 2.602572651586349, 0.1356700441342191, 1.068296284708136, 0.3255637413631368, 2.782682511526807, -0.6541394510921941, -2.496766062859907, -0.04405441857367715, -0.2708148353979091, 0.8503624251029844},
			slope:    []float64{0.5032424561650223, -0.1643699025478593, -0.4244748703198898, -0.06515590055753248, -0.1084256514505971, 0.09481469146633653, -0.2487089986268887, 0.4724225154925781, 0.1633821644334822, 0.1308971328345122, 0.0222995182769645, -0.13492477139169, -0.09265965922129189, -0.4552062516743731, 0.2463725462992199, -0.1192247249969344, 0.07918011366411415, 0.1005395921548268},
			gain:     []float64{-5.168220396648518, -5.147943581099446},
			bias:     []float64{-0.2822079200144795, -0.2425725164239028},
			mean:     []float64{-0.005837307128299565, 1.024320150851672},
			variance: []float64{4.988412591056821, 4.784387771490979},
			later:    []float64{-0.7534555690626661, 0.4677558327009442, 0.8704900665475728, 0.6770334897147078, 0.6926814600670851, 0.3504121602465331},
		},
		"InstanceNorm": {
			value:    []float64{-0.2151300967703782, 2.691799705970879, -2.1766696092005, 1.006362996983213, -0.02511594808653992, -0.08124704889667349, -1.701270466242213, -0.8878977240430845, 2.889168190285298, -0.1648988932635203, 0.9938606774216838, 0.07103821584183634, 2.755978209070196, -0.3857752056783437, -2.070203003391852, 0.07009849465928675, -0.1641502555190797, 0.9940517608597931},
			slope:    []float64{0.7049324626528641, -0.2840240531880635, -0.4209084094648006, 0.004935603699155213, -0.09564342065482669, 0.0907078169556715, -0.301591498403104, 0.3665391852652957, -0.06494768686219189, 0.1439102168877703, 0.03679241769876148, -0.1807026345865318, 0.1203979461539083, -0.3449650829202601, 0.2245671367663519, -0.1248543953185617, 0.09960268340624513, 0.02525171191231661},
			gain:     []float64{-4.850494345702753, -4.889169861263608},
			bias:     []float64{-0.2822079200144795, -0.2425725164239028},
			mean:     []float64{-0.005837307128299579, 1.024320150851672},
			variance: []float64{6.46931140555544, 6.149963760913806},
			later:    []float64{-0.6494336189680963, 0.4229325516035827, 0.7765802226657194, 0.6325499876838094, 0.6463517652179409, 0.3444643877173461},
		},
	} {
		for d, tol := range map[graph.DType]float64{graph.Float64: 1e-12, graph.Float32: 1e-6} {
			near := func(what string, got, want []float64) {
				t.Helper()
				graphtest.Near(t, fmt.Sprintf("%s of %v: %s", name, d, what), got, want, tol)
			}
			p := graph.NewParams(d, 1)
			programs := map[int]*graph.Program{}
			for _, n := range []int{5, 3} {
				b := graph.New(p)
				b.SetTraining(true)
				x := b.Input("x", n, 2, 3)
				y := running[name](b, x)
				g, err := autograd.Gradients(b.Sum(b.Mul(y, b.Const(graphtest.Wave(n*6, 9), n, 2, 3))), append(gorgonia.Nodes{x}, b.ParamNodes()...)...)
				if err != nil {
					t.Fatal(err)
				}
				if programs[n], err = b.Compile(graph.Options{Outputs: append(gorgonia.Nodes{y}, g...), Update: true}); err != nil {
					t.Fatal(err)
				}
			}
			for step := range 20 {
				n := 5
				if step%5 == 4 {
					n = 3
				}
				run(t, programs[n], rounded(n, step, 3, 1))
			}
			for i, v := range [][]float64{want.value, want.slope, want.gain, want.bias} {
				near([]string{"value", "gradient by x", "gradient by the gain", "gradient by the bias"}[i], graph.OutputOf[float64](programs[3], i).Read(nil), v)
			}
			near("running mean", p.Values("h/mean"), want.mean)
			near("running variance", p.Values("h/variance"), want.variance)
			b := graph.New(p)
			x := b.Input("x", 1, 2, 3)
			near("prediction", graphtest.Run(t, b, map[string][]float64{"x": rounded(1, 5, 1, 0)}, running[name](b, x))[0], want.later)
		}
	}
}
