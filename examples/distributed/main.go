// Distributed trains a network to read handwritten digits, on one process or on several. What it prints
// has the same bits on 1, 2, 4 and 8 of them:
//
//	go build -o distributed .
//	./distributed
//	mpirun -n 4 ./distributed
//
// With a folder for checkpoints it goes on after a rank was lost, with another number of them:
//
//	mpirun -n 4 ./distributed -dir run
//	mpirun -n 2 ./distributed -dir run
package main

import (
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	//docs:import
	"github.com/symgrad/symgrad/train/dist"
	_ "github.com/symgrad/symgrad/train/dist/mpi"
	//docs:end
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	var s settings
	flag.StringVar(&s.model, "model", "mlp", "mlp, cnn or lstm")
	flag.IntVar(&s.epochs, "epochs", 10, "passes over the training set")
	flag.IntVar(&s.shards, "shards", 8, "parts of a batch, a multiple of the number of processes")
	flag.IntVar(&s.workers, "workers", 1, "threads of each process; 0 for all cores")
	flag.BoolVar(&s.split, "split", false, "keep the optimizer's state of a part of the parameters at each process")
	flag.StringVar(&s.dir, "dir", "", "folder for checkpoints, to go on from; empty: none")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err := run(ctx, os.Stdout, s); err != nil {
		fmt.Fprintln(os.Stderr, "distributed:", err)
		os.Exit(train.ExitCode(err))
	}
}

type settings struct {
	epochs, shards, workers int
	model, dir              string
	split                   bool
}

func run(ctx context.Context, w io.Writer, s settings) error {
	if dist.Rank() != 0 { // one of the processes prints
		w = io.Discard
	}
	trainSet, testSet, err := load()
	if err != nil {
		return err
	}
	model, err := newModel(s.model)
	if err != nil {
		return err
	}
	//docs:options
	o := train.Options{
		Schedule: schedule.Constant(0.002), Epochs: s.epochs, BatchSize: 64, Shards: s.shards, SplitState: s.split, Seed: 1, Workers: s.workers,
		Validation: testSet, Metrics: []train.Metric{train.Accuracy()}, Progress: w,
	}
	if s.dir != "" {
		o.Checkpoint = &train.Checkpoint{Dir: s.dir, Resume: true}
	}
	//docs:end
	if s.model == "cnn" {
		o.Augment = augment.Fields{"x": {augment.Shift{Pixels: 1}}}
	}
	trainer, err := train.New(model, o)
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, trainSet)
	if err != nil {
		return err
	}
	last := history.Last()
	accuracy, _ := last.Metric("accuracy")
	fmt.Fprintf(w, "%d processes: loss %.4f, test accuracy %.4f, parameters %x\n", dist.Size(), last.Loss, accuracy, checksum(model.Params()))
	return dist.Close()
}

// load returns the two parts of the digits, scaled by the first, as pictures of 8x8.
func load() (trainSet, testSet *data.Dataset, err error) {
	all, err := data.Digits()
	if err != nil {
		return nil, nil, err
	}
	x, _ := all.Field("x")
	y, _ := all.Field("y")
	x.Shape = []int{1, 8, 8}
	if all, err = data.New(x, y); err != nil {
		return nil, nil, err
	}
	trainRows, testRows, err := data.ReferenceSplit("digits")
	if err != nil {
		return nil, nil, err
	}
	if trainSet, err = all.Subset(trainRows); err != nil {
		return nil, nil, err
	}
	if testSet, err = all.Subset(testRows); err != nil {
		return nil, nil, err
	}
	recipe := data.Recipe{Steps: []data.Step{&data.Scaler{}}}
	if err = recipe.Fit(trainSet); err != nil {
		return nil, nil, err
	}
	if trainSet, err = recipe.Apply(trainSet); err != nil {
		return nil, nil, err
	}
	testSet, err = recipe.Apply(testSet)
	return trainSet, testSet, err
}

// checksum returns the first bytes of a checksum of the parameters.
func checksum(p *graph.Params) []byte {
	sum := sha256.New()
	for _, q := range p.List() {
		fmt.Fprint(sum, q.Name, p.Values(q.Name))
	}
	return sum.Sum(nil)[:6]
}
