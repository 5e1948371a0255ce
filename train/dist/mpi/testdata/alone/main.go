// Command alone prints the time of a step of a small training on one process, in microseconds. With the
// build tag driver it has imported package mpi.
package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	us, err := step()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%.1f\n", us)
}

// step returns the mean time of a thousand steps.
func step() (float64, error) {
	defer dist.Close()
	var x, y []float64
	for i := range 4096 {
		for j := range 32 {
			x = append(x, math.Sin(float64(i*31+j*7)))
		}
		y = append(y, math.Cos(float64(i)))
	}
	set, err := data.XY(x, 32, y, 1)
	if err != nil {
		return 0, err
	}
	m, err := models.NewMLP(models.MLPOptions{In: 32, Hidden: []int{128, 128}, Out: 1, Head: models.Regression, DType: graph.Float32})
	if err != nil {
		return 0, err
	}
	t, err := train.New(m, train.Options{Epochs: 200, BatchSize: 64, Shards: 4, Schedule: schedule.Constant(1e-3), Workers: 1})
	if err != nil {
		return 0, err
	}
	var begin time.Time
	for s, err := range t.Steps(context.Background(), set) {
		switch {
		case err != nil:
			return 0, err
		case s.Step == 100: // all is compiled and warm
			begin = time.Now()
		case s.Step == 1100:
			return float64(time.Since(begin).Nanoseconds()) / 1e6, nil
		}
	}
	return 0, nil
}
