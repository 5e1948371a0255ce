package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/serve"
)

// demo trains a small model, serves it on a free port of this machine, asks it so many times
// from 1 and from 50 goroutines, and prints a table of the latencies. All run on the processors of
// this machine, so with 50 goroutines a request waits for its turn: more are answered in a second,
// and each takes longer.
func demo(ctx context.Context, w io.Writer, s settings, requests int) error {
	dir, err := os.MkdirTemp("", "serve")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s.model, s.addr = filepath.Join(dir, "rings.safetensors"), "localhost:0"
	if err := trainTo(ctx, s.model); err != nil {
		return err
	}
	serving, stop := context.WithCancel(ctx)
	defer stop()
	at, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- run(serving, s, io.Discard, func(address string) { at <- address }) }()
	var url string
	select {
	case address := <-at:
		url = "http://" + address + "/predict"
	case err := <-ended:
		return err
	}
	fmt.Fprintf(w, "Client and server share %d processors. With more goroutines than that a request waits for its turn:\n"+
		"look at the requests per second then, and at the latency with one goroutine.\n\n", runtime.GOMAXPROCS(0))
	fmt.Fprint(w, "| goroutines | requests | per second | median | p95 | p99 |\n|---:|---:|---:|---:|---:|---:|\n")
	for _, goroutines := range []int{1, 50} {
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: goroutines}, Timeout: time.Minute}
		defer client.CloseIdleConnections()
		if _, _, err := askAll(client, url, goroutines, 4*goroutines); err != nil { // which connects, and compiles
			return err
		}
		took, total, err := askAll(client, url, goroutines, requests)
		if err != nil {
			return err
		}
		at := func(percent int) time.Duration {
			return took[min(len(took)*percent/100, len(took)-1)].Round(time.Microsecond)
		}
		fmt.Fprintf(w, "| %d | %d | %.0f | %v | %v | %v |\n", goroutines, requests, float64(requests)/total.Seconds(), at(50), at(95), at(99))
	}
	stop()
	return <-ended
}

// ring returns point i of the class: 0 is the inner ring, 1 the outer one.
func ring(i, class int) []float64 {
	angle, radius := float64(i), 1+2*float64(class)+0.3*math.Sin(float64(7*i))
	return []float64{radius * math.Cos(angle), radius * math.Sin(angle)}
}

// trainTo trains a model that tells two rings apart, and saves it.
func trainTo(ctx context.Context, path string) error {
	const n = 200
	var x []float64
	y := make([]int, n)
	for i := range n {
		y[i] = i % 2
		x = append(x, ring(i, y[i])...)
	}
	set, err := data.New(data.Field{Name: "x", Shape: []int{2}, Floats: x}, data.Field{Name: "y", Ints: y, Classes: 2, ClassNames: []string{"inner", "outer"}})
	if err != nil {
		return err
	}
	m, err := models.NewMLP(models.MLPOptions{In: 2, Hidden: []int{16}, Out: 2})
	if err != nil {
		return err
	}
	t, err := train.New(m, train.Options{Epochs: 100})
	if err == nil {
		_, err = t.Fit(ctx, set)
	}
	if err != nil {
		return err
	}
	return t.SaveModel(path, train.ModelFile{})
}

// askAll asks from that many goroutines. It returns the latencies in order.
func askAll(client *http.Client, url string, goroutines, requests int) (took []time.Duration, total time.Duration, err error) {
	took = make([]time.Duration, requests)
	failed := make([]error, goroutines)
	var next atomic.Int64
	var wait sync.WaitGroup
	start := time.Now()
	for g := range goroutines {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < requests && failed[g] == nil; i = int(next.Add(1)) - 1 {
				begun := time.Now()
				failed[g] = ask(client, url, i)
				took[i] = time.Since(begun)
			}
		})
	}
	wait.Wait()
	total = time.Since(start)
	for _, err := range failed {
		if err != nil {
			return nil, 0, err
		}
	}
	slices.Sort(took)
	return took, total, nil
}

// ask asks for a point of each ring, and checks the classes.
func ask(client *http.Client, url string, i int) error {
	body, err := json.Marshal(map[string]any{"rows": [][]float64{ring(i, 0), ring(i, 1)}})
	if err != nil {
		return err
	}
	r, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var a serve.Answer
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		return err
	}
	if p := a.Predictions; r.StatusCode != http.StatusOK || len(p) != 2 || p[0].Class != "inner" || p[1].Class != "outer" {
		return fmt.Errorf("request %d: got the status %s and %+v", i, r.Status, a)
	}
	return nil
}
