package main

import (
	"fmt"
	"time"
	"unsafe"

	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// updates are the optimizers whose update is one or two passes over memory. Muon
// multiplies matrices, and LBFGS computes the loss anew: they are none of these.
var updates = []struct {
	name  string
	o     train.Optimizer
	moved int // reads and writes of each element
}{
	{"SGD", train.SGD{}, 3},
	{"SGD, momentum", train.SGD{Momentum: 0.9}, 5},
	{"Adam", train.Adam{}, 7},
	{"Adam, AMSGrad", train.Adam{AMSGrad: true}, 9},
	{"AdamW", train.AdamW{}, 7},
	{"NAdam", train.NAdam{}, 7},
	{"RAdam", train.RAdam{}, 7},
	{"Adamax", train.Adamax{}, 7},
	{"Adagrad", train.Adagrad{}, 5},
	{"Adadelta", train.Adadelta{}, 7},
	{"RMSprop", train.RMSprop{}, 5},
	{"RMSprop, all settings", train.RMSprop{Centered: true, Momentum: 0.9}, 9},
	{"Rprop", train.Rprop{}, 7},
	{"ASGD", train.ASGD{}, 5},
	{"Lion", train.Lion{}, 5},
	{"LAMB", train.LAMB{}, 6 + 4},
	{"EMA of SGD", train.EMA{Optimizer: train.SGD{}}, 3 + 3},
	{"SWA of SGD", train.SWA{Optimizer: train.SGD{}}, 3 + 3},
	{"Lookahead of SGD", train.Lookahead{Optimizer: train.SGD{}, K: 1}, 3 + 4},
	{"ClipNorm of SGD", train.ClipNorm{Optimizer: train.SGD{}, Norm: 1e9}, 1 + 3},
}

// updateFigures measures each update on one thread by the bytes that it reads and writes,
// in turns with a copy, in the second-level cache and out of all caches.
func updateFigures(o trainerFlags, print func(trainerLine)) error {
	for _, bytes := range []int{1 << 18, 1 << 26} {
		for _, u := range updates {
			for _, figure := range []func(train.Optimizer, int, int, int) (trainerLine, error){updateFigure[float32], updateFigure[float64]} {
				l, err := figure(u.o, u.moved, bytes, o.rounds)
				if err != nil {
					return fmt.Errorf("%s: %w", u.name, err)
				}
				l.Trainer, l.With = "update", u.name
				print(l)
			}
		}
	}
	return nil
}

// updateFigure measures an update of memory of so many bytes: parameters, gradients and
// slots.
func updateFigure[T hand.Float](o train.Optimizer, moved, bytes, rounds int) (trainerLine, error) {
	size := int(unsafe.Sizeof(T(0)))
	arrays := 2
	for _, s := range o.Slots() {
		if !s.Scalar {
			arrays++
		}
	}
	n := bytes / size / arrays
	v, err := viewOf[T](o, n, 1)
	if err != nil {
		return trainerLine{}, err
	}
	to, from := make([]T, bytes/size/2), make([]T, bytes/size/2)
	for i := range from { // memory that nobody has written is one page of zeros, in the cache
		from[i] = 1
	}
	at := 1000
	update := func() {
		at++
		o.Update(train.Step{N: at, Rate: 1e-4}, v)
	}
	var ns, copies, shares []float64
	perByte := float64(bytes) / float64(moved*n*size) // of the copy's bytes to those of the update
	for round := range rounds + 1 {                   // the first warms up
		c := turn(func() { copy(to, from) })
		u := turn(update)
		if round > 0 {
			ns, copies, shares = append(ns, u), append(copies, c/perByte), append(shares, c/perByte/u)
		}
	}
	return trainerLine{DType: fmt.Sprintf("float%d", 8*size), Bytes: int64(bytes), Ns: median(ns), AgainstNs: median(copies), Share: median(shares)}, v.Err()
}

// viewOf returns a View of a parameter of n elements with a gradient, for so many workers.
func viewOf[T hand.Float](o train.Optimizer, n, workers int) (*train.View, error) {
	dtype := graph.Float64
	if isFloat32[T]() {
		dtype = graph.Float32
	}
	p := graph.NewParams(dtype, 1)
	b := graph.New(p)
	b.Param("w", graph.Zeros(), n)
	if err := b.Err(); err != nil {
		return nil, err
	}
	fill(p.Flat32())
	fill(p.Flat64())
	return train.NewView(p, o, workers)
}

// fill sets parameters and gradients to numbers with which no update overflows.
func fill[T hand.Float](params, grads []T) {
	for i := range params {
		params[i], grads[i] = T(1+i%7)/8, T(i%5-2)/1024
	}
}

// turn returns how long a call of f takes: the mean over 4 milliseconds of them.
func turn(f func()) (ns float64) {
	calls, start := 0, time.Now()
	for block := 1; time.Since(start) < 4*time.Millisecond; block *= 2 {
		for range block {
			f()
		}
		calls += block
	}
	return float64(time.Since(start)) / float64(calls)
}
