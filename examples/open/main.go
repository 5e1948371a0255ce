// Open predicts with a model that another program trained and saved: examples/csv. The file is
// a part of this program. Another one is read with -model.
//
//	go run ./examples/open 6.1 2.8 4.7 1.2
//	go run ./examples/open -model iris.safetensors 6.1 2.8 4.7 1.2
package main

import (
	"embed"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	_ "github.com/symgrad/symgrad/models" // knows how to make the model of the file
	"github.com/symgrad/symgrad/train"
)

//go:embed iris.safetensors
var within embed.FS

func main() {
	file := flag.String("model", "", "a file of SaveModel; by default the one within this program")
	flag.Parse()
	if err := run(os.Stdout, *file, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

// run predicts for one example.
func run(w io.Writer, file string, numbers []string) error {
	row := make([]float64, len(numbers))
	for i, text := range numbers {
		if _, err := fmt.Sscan(text, &row[i]); err != nil {
			return err
		}
	}
	//docs:open
	model, err := train.OpenFS(within, "iris.safetensors", train.PredictorOptions{})
	if file != "" {
		model, err = train.Open(file)
	}
	if err != nil {
		return err
	}
	probs, err := model.PredictRows(row)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, of %q: %.2f\n", model.Label(probs), model.Classes(), probs)
	//docs:end
	return nil
}
