package data_test

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/train/data"
)

// A table that need not fit into memory is scaled and read in batches.
func ExampleOpenCSV() {
	dir, err := os.MkdirTemp("", "plants")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "plants.csv")
	check(os.WriteFile(path, []byte("width,kind\n1,leaf\n3,stem\n5,leaf\n7,leaf\n"), 0o644))

	//docs:larger
	file, err := data.OpenCSV(path, data.CSVOptions{Target: []string{"kind"}, Labels: true}) // one pass: counts, classes, mistakes
	check(err)
	fmt.Println(file.Len(), "examples,", file.Plan().Options.Classes)

	sample, err := data.Take(file, 10_000) // in memory, to fit the scaler
	check(err)
	scaler := &data.Scaler{Field: "x"}
	check(scaler.Fit(sample))
	scaled, err := data.Through(file, scaler.Apply) // while the file is read
	check(err)

	loader, err := data.NewLoader(scaled, data.LoaderOptions{Batch: 2, Shuffle: true, Window: 10_000})
	check(err)
	defer loader.Close()
	for epoch := range 3 {
		examples := 0
		loader.Begin(epoch, 0)
		for {
			batch, err := loader.Next()
			if err == io.EOF {
				break
			}
			check(err)
			examples += len(batch.Index) // rows of batch.Set
		}
		fmt.Println("epoch", epoch, "has", examples)
	}
	//docs:end
	// Output:
	// 4 examples, [leaf stem]
	// epoch 0 has 4
	// epoch 1 has 4
	// epoch 2 has 4
}

func check(err error) {
	if err != nil {
		log.Panic(err)
	}
}
