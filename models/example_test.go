package models_test

import (
	"fmt"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
)

// A perceptron with one hidden layer, and its parameters.
func Example() {
	m, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{16}, Out: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := train.Build(m); err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range m.Params().List() {
		fmt.Println(p.Name, p.Shape)
	}
	// Output:
	// dense0/weight [4 16]
	// dense0/bias [16]
	// dense1/weight [16 3]
	// dense1/bias [3]
}

// A linear regression solved in closed form.
func ExampleLinReg_Solve() {
	m, err := models.NewLinReg(models.LinRegOptions{In: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := m.Solve([]float64{0, 1, 2, 3}, []float64{1, 3, 5, 7}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("y = %.3f x + %.3f\n", m.Params().Values("weight")[0], m.Params().Values("bias")[0])
	// Output: y = 2.000 x + 1.000
}
