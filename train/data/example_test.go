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
	// Output: 120 30 sepal length [10 10 10]
}

// An error names the line, the column and what stands there.
func ExampleReadCSV_error() {
	_, err := data.ReadCSV(strings.NewReader("a,b\n1,2\n3,four\n"), data.CSVOptions{})
	fmt.Println(err)
	// Output: data: csv:3: column 2 ("b"): got "four", want a number
}

// Columns of text become numbers, and a second table gets the same ones.
func ExampleReadCSVPlan() {
	const train = "species,island,bill_mm,sex\nAdelie,Biscoe,39.1,male\nGentoo,Biscoe,NA,female\nAdelie,Dream,40.3,\n"
	d, plan, err := data.ReadCSVPlan(strings.NewReader(train), data.CSVOptions{
		Target: []string{"species"}, Labels: true,
		Columns:   map[string]data.CSVColumn{"island": {Kind: data.OneHot}},
		Drop:      []string{"sex"},
		OnMissing: data.KeepMissing,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := d.Field("x")
	fmt.Println(x.Columns, x.Floats)
	fmt.Print(plan)

	inputs, err := plan.Without("y") // new data has no species
	if err != nil {
		fmt.Println(err)
		return
	}
	fresh, err := inputs.Read(strings.NewReader("island,bill_mm\nDream,38.5\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ = fresh.Field("x")
	fmt.Println(x.Floats)
	// Output:
	// [island=Biscoe island=Dream bill_mm] [1 0 39.1 1 0 NaN 0 1 40.3]
	// 3 rows
	// column   field  kind      missing  categories
	// species  y      Category  0        Adelie 2, Gentoo 1
	// island   x      OneHot    0        Biscoe 2, Dream 1
	// bill_mm  x      Number    1
	// sex      -      LeftOut   -
	// [0 1 38.5]
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

// Pixels stay bytes in memory. A batch gets them scaled.
func ExampleField() {
	d, err := data.New(
		data.Field{Name: "x", Shape: []int{1, 2, 2}, Bytes: []uint8{0, 51, 102, 255, 255, 0, 0, 255}, Scale: 1.0 / 255},
		data.Field{Name: "y", Bytes: []uint8{1, 0}, Classes: 2},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := d.Rows("x")
	if err != nil {
		fmt.Println(err)
		return
	}
	batch := make([]float32, 2*x.Size())
	fmt.Println(x.F32(batch, []int{1, 0}), batch)
	// Output: <nil> [1 0 0 1 0 0.2 0.4 1]
}

// Windows of five characters, one beginning at each character.
func ExampleVocabulary_Windows() {
	text := "to be or not to be"
	v, err := data.NewVocabulary(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := v.Windows(text, data.WindowOptions{Length: 5, Step: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := d.Rows("x")
	y, _ := d.Rows("y")
	in, out := make([]int, 5), make([]int, 5)
	fmt.Println(x.Ints(in, []int{3}), y.Ints(out, []int{3}))
	before, _ := v.Decode(in)
	after, _ := v.Decode(out)
	fmt.Printf("%d windows of %d classes: %q, then %q\n", d.Len(), d.Classes(), before, after)
	// Output:
	// <nil> <nil>
	// 13 windows of 7 classes: "be or", then "e or "
}

// Sequences of different lengths, for a recurrent layer with lengths.
func ExampleSequences() {
	x, lengths, err := data.Sequences("x", [][]float64{{1, 2, 3}, {4}}, data.SequenceOptions{Step: []int{1}})
	fmt.Println(x.Shape, x.Floats, lengths.Ints, err)
	// Output: [3 1] [1 2 3 4 0 0] [3 1] <nil>
}

// Where the files are not found, the error says how to get them.
func ExampleFashionMNIST() {
	train, test, err := data.FashionMNIST("")
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := train.Field("x")
	fmt.Println(train.Len(), test.Len(), x.Shape) // 60000 10000 [1 28 28]
}
