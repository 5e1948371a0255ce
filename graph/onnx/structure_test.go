package onnx

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// TestStructure holds that a structure has no weights, and that it is no file for Read.
func TestStructure(t *testing.T) {
	var file bytes.Buffer
	of := Model{Params: graph.NewParams(graph.Float32, 1), Outputs: func(b *graph.Builder, n int) []*gorgonia.Node {
		return []*gorgonia.Node{b.Slice(b.Pad(nn.Dense(b, "out", b.Input("x", n, 300), 100, nn.Tanh), []int{0, 1}, []int{0, 1}, graph.PadReplicate), graph.All(), graph.Range(0, 50))}
	}}
	if err := Write(&file, of, Options{Metadata: map[string]string{"a": "text"}}); err != nil {
		t.Fatal(err)
	}
	m, err := Read(bytes.NewReader(file.Bytes()), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	b := m.Structure()
	if file.Len() < 4*300*100 || len(b) > 2000 {
		t.Errorf("got %d bytes of a file of %d, want at most 2000", len(b), file.Len())
	}
	if _, err := Read(bytes.NewReader(b), Limits{}); !errors.Is(err, graph.ErrUnsupported) {
		t.Errorf("Read of a structure: got %v, want ErrUnsupported", err)
	}
	again, err := ReadStructure(b, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if again.Params().Len() != 0 || len(again.Metadata) != 0 || again.Producer != m.Producer || again.Out[0].Op == "" {
		t.Errorf("got %d numbers, the metadata %v, the producer %q and the last operator %q, want none, none, %q and one", again.Params().Len(), again.Metadata, again.Producer, again.Out[0].Op, m.Producer)
	}
	if third := again.Structure(); !bytes.Equal(third, b) {
		t.Error("the structure of a structure is another one")
	}
	limited := graph.New(again.Params())
	limited.Params().Limit(1000)
	if again.Outputs(limited, 1); !errors.Is(limited.Err(), graph.ErrMemory) {
		t.Errorf("got %v from parameters beyond the limit, want ErrMemory", limited.Err())
	}
}

// TestStructureErrors refuses numbers that are not there and that no model file has.
func TestStructureErrors(t *testing.T) {
	entry := message(nil)
	entry.text(1, "location")
	entry.text(2, "params:")
	for name, kind := range map[string]kind{"integers": int64s, "unused floats": float} {
		var tensor, g, file message
		tensor.packed(1, []int{1 << 20})
		tensor.integer(2, int(kind))
		tensor.text(8, "w")
		tensor.bytes(13, entry)
		tensor.integer(14, 1)
		g.bytes(5, tensor)
		x := port{name: "x", kind: float, shape: []dim{{c: 1}}}
		g.bytes(11, x.proto())
		g.bytes(12, x.proto())
		file.integer(1, 8)
		file.bytes(7, g)
		if _, err := ReadStructure(file, Limits{}); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "got no numbers") {
			t.Errorf("%s: got %v, want ErrFormat, got no numbers", name, err)
		}
	}
}
