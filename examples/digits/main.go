// Digits trains a multi-layer perceptron to read handwritten digits: 8x8
// pictures of the UCI set that the module carries. The model is a gorgonia
// expression graph; its gradients are derived from it.
//
//	go run ./examples/digits
package main

import (
	"context"
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

func main() {
	epochs := flag.Int("epochs", 40, "passes over the training set")
	picture := flag.String("picture", "digits-loss.svg", "where to draw the loss curve; empty: nowhere")
	save := flag.String("save", "", "where to save the trained model, for train.Open; empty: nowhere")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err := run(ctx, os.Stdout, *epochs, *picture, *save); err != nil {
		fmt.Fprintln(os.Stderr, "digits:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(ctx context.Context, w io.Writer, epochs int, picture, save string) error {
	trainSet, testSet, raw, scaler, err := load()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "digits: %d training and %d test pictures of 8x8\n", trainSet.Len(), testSet.Len())

	model, err := models.NewMLP(models.MLPOptions{
		In: 64, Hidden: []int{64, 32}, Out: 10, Head: models.MultiClass, DType: graph.Float32, Seed: 1,
	})
	if err != nil {
		return err
	}
	trainer, err := train.New(model, train.Options{
		Optimizer: train.Adam{}, Schedule: schedule.Step{Rate: 0.002, Every: 850, Factor: 0.75},
		Epochs: epochs, BatchSize: 32, Seed: 1,
		Metrics: []train.Metric{train.Accuracy()}, Validation: testSet, Progress: w,
	})
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, trainSet)
	if err != nil {
		return err
	}
	last := history.Last()
	accuracy, _ := last.Metric("accuracy")
	fmt.Fprintf(w, "loss %.4f, test accuracy %.4f after %d epochs, %.1f s of training\n",
		last.Loss, accuracy, last.Epoch, history.TrainingTime().Seconds())

	shown, err := show(ctx, w, trainer, testSet, raw)
	if err != nil {
		return err
	}
	if picture != "" {
		if err := draw(picture, history, shown); err != nil {
			return err
		}
		fmt.Fprintln(w, "loss curve:", picture)
	}
	if save != "" {
		return trainer.SaveModel(save, train.ModelFile{Recipe: data.Recipe{Steps: []data.Step{&scaler}}})
	}
	return nil
}

// load splits the digits as the reference does and scales the features to the
// mean 0 and the variance 1 of the training part. raw is the test part with its
// pixels as they are, 0 to 16.
func load() (trainSet, testSet, raw *data.Dataset, scaler data.Scaler, err error) {
	fail := func(err error) (_, _, _ *data.Dataset, _ data.Scaler, _ error) { return nil, nil, nil, scaler, err }
	all, err := data.Digits()
	if err != nil {
		return fail(err)
	}
	trainRows, testRows, err := data.ReferenceSplit("digits")
	if err != nil {
		return fail(err)
	}
	if trainSet, err = all.Subset(trainRows); err != nil {
		return fail(err)
	}
	if raw, err = all.Subset(testRows); err != nil {
		return fail(err)
	}
	if err := scaler.Fit(trainSet); err != nil {
		return fail(err)
	}
	if trainSet, err = scaler.Apply(trainSet); err != nil {
		return fail(err)
	}
	testSet, err = scaler.Apply(raw)
	return trainSet, testSet, raw, scaler, err
}

// prediction is a picture with what the model reads in it.
type prediction struct {
	pixels      []float64 // 8 by 8, 0 to 16
	digit       int
	probability float64
}

// show predicts the first pictures of the test set and prints the answers.
func show(ctx context.Context, w io.Writer, t *train.Trainer, testSet, raw *data.Dataset) ([]prediction, error) {
	some, err := testSet.Subset([]int{0, 1, 2, 3, 4, 5})
	if err != nil {
		return nil, err
	}
	probs, err := t.Predict(ctx, some)
	if err != nil {
		return nil, err
	}
	labels, _ := some.Field("y")
	pixels, _ := raw.Field("x")
	var out []prediction
	for i, label := range labels.Ints {
		p := probs[i*10 : (i+1)*10]
		digit := train.Predicted(p)
		fmt.Fprintf(w, "picture %d: predicted %d with probability %.3f, is %d\n", i, digit, p[digit], label)
		out = append(out, prediction{pixels.Floats[i*64 : (i+1)*64], digit, p[digit]})
	}
	return out, nil
}
