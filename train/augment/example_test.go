package augment_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
)

// A model learns from digits that are moved, turned and noisy, anew in each epoch.
func Example() {
	digits, err := data.Digits()
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := digits.Field("x")
	y, _ := digits.Field("y")
	x.Shape, x.Columns, x.Scale = []int{1, 8, 8}, nil, 1.0/16 // images
	set, err := data.New(x, y)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := models.NewMLP(models.MLPOptions{In: 64, Hidden: []int{32}, Out: 10, DType: graph.Float32})
	if err != nil {
		fmt.Println(err)
		return
	}
	//docs:augment
	t, err := train.New(model, train.Options{Epochs: 3, Augment: augment.Fields{
		"x": {augment.Shift{Pixels: 1}, augment.Rotate{Degrees: 10}, augment.Noise{Sigma: 0.05}},
	}})
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	history, err := t.Fit(context.Background(), set)
	if err != nil {
		fmt.Println(err)
		return
	}
	loss := history.Losses()
	fmt.Println("the loss falls:", loss[2] < loss[0])
	// Output: the loss falls: true
}

// A change of one's own: some images are darker.
func ExampleFunc() {
	darker := augment.Func(func(x *augment.Example) {
		by := 1 - 0.5*x.Uniform()
		for i := range x.Values {
			x.Values[i] *= by
		}
	})
	f := data.Field{Name: "x", Shape: []int{1, 2, 2}, Floats: []float64{8, 6, 4, 2}}
	p, err := augment.NewPipeline(f, false, []augment.Transform{darker, augment.Flip{Horizontal: 1}}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := []float64{8, 6, 4, 2}
	p.F64(batch, []int{0}, 0)
	fmt.Printf("%.2f\n", batch)
	// Output: [4.56 6.07 1.52 3.04]
}
