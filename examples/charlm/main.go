// Charlm trains a recurrent network to say which character of a text comes next, and lets
// it write. The text is three sonnets of Shakespeare, which it learns by heart, or a file of
// yours. After fewer epochs it makes up lines of its own.
//
//	go run ./examples/charlm
//	go run ./examples/charlm -epochs 7
//	go run ./examples/charlm -text FILE -prompt "Once " -checkpoint FOLDER
//
// With -checkpoint the same command goes on where the training was interrupted.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

//go:embed sonnets.txt
var sonnets string

// settings are the flags.
type settings struct {
	text, prompt   string
	checkpoint     string
	epochs, length int
	topK           int
	temperature    float64
	seed           uint64
}

func main() {
	s := settings{text: sonnets}
	file := flag.String("text", "", "a text to read; empty: the sonnets")
	flag.StringVar(&s.prompt, "prompt", "Shall I ", "what the written text begins with")
	flag.IntVar(&s.epochs, "epochs", 30, "passes over the text")
	flag.IntVar(&s.length, "length", 280, "characters to write")
	flag.IntVar(&s.topK, "topk", 5, "draw one of so many characters that are the likeliest; 0: of all")
	flag.Float64Var(&s.temperature, "temperature", 0.7, "below 1 the text is more likely, above 1 more surprising")
	flag.Uint64Var(&s.seed, "seed", 1, "of the weights and of what is written")
	flag.StringVar(&s.checkpoint, "checkpoint", "", "a folder to write the training to and to go on with; empty: none")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	err := s.read(*file)
	if err == nil {
		err = run(ctx, os.Stdout, s)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "charlm:", err)
		os.Exit(train.ExitCode(err))
	}
}

// read replaces the text by that of a file.
func (s *settings) read(file string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	s.text = string(text)
	return err
}

func run(ctx context.Context, w io.Writer, s settings) error {
	const steps = 40
	vocabulary, err := data.NewVocabulary(s.text)
	if err != nil {
		return err
	}
	set, err := vocabulary.Windows(s.text, data.WindowOptions{Length: steps, Step: 5})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d characters, %d different ones, %d windows of %d\n", len(s.text), vocabulary.Len(), set.Len(), steps)
	//docs:model
	model, err := models.NewCharModel(models.CharModelOptions{Vocabulary: vocabulary.Len(), Steps: steps, Hidden: 128, DType: graph.Float32, Seed: s.seed})
	if err != nil {
		return err
	}
	o := train.Options{Epochs: s.epochs, Schedule: schedule.Constant(0.005), Seed: s.seed}
	if s.checkpoint != "" {
		o.Checkpoint = &train.Checkpoint{Dir: s.checkpoint, Resume: true}
	}
	trainer, err := train.New(model, o)
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, set)
	if err != nil {
		return err
	}
	//docs:end
	fmt.Fprintf(w, "loss %.3f for each character after the first epoch, %.3f after %d\n\n", history.Losses()[0], history.Last().Loss, s.epochs)
	text, err := write(model, vocabulary, s)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, text)
	return err
}

// write returns what the model writes, after the prompt.
func write(model *models.CharModel, vocabulary *data.Vocabulary, s settings) (string, error) {
	prompt, err := vocabulary.Encode(s.prompt)
	if err != nil {
		return "", err
	}
	codes, err := model.Sample(models.SampleOptions{Prompt: prompt, Length: s.length, TopK: s.topK, Temperature: s.temperature, Seed: s.seed})
	if err != nil {
		return "", err
	}
	text, err := vocabulary.Decode(codes)
	return s.prompt + text, err
}
