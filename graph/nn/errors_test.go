package nn_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// mistake is something that users do wrong, with the kind that errors.Is must find.
type mistake struct {
	name string
	kind error
	do   func(b *graph.Builder)
}

// mistakes are calls that do not fit, and names that are used twice.
var mistakes = []mistake{
	{"convolution of other channels", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 5, 3, 3), nn.Windowing{})
	}},
	{"kernel larger than the image", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 4, 4), b.Param("w", graph.Zeros(), 4, 3, 5, 5), nn.Windowing{})
	}},
	{"stride of 0", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), nn.Windowing{Stride: []int{0}})
	}},
	{"negative padding", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), nn.Windowing{Pad: []int{-1}})
	}},
	{"dilation of 0", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), nn.Windowing{Dilation: []int{0, 1}})
	}},
	{"pool larger than the image", graph.ErrShape, func(b *graph.Builder) {
		nn.MaxPool(b, b.Input("x", 2, 3, 4, 4), nn.PoolOptions{Kernel: []int{5}})
	}},
	{"pool of a matrix", graph.ErrShape, func(b *graph.Builder) { nn.AvgPool(b, b.Input("x", 4, 4), nn.PoolOptions{Kernel: []int{2}}) }},
	{"recurrence over a matrix", graph.ErrShape, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 3), nn.RecurrentOptions{Hidden: 5})
	}},
	{"recurrence without units", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 2, 4, 3), nn.RecurrentOptions{})
	}},
	{"attention of other depths", graph.ErrShape, func(b *graph.Builder) {
		nn.Attention(b, b.Input("q", 4, 8), b.Input("k", 5, 7), b.Input("v", 5, 8), nil)
	}},
	{"dropout rate of 1.5", graph.ErrOption, func(b *graph.Builder) { nn.Dropout(b, b.Input("x", 2), 1.5) }},
	{"channels dropped from a vector", graph.ErrShape, func(b *graph.Builder) { nn.SpatialDropout(b, b.Input("x", 2), 0.5) }},
	{"rate of 1", graph.ErrOption, func(b *graph.Builder) { nn.SpatialDropout(b, b.Input("x", 2, 3), 1) }},
	{"path of a scalar", graph.ErrShape, func(b *graph.Builder) { nn.DropPath(b, b.Input("x"), 0.5) }},
	{"negative rate", graph.ErrOption, func(b *graph.Builder) { nn.AlphaDropout(b, b.Input("x", 2), -0.5) }},
	{"negative noise", graph.ErrOption, func(b *graph.Builder) { nn.GaussianNoise(b, b.Input("x", 2), -1) }},
	{"noise without bound", graph.ErrOption, func(b *graph.Builder) { nn.GaussianDropout(b, b.Input("x", 2), math.NaN()) }},
	{"embedding without rows", graph.ErrOption, func(b *graph.Builder) {
		nn.Embedding(b, "words", b.Ints("index", 2), nn.EmbeddingOptions{Dim: 3})
	}},
	{"embedding without features", graph.ErrOption, func(b *graph.Builder) {
		nn.Embedding(b, "words", b.Ints("index", 2), nn.EmbeddingOptions{Count: 5})
	}},
	{"embedding of floats", graph.ErrDType, func(b *graph.Builder) {
		nn.Embedding(b, "words", b.Input("x", 2), nn.EmbeddingOptions{Count: 5, Dim: 3})
	}},
	{"padding that is no row", graph.ErrOption, func(b *graph.Builder) {
		nn.Embedding(b, "words", b.Ints("index", 2), nn.EmbeddingOptions{Count: 5, Dim: 3, Padding: new(-1)})
	}},
	{"padding of floats", graph.ErrDType, func(b *graph.Builder) { nn.Lookup(b, b.Input("w", 5, 3), b.Input("x", 2), new(1)) }},
	{"lookup in a scalar", graph.ErrShape, func(b *graph.Builder) { nn.Lookup(b, b.Input("w"), b.Ints("index", 2), nil) }},
	{"embeddings of another size", graph.ErrShape, func(b *graph.Builder) {
		nn.Embedding(b, "words", b.Ints("index", 2), nn.EmbeddingOptions{Count: 5, Dim: 3})
		nn.Embedding(b, "words", b.Ints("more", 2), nn.EmbeddingOptions{Count: 5, Dim: 4})
	}},
	{"bags that are a list", graph.ErrShape, func(b *graph.Builder) {
		nn.EmbeddingBag(b, "bags", b.Ints("index", 2), nn.EmbeddingBagOptions{Count: 5, Dim: 3})
	}},
	{"mode of bags that is none", graph.ErrOption, func(b *graph.Builder) {
		nn.EmbeddingBag(b, "bags", b.Ints("index", 2, 4), nn.EmbeddingBagOptions{Count: 5, Dim: 3, BagOptions: nn.BagOptions{Mode: 7}})
	}},
	{"factors of a mean", graph.ErrOption, func(b *graph.Builder) {
		nn.EmbeddingBag(b, "bags", b.Ints("index", 2, 4), nn.EmbeddingBagOptions{Count: 5, Dim: 3, BagOptions: nn.BagOptions{Factors: b.Input("factors", 2, 4)}})
	}},
	{"factors of other bags", graph.ErrShape, func(b *graph.Builder) {
		nn.LookupBags(b, b.Input("w", 5, 3), b.Ints("index", 2, 4), nn.BagOptions{Mode: nn.BagSum, Factors: b.Input("factors", 2, 3)})
	}},
	{"lengths of other bags", graph.ErrShape, func(b *graph.Builder) {
		nn.LookupBags(b, b.Input("w", 5, 3), b.Ints("index", 2, 4), nn.BagOptions{Lengths: b.Ints("lengths", 3)})
	}},
	{"lengths of bags that are floats", graph.ErrDType, func(b *graph.Builder) {
		nn.LookupBags(b, b.Input("w", 5, 3), b.Ints("index", 2, 4), nn.BagOptions{Lengths: b.Input("lengths", 2)})
	}},
	{"form of other batches", graph.ErrShape, func(b *graph.Builder) {
		nn.Bilinear(b, "form", b.Input("x", 2, 3), b.Input("y", 4, 3), nn.BilinearOptions{Out: 2})
	}},
	{"form without features", graph.ErrOption, func(b *graph.Builder) {
		nn.Bilinear(b, "form", b.Input("x", 2, 3), b.Input("y", 2, 3), nn.BilinearOptions{})
	}},
	{"form of another weight", graph.ErrShape, func(b *graph.Builder) {
		nn.BilinearForm(b, b.Input("x", 2, 3), b.Input("y", 2, 4), b.Input("w", 5, 4, 3))
	}},
	{"weight that is normed later", graph.ErrOption, func(b *graph.Builder) {
		other := graph.New(b.Params())
		nn.Linear(other, "h", other.Input("x", 2, 3), nn.LinearOptions{Out: 2})
		nn.Linear(b, "h", b.Input("x", 2, 3), nn.LinearOptions{Out: 2, WeightNorm: true})
	}},
	{"weight that is divided later", graph.ErrOption, func(b *graph.Builder) {
		other := graph.New(b.Params())
		nn.Linear(other, "h", other.Input("x", 2, 3), nn.LinearOptions{Out: 2})
		nn.Linear(b, "h", b.Input("x", 2, 3), nn.LinearOptions{Out: 2, SpectralNorm: true})
	}},
	{"weight with two norms", graph.ErrOption, func(b *graph.Builder) {
		nn.Linear(b, "h", b.Input("x", 2, 3), nn.LinearOptions{Out: 2, WeightNorm: true, SpectralNorm: true})
	}},
	{"spectral norm of zeros", graph.ErrOption, func(b *graph.Builder) {
		nn.Conv(b, "h", b.Input("x", 2, 3, 4), nn.ConvOptions{Out: 2, Kernel: []int{2}, SpectralNorm: true, Weight: graph.Zeros()})
	}},
	{"spectral norm of a vector", graph.ErrShape, func(b *graph.Builder) {
		nn.SpectralNorm(b, b.Input("w", 3), b.Input("u", 3), b.Input("v", 1), 0)
	}},
	{"singular vectors of another matrix", graph.ErrShape, func(b *graph.Builder) {
		nn.SpectralNorm(b, b.Input("w", 3, 2, 2), b.Input("u", 2), b.Input("v", 4), 1)
	}},
	{"transposed convolution of a vector", graph.ErrShape, func(b *graph.Builder) {
		nn.ConvTranspose(b, "conv", b.Input("x", 4), nn.ConvOptions{Out: 2, Kernel: []int{2}})
	}},
	{"transposed convolution in groups that do not fit", graph.ErrShape, func(b *graph.Builder) {
		nn.ConvTranspose(b, "conv", b.Input("x", 1, 4, 4), nn.ConvOptions{Out: 3, Kernel: []int{2}, Windowing: nn.Windowing{Groups: 2}})
	}},
	{"layer without features", graph.ErrOption, func(b *graph.Builder) { nn.Linear(b, "out", b.Input("x", 2, 3), nn.LinearOptions{}) }},
	{"convolution without channels", graph.ErrOption, func(b *graph.Builder) {
		nn.Conv(b, "conv", b.Input("x", 2, 3, 8, 8), nn.ConvOptions{Kernel: []int{3}})
	}},
	{"groups that do not divide the channels", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 1, 3, 3), nn.Windowing{Groups: 2})
	}},
	{"strides for other axes", graph.ErrShape, func(b *graph.Builder) {
		nn.Convolve(b, b.Input("x", 2, 3, 8, 8), b.Param("w", graph.Zeros(), 4, 3, 3, 3), nn.Windowing{Stride: []int{1, 1, 1}})
	}},
	{"pool with groups", graph.ErrOption, func(b *graph.Builder) {
		nn.MaxPool(b, b.Input("x", 2, 3, 4, 4), nn.PoolOptions{Kernel: []int{2}, Windowing: nn.Windowing{Groups: 3}})
	}},
	{"pool with a stride of 0", graph.ErrShape, func(b *graph.Builder) {
		nn.MaxPool(b, b.Input("x", 2, 3, 4, 4), nn.PoolOptions{Kernel: []int{2}, Windowing: nn.Windowing{Stride: []int{0}}})
	}},
	{"pool with much padding", graph.ErrShape, func(b *graph.Builder) {
		nn.AvgPool(b, b.Input("x", 2, 3, 4, 4), nn.PoolOptions{Kernel: []int{2}, Windowing: nn.Windowing{Pad: []int{2}}})
	}},
	{"mean of a matrix's pixels", graph.ErrShape, func(b *graph.Builder) { nn.GlobalAvgPool(b, b.Input("x", 4, 4)) }},
	{"patches of a matrix", graph.ErrShape, func(b *graph.Builder) { nn.Patches(b, b.Input("x", 4, 4), nn.PatchOptions{Kernel: []int{2}}) }},
	{"image from patches of a matrix", graph.ErrShape, func(b *graph.Builder) {
		nn.FromPatches(b, b.Input("x", 4, 4), []int{4}, nn.PatchOptions{Kernel: []int{2}})
	}},
	{"image from patches of no pixel", graph.ErrShape, func(b *graph.Builder) {
		nn.FromPatches(b, b.Input("x", 1, 4, 4), []int{4}, nn.PatchOptions{Kernel: []int{0}})
	}},
	{"image smaller than its patches", graph.ErrShape, func(b *graph.Builder) {
		nn.FromPatches(b, b.Input("x", 1, 4, 4), []int{1}, nn.PatchOptions{Kernel: []int{2}})
	}},
	{"patches of part of a kernel", graph.ErrShape, func(b *graph.Builder) {
		nn.FromPatches(b, b.Input("x", 1, 3, 3), []int{4}, nn.PatchOptions{Kernel: []int{2}})
	}},
	{"resize to nothing given", graph.ErrOption, func(b *graph.Builder) { nn.Resize(b, b.Input("x", 1, 2, 4), nn.ResizeOptions{}) }},
	{"resize to no pixel", graph.ErrShape, func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 2, 4), nn.ResizeOptions{Size: []int{-1}})
	}},
	{"grid of other axes", graph.ErrShape, func(b *graph.Builder) {
		nn.GridSample(b, b.Input("x", 1, 2, 4, 4), b.Input("grid", 1, 3, 3, 3), nn.GridOptions{Mode: nn.ResizeLinear, Pad: nn.GridZeros})
	}},
	{"grid of other maps", graph.ErrShape, func(b *graph.Builder) { nn.AffineGrid(b, b.Input("theta", 2, 3), []int{2, 2}, false) }},
	{"pixels of other channels", graph.ErrShape, func(b *graph.Builder) { nn.PixelShuffle(b, b.Input("x", 1, 3, 2, 2), 2) }},
	{"channels of other pixels", graph.ErrShape, func(b *graph.Builder) { nn.PixelUnshuffle(b, b.Input("x", 1, 1, 3, 3), 2) }},
	{"shuffle of other groups", graph.ErrShape, func(b *graph.Builder) { nn.ChannelShuffle(b, b.Input("x", 1, 3, 2), 2) }},
	{"state of an unknown cell", graph.ErrOption, func(b *graph.Builder) {
		w := nn.CellWeights{Input: b.Input("w", 3, 4), Hidden: b.Input("u", 4, 4)}
		nn.CellStep(b, 99, b.Input("x", 2, 3), nn.State{H: b.Input("h", 2, 4)}, w)
	}},
	{"unrolling a matrix", graph.ErrShape, func(b *graph.Builder) {
		nn.Unroll(b, nn.TanhRNN, b.Input("x", 2, 3), nn.State{H: b.Input("h", 2, 4)}, nn.CellWeights{}, nn.UnrollOptions{})
	}},
	{"queries that are a vector", graph.ErrShape, func(b *graph.Builder) {
		nn.Attention(b, b.Input("q", 8), b.Input("k", 5, 8), b.Input("v", 5, 8), nil)
	}},
	{"eps of 0", graph.ErrOption, func(b *graph.Builder) { nn.Standardize(b, b.Input("x", 2, 3), 0, 1) }},
	{"batch of one value", graph.ErrShape, func(b *graph.Builder) {
		nn.BatchNorm(b, "norm", b.Input("x", 1, 3), nn.BatchNormOptions{NoRunning: true})
	}},
	{"batch of a vector", graph.ErrShape, func(b *graph.Builder) {
		nn.BatchNorm(b, "norm", b.Input("x", 3), nn.BatchNormOptions{})
	}},
	{"instance norm of a vector", graph.ErrShape, func(b *graph.Builder) { nn.InstanceNorm(b, "norm", b.Input("x", 3), nn.InstanceNormOptions{}) }},
	{"instance norm of one pixel", graph.ErrShape, func(b *graph.Builder) {
		b.SetTraining(true)
		nn.InstanceNorm(b, "norm", b.Input("x", 2, 3, 1), nn.InstanceNormOptions{Running: true})
	}},
	{"momentum of no statistics", graph.ErrOption, func(b *graph.Builder) {
		nn.BatchNorm(b, "norm", b.Input("x", 2, 3, 4), nn.BatchNormOptions{NoRunning: true, Momentum: .2})
	}},
	{"momentum without statistics", graph.ErrOption, func(b *graph.Builder) {
		nn.InstanceNorm(b, "norm", b.Input("x", 2, 3, 4), nn.InstanceNormOptions{Momentum: .2})
	}},
	{"largest of a matrix's pixels", graph.ErrShape, func(b *graph.Builder) { nn.GlobalMaxPool(b, b.Input("x", 4, 4)) }},
	{"groups of other channels", graph.ErrShape, func(b *graph.Builder) {
		nn.GroupNorm(b, "norm", b.Input("x", 1, 3, 2), 2, nn.NormOptions{})
	}},
	{"momentum of 2", graph.ErrOption, func(b *graph.Builder) {
		nn.RunningStats(b, b.Input("x", 4, 3), nn.Moments{Mean: b.Input("mean", 3), Variance: b.Input("variance", 3)}, 2)
	}},
	{"pool of the power 0", graph.ErrOption, func(b *graph.Builder) { nn.LPPool(b, b.Input("x", 1, 1, 4), 0, nn.PoolOptions{Kernel: []int{2}}) }},
	{"alpha of 0", graph.ErrOption, func(b *graph.Builder) { nn.CELU(b, b.Input("x", 3), 0) }},
	{"slopes of other channels", graph.ErrShape, func(b *graph.Builder) { nn.SlopedReLU(b, b.Input("x", 2, 3), b.Input("slope", 2)) }},
	{"gate of an odd axis", graph.ErrShape, func(b *graph.Builder) { nn.GLU(b, b.Input("x", 3), 0) }},
	{"mask of too many elements", graph.ErrShape, func(b *graph.Builder) { nn.CausalMask(b, 1<<24) }},
	{"normalization over no channels", graph.ErrOption, func(b *graph.Builder) {
		nn.LocalResponseNorm(b, b.Input("x", 2, 3), nn.LocalResponseOptions{Size: -1, Alpha: 1, Beta: 1, K: 1})
	}},
	{"resize by two settings", graph.ErrOption, func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 2, 4), nn.ResizeOptions{Size: []int{2}, Scale: []float64{2}})
	}},
	{"sizes for other axes", graph.ErrShape, func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 2, 4), nn.ResizeOptions{Size: []int{2, 2}})
	}},
	{"corners of nearest pixels", graph.ErrOption, func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 2, 4), nn.ResizeOptions{Size: []int{2}, AlignCorners: true})
	}},
	{"unknown resize mode", graph.ErrOption, func(b *graph.Builder) {
		nn.Resize(b, b.Input("x", 1, 2, 4), nn.ResizeOptions{Mode: 9, Size: []int{2}})
	}},
	{"points by the mean of windows", graph.ErrOption, func(b *graph.Builder) {
		nn.GridSample(b, b.Input("x", 1, 2, 4), b.Input("grid", 1, 3, 1), nn.GridOptions{Mode: nn.ResizeArea})
	}},
	{"unknown grid padding", graph.ErrOption, func(b *graph.Builder) {
		nn.GridSample(b, b.Input("x", 1, 2, 4), b.Input("grid", 1, 3, 1), nn.GridOptions{Pad: 9})
	}},
	{"patches with groups", graph.ErrOption, func(b *graph.Builder) {
		nn.Patches(b, b.Input("x", 1, 2, 4), nn.PatchOptions{Kernel: []int{2}, Windowing: nn.Windowing{Groups: 2}})
	}},
	{"largest elements inside only", graph.ErrOption, func(b *graph.Builder) {
		nn.MaxPool(b, b.Input("x", 1, 2, 4), nn.PoolOptions{Kernel: []int{2}, InsideOnly: true})
	}},
	{"unknown activation", graph.ErrOption, func(b *graph.Builder) { nn.Activate(b, 99, b.Input("x", 2)) }},
	{"layer of an unknown activation", graph.ErrOption, func(b *graph.Builder) { nn.Dense(b, "out", b.Input("x", 2, 3), 4, 99) }},
	{"layer of a scalar", graph.ErrShape, func(b *graph.Builder) { nn.Dense(b, "out", b.Scalar(1), 4, nn.ReLU) }},
	{"layer without a name", graph.ErrOption, func(b *graph.Builder) { nn.Dense(b, "", b.Input("x", 2, 3), 4, nn.ReLU) }},
	{"initializer of a bias that is left out", graph.ErrOption, func(b *graph.Builder) {
		nn.Linear(b, "out", b.Input("x", 2, 3), nn.LinearOptions{Out: 2, NoBias: true, Bias: graph.Ones()})
	}},
	{"layer of images that are a matrix", graph.ErrShape, func(b *graph.Builder) {
		nn.Conv(b, "conv", b.Input("x", 8, 8), nn.ConvOptions{Out: 2, Kernel: []int{3}})
	}},
	{"layer of groups that do not divide", graph.ErrShape, func(b *graph.Builder) {
		nn.Conv(b, "conv", b.Input("x", 2, 3, 8, 8), nn.ConvOptions{Out: 2, Kernel: []int{3}, Windowing: nn.Windowing{Groups: 2}})
	}},
	{"layer of a kernel for other axes", graph.ErrShape, func(b *graph.Builder) {
		nn.Conv(b, "conv", b.Input("x", 2, 3, 8, 8), nn.ConvOptions{Out: 2, Kernel: []int{3, 3, 3}})
	}},
	{"layer of a large kernel", graph.ErrShape, func(b *graph.Builder) {
		nn.Conv(b, "conv", b.Input("x", 2, 3, 4, 4), nn.ConvOptions{Out: 2, Kernel: []int{5}})
	}},
	{"unknown cell", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Cell: 9, Hidden: 5})
	}},
	{"LSTM without a cell state", graph.ErrOption, func(b *graph.Builder) {
		w := nn.CellWeights{Input: b.Input("w", 3, 16), Hidden: b.Input("u", 4, 16)}
		nn.CellStep(b, nn.LSTM, b.Input("x", 2, 3), nn.State{H: b.Input("h", 2, 4)}, w)
	}},
	{"sequences of another batch than their lengths", graph.ErrShape, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Lengths: b.Ints("lengths", 4)})
	}},
	{"lengths that are numbers", graph.ErrDType, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Lengths: b.Input("lengths", 2)})
	}},
	{"lengths of steps that are a matrix", graph.ErrShape, func(b *graph.Builder) { nn.LengthMask(b, b.Ints("lengths", 2, 3), 4) }},
	{"mask of no steps", graph.ErrShape, func(b *graph.Builder) { nn.LengthMask(b, b.Ints("lengths", 2), 0) }},
	{"batch first without steps", graph.ErrShape, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 0, 3), nn.RecurrentOptions{Hidden: 5, BatchFirst: true})
	}},
	{"projection of a GRU", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Cell: nn.GRU, Hidden: 5, Projection: 2})
	}},
	{"projection to less than nothing", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Projection: -2})
	}},
	{"projection of one step of a GRU", graph.ErrOption, func(b *graph.Builder) {
		w := nn.CellWeights{Input: b.Input("w", 3, 12), Hidden: b.Input("u", 4, 12), Projection: b.Input("p", 4, 4)}
		nn.CellStep(b, nn.GRU, b.Input("x", 2, 3), nn.State{H: b.Input("h", 2, 4)}, w)
	}},
	{"cell state of a GRU", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Cell: nn.GRU, Hidden: 5, Initial: []nn.State{{C: b.Input("c", 2, 5)}}})
	}},
	{"initial states of other layers", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Bidirectional: true, Initial: make([]nn.State, 1)})
	}},
	{"initial state of other units", graph.ErrShape, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Initial: []nn.State{{H: b.Input("h", 2, 4)}}})
	}},
	{"cell state that is a vector", graph.ErrShape, func(b *graph.Builder) {
		w := nn.CellWeights{Input: b.Input("w", 3, 16), Hidden: b.Input("u", 2, 16), Projection: b.Input("p", 4, 2)}
		nn.CellStep(b, nn.LSTM, b.Input("x", 2, 3), nn.State{H: b.Input("h", 2, 2), C: b.Input("c", 2)}, w)
	}},
	{"dropout behind one layer", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Dropout: .5})
	}},
	{"dropout of all that layers return", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Layers: 2, Dropout: 1})
	}},
	{"step of a sequence", graph.ErrShape, func(b *graph.Builder) {
		nn.RecurrentStep(b, "rnn", b.Input("x", 4, 2, 3), nil, nn.RecurrentOptions{Hidden: 5})
	}},
	{"step in both directions", graph.ErrOption, func(b *graph.Builder) {
		nn.RecurrentStep(b, "rnn", b.Input("x", 2, 3), nil, nn.RecurrentOptions{Hidden: 5, Bidirectional: true})
	}},
	{"step with lengths", graph.ErrOption, func(b *graph.Builder) {
		nn.RecurrentStep(b, "rnn", b.Input("x", 2, 3), nil, nn.RecurrentOptions{Hidden: 5, Lengths: b.Ints("lengths", 2)})
	}},
	{"step with initial states twice", graph.ErrOption, func(b *graph.Builder) {
		nn.RecurrentStep(b, "rnn", b.Input("x", 2, 3), nil, nn.RecurrentOptions{Hidden: 5, Initial: []nn.State{{}}})
	}},
	{"step of other layers", graph.ErrOption, func(b *graph.Builder) {
		nn.Recurrent(b, "rnn", b.Input("x", 4, 2, 3), nn.RecurrentOptions{Hidden: 5, Layers: 2})
		nn.RecurrentStep(b, "rnn", b.Input("now", 2, 3), nil, nn.RecurrentOptions{Hidden: 5})
	}},
	{"norm with a negative eps", graph.ErrOption, func(b *graph.Builder) { nn.LayerNorm(b, "norm", b.Input("x", 2, 3), nn.NormOptions{Eps: -1}) }},
	{"norm of a scalar", graph.ErrShape, func(b *graph.Builder) { nn.RMSNorm(b, "norm", b.Scalar(1), nn.NormOptions{}) }},
	{"moments of other channels", graph.ErrShape, func(b *graph.Builder) {
		two, three := b.Input("two", 2), b.Input("three", 3)
		nn.BatchNormFixed(b, b.Input("x", 4, 3), nn.Moments{Mean: two, Variance: three}, three, three, 1e-5)
	}},
	{"slopes of a vector", graph.ErrShape, func(b *graph.Builder) { nn.PReLU(b, "act", b.Input("x", 3), nn.PReLUOptions{}) }},

	{"attention of a mask that is larger than the scores", graph.ErrShape, func(b *graph.Builder) {
		x := b.Input("x", 4, 8)
		nn.Attention(b, x, x, x, b.Input("mask", 2, 4, 4))
	}},
	{"padding mask of lengths on two axes", graph.ErrShape, func(b *graph.Builder) { nn.PaddingMask(b, b.Ints("lengths", 2, 1), 4) }},
	{"padding mask of no steps", graph.ErrShape, func(b *graph.Builder) { nn.PaddingMask(b, b.Ints("lengths", 2), 0) }},
	{"attention of no heads", graph.ErrOption, attending(nn.MultiHeadOptions{})},
	{"attention of heads that do not divide the features", graph.ErrOption, attending(nn.MultiHeadOptions{Heads: 3})},
	{"attention of heads of keys that do not divide the heads", graph.ErrOption, attending(nn.MultiHeadOptions{Heads: 4, KeyHeads: 3})},
	{"attention of a negative number of features", graph.ErrOption, attending(nn.MultiHeadOptions{Heads: 2, KeyDim: -1})},
	{"attention that turns an odd number of features", graph.ErrOption, attending(nn.MultiHeadOptions{Heads: 2, KeyDim: 3, RotaryBase: 100})},
	{"attention of dropout 1", graph.ErrOption, attending(nn.MultiHeadOptions{Heads: 2, Dropout: 1})},
	{"attention without queries", graph.ErrShape, func(b *graph.Builder) {
		x := b.Input("x", 5, 8)
		nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2})
	}},
	{"attention to keys of other examples", graph.ErrShape, func(b *graph.Builder) {
		x, m := b.Input("x", 2, 5, 8), b.Input("memory", 3, 5, 8)
		nn.MultiHeadAttention(b, "att", x, m, m, nn.MultiHeadOptions{Heads: 2})
	}},
	{"attention to keys without values", graph.ErrShape, func(b *graph.Builder) {
		x, v := b.Input("x", 2, 5, 8), b.Input("values", 2, 6, 8)
		nn.MultiHeadAttention(b, "att", x, x, v, nn.MultiHeadOptions{Heads: 2})
	}},
	{"causal attention to more keys than queries", graph.ErrShape, func(b *graph.Builder) {
		x, m := b.Input("x", 2, 5, 8), b.Input("memory", 2, 6, 8)
		nn.MultiHeadAttention(b, "att", x, m, m, nn.MultiHeadOptions{Heads: 2, Causal: true})
	}},
	{"attention of a mask for examples alone", graph.ErrShape, func(b *graph.Builder) {
		x := b.Input("x", 2, 5, 8)
		nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2, Mask: b.Input("mask", 2, 1, 5)})
	}},
	{"attention of lengths for other examples", graph.ErrShape, func(b *graph.Builder) {
		x := b.Input("x", 2, 5, 8)
		nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2, KeyLengths: b.Ints("lengths", 3)})
	}},
	{"one name for attention of two numbers of heads", graph.ErrOption, func(b *graph.Builder) {
		x := b.Input("x", 2, 5, 8)
		nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 2})
		nn.MultiHeadAttention(b, "att", x, x, x, nn.MultiHeadOptions{Heads: 4})
	}},
	{"step of attention that is not causal", graph.ErrOption, stepping(nn.MultiHeadOptions{Heads: 2}, 2, 1, 8)},
	{"step of attention with a mask", graph.ErrOption, func(b *graph.Builder) {
		stepping(nn.MultiHeadOptions{Heads: 2, Causal: true, Mask: b.Input("mask", 1, 4)}, 2, 1, 8)(b)
	}},
	{"step of two positions", graph.ErrShape, stepping(nn.MultiHeadOptions{Heads: 2, Causal: true}, 2, 2, 8)},
	{"step with a cache of other heads", graph.ErrShape, stepping(nn.MultiHeadOptions{Heads: 4, Causal: true}, 2, 1, 8)},
	{"step with a cache of other features of values", graph.ErrShape, stepping(nn.MultiHeadOptions{Heads: 2, ValueDim: 3, Causal: true}, 2, 1, 8)},
	{"step with positions for other examples", graph.ErrShape, func(b *graph.Builder) {
		cache := nn.KeyValueCache{Keys: b.Input("keys", 2, 2, 6, 4), Values: b.Input("values", 2, 2, 6, 4), Position: b.Ints("position", 3)}
		nn.MultiHeadAttentionStep(b, "att", b.Input("x", 2, 1, 8), cache, nn.MultiHeadOptions{Heads: 2, Causal: true})
	}},
	{"positions of no steps", graph.ErrShape, func(b *graph.Builder) { nn.SinusoidalPositions(b, 0, 4) }},
	{"learned positions of no features", graph.ErrShape, func(b *graph.Builder) { nn.LearnedPositions(b, "positions", 4, 0) }},
	{"rotation of an odd number of features", graph.ErrShape, func(b *graph.Builder) { nn.Rotary(b, b.Input("x", 2, 3), nn.RotaryOptions{}) }},
	{"rotation by a negative base", graph.ErrOption, func(b *graph.Builder) { nn.Rotary(b, b.Input("x", 2, 4), nn.RotaryOptions{Base: -1}) }},
	{"rotation of steps without positions", graph.ErrOption, func(b *graph.Builder) { nn.Rotary(b, b.Input("x", 2, 4), nn.RotaryOptions{Steps: 9}) }},
	{"rotation at positions without steps", graph.ErrOption, func(b *graph.Builder) {
		nn.Rotary(b, b.Input("x", 2, 4), nn.RotaryOptions{Positions: b.Ints("positions", 2)})
	}},
	{"rotation at other positions than there are", graph.ErrShape, func(b *graph.Builder) {
		nn.Rotary(b, b.Input("x", 2, 4), nn.RotaryOptions{Positions: b.Ints("positions", 3), Steps: 9})
	}},
	{"block of a matrix", graph.ErrShape, func(b *graph.Builder) {
		nn.TransformerEncoderBlock(b, "block", b.Input("x", 5, 8), nn.TransformerOptions{Heads: 2})
	}},
	{"block of heads that do not divide the features", graph.ErrOption, blockOf(nn.TransformerOptions{Heads: 3})},
	{"block of a negative number of hidden units", graph.ErrOption, blockOf(nn.TransformerOptions{Heads: 2, Hidden: -1})},
	{"block of an unknown activation", graph.ErrOption, blockOf(nn.TransformerOptions{Heads: 2, Activation: 99})},
	{"block of dropout 1", graph.ErrOption, blockOf(nn.TransformerOptions{Heads: 2, Dropout: 1})},
	{"block of an encoder with lengths of a memory", graph.ErrOption, func(b *graph.Builder) {
		blockOf(nn.TransformerOptions{Heads: 2, MemoryLengths: b.Ints("lengths", 2)})(b)
	}},
	{"step of a block with lengths", graph.ErrOption, func(b *graph.Builder) {
		cache := nn.KeyValueCache{Keys: b.Input("keys", 2, 2, 6, 4), Values: b.Input("values", 2, 2, 6, 4), Position: b.Ints("position")}
		nn.TransformerEncoderStep(b, "block", b.Input("x", 2, 1, 8), cache, nn.TransformerOptions{Heads: 2, Causal: true, Lengths: b.Ints("lengths", 2)})
	}},
	{"one name for blocks of two orders of norms", graph.ErrOption, func(b *graph.Builder) {
		x := b.Input("x", 2, 5, 8)
		nn.TransformerEncoderBlock(b, "block", x, nn.TransformerOptions{Heads: 2})
		nn.TransformerEncoderBlock(b, "block", x, nn.TransformerOptions{Heads: 2, NormFirst: true})
	}},
	{"decoder of a memory of other examples", graph.ErrShape, func(b *graph.Builder) {
		nn.TransformerDecoderBlock(b, "block", b.Input("x", 2, 5, 8), b.Input("memory", 3, 5, 8), nn.TransformerOptions{Heads: 2})
	}},
	{"sequence of layers without a name", graph.ErrOption, func(b *graph.Builder) { nn.Sequential(b, "", b.Input("x", 2, 3)) }},
	{"sequence with a layer that is nil", graph.ErrOption, func(b *graph.Builder) {
		nn.Sequential(b, "net", b.Input("x", 2, 3), (*graph.Builder).Tanh, nil)
	}},
	{"mistake of a layer in a sequence", graph.ErrOption, func(b *graph.Builder) {
		nn.Sequential(b, "net", b.Input("x", 2, 3), func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.Dense(b, "h", x, 0, nn.ReLU) })
	}},
	{"residual of another shape", graph.ErrShape, func(b *graph.Builder) {
		nn.Residual(b, b.Input("x", 2, 3), func(b *graph.Builder, x *gorgonia.Node) *gorgonia.Node { return nn.Dense(b, "h", x, 4, nn.ReLU) })
	}},
	{"residual of nothing", graph.ErrOption, func(b *graph.Builder) { nn.Residual(b, b.Input("x", 2, 3), nil) }},

	{"one name for layers of two widths", graph.ErrShape, func(b *graph.Builder) {
		nn.Dense(b, "h", b.Input("x", 2, 3), 4, nn.ReLU)
		nn.Dense(b, "h", b.Input("y", 2, 5), 4, nn.ReLU)
	}},
	{"one name for layers of two output widths", graph.ErrShape, func(b *graph.Builder) {
		x := b.Input("x", 2, 3)
		nn.Linear(b, "h", x, nn.LinearOptions{Out: 4})
		nn.Linear(b, "h", x, nn.LinearOptions{Out: 5})
	}},
	{"one name for two kinds of layer", graph.ErrOption, func(b *graph.Builder) {
		nn.LayerNorm(b, "h", b.Input("x", 2, 3), nn.NormOptions{})
		nn.Linear(b, "h", b.Input("y", 2, 3), nn.LinearOptions{Out: 3})
	}},
	{"one name for two activations", graph.ErrOption, func(b *graph.Builder) {
		nn.Dense(b, "h", b.Input("x", 2, 3), 4, nn.ReLU)
		nn.Dense(b, "h", b.Input("y", 2, 3), 4, nn.Tanh)
	}},
	{"one name for two cells", graph.ErrOption, func(b *graph.Builder) {
		x := b.Input("x", 4, 2, 3)
		nn.Recurrent(b, "h", x, nn.RecurrentOptions{Cell: nn.TanhRNN, Hidden: 5})
		nn.Recurrent(b, "h", x, nn.RecurrentOptions{Cell: nn.ReLURNN, Hidden: 5})
	}},
	{"one name with and without a bias", graph.ErrOption, func(b *graph.Builder) {
		x := b.Input("x", 2, 3)
		nn.Linear(b, "h", x, nn.LinearOptions{Out: 4})
		nn.Linear(b, "h", x, nn.LinearOptions{Out: 4, NoBias: true})
	}},
	{"one name without and with a bias", graph.ErrOption, func(b *graph.Builder) {
		x := b.Input("x", 2, 3)
		b.Scope("net", func() {
			nn.Linear(b, "h", x, nn.LinearOptions{Out: 4, NoBias: true})
			nn.Linear(b, "h", x, nn.LinearOptions{Out: 4})
		})
	}},
	{"one name for a parameter and a layer", graph.ErrOption, func(b *graph.Builder) {
		b.Param("h/weight", graph.Zeros(), 3, 4)
		nn.Linear(b, "h", b.Input("x", 2, 3), nn.LinearOptions{Out: 4})
	}},
	{"one name for a layer and a parameter", graph.ErrOption, func(b *graph.Builder) {
		nn.Linear(b, "h", b.Input("x", 2, 3), nn.LinearOptions{Out: 4})
		b.Param("h/weight", graph.Zeros(), 3, 4)
	}},
	{"layer of another width than the parameters have", graph.ErrShape, func(b *graph.Builder) {
		first := graph.New(b.Params())
		nn.Linear(first, "h", first.Input("x", 2, 3), nn.LinearOptions{Out: 4})
		nn.Linear(b, "h", b.Input("x", 2, 5), nn.LinearOptions{Out: 4})
	}},
}

// attending makes self-attention with the settings.
func attending(o nn.MultiHeadOptions) func(b *graph.Builder) {
	return func(b *graph.Builder) {
		x := b.Input("x", 2, 5, 8)
		nn.MultiHeadAttention(b, "att", x, x, x, o)
	}
}

// stepping makes a step of attention with the settings for x of a shape, with a cache of
// two heads of four features.
func stepping(o nn.MultiHeadOptions, shape ...int) func(b *graph.Builder) {
	return func(b *graph.Builder) {
		cache := nn.KeyValueCache{Keys: b.Input("keys", 2, 2, 6, 4), Values: b.Input("values", 2, 2, 6, 4), Position: b.Ints("position")}
		nn.MultiHeadAttentionStep(b, "att", b.Input("x", shape...), cache, o)
	}
}

// blockOf makes a block of an encoder with the settings.
func blockOf(o nn.TransformerOptions) func(b *graph.Builder) {
	return func(b *graph.Builder) { nn.TransformerEncoderBlock(b, "block", b.Input("x", 2, 5, 8), o) }
}

// TestMistakes holds what each mistake is answered with to a golden file. All are at the
// line of the call in this file.
func TestMistakes(t *testing.T) {
	var list []golden.Mistake
	for _, m := range mistakes {
		list = append(list, golden.Mistake{Name: m.name, Kind: m.kind, Do: func(t *testing.T) error {
			b := graph.New(nil)
			m.do(b)
			var oe *graph.OpError
			if err := b.Err(); !errors.As(err, &oe) || !strings.HasPrefix(oe.At, "errors_test.go:") {
				t.Errorf("got %v, want an OpError at this file", err)
			}
			return b.Err()
		}})
	}
	text := strings.ReplaceAll(golden.Errors(t, list), fmt.Sprint("at most ", op.MaxElements), "at most MaxElements")
	golden.Check(t, "testdata/errors.golden", text)
}
