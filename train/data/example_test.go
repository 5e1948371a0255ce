package data_test

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/train/data"
)

// One epoch over a table: read it, look the fields up once, copy batch by batch.
func Example() {
	d, err := data.ReadCSV(strings.NewReader("width,length,kind\n1,2,leaf\n3,4,stem\n5,6,leaf\n"),
		data.CSVOptions{Target: []string{"kind"}, Labels: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := d.Rows("x")
	if err != nil {
		fmt.Println(err)
		return
	}
	y, err := d.Rows("y")
	if err != nil {
		fmt.Println(err)
		return
	}
	batches, err := data.NewBatches(d.Len(), 2, false, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	inputs, labels := make([]float32, 2*x.Size()), make([]int, 2*y.Size())
	for index, ok := batches.Next(); ok; index, ok = batches.Next() {
		in, out := inputs[:len(index)*x.Size()], labels[:len(index)]
		if err := x.F32(in, index); err != nil {
			fmt.Println(err)
			return
		}
		if err := y.Ints(out, index); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(index, in, out)
	}
	// Output:
	// [0 1] [1 2 3 4] [0 1]
	// [2] [5 6] [0]
}

// Fit the scaler to the training part only, then apply it to both.
func ExampleScaler() {
	d, err := data.Iris()
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := d.SplitStratified(0.2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	var s data.Scaler
	if err := s.Fit(train); err != nil {
		fmt.Println(err)
		return
	}
	if test, err = s.Apply(test); err != nil {
		fmt.Println(err)
		return
	}
	x, _ := test.Field("x")
	fmt.Println(train.Len(), test.Len(), x.Columns[0], test.ClassCounts())
	// Output: 120 30 sepal length (cm) [10 10 10]
}

// An error names the line, the column and what stands there.
func ExampleReadCSV_error() {
	_, err := data.ReadCSV(strings.NewReader("a,b\n1,2\n3,four\n"), data.CSVOptions{})
	fmt.Println(err)
	// Output: data: csv:3: column 2 ("b"): got "four", want a number
}

// The split that published results use.
func ExampleReferenceSplit() {
	d, err := data.Digits()
	if err != nil {
		fmt.Println(err)
		return
	}
	train, test, err := data.ReferenceSplit("digits")
	if err != nil {
		fmt.Println(err)
		return
	}
	part, err := d.Subset(test)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(train), part.Len(), part.Classes())
	// Output: 1422 375 10
}
