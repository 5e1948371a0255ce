package data_test

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/train/data"
)

// An array of numbers is an input, and a text the label.
func ExampleReadJSONLines() {
	const lines = `{"id": 1, "pixels": [[0, 1], [1, 0]], "kind": "cross"}
{"id": 2, "pixels": [[1, 1], [1, 1]], "kind": "square"}
`
	d, err := data.ReadJSONLines(strings.NewReader(lines), data.JSONLinesOptions{
		Target: []string{"kind"}, Labels: true,
		Drop: []string{"id"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	fmt.Println(x.Shape, x.Floats, y.Ints, y.ClassNames)

	_, err = data.ReadJSONLines(strings.NewReader(lines+`{"id": 3, "pixels": [1, 1], "kind": "line"}`),
		data.JSONLinesOptions{Inputs: []string{"pixels"}})
	fmt.Println(err)
	// Output:
	// [2 2] [0 1 1 0 1 1 1 1] [0 1] [cross square]
	// data: jsonl:3: "pixels": got an array of the shape [2], want [2, 2] as in the first row
}
