package onnx_test

import (
	"bytes"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// A file of functions of nodes.
func ExampleWrite() {
	var file bytes.Buffer
	//docs:write
	params := graph.NewParams(graph.Float32, 1)
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		x := b.Input("pixels", n, 1, 28, 28)
		h := nn.MaxPool(b, nn.Conv(b, "conv", x, nn.ConvOptions{Out: 8, Kernel: []int{3}}), nn.PoolOptions{Kernel: []int{2}})
		y := nn.Dense(b, "out", b.Flatten(h, 1, -1), 10, nn.Identity)
		return []*gorgonia.Node{b.Name("digits", b.Softmax(y))}
	}
	err := onnx.Write(&file, onnx.Model{Params: params, Outputs: outputs}, onnx.Options{Doc: "which digit a picture shows"})
	//docs:end
	fmt.Println(err, file.Len() > 10_000)
	// Output: <nil> true
}

// A file of a model that was trained, with the names of its classes and its preprocessing.
func ExampleWrite_predictor() {
	model, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{8}, Out: 2})
	if err == nil {
		err = train.Build(model)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	predictor, err := train.NewPredictor(model, train.ModelFile{Classes: []string{"no", "yes"}}, train.PredictorOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	//docs:predictor
	metadata, err := train.Metadata(predictor.Info())
	if err != nil {
		fmt.Println(err)
		return
	}
	params, outputs := train.Function(predictor)
	err = onnx.Write(&file, onnx.Model{Params: params, Outputs: outputs}, onnx.Options{Float32: true, Metadata: metadata})
	//docs:end
	fmt.Println(err, bytes.Contains(file.Bytes(), []byte(`["no","yes"]`)))
	// Output: <nil> true
}

// What a file cannot have is an error with the operator and the line that called it.
func ExampleError() {
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		x := b.Input("x", n, 3)
		return []*gorgonia.Node{b.Add(x, b.Normal(3))}
	}
	err := onnx.Write(&bytes.Buffer{}, onnx.Model{Params: graph.NewParams(graph.Float32, 1), Outputs: outputs}, onnx.Options{})
	fmt.Println(err)
	// Output: onnx: Write: Normal (normal): got an operator that has no counterpart in opset 17: ONNX has no random numbers that a seed and a step determine (example_test.go:65)
}
