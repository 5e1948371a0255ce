package imported_test

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/onnx"
	"github.com/symgrad/symgrad/models/imported"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// someFile is a model of somebody else: of four numbers it makes the scores of two classes.
func someFile() *bytes.Buffer {
	var file bytes.Buffer
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		h := nn.Dense(b, "body", b.Input("x", n, 4), 8, nn.Tanh)
		return []*gorgonia.Node{nn.Dense(b, "head", h, 2, nn.Identity)}
	}
	if err := onnx.Write(&file, onnx.Model{Params: graph.NewParams(graph.Float32, 1), Outputs: outputs}, onnx.Options{}); err != nil {
		log.Fatal(err)
	}
	return &file
}

// An ONNX file becomes a model file, which Open needs nothing else for.
func ExampleNew() {
	folder, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "model.safetensors")
	//docs:new
	file, err := onnx.Read(someFile(), onnx.Limits{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := imported.New(file, imported.Options{Loss: imported.CrossEntropy})
	if err != nil {
		log.Fatal(err)
	}
	if err := train.SaveModel(path, model, train.ModelFile{Classes: []string{"no", "yes"}}); err != nil {
		log.Fatal(err)
	}
	predictor, err := train.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	scores, err := predictor.PredictRows([]float64{1, 2, 3, 4})
	//docs:end
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(scores), predictor.Classes())
	// Output: 2 [no yes]
}
