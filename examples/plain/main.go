// Plain is a program for gorgonia as one writes it without this module: its graph,
// its Grad and its solver. One line differs: the machine that runs the graph is
// compiled.
//
//	go run ./examples/plain
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/symgrad/symgrad/graph/machine"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run fits y = w·x to four points of y = 3x.
func run(w io.Writer) error {
	//docs:plain
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("x"), gorgonia.WithShape(4))
	y := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithName("y"), gorgonia.WithShape(4))
	slope := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("slope"), gorgonia.WithValue(0.0))

	e := gorgonia.Must(gorgonia.Sub(gorgonia.Must(gorgonia.Mul(x, slope)), y))
	mse := gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(e))))
	if _, err := gorgonia.Grad(mse, slope); err != nil {
		return err
	}
	if err := gorgonia.Let(x, tensor.New(tensor.WithBacking([]float64{1, 2, 3, 4}))); err != nil {
		return err
	}
	if err := gorgonia.Let(y, tensor.New(tensor.WithBacking([]float64{3, 6, 9, 12}))); err != nil {
		return err
	}
	vm := machine.New(g) // instead of gorgonia.NewTapeMachine(g, gorgonia.BindDualValues(slope))
	defer vm.Close()
	solver := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.05))
	for range 20 {
		if err := vm.RunAll(); err != nil {
			return err
		}
		if err := solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{slope})); err != nil {
			return err
		}
		vm.Reset()
	}
	//docs:end
	fmt.Fprintf(w, "y = %.3f x\n", slope.Value().Data())
	return nil
}
