package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"gorgonia.org/gorgonia"
)

// servePredict predicts with the files of a folder, on so many threads: the other end of the command
// predict. It reads the model from the file that all systems read.
func servePredict(in io.Reader, out io.Writer, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("got %q, want a folder and a number of threads", args)
	}
	threads, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	run, output, err := predicting(args[0], threads)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "ready")
	for lines := bufio.NewScanner(in); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		if word == "outputs" {
			if err := run(); err != nil {
				return err
			}
			var text []string
			for _, v := range output.Read(nil) {
				text = append(text, strconv.FormatFloat(float64(v), 'g', -1, 32))
			}
			fmt.Fprintln(out, strings.Join(text, " "))
			continue
		}
		ms, err := strconv.ParseFloat(rest, 64)
		if err != nil {
			return err
		}
		var times []time.Duration
		for end := time.Now().Add(time.Duration(ms * 1e6)); ; {
			start := time.Now()
			if err := run(); err != nil {
				return err
			}
			now := time.Now()
			if times = append(times, now.Sub(start)); now.After(end) {
				break
			}
		}
		slices.Sort(times)
		fmt.Fprintln(out, int64(times[len(times)/2]), int64(times[min(len(times)-1, len(times)*99/100)]), len(times))
	}
	return nil
}

// predicting returns what runs the model once on the inputs of the folder, and its output.
func predicting(dir string, threads int) (run func() error, output graph.Output[float32], err error) {
	m, err := onnx.ReadFile(filepath.Join(dir, "model.onnx"), onnx.Limits{})
	if err != nil {
		return nil, output, err
	}
	b := graph.New(m.Params())
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes(m.Outputs(b, m.Batch)), Workers: threads, Fixed: true})
	if err != nil {
		return nil, output, err
	}
	text, err := os.ReadFile(filepath.Join(dir, "inputs.json"))
	if err != nil {
		return nil, output, err
	}
	var inputs []predictInput
	if err := json.Unmarshal(text, &inputs); err != nil {
		return nil, output, err
	}
	var binds []func() error
	for _, x := range inputs {
		data, err := os.ReadFile(filepath.Join(dir, x.File))
		if err != nil {
			return nil, output, err
		}
		if x.Kind == "int64" {
			v := make([]int, len(data)/8)
			for i := range v {
				v[i] = int(binary.LittleEndian.Uint64(data[8*i:]))
			}
			to := graph.InputOf[int](prog, x.Name)
			binds = append(binds, func() error { return to.Set(v) })
			continue
		}
		v := make([]float32, len(data)/4)
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		to := graph.InputOf[float32](prog, x.Name)
		binds = append(binds, func() error { return to.Bind(v) })
	}
	return func() error {
		for _, bind := range binds {
			if err := bind(); err != nil {
				return err
			}
		}
		return prog.Run()
	}, graph.OutputOf[float32](prog, 0), nil
}
