package models_test

import (
	"context"
	"fmt"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

// A Transformer says whether the brackets of a word are balanced. Words have different
// lengths.
func ExampleNewTransformer() {
	words, err := data.Brackets(3000, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	rest, test, err := words.Split(0.2, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := models.NewTransformer(models.TransformerOptions{Steps: 20, Tokens: 3, Lengths: true, Features: 16, Heads: 2, Out: 2, DType: graph.Float32, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := train.New(m, train.Options{Epochs: 8, Schedule: schedule.Constant(0.005), Metrics: []train.Metric{train.Accuracy()}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := t.Fit(context.Background(), rest); err != nil {
		fmt.Println(err)
		return
	}
	r, err := t.Evaluate(context.Background(), test)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("more than 0.95 of the new words are told right:", r.Metrics[0].Value > 0.95)
	// Output: more than 0.95 of the new words are told right: true
}
