package main

import (
	"os"
	"path/filepath"
	"time"
	"unsafe"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// saveRounds are the turns of saveFigures: a file takes seconds.
const saveRounds = 3

// saveFigures measures Trainer.Save in turns with a sequential write of as many bytes. Both
// end when the disk has them.
func saveFigures(o trainerFlags, print func(trainerLine)) error {
	dir, err := os.MkdirTemp(o.dir, "save")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	n := o.megabytes << 20 / 4
	m := weights{graph.NewParams(graph.Float32, 1)}
	b := graph.New(m.p)
	b.Param("w", graph.Zeros(), n)
	if err := b.Err(); err != nil {
		return err
	}
	w, _ := m.p.Flat32()
	for i := range w {
		w[i] = float32(i%1021) / 1021
	}
	t, err := train.New(m, train.Options{Optimizer: train.SGD{}})
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "run.safetensors")
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&w[0])), 4*n)
	var ns, plain, shares []float64
	for round := range saveRounds + 1 { // the first warms up
		before, err := timed(path, func() error { return write(path, bytes) })
		if err != nil {
			return err
		}
		took, err := timed(path, func() error { return t.Save(path) })
		if err != nil {
			return err
		}
		if round > 0 {
			ns, plain, shares = append(ns, took), append(plain, before), append(shares, before/took)
		}
	}
	print(trainerLine{Trainer: "save", DType: "float32", Bytes: int64(len(bytes)), Ns: median(ns), AgainstNs: median(plain), Share: median(shares)})
	return nil
}

// weights is a model that is saved and never trained.
type weights struct{ p *graph.Params }

func (m weights) Params() *graph.Params { return m.p }

func (m weights) Loss(*graph.Builder, int) (loss, output *gorgonia.Node) { return nil, nil }

// write writes a file, until the disk has it.
func write(path string, b []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for at := 0; at < len(b) && err == nil; at += 1 << 22 {
		_, err = f.Write(b[at:min(at+1<<22, len(b))])
	}
	if err == nil {
		err = f.Sync()
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	return err
}

// timed returns how long f takes, which makes the file of that path anew: to free the
// memory of an old one takes long, and is done before.
func timed(path string, f func() error) (ns float64, err error) {
	if err := os.RemoveAll(path); err != nil {
		return 0, err
	}
	start := time.Now()
	err = f()
	return float64(time.Since(start)), err
}
