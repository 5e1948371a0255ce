package onnx

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// small are limits under which any file is read and built fast.
var small = Limits{Bytes: 1 << 16, Parts: 2000, Elements: 1 << 14, Known: 1 << 10, Depth: 12}

// seeds are models whose files a fuzzer changes.
var seeds = map[string]func(b *graph.Builder, n int) *gorgonia.Node{
	"perceptron": func(b *graph.Builder, n int) *gorgonia.Node {
		return b.Softmax(nn.Dense(b, "out", nn.Dense(b, "hidden", b.Input("x", n, 3), 4, nn.GELU), 2, nn.Identity))
	},
	"images": func(b *graph.Builder, n int) *gorgonia.Node {
		x := nn.BatchNorm(b, "bn", nn.Conv(b, "conv", b.Input("x", n, 1, 5, 5), nn.ConvOptions{Out: 2, Kernel: []int{3}}), nn.BatchNormOptions{})
		return nn.MaxPool(b, x, nn.PoolOptions{Kernel: []int{2}})
	},
	"sequence": func(b *graph.Builder, n int) *gorgonia.Node {
		y, _ := nn.Recurrent(b, "rnn", b.Input("x", 3, n, 2), nn.RecurrentOptions{Cell: nn.LSTM, Hidden: 2})
		return y
	},
	"tokens": func(b *graph.Builder, n int) *gorgonia.Node {
		x := nn.Embedding(b, "tokens", b.Ints("x", n, 3), nn.EmbeddingOptions{Count: 5, Dim: 4})
		return b.Mean(nn.LayerNorm(b, "norm", x, nn.NormOptions{}), 1)
	},
	"shapes": func(b *graph.Builder, n int) *gorgonia.Node {
		x := b.Input("x", n, 2, 3)
		y := b.Concat(1, b.Transpose(x, 0, 2, 1), b.Tile(b.Slice(x, graph.All(), graph.All(), graph.Range(0, 1)), 1, 1, 2))
		return b.Where(b.Greater(y, b.Scalar(0.5)), y, b.Pad(b.Slice(x, graph.All(), graph.All(), graph.Range(0, 2)), []int{0, 2, 0}, []int{0, 1, 0}, graph.PadReplicate))
	},
}

// seedFiles are the files of the seeds.
func seedFiles(t testing.TB) (files [][]byte) {
	for name, f := range seeds {
		var file bytes.Buffer
		of := Model{Params: graph.NewParams(graph.Float32, 1), Outputs: func(b *graph.Builder, n int) []*gorgonia.Node {
			return []*gorgonia.Node{f(b, n)}
		}}
		if err := Write(&file, of, Options{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		files = append(files, file.Bytes())
	}
	return files
}

// changed returns the file with some bytes changed, cut out or put in.
func changed(file []byte, r *rand.Rand) []byte {
	out := bytes.Clone(file)
	for range 1 + r.IntN(4) {
		i := r.IntN(len(out))
		switch r.IntN(4) {
		case 0:
			out[i] = byte(r.Uint32())
		case 1:
			out[i] ^= 1 << r.IntN(8)
		case 2:
			out = append(out[:i], out[min(len(out), i+1+r.IntN(4)):]...)
		case 3:
			out = bytes.Join([][]byte{out[:i], {byte(r.Uint32()), 0xff}, out[i:]}, nil)
		}
		if len(out) == 0 {
			return file
		}
	}
	return out
}

// readable reads, builds and compiles a file, and returns an error if that fails in another way
// than it may.
func readable(file []byte) error {
	m, err := Read(bytes.NewReader(file), small)
	if err == nil {
		if again, err := ReadStructure(m.Structure(), small); err != nil && !errors.Is(err, graph.ErrMemory) {
			return err
		} else if err == nil && len(again.graph.Held) != len(m.graph.Held) {
			return errors.New("got another number of parameters from the structure")
		}
	}
	if err := builds(m, err); err != nil {
		return err
	}
	return builds(ReadStructure(file, small))
}

// builds builds and compiles a model that was read with the error.
func builds(m *Imported, err error) error {
	if err == nil {
		for _, name := range m.Sizes() {
			if err := m.SetSize(name, 3); err != nil {
				return err
			}
		}
		b := graph.New(m.Params())
		b.Params().Limit(1 << 16)
		outputs := m.Outputs(b, max(1, m.Batch))
		if err = b.Err(); err == nil {
			if len(outputs) != len(m.Out) {
				return errors.New("got another number of outputs than the file has")
			}
			_, err = b.Compile(graph.Options{Outputs: outputs})
			return err
		}
	}
	if e := new(Error); !errors.As(err, &e) {
		return err
	}
	for _, kind := range []error{ErrFormat, graph.ErrUnsupported, graph.ErrMemory, graph.ErrShape, graph.ErrDType, graph.ErrOption, graph.ErrNotFinite} {
		if errors.Is(err, kind) {
			return nil
		}
	}
	return err
}

// TestChangedFiles reads files that are changed at random.
func TestChangedFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	n := 300
	if testing.Short() {
		n = 30
	}
	for _, file := range seedFiles(t) {
		for range n {
			bad := changed(file, r)
			if err := readable(bad); err != nil {
				t.Fatalf("%v\n%q", err, bad)
			}
		}
	}
}

// FuzzRead looks for bytes at which Read or what follows panics, runs long or fails without a kind.
func FuzzRead(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, file := range seedFiles(f) {
		f.Add(file)
		for range 5 {
			f.Add(changed(file, r))
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if err := readable(file); err != nil {
			t.Fatal(err)
		}
	})
}
