// Linear is the first problem of the course, done right: 100 points with
// y = 2x + 1 + noise, x and the noise uniform on [0, 1), fitted by gradient
// descent on the mean squared error, compared with the exact least squares, and
// the prediction at 0.5.
//
//	go run ./examples/linear
package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "linear:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(w io.Writer) error {
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	x, y := points(100)
	set, err := data.XY(x, 1, y, 1)
	if err != nil {
		return err
	}

	// Gradient descent: W <- W - lr dMSE/dW and b <- b - lr dMSE/db, each over
	// all 100 points, until the gradient is gone.
	//docs:descent
	model, err := models.NewLinReg(models.LinRegOptions{In: 1})
	if err != nil {
		return err
	}
	trainer, err := train.New(model, train.Options{
		Optimizer: train.SGD{}, Schedule: schedule.Constant(0.5), Epochs: 1000, BatchSize: len(x),
	})
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, set)
	if err != nil {
		return err
	}
	//docs:end
	for _, e := range []int{1, 10, 100, 1000} {
		fmt.Fprintf(w, "epoch %4d  mean squared error %.6f\n", e, history.Epochs[e-1].Loss)
	}
	weight, bias := model.Params().Values("weight")[0], model.Params().Values("bias")[0]
	fmt.Fprintf(w, "gradient descent: y = %.6f x + %.6f\n", weight, bias)

	exact, err := models.NewLinReg(models.LinRegOptions{In: 1})
	if err != nil {
		return err
	}
	if err := exact.Solve(x, y); err != nil {
		return err
	}
	w0, b0 := exact.Params().Values("weight")[0], exact.Params().Values("bias")[0]
	fmt.Fprintf(w, "closed form:      y = %.6f x + %.6f\n", w0, b0)
	fmt.Fprintf(w, "they agree to 1e-8: %v\n", math.Abs(weight-w0) < 1e-8 && math.Abs(bias-b0) < 1e-8)

	at, err := data.New(data.Field{Name: "x", Shape: []int{1}, Floats: []float64{0.5}})
	if err != nil {
		return err
	}
	p, err := trainer.Predict(ctx, at)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "prediction at x = 0.5: %.6f\n", p[0])
	return nil
}

// points draws x and the noise uniformly. The noise has the mean 1/2, so the
// line through the points is near y = 2x + 1.5.
func points(n int) (x, y []float64) {
	r := rand.New(rand.NewPCG(1, 2))
	for range n {
		u := r.Float64()
		x = append(x, u)
		y = append(y, 2*u+1+r.Float64())
	}
	return x, y
}
