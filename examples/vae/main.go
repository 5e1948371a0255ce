// Vae trains a variational autoencoder on handwritten digits and draws new ones: what its
// decoder makes of codes of two numbers that lie on a grid.
//
//	go run ./examples/vae
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/schedule"
	"gorgonia.org/gorgonia"
)

func main() {
	epochs := flag.Int("epochs", 120, "passes over the digits")
	picture := flag.String("picture", "vae.svg", "where to draw the digits; empty: nowhere")
	flag.Parse()
	ctx, stop := train.WithSignals(context.Background())
	defer stop()
	if err := run(ctx, os.Stdout, *epochs, *picture); err != nil {
		fmt.Fprintln(os.Stderr, "vae:", err)
		os.Exit(train.ExitCode(err))
	}
}

func run(ctx context.Context, w io.Writer, epochs int, picture string) error {
	digits, err := data.Digits()
	if err != nil {
		return err
	}
	x, _ := digits.Field("x")
	x.Scale = 1.0 / 16 // pixels are 0 to 16
	set, err := data.New(x)
	if err != nil {
		return err
	}
	rest, test, err := set.Split(0.2, 1)
	if err != nil {
		return err
	}
	//docs:model
	model, err := models.NewVAE(models.VAEOptions{In: 64, Hidden: []int{128, 64}, Code: 2, Binary: true, DType: graph.Float32, Seed: 1})
	if err != nil {
		return err
	}
	trainer, err := train.New(model, train.Options{Epochs: epochs, BatchSize: 64, Schedule: schedule.Constant(0.002), Seed: 1})
	if err != nil {
		return err
	}
	history, err := trainer.Fit(ctx, rest)
	if err != nil {
		return err
	}
	//docs:end
	r, err := trainer.Evaluate(ctx, test)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "loss of a picture: %.2f in the first epoch, %.2f in epoch %d, %.2f of test pictures\n",
		history.Losses()[0], history.Last().Loss, epochs, r.Loss)
	if picture == "" {
		return nil
	}
	pixels, err := decode(model, grid())
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "digits that the decoder makes:", picture)
	return draw(picture, pixels)
}

// side is the number of codes along each axis of the grid.
const side = 12

// grid returns codes from (-2, 2) to (2, -2), row by row.
func grid() []float64 {
	var codes []float64
	at := func(i int) float64 { return 4*float64(i)/(side-1) - 2 }
	for row := range side {
		for column := range side {
			codes = append(codes, at(column), -at(row))
		}
	}
	return codes
}

// decode returns the pixels that the decoder makes of the codes.
func decode(model *models.VAE, codes []float64) ([]float64, error) {
	b := graph.New(model.Params())
	picture := model.Decode(b, b.Const(codes, len(codes)/2, 2))
	p, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{picture}})
	if err == nil {
		err = p.Run()
	}
	if err != nil {
		return nil, err
	}
	return graph.OutputOf[float64](p, 0).Read(nil), nil
}

// draw writes pictures of 8 by 8 pixels from 0 to 1 as a grid.
func draw(path string, pixels []float64) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600" viewBox="0 0 %d %[1]d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%[1]dv%[1]dh-%[1]dz"/>`+"\n", 10*side)
	for i, v := range pixels {
		digit, pixel := i/64, i%64
		if v >= 0.05 {
			fmt.Fprintf(&b, `<path opacity="%.1f" d="M%d %dh1v1h-1z"/>`, v, digit%side*10+1+pixel%8, digit/side*10+1+pixel/8)
		}
	}
	b.WriteString("\n</svg>\n")
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
