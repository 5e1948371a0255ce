package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// divided are layers with SpectralNorm.
var divided = map[string]func(b *graph.Builder) *gorgonia.Node{
	"Linear": func(b *graph.Builder) *gorgonia.Node {
		return nn.Linear(b, "h", b.Const(graphtest.Wave(6, 3), 2, 3), nn.LinearOptions{Out: 2, NoBias: true, SpectralNorm: true, Weight: wavy(1, 3, 2)})
	},
	"Conv": func(b *graph.Builder) *gorgonia.Node {
		return nn.Conv(b, "h", b.Const(graphtest.Wave(8, 3), 1, 2, 4), nn.ConvOptions{Out: 3, Kernel: []int{2}, NoBias: true, SpectralNorm: true, Weight: wavy(1, 3, 2, 2)})
	},
	"ConvTranspose": func(b *graph.Builder) *gorgonia.Node {
		o := nn.ConvOptions{Out: 3, Kernel: []int{2}, Windowing: nn.Windowing{Stride: []int{2}}, NoBias: true, SpectralNorm: true, Weight: wavy(1, 2, 3, 2)}
		return nn.ConvTranspose(b, "h", b.Const(graphtest.Wave(8, 3), 1, 2, 4), o)
	},
}

// unit is graphtest.Wave of norm 1.
func unit(n int, seed float64) []float64 {
	v, square := graphtest.Wave(n, seed), 0.0
	for _, x := range v {
		square += x * x
	}
	for i := range v {
		v[i] /= math.Sqrt(square)
	}
	return v
}

// TestSpectralNormTrains compares three steps of gradient descent, and a prediction after
// them, with PyTorch.
func TestSpectralNormTrains(t *testing.T) {
	for name, want := range map[string]struct{ value, slope, weight, u, v, later []float64 }{
		"Linear": {
			value:  []float64{0.834097365271107, 0.16426809764385, 0.204331753425743, 0.384527700836364},
			slope:  []float64{0.724640504028045, -0.473828350911293, 0.146912044740266, -0.0098275824957347, -0.248130401630912, 0.285806835757357},
			weight: []float64{0.634222349638517, 0.534515200565891, -0.985500827947981, -0.149628204775491, 1.0680959169844, -0.187097506398738},
			u:      []float64{0.985888727987173, 0.167401959450402},
			v:      []float64{0.481484923263477, -0.614498396000208, 0.624951190080581},
			later:  []float64{0.75193941599373, 0.127416771041984, 0.0258445231266863, 0.462074586020911},
		},
		"Conv": {
			value:  []float64{0.0919295188556813, -0.0305638343962364, -0.0840535552826501, 0.132732940066291, 0.0202110002891995, -0.137941092289227, 0.138865851105092, 0.0657066202540151, -0.155797723622085},
			slope:  []float64{-0.125094482259881, 0.849254940572238, 0.15276120283449, 0.797591167802871, 0.386785066141817, 0.613166095138918, 0.538454176430666, 0.343920873633396, 0.481276388398306, -0.38225715750314, 0.189602001887646, -0.524405404948816},
			weight: []float64{0.869676913729891, 0.184937682093763, -0.986265261825157, -0.418035714028745, 0.871193510463524, -0.248453945499447, -1.118619352754, 0.221487521519058, 0.73754749476684, -0.442973861954608, -0.786803578156132, 0.897674070799937},
			u:      []float64{-0.518231665026767, -0.635943545893867, -0.571849410071847},
			v:      []float64{-0.652023586112183, 0.115074034575454, 0.719796137392268, -0.208606640151043},
			later:  []float64{0.294151808237092, -0.102647231622223, -0.267700746938689, 0.259752088810081, 0.0930143055506224, -0.283720851131919, 0.0218877636659635, 0.190661418563224, -0.0710191117788552},
		},
		"ConvTranspose": {
			value:  []float64{0.199344631051202, -0.0249185467557525, 0.00660182041348123, -0.298032070798968, -0.201045847476411, 0.101718129647635, 0.0452054806831459, 0.271820428848696, -0.192923395940554, 0.0746327815312239, 0.070197762478401, 0.279942880384554, 0.174834205526139, -0.146770979240784, -0.115250612071552, -0.242121615189478, 0.173691349952036, -0.119391129827378, -0.142335960187962, -0.243264470763582, -0.137012940331063, 0.182077705258582, 0.17764268620576, 0.196345051050519},
			slope:  []float64{-0.248498501337948, -0.0519682697574139, -0.202451276545907, 0.195366108028795, 0.0451791340373431, 0.252779833249655, -0.191661297113503, 0.0856164705283792, -0.0438638834996878, 0.197982348856408, 0.143038164531685, 0.119188401093333},
			weight: []float64{0.913977104591711, 0.44258482923849, -0.889778500444063, -0.240016839873506, 0.983498187207187, -0.150670590511446, -0.920789650443966, 0.301136443296921, 0.906373485151668, -0.616037871091462, -0.792058402095996, 0.715156151327774},
			u:      []float64{-0.55900929338857, 0.589993063436927, -0.58259488068599},
			v:      []float64{-0.664699236142506, -0.124520253645158, 0.623889016379137, -0.391704132152302},
			later:  []float64{0.192653519245267, -0.0197856071065885, -0.0445253424513864, -0.291679667130991, -0.181179828782298, 0.0949482455221475, 0.0912133892833966, 0.267212549773894, -0.189060861800283, 0.0792594242034262, 0.0397439814710462, 0.32188458777029, 0.178819275412427, -0.162205538068999, -0.0858237396926592, -0.280086006721422, 0.177219739742107, -0.117035286984804, -0.119786541307386, -0.196368933046765, -0.146352067065786, 0.167637398732328, 0.157499857447778, 0.153170621317397},
		},
	} {
		for d, tol := range map[graph.DType]float64{graph.Float64: 1e-13, graph.Float32: 2e-6} {
			near := func(what string, got, want []float64) {
				t.Helper()
				graphtest.Near(t, fmt.Sprintf("%s of %v: %s", name, d, what), got, want, tol)
			}
			p := graph.NewParams(d, 1)
			b := graph.New(p)
			b.SetTraining(true)
			y := divided[name](b)
			cost := b.Sum(b.Mul(y, b.Const(graphtest.Wave(len(want.value), 5), b.Shape(y)...)))
			g, err := autograd.Gradients(cost, b.ParamNodes()...)
			if err != nil {
				t.Fatal(err)
			}
			prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Grads: g})
			if err != nil {
				t.Fatal(err)
			}
			for name, v := range map[string][]float64{"h/u": unit(len(want.u), 2), "h/v": unit(len(want.v), 4)} {
				if err := p.Set(name, v); err != nil {
					t.Fatal(err)
				}
			}
			for step := range 3 {
				if err := prog.Run(); err != nil {
					t.Fatal(err)
				}
				w, slope := p.Values("h/weight"), p.Grad("h/weight")
				if step == 0 {
					near("value", graph.OutputOf[float64](prog, 0).Read(nil), want.value)
					near("gradient", slope, want.slope)
				}
				for i := range w {
					w[i] -= 0.1 * slope[i]
				}
				if err := p.Set("h/weight", w); err != nil {
					t.Fatal(err)
				}
			}
			near("weight", p.Values("h/weight"), want.weight)
			near("u", p.Values("h/u"), want.u)
			near("v", p.Values("h/v"), want.v)
			b = graph.New(p)
			near("prediction", graphtest.Run(t, b, nil, divided[name](b))[0], want.later)
			near("u after a prediction", p.Values("h/u"), want.u)
		}
	}
}

// TestSpectralNormStarts checks that a layer has a weight of norm 1 before it trains, and the
// derivatives of both orders.
func TestSpectralNormStarts(t *testing.T) {
	b := graph.New(graph.NewParams(graph.Float64, 5))
	eye := b.Const([]float64{1, 0, 0, 1}, 2, 2)
	y := nn.Linear(b, "h", eye, nn.LinearOptions{Out: 2, NoBias: true, SpectralNorm: true, Weight: graph.Values([]float64{3, 0, 4, 5})})
	got := graphtest.Run(t, b, nil, y)[0]
	for i, w := range []float64{3, 0, 4, 5} { // the singular values of the matrix are √45 and √5
		if math.Abs(got[i]-w/math.Sqrt(45)) > 1e-9 {
			t.Errorf("got %v, want the matrix over √45", got)
		}
	}
	for name, f := range divided {
		b := graph.New(nil)
		if err := autograd.CheckSecondOrder(b, b.Sum(b.Cube(f(b))), autograd.Point{}, autograd.CheckOptions{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSpectralNormTwice checks that a layer that is called twice makes two power iterations.
func TestSpectralNormTwice(t *testing.T) {
	vectors := map[bool][]float64{}
	for _, together := range []bool{true, false} {
		p := graph.NewParams(graph.Float64, 1)
		b := graph.New(p)
		b.SetTraining(true)
		y := gorgonia.Nodes{divided["Conv"](b)}
		if together {
			y = append(y, divided["Conv"](b))
		}
		prog, err := b.Compile(graph.Options{Outputs: y, Update: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Set("h/v", unit(4, 4)); err != nil {
			t.Fatal(err)
		}
		for range 3 - len(y) {
			if err := prog.Run(); err != nil {
				t.Fatal(err)
			}
		}
		vectors[together] = append(p.Values("h/u"), p.Values("h/v")...)
	}
	graphtest.Same(t, "u and v", vectors[true], vectors[false])
}
