package columnar_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/data/columnar"
)

// flowers returns a small table.
func flowers() arrow.RecordBatch {
	table, _, err := array.RecordFromJSON(memory.DefaultAllocator, arrow.NewSchema([]arrow.Field{
		{Name: "length", Type: arrow.PrimitiveTypes.Float64}, {Name: "width", Type: arrow.PrimitiveTypes.Float64},
		{Name: "species", Type: arrow.BinaryTypes.String}, {Name: "scan", Type: arrow.FixedSizeListOf(4, arrow.PrimitiveTypes.Float32)},
	}, nil), strings.NewReader(`[
		{"length": 5.1, "width": 3.5, "species": "setosa", "scan": [1, 2, 3, 4]},
		{"length": 6.4, "width": 3.2, "species": "versicolor", "scan": [5, 6, 7, 8]},
		{"length": 4.9, "width": 3.0, "species": "setosa", "scan": [9, 8, 7, 6]}
	]`))
	check(err)
	return table
}

// The rows of a Parquet file, batch by batch.
func ExampleOpenParquet() {
	dir, err := os.MkdirTemp("", "columnar")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "flowers.parquet")
	file, err := os.Create(path)
	check(err)
	w, err := pqarrow.NewFileWriter(flowers().Schema(), file, nil, pqarrow.DefaultWriterProps())
	check(err)
	check(w.Write(flowers()))
	check(w.Close()) // and the file

	//docs:parquet
	rows, err := columnar.OpenParquet(path, columnar.Options{Fields: []columnar.Field{
		{Name: "x", Columns: []string{"length", "width"}},
		{Name: "y", Columns: []string{"species"}, Labels: true},
	}})
	check(err)
	loader, err := data.NewLoader(rows, data.LoaderOptions{Batch: 2})
	check(err)
	defer loader.Close()
	//docs:end
	fmt.Println(rows.Len(), rows.Info()[1].ClassNames)
	for range loader.Len() {
		batch, err := loader.Next()
		check(err)
		x, _ := batch.Set.Field("x")
		y, _ := batch.Set.Field("y")
		for _, i := range batch.Index {
			fmt.Println(x.At(i, 0), x.At(i, 1), y.At(i, 0))
		}
	}
	// Output:
	// 3 [setosa versicolor]
	// 5.1 3.5 0
	// 6.4 3.2 1
	// 4.9 3 0
}

// A column of lists is an array in each row: here an image of two by two pixels.
func ExampleOpenArrow() {
	dir, err := os.MkdirTemp("", "columnar")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "flowers.arrow")
	file, err := os.Create(path)
	check(err)
	w, err := ipc.NewFileWriter(file, ipc.WithSchema(flowers().Schema()))
	check(err)
	check(w.Write(flowers()))
	check(w.Close())
	check(file.Close())

	rows, err := columnar.OpenArrow(path, columnar.Options{Fields: []columnar.Field{{Name: "x", Columns: []string{"scan"}, Shape: []int{1, 2, 2}}}})
	check(err)
	all, err := data.Take(rows, -1)
	check(err)
	x, _ := all.Field("x")
	fmt.Println(x.Shape, x.Floats32)
	// Output: [1 2 2] [1 2 3 4 5 6 7 8 9 8 7 6]
}

// check ends an example that fails.
func check(err error) {
	if err != nil {
		panic(err)
	}
}
