// Cnn trains a convolutional network to tell pictures apart: LeNet-5, or ResNet-20 with
// batch normalisation and residual blocks. It reads Fashion-MNIST where it is found, else
// the handwritten digits that the module carries.
//
//	go run ./examples/cnn
//	go run ./examples/cnn -model resnet20 -epochs 10 -augment
//	go run ./examples/cnn -digits -report page.html
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/report"
	"github.com/symgrad/symgrad/train/schedule"
)

// settings are the flags.
type settings struct {
	model   string
	epochs  int
	digits  bool
	augment bool
	report  string
}

func main() {
	var s settings
	flag.StringVar(&s.model, "model", "lenet5", "the network: lenet5 or resnet20")
	flag.IntVar(&s.epochs, "epochs", 0, "passes over the training set; 0: 3 of Fashion-MNIST, 5 of the digits")
	flag.BoolVar(&s.digits, "digits", false, "read the digits also where Fashion-MNIST is found")
	flag.BoolVar(&s.augment, "augment", false, "change the pictures in each epoch: move them, mirror clothes")
	flag.StringVar(&s.report, "report", "", "a file for a page about the training; empty: none")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err := run(ctx, os.Stdout, s); err != nil {
		fmt.Fprintln(os.Stderr, "cnn:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(ctx context.Context, w io.Writer, s settings) error {
	p, err := load(s.digits)
	if err != nil {
		return err
	}
	if s.epochs == 0 {
		s.epochs = p.epochs
	}
	fmt.Fprintf(w, "%s: %d training and %d test pictures of %dx%d\n", p.name, p.train.Len(), p.test.Len(), p.side, p.side)
	model, err := network(s.model, p.side)
	if err != nil {
		return err
	}
	trainer, err := train.New(model, train.Options{Epochs: s.epochs, BatchSize: p.batch, Seed: 1, Progress: w,
		Schedule: schedule.Step{Rate: p.rate, Every: s.epochs * p.train.Len() / p.batch / 3, Factor: 0.4}, Metrics: []train.Metric{train.Accuracy()}, EvalBatch: 250,
		Augment: p.changes(s.augment)})
	if err != nil {
		return err
	}
	if _, err := trainer.Fit(ctx, p.train); err != nil {
		return err
	}
	r, err := trainer.Evaluate(ctx, p.test)
	if err != nil {
		return err
	}
	if s.report != "" {
		page, err := report.Of(ctx, trainer, report.Options{Title: s.model + " on " + p.name, Data: p.test, DataName: "test", Batch: p.batch})
		if err != nil {
			return err
		}
		if err := page.WriteFile(s.report); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(w, "%s: test loss %.4f, test accuracy %.4f after %d steps\n", s.model, r.Loss, r.Metrics[0].Value, trainer.Position().Step)
	return err
}

// network returns the network of the name for pictures of one channel and ten classes.
func network(name string, side int) (*models.CNN, error) {
	o := models.LeNet5()
	switch name {
	case "lenet5":
	case "resnet20":
		o = models.ResNet20()
	default:
		return nil, fmt.Errorf("got the model %q, want lenet5 or resnet20", name)
	}
	o.Channels, o.Height, o.Width, o.DType, o.Seed = 1, side, side, graph.Float32, 1
	return models.NewCNN(o)
}

// pictures are the examples with what suits them.
type pictures struct {
	name          string
	train, test   *data.Dataset
	side          int // pixels
	epochs, batch int
	rate          float64
	mirror        bool // a mirrored picture shows the same
}

// changes returns what happens to the pictures in an epoch.
func (p pictures) changes(on bool) augment.Fields {
	if !on {
		return nil
	}
	list := []augment.Transform{augment.Shift{Pixels: p.side / 12}}
	if p.mirror {
		list = append(list, augment.Flip{Horizontal: 0.5})
	}
	return augment.Fields{"x": list}
}

// load returns Fashion-MNIST, or the digits if it is not found.
func load(digits bool) (pictures, error) {
	p := pictures{name: "Fashion-MNIST", side: 28, epochs: 3, batch: 128, rate: 0.002, mirror: true}
	var err error
	if !digits {
		if p.train, p.test, err = data.FashionMNIST(""); err == nil || !errors.Is(err, fs.ErrNotExist) {
			return p, err
		}
	}
	p = pictures{name: "digits", side: 16, epochs: 5, batch: 32, rate: 0.003}
	all, err := data.Digits()
	if err != nil {
		return p, err
	}
	if all, err = enlarged(all); err != nil {
		return p, err
	}
	p.train, p.test, err = all.Split(0.25, 1)
	return p, err
}

// enlarged makes 2x2 pixels of each of the 8x8, and takes 0..16 to 0..1: LeNet-5 needs
// 12x12 or more.
func enlarged(d *data.Dataset) (*data.Dataset, error) {
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	pixels := make([]float64, 0, 4*len(x.Floats))
	for i := range d.Len() {
		for k := range 16 * 16 {
			row, column := k/16, k%16
			pixels = append(pixels, x.Floats[i*64+row/2*8+column/2]/16)
		}
	}
	return data.New(data.Field{Name: "x", Shape: []int{1, 16, 16}, Floats: pixels}, y)
}
