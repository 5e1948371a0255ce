package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"gorgonia.org/gorgonia"
)

// TestConvTranspose compares a layer with every setting, and its gradients, with PyTorch.
func TestConvTranspose(t *testing.T) {
	b := graph.New(nil)
	x := b.Param("x", wavy(3, 1, 4, 2, 3), 1, 4, 2, 3)
	o := nn.ConvOptions{Out: 2, Kernel: []int{2, 3}, Weight: wavy(1, 4, 1, 2, 3), Bias: wavy(7, 2),
		Windowing: nn.Windowing{Stride: []int{2, 1}, Pad: []int{0, 1}, Dilation: []int{1, 2}, Groups: 2}}
	y := nn.ConvTranspose(b, "h", x, o, 1, 0)
	if got := b.Shape(y); !slices.Equal(got, []int{1, 2, 5, 5}) {
		t.Fatalf("got %v, want [1 2 5 5] (%v)", got, b.Err())
	}
	g, err := autograd.Gradients(b.Sum(b.Mul(y, b.Const(graphtest.Wave(50, 5), 1, 2, 5, 5))), b.ParamNodes()...)
	if err != nil {
		t.Fatal(err)
	}
	out := graphtest.Run(t, b, nil, append(gorgonia.Nodes{y}, g...)...)
	for i, want := range [][]float64{
		{-0.892249127816971, 1.77140518794259, 0.466364681152556, 0.847399035440613, 2.25534349439548, 0.435729544430569, 0.766391635230134, -0.884354790419734, 1.79227990297121, 1.27543035664764, -0.54533061253133, -0.117287889388277, 0.799327026296352, -1.01346791142912, 1.82262424915083, 0.214274183937749, 2.01699488123313, -0.394568937311622, -0.898204781392217, 1.37067329602683, 0.656986598718789, 0.656986598718789, 0.656986598718789, 0.656986598718789, 0.656986598718789, 0.520971589521516, 2.76134179329438, 0.0490632005292534, -0.868064876453272, 0.963163694488293, 1.19951845172167, 2.63306464100006, 0.22451193942248, 1.85913926901556, 0.239405624213168, 0.218458294759776, 1.74938511638165, 1.90819375613856, -0.946608545384771, 0.78659951671635, -0.61411345949618, 2.44562263382003, 0.8684290900726, 0.87524449474534, 1.88710717614356, 0.662969230082183, 0.662969230082183, 0.662969230082183, 0.662969230082183, 0.662969230082183},
		{1.27209375775769, -0.930506157536565, -0.261690667307048, -0.531056930769489, 1.36686842473214, -1.43027255478121, -0.977627748533714, 1.59359986594179, -0.687076508897151, -0.678400153701982, -0.662272190742205, 1.52645076248887, 1.6007913216978, -0.938673193147066, -0.313077698020714, -0.424065540692633, 1.47734050930324, -1.14046593293257, -1.21878246383642, 1.43192182931654, -0.8776804519858, -0.540558245234794, -0.58960151593022, 1.21758892210091},
		{1.87640214419841, -2.73524294857919, 1.6838153833918, -1.07458636863534, 2.1859304245264, -1.72278182269665, -1.30070650660931, 2.36722380879989, -1.81132486809961, -0.318922590998332, -0.250232509958122, 0.667750784124157, -1.89671885474353, 2.70926638075599, -1.55796119745912, 1.26155936691268, -2.34114177124532, 1.77273653737396, 1.44982029899452, -2.61389100055457, 1.85839807512523, 0.0881069623078793, 0.601398807257626, -0.833333754202035},
		{0.237322276998225, -0.84237592319991},
	} {
		graphtest.Same(t, []string{"value", "gradient by x", "gradient by the weight", "gradient by the bias"}[i], out[i], want)
	}
	if err := autograd.CheckSecondOrder(b, b.Sum(b.Cube(y)), autograd.Point{}, autograd.CheckOptions{}); err != nil {
		t.Error(err)
	}
}

// TestConvTransposeStarts checks the shapes over one to three axes, and that the weight's
// variance is 2 over the inputs of an output pixel: 8·3ᵏ.
func TestConvTransposeStarts(t *testing.T) {
	for k := 1; k <= 3; k++ {
		b := graph.New(graph.NewParams(graph.Float32, 1))
		images := append([]int{1, 8}, slices.Repeat([]int{2}, k)...)
		y := nn.ConvTranspose(b, "h", b.Input("x", images...), nn.ConvOptions{Out: 32, Kernel: []int{3}})
		if want := append([]int{1, 32}, slices.Repeat([]int{4}, k)...); !slices.Equal(b.Shape(y), want) {
			t.Errorf("got %v, want %v (%v)", b.Shape(y), want, b.Err())
		}
		square, w := 0.0, b.Params().Values("h/weight")
		for _, v := range w {
			square += v * v
		}
		if got, want := square/float64(len(w)), 2/(8*math.Pow(3, float64(k))); math.Abs(got/want-1) > .1 {
			t.Errorf("%d axes: got the variance %v, want about %v", k, got, want)
		}
	}
}
