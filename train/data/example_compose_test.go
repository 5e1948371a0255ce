package data_test

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/train/data"
)

// Pictures of one patient are in one part: what is measured on the test part then holds for
// new patients.
func ExampleDataset_SplitGroups() {
	d, err := data.New(
		data.Field{Name: "x", Floats: []float64{1, 2, 3, 4, 5, 6}},
		data.Field{Name: "patient", Ints: []int{7, 7, 8, 8, 9, 9}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := d.SplitGroups("patient", 0.3, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	patient, _ := test.Field("patient")
	fmt.Println(train.Len(), test.Len(), patient.At(0, 0) == patient.At(1, 0))
	// Output: 4 2 true
}

// A row of two numbers becomes a row of three.
func ExampleDataset_Map() {
	d, err := data.XY([]float64{3, 4, 6, 8}, 2, []float64{0, 1}, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err = d.Map("x", []int{3}, func(out, in []float64) error {
		copy(out, in)
		out[2] = in[0] * in[1]
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := d.Field("x")
	fmt.Println(x.Shape, x.Floats)
	// Output: [3] [3 4 12 6 8 48]
}

// Images of other libraries often have their channels last, [height, width, channels]. Layers take
// [channels, height, width]: another Shape alone would mix up the pixels, so Map moves the numbers.
func ExampleDataset_Map_images() {
	const height, width, channels = 2, 2, 3
	red, blue := []float64{1, 0, 0}, []float64{0, 0, 1}
	image := slices.Concat(red, red, blue, blue) // a red row above a blue one
	d, err := data.New(data.Field{Name: "x", Shape: []int{height, width, channels}, Floats: image})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err = d.Map("x", []int{channels, height, width}, func(out, in []float64) error {
		for pixel := range height * width {
			for c := range channels {
				out[c*height*width+pixel] = in[pixel*channels+c]
			}
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := d.Field("x")
	fmt.Println(x.Shape, x.Floats)
	// Output: [3 2 2] [1 1 0 0 0 0 0 0 0 0 1 1]
}

// A recipe takes its numbers from the training part alone, and does the same to the test part.
func ExampleRecipe() {
	nan := math.NaN()
	train, err := data.New(
		data.Field{Name: "x", Shape: []int{2}, Floats: []float64{20, 1, 40, nan, 60, 5}, Columns: []string{"age", "visits"}, AllowNonFinite: true},
		data.Field{Name: "pet", Ints: []int{0, 1, 0}, Classes: 2, ClassNames: []string{"cat", "dog"}},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := data.New(
		data.Field{Name: "x", Shape: []int{2}, Floats: []float64{50, nan}, AllowNonFinite: true},
		data.Field{Name: "pet", Ints: []int{1}, Classes: 2},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := data.Recipe{Steps: []data.Step{
		&data.Impute{Field: "x", Indicator: true},
		&data.MinMax{Field: "x"},
		&data.OneHotEncoder{Field: "pet"},
		&data.Join{Fields: []string{"x", "pet"}},
	}}
	if err := r.Fit(train); err != nil {
		fmt.Println(err)
		return
	}
	if test, err = r.Apply(test); err != nil {
		fmt.Println(err)
		return
	}
	x, _ := test.Field("x")
	fmt.Printf("%q\n%v\n", x.Columns, x.Floats)
	// Output:
	// ["age" "visits" "visits missing" "pet=cat" "pet=dog"]
	// [0.75 0.5 1 0 1]
}
