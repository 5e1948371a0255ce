package models_test

import (
	"fmt"

	"github.com/symgrad/symgrad/models"
)

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
