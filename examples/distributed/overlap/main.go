// Overlap measures how much of the exchange of gradients is hidden behind the computation. It trains a
// network of equal layers on random numbers, and prints the time of a step alone, of its exchange alone,
// and of both:
//
//	go build -o overlap/overlap ./overlap
//	mpirun -n 2 overlap/overlap -batch 2048
//	sudo overlap/link.sh 500mbit overlap/overlap -batch 2048
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/dist"
	_ "github.com/symgrad/symgrad/train/dist/mpi"
	"github.com/symgrad/symgrad/train/schedule"
)

func main() {
	var s settings
	flag.IntVar(&s.in, "in", 128, "inputs of the network")
	flag.IntVar(&s.width, "width", 1024, "units of each hidden layer")
	flag.IntVar(&s.layers, "layers", 3, "hidden layers")
	flag.IntVar(&s.batch, "batch", 2048, "examples of a step of all processes, a multiple of their number")
	flag.IntVar(&s.steps, "steps", 20, "steps to measure")
	flag.IntVar(&s.workers, "workers", 1, "threads of each process that compute")
	flag.Parse()
	if err := run(s); err != nil {
		fmt.Fprintln(os.Stderr, "overlap:", err)
		os.Exit(train.ExitCode(err))
	}
}

type settings struct{ in, width, layers, batch, steps, workers int }

func run(s settings) error {
	e, err := dist.Default()
	if err != nil {
		return err
	}
	if e == nil {
		return fmt.Errorf("got one process, want several: mpirun -n 2 overlap/overlap")
	}
	together, bytes, err := s.train(e, s.batch, e.Size())
	if err != nil {
		return err
	}
	alone, _, err := s.train(dist.Local(1)[0], s.batch/e.Size(), 0)
	if err != nil {
		return err
	}
	exchange, err := s.exchange(e, bytes)
	if err != nil {
		return err
	}
	if alone, err = slowest(e, alone); err != nil {
		return err
	}
	if e.Rank() == 0 {
		most := max(alone, exchange)
		fmt.Printf("batch %5d, %4.1f MB: compute %6.1f ms, exchange %6.1f ms, both %6.1f ms: %.2f of the longer one, %.2f of their sum\n",
			s.batch, float64(bytes)/1e6, ms(alone), ms(exchange), ms(together), ms(together)/ms(most), ms(together)/ms(alone+exchange))
	}
	return dist.Close()
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }

// train returns the median time of a step, and the bytes of the gradients.
func (s settings) train(e dist.Engine, batch, shards int) (time.Duration, int, error) {
	const unmeasured = 5
	o := models.MLPOptions{In: s.in, Out: 10, Head: models.MultiClass, DType: graph.Float32}
	for range s.layers {
		o.Hidden = append(o.Hidden, s.width)
	}
	m, err := models.NewMLP(o)
	if err != nil {
		return 0, 0, err
	}
	n := batch * (unmeasured + s.steps)
	x, y := make([]float64, n*s.in), make([]int, n)
	for i := range x {
		x[i] = float64(i*7919%101) / 101
	}
	for i := range y {
		y[i] = i % 10
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{s.in}, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 10})
	if err != nil {
		return 0, 0, err
	}
	t, err := train.New(m, train.Options{Schedule: schedule.Constant(0.01), Optimizer: train.SGD{}, BatchSize: batch, Epochs: 1, Shards: shards, Ranks: e, Workers: s.workers})
	if err != nil {
		return 0, 0, err
	}
	var took []time.Duration
	last := time.Now()
	for _, err := range t.Steps(context.Background(), set) {
		if err != nil {
			return 0, 0, err
		}
		took, last = append(took, time.Since(last)), time.Now()
	}
	return median(took[unmeasured:]), 4 * m.Params().Len(), nil
}

// exchange returns the median time of what a step exchanges, in messages of a megabyte and more.
func (s settings) exchange(e dist.Engine, bytes int) (time.Duration, error) {
	n := e.Size()
	list := make([]int, max(1, bytes>>20))
	for i := range list {
		list[i] = bytes * (i + 1) / len(list)
	}
	mine, all := make([]byte, bytes), make([]byte, bytes)
	send, receive := make([][]byte, n), make([][]byte, n)
	var took []time.Duration
	for range s.steps {
		start, lo := time.Now(), 0
		for _, hi := range list {
			for range 2 { // parts of sums, then sums of parts
				for q := range n {
					at, end := lo+(hi-lo)*q/n, lo+(hi-lo)*(q+1)/n
					mineAt, mineEnd := lo+(hi-lo)*e.Rank()/n, lo+(hi-lo)*(e.Rank()+1)/n
					send[q], receive[q] = mine[at:end], all[mineAt:mineEnd]
					if q == e.Rank() {
						send[q], receive[q] = nil, nil
					}
				}
				if err := e.AllToAll(receive, send); err != nil {
					return 0, err
				}
			}
			lo = hi
		}
		took = append(took, time.Since(start))
	}
	return median(took), nil
}

// slowest returns the longest of the times of all processes.
func slowest(e dist.Engine, d time.Duration) (time.Duration, error) {
	mine, all := make([]byte, 8), make([]byte, 8*e.Size())
	binary.LittleEndian.PutUint64(mine, uint64(d))
	if err := e.AllGather(all, mine); err != nil {
		return 0, err
	}
	for q := range e.Size() {
		d = max(d, time.Duration(binary.LittleEndian.Uint64(all[8*q:])))
	}
	return d, nil
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
