package workload

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/models"
)

// Spec is a model and how it is trained. Its text is
//
//	mlp:300-211-47-10,relu,batch=37,adam
//	cnn:3x32x32,8@5p2,pool2,16@3s2,64-10,batch=50
//	cnn:3x32x32,16@3p1n,16@3p1nr,32@3p1s2nr,mean,10
//	lstm:28x28,128,10,batch=64
//	gru:64x64,128,10,lengths
//	transformer:64x128,128-4-512-2,10
//
// mlp has the units of its layers, the input first. cnn has the images' channels
// x height x width, blocks channels@kernel, and the units of the layers after them.
// A block has its padding p, its stride s, n if it is batch-normalized and r if it is
// residual, in this order; a max pool may follow it. After the blocks mean leaves the
// mean of each channel. lstm and gru have steps x features, hidden units and outputs.
// transformer has steps x features, features within the model - heads - hidden units -
// blocks, and outputs. Options follow in any order. The activation of mlp and cnn is relu
// (the default), tanh or sigmoid. lengths gives the sequences of lstm and gru lengths of
// their own. mse stands for that loss instead of the softmax cross-entropy, always with
// one output. The optimizer is sgd (the default) or adam. batch= and rate= (0.01) are
// numbers; so is rows=, the examples that the batches go through (10 batches by default).
type Spec struct {
	Kind       string // "mlp", "cnn", "lstm", "gru" or "transformer"
	Sizes      []int  // units of the dense layers; of mlp with the input
	Image      [3]int // of cnn: channels, height, width
	Blocks     []models.ConvBlock
	GlobalPool bool // of cnn: the mean of each channel follows the blocks
	Steps, In  int  // of sequences
	Hidden     int  // units of lstm and gru, features within a transformer
	Lengths    bool // sequences have lengths of their own, see Length
	Heads      int  // of transformer
	Inner      int  // of transformer: hidden units of a block
	Layers     int  // of transformer: blocks
	Activation nn.Activation
	MSE        bool
	Adam       bool
	Batch      int
	Rows       int
	Rate       float64
	Text       string
}

// Workload is a Spec with a name.
type Workload struct {
	Name string
	Spec Spec
}

// Standard are the workloads W1 to W12.
func Standard() []Workload {
	text := []string{
		"mlp:1-1,mse,batch=100,rows=100,rate=0.1",
		"mlp:100-1,mse,batch=256,rows=99840",
		"mlp:2-16-1,tanh,mse,batch=32,rows=1024,rate=0.05",
		"mlp:784-128-10,batch=64,rows=6400",
		"mlp:784-512-512-10,batch=128,rows=6400,adam,rate=0.001",
		"cnn:1x28x28,6@5p2,pool2,16@5,pool2,120-84-10,batch=64,rows=1280",
		"lstm:28x28,128,10,batch=64,rows=1280",
		"mlp:1024-4096-4096-10,batch=256,rows=2048",
		resNet20,
		"transformer:64x128,128-4-512-4,10,batch=16,rows=160",
		"gru:64x64,128,10,lengths,batch=32,rows=320",
		"cnn:1x28x28,6@5p2n,pool2,16@5n,pool2,120-84-10,batch=128,rows=1280",
	}
	out := make([]Workload, len(text))
	for i, t := range text {
		s, err := Parse(t)
		if err != nil {
			panic(err) // the table above is wrong
		}
		out[i] = Workload{fmt.Sprint("W", i+1), s}
	}
	return out
}

// resNet20 is models.ResNet20 as text.
const resNet20 = "cnn:3x32x32,16@3p1n,16@3p1nr,16@3p1nr,16@3p1nr,32@3p1s2nr,32@3p1nr,32@3p1nr,64@3p1s2nr,64@3p1nr,64@3p1nr,mean,10,batch=32,rows=320"

// Parse reads a Spec from its text.
func Parse(text string) (Spec, error) {
	s := Spec{Text: text, Activation: nn.ReLU, Batch: 64, Rate: 0.01}
	kind, rest, _ := strings.Cut(text, ":")
	s.Kind = kind
	words := strings.Split(rest, ",")
	var shape []string
	for _, w := range words {
		known, err := s.option(w)
		if err != nil {
			return s, fmt.Errorf("workload %q: %w", text, err)
		}
		if !known {
			shape = append(shape, w)
		}
	}
	var err error
	switch kind {
	case "mlp":
		err = s.mlp(shape)
	case "cnn":
		err = s.cnn(shape)
	case "lstm", "gru":
		err = s.recurrent(shape)
	case "transformer":
		err = s.transformer(shape)
	default:
		err = fmt.Errorf("got the kind %q, want mlp, cnn, lstm, gru or transformer", kind)
	}
	if err == nil && s.Lengths && kind != "lstm" && kind != "gru" {
		err = fmt.Errorf("got lengths for the kind %q, want lstm or gru", kind)
	}
	if err != nil {
		return s, fmt.Errorf("workload %q: %w", text, err)
	}
	s.MSE = s.MSE || s.Out() == 1
	if s.Rows == 0 {
		s.Rows = 10 * s.Batch
	}
	if s.Batch < 1 || s.Rows < s.Batch || !(s.Rate > 0) {
		return s, fmt.Errorf("workload %q: got batches of %d from %d rows and the rate %v", text, s.Batch, s.Rows, s.Rate)
	}
	return s, nil
}

// option reads one option and says whether w is one.
func (s *Spec) option(w string) (known bool, err error) {
	key, value, _ := strings.Cut(w, "=")
	switch key {
	case "relu":
		s.Activation = nn.ReLU
	case "tanh":
		s.Activation = nn.Tanh
	case "sigmoid":
		s.Activation = nn.Sigmoid
	case "lengths":
		s.Lengths = true
	case "mse":
		s.MSE = true
	case "sgd":
		s.Adam = false
	case "adam":
		s.Adam = true
	case "batch":
		s.Batch, err = strconv.Atoi(value)
	case "rows":
		s.Rows, err = strconv.Atoi(value)
	case "rate":
		s.Rate, err = strconv.ParseFloat(value, 64)
	default:
		return false, nil
	}
	return true, err
}

func (s *Spec) mlp(shape []string) (err error) {
	if len(shape) != 1 {
		return fmt.Errorf("got %q, want units such as 784-128-10", shape)
	}
	s.Sizes, err = numbers(shape[0], "-")
	if err == nil && len(s.Sizes) < 2 {
		err = fmt.Errorf("got %q, want at least two numbers", shape[0])
	}
	return err
}

func (s *Spec) cnn(shape []string) error {
	if len(shape) < 3 {
		return fmt.Errorf("got %q, want an image, blocks and units", shape)
	}
	image, err := numbers(shape[0], "x")
	if err != nil || len(image) != 3 {
		return fmt.Errorf("got the image %q, want channels x height x width", shape[0])
	}
	s.Image = [3]int(image)
	blocks := shape[1 : len(shape)-1]
	if n := len(blocks) - 1; blocks[n] == "mean" {
		s.GlobalPool, blocks = true, blocks[:n]
	}
	for _, w := range blocks {
		if n := len(s.Blocks); strings.HasPrefix(w, "pool") && n > 0 {
			if s.Blocks[n-1].Pool, err = strconv.Atoi(w[4:]); err != nil {
				return err
			}
			continue
		}
		k, err := block(w)
		if err != nil {
			return err
		}
		s.Blocks = append(s.Blocks, k)
	}
	s.Sizes, err = numbers(shape[len(shape)-1], "-")
	return err
}

// block reads channels@kernel, p<padding>, s<stride>, n and r.
func block(w string) (k models.ConvBlock, err error) {
	bad := fmt.Errorf("got the block %q, want one such as 16@5p2s1nr", w)
	w, k.Residual = strings.CutSuffix(w, "r")
	w, k.BatchNorm = strings.CutSuffix(w, "n")
	out, rest, ok := strings.Cut(w, "@")
	if k.Channels, err = strconv.Atoi(out); err != nil || !ok {
		return k, bad
	}
	field := &k.Kernel
	for len(rest) > 0 {
		end := strings.IndexAny(rest, "ps")
		if end < 0 {
			end = len(rest)
		}
		if *field, err = strconv.Atoi(rest[:end]); err != nil {
			return k, bad
		}
		if rest = rest[end:]; rest != "" {
			field = &k.Pad
			if rest[0] == 's' {
				field = &k.Stride
			}
			rest = rest[1:]
		}
	}
	return k, nil
}

func (s *Spec) recurrent(shape []string) error {
	inner, err := s.sequence(shape, "hidden units", 1)
	if err == nil {
		s.Hidden = inner[0]
	}
	return err
}

func (s *Spec) transformer(shape []string) error {
	inner, err := s.sequence(shape, "features-heads-hidden-blocks", 4)
	if err == nil {
		s.Hidden, s.Heads, s.Inner, s.Layers = inner[0], inner[1], inner[2], inner[3]
	}
	return err
}

// sequence reads steps x features, so many numbers of the model, and outputs.
func (s *Spec) sequence(shape []string, what string, count int) (inner []int, err error) {
	if len(shape) != 3 {
		return nil, fmt.Errorf("got %q, want steps x features, %s, outputs", shape, what)
	}
	seq, err := numbers(shape[0], "x")
	if err != nil || len(seq) != 2 {
		return nil, fmt.Errorf("got the sequence %q, want steps x features", shape[0])
	}
	s.Steps, s.In = seq[0], seq[1]
	if inner, err = numbers(shape[1], "-"); err != nil || len(inner) != count {
		return nil, fmt.Errorf("got %q, want %s", shape[1], what)
	}
	s.Sizes, err = numbers(shape[2], "-")
	if err == nil && len(s.Sizes) != 1 {
		err = fmt.Errorf("got the outputs %q, want one number", shape[2])
	}
	return inner, err
}

func numbers(text, sep string) ([]int, error) {
	var out []int
	for _, w := range strings.Split(text, sep) {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("got %q in %q, want a number of at least 1", w, text)
		}
		out = append(out, n)
	}
	return out, nil
}

// Features is the number of elements of one example.
func (s Spec) Features() int {
	switch s.Kind {
	case "mlp":
		return s.Sizes[0]
	case "cnn":
		return s.Image[0] * s.Image[1] * s.Image[2]
	}
	return s.Steps * s.In
}

// Length is the number of steps that the sequence of a row has: with Lengths each from
// half of Steps on in turn, without them all.
func (s Spec) Length(row int) int {
	if !s.Lengths {
		return s.Steps
	}
	return max(1, s.Steps/2+row%(s.Steps-s.Steps/2))
}

// Out is the number of outputs.
func (s Spec) Out() int { return s.Sizes[len(s.Sizes)-1] }
