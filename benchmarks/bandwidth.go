package main

import (
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/kernel/vec"
	"github.com/symgrad/symgrad/train"
	"gorgonia.org/gorgonia"
)

// pass is a computation whose time should be that of its traffic. Its arrays have the shape
// [n, 4, 16, 16], or [n, 1024] for rows.
type pass struct {
	name   string
	moved  int // arrays read and written, each as often as the mathematics needs
	inputs int
	rows   bool
	build  func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node
}

// passes are the operators. The statistics of batch normalization need all of x before the first
// result, so x is read twice. In its derivative x is read for the statistics first, then x and the
// gradient for their sums, and again for the result. (In training the statistics are there already.)
var passes = []pass{
	{"relu", 2, 1, false, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.ReLU(x[0]) }},
	{"a + b", 3, 2, false, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Add(x[0], x[1]) }},
	{"max(a·b + c, 0)", 4, 3, false, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node {
		return b.ReLU(b.Add(b.Mul(x[0], x[1]), x[2]))
	}},
	{"(a − b)²·c + a", 4, 3, false, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node {
		return b.Add(b.Mul(b.Square(b.Sub(x[0], x[1])), x[2]), x[0])
	}},
	{"sum of rows", 1, 1, true, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Sum(x[0], 1) }},
	{"sum of columns", 1, 1, true, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Sum(x[0], 0) }},
	{"softmax", 2, 1, true, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return b.Softmax(x[0]) }},
	{"softmax, gradient", 3, 2, true, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node { return derived(b, b.Softmax(x[0]), x) }},
	{"layer norm", 2, 1, true, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node {
		return nn.LayerNorm(b, "norm", x[0], nn.NormOptions{})
	}},
	{"layer norm, gradient", 3, 2, true, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node {
		return derived(b, nn.LayerNorm(b, "norm", x[0], nn.NormOptions{}), x)
	}},
	{"batch norm", 3, 1, false, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node {
		return nn.BatchNorm(b, "norm", x[0], nn.BatchNormOptions{})
	}},
	{"batch norm, gradient", 6, 2, false, func(b *graph.Builder, x []*gorgonia.Node) *gorgonia.Node {
		return derived(b, nn.BatchNorm(b, "norm", x[0], nn.BatchNormOptions{}), x)
	}},
}

// bandwidthUpdates is how many of the updates are measured: SGD, and Adam and its kin.
const bandwidthUpdates = 5

// derived is the gradient of x[0] for the gradient x[1] of y.
func derived(b *graph.Builder, y *gorgonia.Node, x []*gorgonia.Node) *gorgonia.Node {
	if b.Err() != nil {
		return nil
	}
	g, err := autograd.Gradients(b.Sum(b.Mul(y, x[1])), x[0])
	if err != nil {
		return nil // the Builder says the same
	}
	return g[0]
}

// bandwidthFlags are the flags of the command bandwidth.
type bandwidthFlags struct {
	dtypes  []string
	threads []int
	sizes   []int // bytes of all arrays
	only    string
	rounds  int
}

// bandwidthLine is what the command bandwidth prints: a rate, by the bytes that the mathematics
// needs, beside those of a copy and of a += s·b on as many bytes. Ratio is the time over that
// at the yardstick's rate, the median of the rounds. The yardstick of an operator is the copy. That of an
// update, which overwrites what it has read, is the better of both: memory then transfers less.
type bandwidthLine struct {
	Bandwidth string  `json:"bandwidth"` // what was measured
	DType     string  `json:"dtype"`
	Threads   int     `json:"threads"`
	Bytes     int     `json:"bytes"` // of all arrays
	Ns        float64 `json:"ns"`
	Rate      float64 `json:"gb_per_second"`
	Copy      float64 `json:"copy_gb_per_second"`
	Triad     float64 `json:"triad_gb_per_second"`
	Ratio     float64 `json:"ratio"`
}

func (l bandwidthLine) String() string {
	return fmt.Sprintf("%-22s %s %7s %d threads %10s %6.1f GB/s; copy %6.1f, triad %6.1f GB/s; time over the yardstick's %.2f",
		l.Bandwidth, l.DType, bytesText(int64(l.Bytes)), l.Threads, duration(l.Ns), l.Rate, l.Copy, l.Triad, l.Ratio)
}

// runBandwidth measures what memory bounds, in the second-level cache and out of all caches.
func runBandwidth(w io.Writer, args []string) error {
	var o bandwidthFlags
	f := flag.NewFlagSet("benchmarks bandwidth", flag.ExitOnError)
	dtypes := f.String("dtype", "float32,float64", "element types")
	threads := f.String("threads", "1,2", "numbers of threads")
	sizes := f.String("kb", "512,65536", "sizes of all arrays together, in KB")
	f.StringVar(&o.only, "only", "", "text that the names of what is measured have; empty: all")
	f.IntVar(&o.rounds, "rounds", 7, "turns of each, of which the median counts")
	lines := f.Bool("json", false, "print lines of JSON")
	err := f.Parse(args)
	if err != nil {
		return err
	}
	if o.threads, err = counts("threads", *threads); err != nil {
		return err
	}
	if o.sizes, err = counts("kb", *sizes); err != nil {
		return err
	}
	o.dtypes = strings.Split(*dtypes, ",")
	for _, d := range o.dtypes {
		if d != "float32" && d != "float64" {
			return fmt.Errorf("got -dtype %q, want float32 or float64", d)
		}
	}
	if o.rounds < 1 {
		return fmt.Errorf("got %d rounds, want at least one", o.rounds)
	}
	if !o.measures() {
		return fmt.Errorf("got -only %q, want a part of a name such as %q or %q", o.only, passes[0].name, updates[0].name)
	}
	if err := thisMachine(append([]string{"bandwidth"}, args...)).head(w, *lines); err != nil {
		return err
	}
	return o.run(func(l bandwidthLine) { printLine(w, *lines, l) })
}

// measures reports whether anything has the text only in its name.
func (o bandwidthFlags) measures() bool {
	for _, u := range updates[:bandwidthUpdates] {
		if strings.Contains(u.name, o.only) {
			return true
		}
	}
	return slices.ContainsFunc(passes, func(p pass) bool { return strings.Contains(p.name, o.only) })
}

func (o bandwidthFlags) run(print func(bandwidthLine)) error {
	for _, kb := range o.sizes {
		for _, threads := range o.threads {
			for _, dtype := range o.dtypes {
				measure := bandwidths[float64]
				if dtype == "float32" {
					measure = bandwidths[float32]
				}
				err := measure(o, kb<<10, threads, func(l bandwidthLine) {
					l.DType, l.Bytes, l.Threads = dtype, kb<<10, threads
					print(l)
				})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// bandwidths measures all passes and updates on so many bytes.
func bandwidths[T hand.Float](o bandwidthFlags, bytes, threads int, print func(bandwidthLine)) error {
	yard := newYardstick[T](bytes, threads)
	size := int(unsafe.Sizeof(T(0)))
	for _, p := range passes {
		if !strings.Contains(p.name, o.only) {
			continue
		}
		arrays := p.inputs + 1
		if p.moved == 1 {
			arrays = 1
		}
		n := max(1, bytes/size/arrays/1024)
		prog, err := p.program(n, threads, isFloat32[T]())
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := fillInputs[T](prog); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		var failed error
		l := yard.against(o.rounds, p.moved*n*1024*size, false, func() { failed = prog.Run() })
		if failed != nil {
			return fmt.Errorf("%s: %w", p.name, failed)
		}
		l.Bandwidth = p.name
		print(l)
	}
	for _, u := range updates[:bandwidthUpdates] {
		if !strings.Contains(u.name, o.only) {
			continue
		}
		n := bytes / size / (2 + len(u.o.Slots()))
		v, err := viewOf[T](u.o, n, threads)
		if err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
		at := 1000
		l := yard.against(o.rounds, u.moved*n*size, true, func() {
			at++
			u.o.Update(train.Step{N: at, Rate: 1e-4}, v)
		})
		if err := v.Err(); err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
		l.Bandwidth = u.name
		print(l)
	}
	return nil
}

// program compiles the pass for n times 1024 elements.
func (p pass) program(n, threads int, single bool) (*graph.Program, error) {
	dtype := graph.Float64
	if single {
		dtype = graph.Float32
	}
	b := graph.New(graph.NewParams(dtype, 1))
	b.SetTraining(true)
	shape := []int{n, 4, 16, 16}
	if p.rows {
		shape = []int{n, 1024}
	}
	var x []*gorgonia.Node
	for i := range p.inputs {
		x = append(x, b.Input(fmt.Sprintf("x%d", i), shape...))
	}
	y := p.build(b, x)
	if err := b.Err(); err != nil {
		return nil, err
	}
	return b.Compile(graph.Options{Outputs: gorgonia.Nodes{y}, Workers: threads})
}

// fillInputs sets the inputs to numbers between -1 and 1.
func fillInputs[T hand.Float](prog *graph.Program) error {
	for k, in := range prog.Inputs() {
		x, err := graph.InputOf[T](prog, in.Name).Memory()
		if err != nil {
			return err
		}
		for i := range x {
			x[i] = T((i*37+k*11)%199)/100 - 1
		}
	}
	return nil
}

// yardstick copies and adds arrays on several threads.
type yardstick[T hand.Float] struct {
	to, from             []T
	workers              *pool.Pool
	copy, stream, update func(worker, part int)
	threads              int
}

func newYardstick[T hand.Float](bytes, threads int) *yardstick[T] {
	n := bytes / int(unsafe.Sizeof(T(0))) / 2
	y := &yardstick[T]{to: memory.Zeros[T](n), from: memory.Zeros[T](n), workers: pool.Of(threads), threads: threads}
	vec.Of[T]().Fill(y.from, 1)
	vec.Of[T]().Fill(y.to, 1)
	part := func(i int) (lo, hi int) { return n * i / threads, n * (i + 1) / threads }
	y.copy = func(_, i int) { lo, hi := part(i); copy(y.to[lo:hi], y.from[lo:hi]) }
	y.stream = func(_, i int) { lo, hi := part(i); memory.Stream(y.to[lo:hi], y.from[lo:hi]); memory.StreamEnd() }
	y.update = func(_, i int) { lo, hi := part(i); vec.Of[T]().Axpy(y.to[lo:hi], 1e-9, y.from[lo:hi]) }
	return y
}

// rate returns the bytes per nanosecond of f, which moves so many of the yardstick's arrays.
func (y *yardstick[T]) rate(arrays int, f func(worker, part int)) float64 {
	bytes := arrays * len(y.to) * int(unsafe.Sizeof(T(0)))
	return float64(bytes) / warm(func() { y.workers.Run(y.threads, f) })
}

// against measures f, which moves so many bytes. The copies, through the caches and past them, and
// the triad take turns with it.
func (y *yardstick[T]) against(rounds, moved int, update bool, f func()) bandwidthLine {
	var ns, copies, triads, ratios []float64
	for round := range rounds + 1 { // the first warms up
		best := max(y.rate(2, y.copy), y.rate(2, y.stream))
		triad, u := y.rate(3, y.update), warm(f)
		if round == 0 {
			continue
		}
		ns, copies, triads = append(ns, u), append(copies, best), append(triads, triad)
		if update {
			best = max(best, triad)
		}
		ratios = append(ratios, u*best/float64(moved))
	}
	return bandwidthLine{Ns: median(ns), Rate: float64(moved) / median(ns), Copy: median(copies), Triad: median(triads), Ratio: median(ratios)}
}

// warm is the last of some turns: the first bring into the caches what stays there.
func warm(f func()) (ns float64) {
	for range 4 {
		ns = turn(f)
	}
	return ns
}
