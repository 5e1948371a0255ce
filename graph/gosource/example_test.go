package gosource_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/gosource"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"

	_ "github.com/symgrad/symgrad/models"
)

// folder returns a folder for an example, and removes it.
func folder() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

// A package of a function of nodes.
func ExampleWrite() {
	dir, remove := folder()
	defer remove()
	//docs:write
	params := graph.NewParams(graph.Float32, 1)
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		h := nn.Dense(b, "hidden", b.Input("x", n, 4), 16, nn.ReLU)
		return []*gorgonia.Node{b.Softmax(nn.Dense(b, "out", h, 3, nn.Identity))}
	}
	err := gosource.Write(filepath.Join(dir, "iris"), gosource.Model{Params: params, Outputs: outputs},
		gosource.Options{Package: "iris", Doc: "tells irises apart", Classes: []string{"setosa", "versicolor", "virginica"}})
	//docs:end
	files, _ := filepath.Glob(filepath.Join(dir, "iris", "*"))
	for _, f := range files {
		fmt.Println(filepath.Base(f), err)
	}
	// Output:
	// iris.bin <nil>
	// iris.go <nil>
	// iris_test.go <nil>
}

// A package of a model file, with its preprocessing and the names of its classes.
func ExampleWrite_predictor() {
	dir, remove := folder()
	defer remove()
	//docs:predictor
	predictor, err := train.Open("../../examples/open/iris.safetensors")
	if err != nil {
		fmt.Println(err)
		return
	}
	params, outputs := train.Function(predictor)
	o := gosource.Options{Package: "iris", Classes: predictor.Classes(), Recipe: predictor.Info().Recipe}
	for _, in := range predictor.Inputs() { // what the program takes, before the recipe
		o.Fields = append(o.Fields, data.FieldInfo{Name: in.Name, Shape: in.Shape, Integers: in.Integers, Columns: in.Columns, Scale: in.Scale, Shift: in.Shift}.Field())
	}
	err = gosource.Write(dir, gosource.Model{Params: params, Outputs: outputs}, o)
	//docs:end
	fmt.Println(err)
	// Output: <nil>
}

// What a program cannot have is an error with the operator and the line that called it.
func ExampleError() {
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		x := b.Input("x", n, 3)
		return []*gorgonia.Node{b.Add(x, b.Normal(3))}
	}
	_, err := gosource.Files(gosource.Model{Params: graph.NewParams(graph.Float32, 1), Outputs: outputs}, gosource.Options{})
	fmt.Println(err)
	// Output: gosource: Files: Normal (normal): got an operator without a counterpart in plain Go: its random numbers are those of a seed and a step (example_test.go:75)
}
