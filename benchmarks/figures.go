package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/limit"
	"gorgonia.org/gorgonia"
)

// figure is what the command figures prints. Fields that mean nothing for it are
// left out.
type figure struct {
	Figure      string  `json:"figure"`
	Workload    string  `json:"workload,omitempty"`
	Batch       int     `json:"batch,omitempty"`
	Threads     int     `json:"threads,omitempty"`
	Ns          float64 `json:"ns,omitempty"`
	GFlops      float64 `json:"gflops,omitempty"`
	ShareOfPeak float64 `json:"share_of_peak,omitempty"`
	Bytes       int64   `json:"bytes,omitempty"`
}

func (f figure) String() string {
	s := fmt.Sprintf("%-14s %-4s", f.Figure, f.Workload)
	if f.Batch > 0 {
		s += fmt.Sprintf(" batch %4d, %d threads", f.Batch, f.Threads)
	}
	if f.Ns > 0 {
		s += fmt.Sprintf(" %10s", duration(f.Ns))
	}
	if f.GFlops > 0 {
		s += fmt.Sprintf(" %8.0f examples/s %7.1f GFLOP/s %4.0f%% of peak", float64(f.Batch)/f.Ns*1e9, f.GFlops, 100*f.ShareOfPeak)
	}
	if f.Bytes > 0 {
		s += fmt.Sprintf(" %.2f MB", float64(f.Bytes)/1e6)
	}
	return s
}

// runFigures measures what is no training step: prediction, compiling, a small
// program's size and time to its first step, and the size of gorgonia's download. It
// prints the machine first.
func runFigures(w io.Writer, args []string) error {
	f := flag.NewFlagSet("benchmarks figures", flag.ExitOnError)
	names := f.String("workloads", usual, "standard workloads, of W1 to W12, or all")
	threads := f.String("threads", "1,2", "numbers of threads of prediction")
	batches := f.String("batches", "1,1000", "examples that are predicted at once")
	rounds := f.Int("rounds", 5, "measurements, of which the median counts")
	lines := f.Bool("json", false, "print lines of JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	list, err := standard(*names)
	if err != nil {
		return err
	}
	sizes, err := counts("batches", *batches)
	if err != nil {
		return err
	}
	workers, err := counts("threads", *threads)
	if err != nil {
		return err
	}
	print := func(x figure) { printLine(w, *lines, x) }
	if err := thisMachine(append([]string{"figures"}, args...)).head(w, *lines); err != nil {
		return err
	}
	if err := predictions(print, list, sizes, workers, max(1, *rounds)); err != nil {
		return err
	}
	for _, work := range list {
		x, err := compileTime(work, max(1, *rounds))
		if err != nil {
			return fmt.Errorf("%s: %w", work.Name, err)
		}
		print(x)
	}
	if err := startFigures(print, max(1, *rounds), report{w: w, json: *lines}); err != nil {
		return err
	}
	x := figure{Figure: "download", Workload: "gorgonia"}
	if x.Bytes, err = download("gorgonia.org/gorgonia"); err == nil {
		print(x)
	}
	return err
}

// download returns the size of a module's archive, which go mod download fetches.
func download(module string) (bytes int64, err error) {
	text, err := exec.Command("go", "mod", "download", "-json", module).Output()
	if err != nil {
		return 0, fmt.Errorf("the download of %s: %w", module, err)
	}
	var d struct{ Zip string }
	if err := json.Unmarshal(text, &d); err != nil {
		return 0, err
	}
	info, err := os.Stat(d.Zip)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// predictions predicts by every model, with every number of threads and of examples.
func predictions(print func(figure), list []workload.Workload, batches, threads []int, rounds int) error {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range threads {
		runtime.GOMAXPROCS(n)
		for _, work := range list {
			for _, batch := range batches {
				x, err := predict(work, batch, n, rounds)
				if err != nil {
					return fmt.Errorf("%s: %w", work.Name, err)
				}
				print(x)
			}
		}
	}
	return nil
}

// predict times the output alone of a model in float32, on random examples.
func predict(work workload.Workload, batch, threads, rounds int) (figure, error) {
	x := figure{Figure: "predict", Workload: work.Name, Batch: batch, Threads: threads}
	s := work.Spec
	s.Batch, s.Rows = batch, batch
	m, err := s.Model(graph.Float32)
	if err != nil {
		return x, err
	}
	b := graph.New(m.Params())
	_, output := m.Loss(b, batch)
	prog, err := b.Compile(graph.Options{Outputs: gorgonia.Nodes{output}, Workers: threads, Fixed: true})
	if err != nil {
		return x, err
	}
	in := make([]float32, batch*s.Features())
	for i := range in {
		in[i] = float32(i%251)/251 - 0.5
	}
	if s.Lengths {
		lengths := make([]int, batch)
		for i := range lengths {
			lengths[i] = s.Length(i)
		}
		if err := graph.InputOf[int](prog, "lengths").Set(lengths); err != nil {
			return x, err
		}
	}
	inputs := graph.InputOf[float32](prog, "x")
	step := func(int) (float64, error) {
		if err := inputs.Bind(in); err != nil {
			return 0, err
		}
		return 0, prog.Run()
	}
	var ns, peaks []float64
	for range rounds + 1 { // the first warms up
		t, _, err := workload.Time(step, 0, 20)
		if err != nil {
			return x, err
		}
		ns = append(ns, t)
		peaks = append(peaks, limit.Flops(32, threads))
	}
	x.Ns = median(ns[1:])
	x.GFlops = s.Cost().Forward / x.Ns
	x.ShareOfPeak = x.GFlops * 1e9 / median(peaks[1:])
	return x, nil
}

// compileTime is the time of deriving the gradients and of compiling a step, once
// the model's graph is built.
func compileTime(work workload.Workload, rounds int) (figure, error) {
	x := figure{Figure: "compile", Workload: work.Name}
	m, err := work.Spec.Model(graph.Float32)
	if err != nil {
		return x, err
	}
	var ns []float64
	for range rounds {
		b, loss := workload.Training(m, work.Spec.Batch)
		start := time.Now()
		if _, err := compileStep(b, loss, true, 1); err != nil {
			return x, err
		}
		ns = append(ns, float64(time.Since(start)))
	}
	x.Ns = median(ns)
	return x, nil
}

// startFigures builds the program in the folder start, and measures it from
// outside.
func startFigures(print func(figure), rounds int, out report) error {
	temp, err := os.MkdirTemp("", "start")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	program := filepath.Join(temp, "start")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "github.com/symgrad/symgrad/benchmarks/start")
	if text, err := build.CombinedOutput(); err != nil {
		out.note(fmt.Sprintf("start and size are left out: %v: %s", err, strings.TrimSpace(string(text))))
		return nil
	}
	info, err := os.Stat(program)
	if err != nil {
		return err
	}
	print(figure{Figure: "size", Workload: "W4", Bytes: info.Size()})
	for steps, name := range []string{"start", "first step"} {
		var ns []float64
		for range rounds {
			t, err := timeTo(program, fmt.Sprint(steps))
			if err != nil {
				return err
			}
			ns = append(ns, t)
		}
		print(figure{Figure: name, Workload: "W4", Ns: median(ns)})
	}
	return nil
}

// timeTo is how long a program takes from its start until it has printed a line.
func timeTo(program string, args ...string) (ns float64, err error) {
	cmd := exec.Command(program, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = bufio.NewReader(out).ReadString('\n')
	ns = float64(time.Since(start))
	if e := cmd.Wait(); e != nil {
		err = e
	}
	return ns, err
}
