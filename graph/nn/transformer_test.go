package nn_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/graphtest"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// fill sets the parameters of a block of the name "h" as those of PyTorch's layer were set
// to get the numbers that it is compared with.
func fill(t *testing.T, p *graph.Params) {
	t.Helper()
	waves(t, p, "h/attention/", 1, heads...)
	if p.Get("h/memory/out/weight") != nil {
		waves(t, p, "h/memory/", 40, heads...)
	}
	waves(t, p, "h/", 50, "hidden")
	waves(t, p, "h/", 52, "out")
	for i := range 3 {
		for k, kind := range []string{"gain", "bias"} {
			name := fmt.Sprint("h/norm", i+1, "/", kind)
			if q := p.Get(name); q != nil {
				if err := p.Set(name, graphtest.Wave(q.Size(), float64(60+i+3*k))); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestTransformerEncoderBlock holds the block with lengths, and its gradient by x, to what
// PyTorch's nn.TransformerEncoderLayer gives.
func TestTransformerEncoderBlock(t *testing.T) {
	for _, c := range []struct {
		first bool
		act   nn.Activation
		want  []float64 // six positions, of which the second example has two
		slope float64
	}{
		{false, nn.ReLU, []float64{0.830393250087811, 0.388583023402798, -1.77924274044186, -0.216787268846966,
			0.824827529189196, 0.390672096203502, -1.76614426882079, -0.216412470226046,
			0.748528126452237, 0.395465105793914, -1.77551673215534, -0.212228880315017,
			0.702609681615552, 0.397265903664272, -1.78821731196565, -0.209561802302006,
			0.721985399932739, 0.396544312462411, -1.78270509569287, -0.210704621279124,
			0.7454738768511, 0.395595779167576, -1.77631311027835, -0.212055830570989}, 0.188691533288678},
		{true, nn.GELU, []float64{0.0556329684715817, -5.00332423529552, 1.23366859331481, 4.68542142322769,
			0.271061099313112, -4.62767791185976, 0.921440541319168, 4.39023283072044,
			0.708896613194747, -4.29431010395211, 0.397699814189003, 4.19182724107091,
			1.25415850831181, -4.2792239411583, -0.151449618960119, 4.31825084029064,
			1.73861739986246, -4.45049341028758, -0.591774254234309, 4.60298711933545,
			2.06357329464705, -4.86270326839326, -0.810508207596389, 5.07156230865353}, -6.68839322853355},
	} {
		b := graph.New(nil)
		x := b.Input("x", 2, 4, 4)
		y := nn.TransformerEncoderBlock(b, "h", x, nn.TransformerOptions{Heads: 2, Hidden: 6, Activation: c.act, NormFirst: c.first,
			Dropout: .3, Lengths: b.ConstInts([]int{4, 2}, 2)})
		fill(t, b.Params())
		weights := graphtest.Wave(32, 31)
		clear(weights[24:])
		got, slopes := projected(t, b, y, weights, map[string][]float64{"x": graphtest.Wave(32, 30)})
		graphtest.Same(t, fmt.Sprint("encoder, norm first ", c.first), got[:24], c.want)
		hold(t, "encoder", map[string]float64{"x": slopes["x"]}, map[string]float64{"x": c.slope})
	}
}

// TestTransformerDecoderBlock holds the causal block with lengths of the memory, and its
// gradients, to what PyTorch's nn.TransformerDecoderLayer gives.
func TestTransformerDecoderBlock(t *testing.T) {
	for _, c := range []struct {
		first  bool
		act    nn.Activation
		want   []float64
		slopes map[string]float64
	}{
		{false, nn.ReLU, []float64{0.511054539960546, -1.60035224567285, -0.980437448830848, -0.429108593835632,
			0.50067067170275, -1.6109463054858, -0.974153096207801, -0.418500079352352,
			0.516149340212957, -1.58508320474079, -0.992744894834223, -0.437749172016916,
			0.531195476671783, -1.56339843721215, -1.00693535097969, -0.454088514470174,
			0.473533820731256, -1.90891640927939, -0.599349774688889, -0.114120713610932,
			0.465946171594087, -1.90586813617903, -0.60873464219431, -0.116864719334747,
			0.461590839329548, -1.90374215372593, -0.614746315290421, -0.119034337725295,
			0.462144141335581, -1.90337861520279, -0.615220061789759, -0.120068538901597},
			map[string]float64{"x": -0.358623605044636, "memory": -0.440011037864485,
				"h/attention/query/weight": 0.00355946462969281, "h/attention/key/weight": -0.0038346678962028, "h/attention/value/weight": 0.0177637490237404,
				"h/attention/query/bias": 0.00129110942630209, "h/attention/key/bias": 0, "h/attention/value/bias": 0.215211982216987,
				"h/attention/out/weight": -0.114490760537409, "h/attention/out/bias": -0.319490051554427,
				"h/memory/query/weight": -0.00173707115488922, "h/memory/key/weight": -0.00123953455764565, "h/memory/value/weight": -0.318553517477017,
				"h/memory/query/bias": -0.00173017285609367, "h/memory/key/bias": 0, "h/memory/value/bias": 0.360563497805826,
				"h/memory/out/weight": -0.821735092126315, "h/memory/out/bias": 0.371062937543916,
				"h/hidden/weight": 0.936888139564583, "h/hidden/bias": 0.395447960555341, "h/out/weight": 0.38069334505706, "h/out/bias": -0.474222569577567,
				"h/norm1/gain": -0.757098231031406, "h/norm1/bias": 0.3720034534346, "h/norm2/gain": -0.767065170343186, "h/norm2/bias": -1.16151095442767,
				"h/norm3/gain": -0.519854023208826, "h/norm3/bias": 2.51939585373643}},
		{true, nn.GELU, []float64{1.25775584003419, -6.14651871553981, 0.326134351129226, 6.06247748445253,
			1.41039827226065, -6.84388676389925, 0.353195985960217, 6.75287204750276,
			1.75153121985045, -7.58468124059581, 0.202957617824195, 7.53238129733186,
			2.19642598891107, -8.06847648219065, -0.117268444744682, 8.09869526911057,
			0.868393575823112, -9.35351058635801, 1.54190310695116, 8.95617913422238,
			1.17569991619897, -9.42506805837162, 1.25303633916461, 9.10217439146447,
			1.24666225372049, -9.67531760891655, 1.24656055521837, 9.35409268022484,
			1.07171851735658, -9.76409647235428, 1.44438162710983, 9.39189523172486},
			map[string]float64{"x": 5.54795433826374, "memory": -6.87860286895927,
				"h/attention/query/weight": -1.58319622875569, "h/attention/key/weight": 0.329401729528228, "h/attention/value/weight": 3.18187561703495,
				"h/attention/query/bias": -1.59301046580896, "h/attention/key/bias": 0, "h/attention/value/bias": 2.41153951473832,
				"h/attention/out/weight": 26.7190691176977, "h/attention/out/bias": 1.97988254023065,
				"h/memory/query/weight": 0.00368911791898375, "h/memory/key/weight": 0.000156687904767108, "h/memory/value/weight": -2.68694362077103,
				"h/memory/query/bias": 0.0101812185617056, "h/memory/key/bias": 0, "h/memory/value/bias": 6.00734608901005,
				"h/memory/out/weight": 4.84005749351647, "h/memory/out/bias": 1.97939384851752,
				"h/hidden/weight": 2.44187829319558, "h/hidden/bias": 5.98088551507347, "h/out/weight": -20.2003147708607, "h/out/bias": 2.51939585373643,
				"h/norm1/gain": -16.4179263203819, "h/norm1/bias": -1.69380375673339, "h/norm2/gain": 0.0181358950949103, "h/norm2/bias": -0.00445635908802253,
				"h/norm3/gain": -13.374604451272, "h/norm3/bias": -10.3933542713567}},
	} {
		b := graph.New(nil)
		x, memory := b.Input("x", 2, 4, 4), b.Input("memory", 2, 3, 4)
		y := nn.TransformerDecoderBlock(b, "h", x, memory, nn.TransformerOptions{Heads: 2, Hidden: 6, Activation: c.act, NormFirst: c.first,
			Dropout: .3, Causal: true, MemoryLengths: b.ConstInts([]int{1, 3}, 2)})
		fill(t, b.Params())
		got, slopes := projected(t, b, y, graphtest.Wave(32, 31), map[string][]float64{"x": graphtest.Wave(32, 30), "memory": graphtest.Wave(24, 33)})
		graphtest.Same(t, fmt.Sprint("decoder, norm first ", c.first), got, c.want)
		hold(t, "decoder", slopes, c.slopes)
	}
}

// TestTransformerGradients checks first and second derivatives of both blocks, with
// lengths of which one is 0, against differences.
func TestTransformerGradients(t *testing.T) {
	for _, first := range []bool{false, true} {
		b := graph.New(nil)
		x, memory := b.Input("x", 3, 2, 4), b.Input("memory", 3, 3, 2)
		o := nn.TransformerOptions{Heads: 2, KeyHeads: 1, Hidden: 3, Activation: nn.Tanh, NormFirst: first, Causal: true, RotaryBase: 30,
			Lengths: b.ConstInts([]int{1, 2, 0}, 3)}
		h := nn.TransformerEncoderBlock(b, "encoder", x, o)
		o.MemoryLengths = b.ConstInts([]int{0, 1, 3}, 3)
		y := nn.TransformerDecoderBlock(b, "decoder", h, memory, o)
		y = b.Mul(y, b.Const(graphtest.Wave(24, 7), 3, 2, 4))
		at := autograd.Point{Floats: map[string][]float64{"x": graphtest.Wave(24, 2), "memory": graphtest.Wave(18, 3)}}
		cost := b.Sum(b.Square(y))
		if err := autograd.Check(b, cost, at, autograd.CheckOptions{}); err != nil {
			t.Errorf("norm first %v: %v", first, err)
		}
		g, err := autograd.Gradients(cost, x, memory)
		if err != nil {
			t.Fatal(err)
		}
		slope := b.Add(b.Sum(b.Mul(g[0], b.Const(graphtest.Wave(24, 4), 3, 2, 4))), b.Sum(b.Mul(g[1], b.Const(graphtest.Wave(18, 5), 3, 3, 2))))
		if err := autograd.Check(b, slope, at, autograd.CheckOptions{}); err != nil {
			t.Errorf("norm first %v: second derivative: %v", first, err)
		}
	}
}

// TestTransformerDropout checks that a block drops in training alone.
func TestTransformerDropout(t *testing.T) {
	run := func(training bool, rate float64) []float64 {
		b := graph.New(graph.NewParams(graph.Float64, 1))
		b.SetTraining(training)
		x := b.Const(graphtest.Wave(24, 3), 1, 6, 4)
		return graphtest.Run(t, b, nil, nn.TransformerEncoderBlock(b, "h", x, nn.TransformerOptions{Heads: 2, Dropout: rate}))[0]
	}
	graphtest.Same(t, "outside of training", run(false, .5), run(false, 0))
	if a, b := run(true, .5), run(true, 0); fmt.Sprint(a) == fmt.Sprint(b) {
		t.Errorf("got %v with and without dropout", a)
	}
}

// TestTransformerWorkers checks that results and gradients in training, with dropout, have
// the same bits for any number of workers.
func TestTransformerWorkers(t *testing.T) {
	for _, dtype := range []graph.DType{graph.Float32, graph.Float64} {
		var first [][]float64
		for _, workers := range []int{1, 2, 3, 8} {
			b := graph.New(graph.NewParams(dtype, 1))
			b.SetTraining(true)
			x := b.Const(graphtest.Wave(4*24*32, 3), 4, 24, 32)
			y := nn.TransformerEncoderBlock(b, "h", x, nn.TransformerOptions{Heads: 4, Dropout: .2, Causal: true, Lengths: b.ConstInts([]int{24, 3, 17, 0}, 4)})
			g, err := autograd.Gradients(b.Mean(b.Square(y)), b.ParamNodes()...)
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.Compile(graph.Options{Outputs: append(gorgonia.Nodes{y}, g...), Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(); err != nil {
				t.Fatal(err)
			}
			var out [][]float64
			for i := range len(g) + 1 {
				out = append(out, graph.OutputOf[float64](p, i).Read(nil))
			}
			if first == nil {
				first = out
			}
			if !slices.EqualFunc(out, first, slices.Equal) {
				t.Errorf("%v: other bits with %d workers", dtype, workers)
			}
		}
	}
}

// finder tells whether a sequence of up to steps digits has a 7.
type finder struct {
	params *graph.Params
	steps  int
}

func (m finder) Params() *graph.Params { return m.params }

func (m finder) Loss(b *graph.Builder, n int) (cost, output *gorgonia.Node) {
	const features = 16
	digits, lengths, y := b.Ints("digits", n, m.steps), b.Ints("lengths", n), b.Ints("y", n)
	h := b.Take(b.Param("embedding", graph.Normal(0, 1), 10, features), digits)
	h = b.Add(h, nn.SinusoidalPositions(b, m.steps, features))
	h = nn.TransformerEncoderBlock(b, "block", h, nn.TransformerOptions{Heads: 2, Hidden: 32, Lengths: lengths})
	seen := b.Unsqueeze(nn.LengthMask(b, lengths, m.steps), 2)
	mean := b.Div(b.Sum(b.Mul(h, seen), 1), b.Sum(seen, 1)) // over the positions that there are
	output = nn.Dense(b, "out", mean, 2, nn.Identity)
	return loss.CrossEntropy(b, output, y), output
}

// A classifier of sequences of different lengths. What stands in the padding does not
// matter: here it is all sevens.
func ExampleTransformerEncoderBlock() {
	const n, steps = 200, 8
	var digits, lengths, classes []int
	for i := range n {
		length, class := 1+i%steps, 0
		for t := range steps {
			digit := (i*i + 3*t*i + 5*t) % 10
			switch {
			case t >= length:
				digit = 7
			case digit == 7:
				class = 1
			}
			digits = append(digits, digit)
		}
		lengths, classes = append(lengths, length), append(classes, class)
	}
	set, err := data.New(data.Field{Name: "digits", Shape: []int{steps}, Ints: digits},
		data.Field{Name: "lengths", Ints: lengths}, data.Field{Name: "y", Ints: classes, Classes: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	m := finder{graph.NewParams(graph.Float64, 1), steps}
	t, err := train.New(m, train.Options{Epochs: 30, Seed: 1, Schedule: schedule.Constant(0.01)})
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := t.Fit(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	losses := history.Losses()
	fmt.Println(losses[0] > 0.5, losses[len(losses)-1] < 0.01)
	// Output: true true
}

// Text is generated token by token: a step reads one token, and the keys and values of
// those before it.
func ExampleTransformerEncoderStep() {
	const words, features, room = 50, 16, 32
	o := nn.TransformerOptions{Heads: 4, Causal: true, NormFirst: true, RotaryBase: 10000}
	b := graph.New(nil) // with the Params of the trained model
	token := b.Ints("token", 1)
	h := b.Reshape(b.Take(b.Param("embedding", graph.Normal(0, 1), words, features), token), 1, 1, features)
	cache := nn.KeyValueCache{Keys: b.Input("keys", 1, 4, room, 4), Values: b.Input("values", 1, 4, room, 4), Position: b.Ints("position")}
	h, next := nn.TransformerEncoderStep(b, "block", h, cache, o)
	logits := nn.Dense(b, "out", nn.LayerNorm(b, "norm", h, nn.NormOptions{}), words, nn.Identity)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{logits, next.Keys, next.Values}})
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, values := make([]float64, 4*room*4), make([]float64, 4*room*4)
	text := []int{7} // the first token
	for position := range 5 {
		for _, err := range []error{graph.InputOf[int](p, "token").Set([]int{text[position]}), graph.InputOf[int](p, "position").Set([]int{position}),
			graph.InputOf[float64](p, "keys").Set(keys), graph.InputOf[float64](p, "values").Set(values), p.Run()} {
			if err != nil {
				fmt.Println(err)
				return
			}
		}
		keys, values = graph.OutputOf[float64](p, 1).Read(keys), graph.OutputOf[float64](p, 2).Read(values)
		scores := graph.OutputOf[float64](p, 0).Read(nil)
		text = append(text, slices.Index(scores, slices.Max(scores)))
	}
	fmt.Println(text)
	// Output: [7 28 7 25 9 33]
}
