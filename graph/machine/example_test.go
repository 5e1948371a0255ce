package machine_test

import (
	"fmt"
	"log"

	"github.com/symgrad/symgrad/graph/machine"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A linear regression as a program of gorgonia's has it: only the machine is another.
func ExampleNew() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(4), gorgonia.WithName("x"), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{0, 1, 2, 3}))))
	y := gorgonia.NewVector(g, tensor.Float64, gorgonia.WithShape(4), gorgonia.WithName("y"), gorgonia.WithValue(tensor.New(tensor.WithBacking([]float64{1, 3, 5, 7}))))
	slope := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("slope"), gorgonia.WithValue(0.0))
	start := gorgonia.NewScalar(g, tensor.Float64, gorgonia.WithName("start"), gorgonia.WithValue(0.0))
	line := gorgonia.Must(gorgonia.Add(gorgonia.Must(gorgonia.Mul(x, slope)), start))
	cost := gorgonia.Must(gorgonia.Mean(gorgonia.Must(gorgonia.Square(gorgonia.Must(gorgonia.Sub(line, y))))))
	if _, err := gorgonia.Grad(cost, slope, start); err != nil {
		log.Fatal(err)
	}

	vm := machine.New(g) // was: gorgonia.NewTapeMachine(g)
	defer vm.Close()
	solver := gorgonia.NewVanillaSolver(gorgonia.WithLearnRate(0.1))
	for range 200 {
		if err := vm.RunAll(); err != nil {
			log.Fatal(err)
		}
		if err := solver.Step(gorgonia.NodesToValueGrads(gorgonia.Nodes{slope, start})); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("y = %.2f x + %.2f\n", slope.Value().Data(), start.Value().Data())
	// Output: y = 2.00 x + 1.00
}

// SoftMax and LogSoftMax of one node become one node in gorgonia.
func ExampleLint() {
	g := gorgonia.NewGraph()
	x := gorgonia.NewMatrix(g, tensor.Float64, gorgonia.WithShape(2, 3), gorgonia.WithName("x"))
	gorgonia.Must(gorgonia.SoftMax(x))
	for _, f := range machine.Lint(g) {
		fmt.Printf("%v: %s\n", f.Doubt, f.Reason)
	}
	// Output:
	// wrong value: gorgonia's softmax overflows where the largest element of a row is far from its first
	// may be merged: SoftMax and LogSoftMax of one operand are one node
}
