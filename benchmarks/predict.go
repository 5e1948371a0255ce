package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/onnx"
	"gorgonia.org/gorgonia"
)

// predictFlags are the flags of the command predict.
type predictFlags struct {
	workloads []workload.Workload
	batches   []int
	threads   []int
	rounds    int
	millis    float64
	peers     string   // folder of the peers, or ""
	self      []string // starts this program
}

// predictLine is what the command predict prints: the time of one prediction of a batch. The time of
// a call is that of a model which computes nothing: it stands apart, and is part of the others.
type predictLine struct {
	Predict  string  `json:"predict"` // what was measured: a "batch"
	System   string  `json:"system"`
	Workload string  `json:"workload"`
	Batch    int     `json:"batch"`
	Threads  int     `json:"threads"`
	Ns       float64 `json:"ns"`     // median of the rounds' medians
	P99Ns    float64 `json:"p99_ns"` // median of the rounds' 99th percentiles
	CallNs   float64 `json:"call_ns,omitempty"`
	// Ratio is our time over the other system's, without its call. It is the median of those of each round.
	Ratio float64 `json:"ratio,omitempty"`
}

func (l predictLine) String() string {
	text := fmt.Sprintf("%-4s batch %4d, %d threads, %-12s %10s, p99 %10s", l.Workload, l.Batch, l.Threads, l.System, duration(l.Ns), duration(l.P99Ns))
	if l.CallNs > 0 {
		text += fmt.Sprintf(", of which a call %s; symgrad takes %.2f of the rest", duration(l.CallNs), l.Ratio)
	}
	return text
}

// runPredict races predictions against ONNX Runtime.
func runPredict(w io.Writer, args []string) error {
	var o predictFlags
	f := flag.NewFlagSet("benchmarks predict", flag.ExitOnError)
	names := f.String("workloads", "W4,W5,W6,W7,W10", "standard workloads, of W1 to W12, or all")
	batches := f.String("batches", "1,8,64,1000", "examples that are predicted at once")
	threads := f.String("threads", "1,2", "numbers of threads")
	f.IntVar(&o.rounds, "rounds", 5, "times that the systems take turns")
	f.Float64Var(&o.millis, "ms", 100, "milliseconds of each measurement, at least")
	f.StringVar(&o.peers, "peers", "", "folder of the peers, to race ONNX Runtime too; empty: none")
	lines := f.Bool("json", false, "print lines of JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || !(o.millis > 0) {
		return fmt.Errorf("got %d rounds of %v ms, want at least one of more than 0", o.rounds, o.millis)
	}
	var err error
	if o.workloads, err = standard(*names); err != nil {
		return err
	}
	if o.batches, err = counts("batches", *batches); err != nil {
		return err
	}
	if o.threads, err = counts("threads", *threads); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.self = []string{self}
	if err := thisMachine(append([]string{"predict"}, args...)).head(w, *lines); err != nil {
		return err
	}
	out := report{w: w, json: *lines}
	return o.run(out.note, func(l predictLine) {
		printLine(w, *lines, l)
	})
}

// run measures all workloads, batches and threads.
func (o predictFlags) run(note func(string), print func(predictLine)) error {
	for _, n := range o.threads {
		for _, work := range o.workloads {
			for _, batch := range o.batches {
				if err := o.race(work, batch, n, note, print); err != nil {
					return fmt.Errorf("%s, batch %d: %w", work.Name, batch, err)
				}
			}
		}
	}
	return nil
}

// predictor is a process that predicts.
type predictor struct {
	name string
	*process
	ns, p99, call []float64 // of each round
}

// race lets the systems predict the same batch in turns.
func (o predictFlags) race(work workload.Workload, batch, threads int, note func(string), print func(predictLine)) error {
	dir, err := os.MkdirTemp("", "predict")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := writePrediction(dir, work, batch); err != nil {
		return err
	}
	s := setting{threads: threads}
	ours, _, err := start("", s, append(o.self[:len(o.self):len(o.self)], "predicts", dir, strconv.Itoa(threads))...)
	if err != nil {
		return err
	}
	field := []*predictor{{name: "symgrad", process: ours}}
	defer func() {
		for _, p := range field {
			p.Close()
		}
	}()
	if o.peers != "" {
		q, version, err := start(o.peers, s, "node", "onnxruntime_peer.cjs", dir, strconv.Itoa(threads))
		if err != nil {
			note(fmt.Sprintf("onnxruntime is left out: %v", err))
		} else {
			if work.Name == o.workloads[0].Name && batch == o.batches[0] && threads == o.threads[0] {
				note("onnxruntime: " + version)
			}
			field = append(field, &predictor{name: "onnxruntime", process: q})
		}
	}
	if err := agreeing(field); err != nil {
		return err
	}
	for range o.rounds {
		for i, p := range field {
			if err := p.measure(o.millis, i > 0); err != nil {
				return err
			}
		}
	}
	for i, p := range field {
		l := predictLine{Predict: "batch", System: p.name, Workload: work.Name, Batch: batch, Threads: threads, Ns: median(p.ns), P99Ns: median(p.p99)}
		if i > 0 {
			l.CallNs = median(p.call)
			net := make([]float64, len(p.ns))
			for k := range net {
				net[k] = max(1, p.ns[k]-p.call[k])
			}
			l.Ratio = ratio(field[0].ns, net)
		}
		print(l)
	}
	return nil
}

// measure adds the times of a round.
func (p *predictor) measure(millis float64, call bool) error {
	ns, p99, err := p.time("time", millis)
	if err != nil {
		return err
	}
	p.ns, p.p99 = append(p.ns, ns), append(p.p99, p99)
	if call {
		if ns, _, err = p.time("call", min(millis, 20)); err != nil {
			return err
		}
		p.call = append(p.call, ns)
	}
	return nil
}

// time lets the process time itself, after a short warm-up.
func (p *predictor) time(word string, millis float64) (ns, p99 float64, err error) {
	if _, err := p.ask("%s %g", word, millis/10); err != nil {
		return 0, 0, err
	}
	answer, err := p.ask("%s %g", word, millis)
	if err != nil {
		return 0, 0, err
	}
	var n int
	if _, err := fmt.Sscan(answer, &ns, &p99, &n); err != nil || !(ns > 0) {
		return 0, 0, fmt.Errorf("%s: got the answer %q", p.name, answer)
	}
	return ns, p99, nil
}

// agreeing returns an error unless all systems predict almost the same.
func agreeing(field []*predictor) error {
	var want []float64
	for i, p := range field {
		answer, err := p.ask("outputs")
		if err != nil {
			return err
		}
		var got []float64
		for _, word := range strings.Fields(answer) {
			v, err := strconv.ParseFloat(word, 64)
			if err != nil {
				return fmt.Errorf("%s: %s", p.name, answer)
			}
			got = append(got, v)
		}
		if i == 0 {
			want = got
		}
		if len(got) == 0 || len(got) != len(want) {
			return fmt.Errorf("%s: got %d outputs, want %d", p.name, len(got), len(want))
		}
		for k := range got {
			if d := math.Abs(got[k] - want[k]); !(d <= 1e-4*max(1, math.Abs(want[k]))) {
				return fmt.Errorf("%s: output %d: got %v, want %v as of %s", p.name, k, got[k], want[k], field[0].name)
			}
		}
	}
	return nil
}

// predictInput is an input of a prediction.
type predictInput struct {
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Shape []int  `json:"shape"`
	File  string `json:"file"`
}

// writePrediction writes the model of a workload for a batch, a model that computes nothing, and the inputs.
func writePrediction(dir string, work workload.Workload, batch int) error {
	s := work.Spec
	s.Batch, s.Rows = batch, batch
	m, err := s.Model(graph.Float32)
	if err != nil {
		return err
	}
	outputs := func(b *graph.Builder, n int) []*gorgonia.Node {
		_, output := m.Loss(b, n)
		return []*gorgonia.Node{output}
	}
	b := graph.New(m.Params())
	prog, err := b.Compile(graph.Options{Outputs: outputs(b, batch)})
	if err != nil {
		return err
	}
	if err := writeONNX(filepath.Join(dir, "model.onnx"), m.Params(), outputs, onnx.Options{Batch: batch}); err != nil {
		return err
	}
	nothing := func(b *graph.Builder, n int) []*gorgonia.Node {
		return []*gorgonia.Node{b.Neg(b.Input("x", n))}
	}
	if err := writeONNX(filepath.Join(dir, "empty.onnx"), graph.NewParams(graph.Float32, 0), nothing, onnx.Options{Batch: 1}); err != nil {
		return err
	}
	var inputs []predictInput
	for i, in := range prog.Inputs() {
		x := predictInput{in.Name, "float32", in.Shape, fmt.Sprint(i)}
		n := 1
		for _, d := range in.Shape {
			n *= d
		}
		var data []byte
		switch {
		case !in.Ints:
			for k := range n {
				data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(k%251)/251-0.5))
			}
		case s.Lengths && in.Name == "lengths":
			x.Kind = "int64"
			for k := range n {
				data = binary.LittleEndian.AppendUint64(data, uint64(s.Length(k)))
			}
		default:
			return errors.New("got an input of integers that is not lengths")
		}
		if err := os.WriteFile(filepath.Join(dir, x.File), data, 0o600); err != nil {
			return err
		}
		inputs = append(inputs, x)
	}
	text, err := json.Marshal(inputs)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "inputs.json"), text, 0o600)
}

func writeONNX(path string, params *graph.Params, outputs func(b *graph.Builder, n int) []*gorgonia.Node, o onnx.Options) error {
	var file bytes.Buffer
	if err := onnx.Write(&file, onnx.Model{Params: params, Outputs: outputs}, o); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o600)
}
