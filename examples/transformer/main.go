// Transformer trains a small language model to sort: of a text such as "58213=" it learns
// to write what follows, "12358". It sees a text at once in training. When it writes, it
// goes token by token, and keeps the keys and values of those before.
//
//	go run ./examples/transformer
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// A text is digits, equals, and the digits in order: tokens 0 to 9, and 10 for equals.
const (
	digits = 6
	equals = 10
	length = 2*digits + 1
)

func main() {
	epochs := flag.Int("epochs", 6, "passes over the training texts")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err := run(ctx, os.Stdout, *epochs); err != nil {
		fmt.Fprintln(os.Stderr, "transformer:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(ctx context.Context, w io.Writer, epochs int) error {
	texts := draw(6200)
	set, err := examples(texts[:6000])
	if err != nil {
		return err
	}
	//docs:model
	model, err := models.NewLanguageModel(models.LanguageModelOptions{Vocabulary: 11, Steps: length - 1, Features: 32, Heads: 4, Layers: 2, DType: graph.Float32, Seed: 1})
	if err != nil {
		return err
	}
	trainer, err := train.New(model, train.Options{Epochs: epochs, BatchSize: 64, Schedule: schedule.Step{Rate: 0.003, Every: 94 * epochs / 3, Factor: 0.4}, Seed: 1})
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, set)
	if err != nil {
		return err
	}
	//docs:end
	fmt.Fprintf(w, "loss of a digit: %.3f in the first epoch, %.3f in epoch %d\n", history.Losses()[0], history.Last().Loss, epochs)
	return write(w, model, texts[6000:])
}

// write lets the model sort, prints some answers and says how many are right.
func write(w io.Writer, model *models.LanguageModel, texts [][]int) error {
	right := 0
	for i, text := range texts {
		question, want := text[:digits+1], text[digits+1:]
		//docs:write
		answer, err := model.Sample(models.SampleOptions{Prompt: question, Length: digits, TopK: 1})
		//docs:end
		if err != nil {
			return err
		}
		if slices.Equal(answer, want) {
			right++
		}
		if i < 4 {
			fmt.Fprintf(w, "%s=%s\n", written(question[:digits]), written(answer))
		}
	}
	_, err := fmt.Fprintf(w, "%d of %d texts are sorted right\n", right, len(texts))
	return err
}

// written returns digits as text.
func written(tokens []int) (s string) {
	for _, t := range tokens {
		s += fmt.Sprint(t)
	}
	return s
}

// draw returns n texts.
func draw(n int) [][]int {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([][]int, n)
	for i := range out {
		question := make([]int, digits)
		for k := range question {
			question[k] = r.IntN(10)
		}
		out[i] = slices.Concat(question, []int{equals}, slices.Sorted(slices.Values(question)))
	}
	return out
}

// examples returns the texts as tokens "x" and the tokens that follow, "y". Those of the
// question do not count: nobody can know them.
func examples(texts [][]int) (*data.Dataset, error) {
	var x, y []int
	for _, text := range texts {
		x = append(x, text[:length-1]...)
		y = append(y, slices.Repeat([]int{-1}, digits)...)
		y = append(y, text[digits+1:]...)
	}
	shape := []int{length - 1}
	return data.New(data.Field{Name: "x", Shape: shape, Ints: x}, data.Field{Name: "y", Shape: shape, Ints: y})
}
