package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// oneExample times PredictRows of one example and a run of the program alone, in turns.
func oneExample(p *train.Predictor, row []float64, s workload.Spec, rounds int, l *loadLine) error {
	b := graph.New(p.Model().Params())
	_, output := p.Model().Loss(b, 1)
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}, Workers: 1})
	if err != nil {
		return err
	}
	if err := setRow(prog, p, row, s); err != nil {
		return err
	}
	alone := func(int) (float64, error) { return 0, prog.Run() }
	predict := func(int) (float64, error) {
		_, err := p.PredictRows(row)
		return 0, err
	}
	var ns, aloneNs, ratios []float64
	for range rounds {
		x, _, err := workload.Time(alone, 0, 10)
		if err != nil {
			return err
		}
		y, _, err := workload.Time(predict, 0, 10)
		if err != nil {
			return err
		}
		ns, aloneNs, ratios = append(ns, y), append(aloneNs, x), append(ratios, y/x)
	}
	l.Ns, l.AloneNs, l.Ratio = median(ns), median(aloneNs), median(ratios)
	return nil
}

// setRow gives the program the example.
func setRow(prog *graph.Program, p *train.Predictor, row []float64, s workload.Spec) error {
	at := 0
	for _, in := range p.Inputs() {
		if in.Integers {
			if err := graph.InputOf[int](prog, in.Name).Set([]int{int(row[at])}); err != nil {
				return err
			}
			at++
			continue
		}
		n := s.Features()
		if err := graph.InputOf[float64](prog, in.Name).Set(row[at : at+n]); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// capacity returns how many predictions a second are made when more are asked for than can be: twice
// as many as so many goroutines make that ask one after the other. What it takes to ask at random
// times is in it.
func capacity(p *train.Predictor, row []float64, goroutines int) (float64, error) {
	const short = 300 * time.Millisecond // the calls that wait take memory
	most, err := closedLoop(p, row, goroutines, short)
	if err != nil {
		return 0, err
	}
	var l loadLine
	err = openLoop(p, row, 2*most, short, &l)
	return l.PerSecond, err
}

// closedLoop returns how many predictions a second so many goroutines make that ask one after
// the other.
func closedLoop(p *train.Predictor, row []float64, goroutines int, d time.Duration) (float64, error) {
	ctx, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	failed := make([]error, goroutines)
	var made atomic.Int64
	var wait sync.WaitGroup
	start := time.Now()
	for g := range goroutines {
		wait.Go(func() {
			for ctx.Err() == nil && failed[g] == nil {
				_, failed[g] = p.PredictRows(row)
				made.Add(1)
			}
		})
	}
	wait.Wait()
	return float64(made.Load()) / time.Since(start).Seconds(), errors.Join(failed...)
}

// clients is how many goroutines ask in openLoop.
const clients = 1000

// openLoop asks at random times, on average so many times a second, whether or not earlier
// calls have returned. As many as clients may be under way; later ones wait. A latency counts
// from the time at which the call was to begin.
func openLoop(p *train.Predictor, row []float64, perSecond float64, d time.Duration, l *loadLine) error {
	due := arrivals(perSecond, d)
	if len(due) == 0 {
		return errors.New("got no prediction in the time, want more seconds")
	}
	took, failed := make([]float64, len(due)), make([]error, clients)
	runtime.GC() // of what the one before has left
	var next atomic.Int64
	var wait sync.WaitGroup
	start := time.Now()
	for c := range clients {
		wait.Go(func() {
			for failed[c] == nil {
				i := int(next.Add(1)) - 1
				if i >= len(due) {
					return
				}
				if early := due[i] - time.Since(start); early > 0 {
					time.Sleep(early)
				}
				_, failed[c] = p.PredictRows(row)
				took[i] = float64(time.Since(start) - due[i])
				runtime.Gosched() // as one does that waits for its next request
			}
		})
	}
	wait.Wait()
	l.PerSecond, l.Bytes = float64(len(took))/time.Since(start).Seconds(), held()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	slices.Sort(took)
	l.Ns, l.P99Ns = took[len(took)/2], took[len(took)*99/100]
	l.Ratio = l.P99Ns / l.Ns
	return nil
}

// arrivals are the times at which calls are to begin: independent ones, so many a second.
func arrivals(perSecond float64, d time.Duration) []time.Duration {
	var due []time.Duration
	random, at := rand.New(rand.NewPCG(1, 2)), 0.0
	for {
		at += random.ExpFloat64() / perSecond
		if at > d.Seconds() {
			return due
		}
		due = append(due, time.Duration(at*1e9))
	}
}

// held returns the bytes that the process has of the system. It does not stop the others.
func held() uint64 {
	m := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(m)
	return m[0].Value.Uint64() - m[1].Value.Uint64()
}
