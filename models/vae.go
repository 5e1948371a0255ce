package models

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// VAEOptions are the settings of a VAE.
type VAEOptions struct {
	In         int           // features, ≥ 1
	Hidden     []int         // units of the encoder's hidden layers, each ≥ 1; the decoder has them in reverse
	Code       int           // numbers of a code, ≥ 1
	Binary     bool          // the features are in [0, 1], as pixels: each is a probability
	Beta       float64       // weight of the divergence of the codes, > 0; 0: 1
	Activation nn.Activation // of the hidden layers; the zero value is replaced by ReLU
	Dropout    float64       // rate after each hidden layer, in [0, 1)
	DType      graph.DType   // the zero value is Float64
	Seed       uint64        // of the first weights
}

// VAE is a variational autoencoder (Kingma and Welling 2014). The encoder makes a normal
// distribution of codes for each example, with mean μ and variance σ² of each number. A
// code z = μ + σ·ε is drawn from it, and the decoder makes the example again. Codes of all
// examples together become standard normal, so that Sample can draw new examples.
//
// The input "x" is [N, In]. The loss is the mean over the examples of
//
//	−log p(x|z) + Beta·KL(N(μ, σ²) ‖ N(0, 1)),  KL = ½·Σ(μ² + σ² − ln σ² − 1)
//
// where −log p(x|z) is the sum over the features of the binary cross-entropy with Binary,
// else of half the squared error. With Beta = 1 it is the negative evidence lower bound, up
// to a constant; other numbers make a β-VAE (Higgins et al. 2017). Codes are drawn in
// evaluation too, by Options.Seed of the Trainer.
//
// The output is what the decoder makes of μ, without a draw: [N, In]. The parameters are
// those of MLP under "encoder", whose last layer has the columns of μ and then of ln σ²,
// and "decoder".
type VAE struct {
	o VAEOptions
	p *graph.Params
}

// NewVAE returns a VAE with fresh weights.
//
// Errors: ErrOption for settings that are out of range.
func NewVAE(o VAEOptions) (*VAE, error) {
	o.Activation = activationOf(o.Activation)
	if o.Beta == 0 {
		o.Beta = 1
	}
	err := o.coder().check()
	if err == nil && (!(o.Beta > 0) || math.IsInf(o.Beta, 0)) {
		err = mistake.Optionf("got the weight Beta %v, want a finite number above 0", o.Beta)
	}
	if err != nil {
		return nil, fail("NewVAE", err)
	}
	return &VAE{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// coder are encoder and decoder.
func (o VAEOptions) coder() AutoencoderOptions {
	return AutoencoderOptions{o.In, o.Hidden, o.Code, o.Binary, o.Activation, o.Dropout, o.DType, o.Seed}
}

// Params returns the weights and biases.
func (m *VAE) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, a mean over the examples, and
// the output.
func (m *VAE) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := b.Input("x", n, m.o.In)
	mean, logVariance := m.Encode(b, x)
	noise := b.Mul(b.Exp(b.Scale(logVariance, 0.5)), b.Normal(n, m.o.Code))
	y := m.o.coder().decoded(b, b.Add(mean, noise))
	var distance *gorgonia.Node
	if m.o.Binary {
		distance = b.Sum(loss.BCEWithLogits(b, y, x, loss.BCEWithLogitsOptions{Reduction: loss.Each}), -1)
	} else {
		distance = b.Scale(b.Sum(loss.MSE(b, y, x, loss.Each), -1), 0.5)
	}
	divergence := b.Sum(b.Sub(b.Add(b.Square(mean), b.Exp(logVariance)), b.AddConst(logVariance, 1)), -1)
	return loss.MeanOf(b, b.Add(distance, b.Scale(divergence, m.o.Beta/2)), nil), m.Decode(b, mean)
}

// Encode returns mean and logarithm of the variance of the codes of examples x: [N, In];
// results: [N, Code].
func (m *VAE) Encode(b *graph.Builder, x *gorgonia.Node) (mean, logVariance *gorgonia.Node) {
	y := m.o.coder().encoded(b, x, 2*m.o.Code)
	return b.Slice(y, graph.All(), graph.Range(0, m.o.Code)), b.Slice(y, graph.All(), graph.Range(m.o.Code, 2*m.o.Code))
}

// Decode returns the examples that codes stand for: [N, Code]; result: [N, In].
func (m *VAE) Decode(b *graph.Builder, code *gorgonia.Node) *gorgonia.Node {
	o := m.o.coder()
	return o.features(b, o.decoded(b, code))
}

// Sample returns n examples, row-major, that the decoder makes of codes drawn from the
// standard normal distribution. The same weights and seed give the same examples.
//
// Errors: ErrOption for n < 1.
func (m *VAE) Sample(n int, seed uint64) ([]float64, error) {
	out, err := m.sample(n, seed)
	if err != nil {
		return nil, fail("VAE.Sample", err)
	}
	return out, nil
}

func (m *VAE) sample(n int, seed uint64) ([]float64, error) {
	if err := atLeastOne(count{n, "examples"}); err != nil {
		return nil, err
	}
	b := graph.New(m.p)
	m.Loss(b, 1) // makes the parameters of a model that is not built
	b.SetSeed(seed)
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{m.Decode(b, b.Normal(n, m.o.Code))}})
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		return nil, err
	}
	return graph.OutputOf[float64](p, 0).Read(nil), nil
}
