// Gomlx is the peer "gomlx": GoMLX with its backend in Go, its own gradients and
// its compiler. Arguments: the model's text, a file that it does not need,
// float32 or float64, the number of threads, which must be GOMAXPROCS too.
package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/workload"
)

func main() {
	step, err := open(os.Args[1:])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	workload.Serve(os.Stdin, os.Stdout, version(), step)
}

// version is that of GoMLX and whether its kernels use the experimental SIMD
// package of Go.
func version() string {
	text, kernels := "GoMLX", "without SIMD"
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == "github.com/gomlx/gomlx" {
			text += " " + m.Version
		}
	}
	for _, s := range info.Settings {
		if s.Key == "GOEXPERIMENT" && strings.Contains(s.Value, "simd") {
			kernels = "with SIMD"
		}
	}
	return text + ", backend go, " + kernels
}

func open(args []string) (step func(k int) (float64, error), err error) {
	if len(args) != 4 {
		return nil, fmt.Errorf("got %d arguments, want model, file, dtype, threads", len(args))
	}
	s, err := workload.Parse(args[0])
	if err != nil {
		return nil, err
	}
	p, err := workload.NewProblem(s)
	if err != nil {
		return nil, err
	}
	if args[2] == "float32" {
		return newTrainer[float32](p)
	}
	return newTrainer[float64](p)
}
