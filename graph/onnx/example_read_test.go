package onnx_test

import (
	"bytes"
	"context"
	"fmt"
	"log"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

// someFile is a model of somebody else: of four numbers it makes two.
func someFile() *bytes.Buffer {
	var file bytes.Buffer
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		h := nn.Dense(b, "body", b.Input("x", n, 4), 8, nn.Tanh)
		return []*gorgonia.Node{b.Name("scores", nn.Dense(b, "head", h, 2, nn.Identity))}
	}
	err := onnx.Write(&file, onnx.Model{Params: graph.NewParams(graph.Float32, 1), Outputs: outputs}, onnx.Options{})
	if err != nil {
		log.Fatal(err)
	}
	return &file
}

// A model of somebody else, run for a batch of two.
func ExampleRead() {
	file := someFile()
	//docs:read
	model, err := onnx.Read(file, onnx.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	b := graph.New(model.Params())
	outputs := model.Outputs(b, 2)
	p, err := b.Compile(graph.Options{Outputs: outputs})
	if err != nil {
		log.Fatal(err)
	}
	if err := graph.InputOf[float32](p, "x").Set([]float32{1, 2, 3, 4, 5, 6, 7, 8}); err != nil {
		log.Fatal(err)
	}
	if err := p.Run(); err != nil {
		log.Fatal(err)
	}
	scores := graph.OutputOf[float32](p, 0).Read(nil)
	//docs:end
	fmt.Println(model.In[0].Name, model.In[0].Dims, model.Out[0].Name, model.Out[0].Dims, len(scores))
	// Output: x [N 4] scores [N 2] 4
}

// tuned is a model of a file, with a loss.
type tuned struct{ *onnx.Imported }

func (m tuned) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	output = m.Outputs(b, n)[0]
	return loss.MSE(b, output, b.Input("y", n, 2)), output
}

// A model of somebody else, of which the last layer is trained on.
func ExampleImported() {
	file := someFile()
	x := []float64{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}
	y := []float64{1, 0, 1, 0, 0, 1, 0, 1}
	//docs:tune
	model, err := onnx.Read(file, onnx.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	model.Params().Freeze("body/")
	set, err := data.XY(x, 4, y, 2)
	if err != nil {
		log.Fatal(err)
	}
	trainer, err := train.New(tuned{model}, train.Options{Epochs: 300, Schedule: schedule.Constant(0.05)})
	if err != nil {
		log.Fatal(err)
	}
	history, err := trainer.Fit(context.Background(), set)
	if err != nil {
		log.Fatal(err)
	}
	var out bytes.Buffer
	err = onnx.Write(&out, onnx.Model{Params: model.Params(), Outputs: model.Outputs}, onnx.Options{})
	//docs:end
	fmt.Println(err, history.Last().Loss < 0.01, out.Len() > 0)
	// Output: <nil> true true
}

// A file that is refused says which operator it is about.
func ExampleError_read() {
	_, err := onnx.Read(bytes.NewReader([]byte("no model")), onnx.Limits{})
	fmt.Println(err)
	// Output: onnx: Read: file: got bytes that are no protocol buffer: cannot parse reserved wire type
}
