package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/hand"
	"github.com/symgrad/symgrad/benchmarks/product"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
	"github.com/symgrad/symgrad/internal/kernel/gemm"
	"github.com/symgrad/symgrad/internal/kernel/limit"
	"github.com/symgrad/symgrad/internal/kernel/pool"
)

// shapes are M x K x N of the products raced by default.
const shapes = "64x64x64,128x128x128,256x256x256,512x512x512,1024x1024x1024,64x784x128,128x784x512,128x512x512,256x1024x1024"

// library is one that multiplies, in a process of its own.
type library struct {
	name string
	*process
	ns [][]float64 // by product, then by round
}

// gemmOptions are the flags of the command gemm.
type gemmOptions struct {
	products []product.Product
	dtypes   []string
	threads  []int
	rounds   int
	millis   float64
	json     bool
	peers    string
}

func gemmFlags(args []string) (o gemmOptions, err error) {
	f := flag.NewFlagSet("benchmarks gemm", flag.ExitOnError)
	sizes := f.String("shapes", shapes, "products to race, each MxKxN")
	forms := f.String("forms", "NN,TN,NT", "forms of each, of NN, TN, NT and TT; T: that operand is stored transposed")
	dtypes := f.String("dtype", "float32,float64", "element types")
	threads := f.String("threads", "1,2", "numbers of threads")
	f.IntVar(&o.rounds, "rounds", 5, "times that the libraries take turns")
	f.Float64Var(&o.millis, "ms", 5, "milliseconds that a library runs in each round, at least")
	f.BoolVar(&o.json, "json", false, "print a line of JSON for each figure instead of tables")
	f.StringVar(&o.peers, "peers", "", "folder of the peers' module, to race OpenBLAS and oneDNN too; empty: none")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	for _, s := range strings.Split(*sizes, ",") {
		for _, form := range strings.Split(*forms, ",") {
			p, err := product.Parse(s + " " + form)
			if err != nil {
				return o, fmt.Errorf("-shapes %s, -forms %s: %w", s, form, err)
			}
			o.products = append(o.products, p)
		}
	}
	for _, d := range strings.Split(*dtypes, ",") {
		if d != "float32" && d != "float64" {
			return o, fmt.Errorf("got -dtype %q, want float32 or float64", d)
		}
		o.dtypes = append(o.dtypes, d)
	}
	if o.rounds < 1 || !(o.millis > 0) {
		return o, fmt.Errorf("got %d rounds of %v ms, want at least one of more than 0", o.rounds, o.millis)
	}
	o.threads, err = counts("threads", *threads)
	return o, err
}

// runGemm races matrix products against those of other libraries.
func runGemm(w io.Writer, args []string) error {
	o, err := gemmFlags(args)
	if err != nil {
		return err
	}
	if err := thisMachine(append([]string{"gemm"}, args...)).head(w, o.json); err != nil {
		return err
	}
	commands, err := libraries(o.peers)
	defer os.RemoveAll(commands.temp)
	if err != nil {
		return err
	}
	for _, threads := range o.threads {
		for _, dtype := range o.dtypes {
			out := report{w: w, json: o.json, dtype: dtype}
			if err := raceProducts(&out, commands, o, threads); err != nil {
				return err
			}
		}
	}
	return nil
}

// libraryCommands are programs that serve products.
type libraryCommands struct {
	temp string
	list []libraryCommand
}

type libraryCommand struct {
	name    string
	command []string // that dtype and threads follow
	env     []string
	failed  error // why it cannot run
}

// libraries are this module's products, at each level of the processor's vectors,
// gonum's, and those of the peers' module, which run at the level of this process where
// that is avx2.
func libraries(peers string) (c libraryCommands, err error) {
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	ours := []string{self, "products", "symgrad"}
	c.list = append(c.list, libraryCommand{name: "symgrad", command: ours})
	if cpu.AVX512 {
		c.list = append(c.list, libraryCommand{name: "symgrad-avx2", command: ours, env: []string{"SYMGRAD_CPU=avx2"}})
	}
	c.list = append(c.list, libraryCommand{name: "gonum", command: []string{self, "products", "gonum"}})
	if peers == "" {
		return c, nil
	}
	if c.temp, err = os.MkdirTemp("", "peers"); err != nil {
		return c, err
	}
	binary, err := buildPeer(peers, c.temp, "openblas")
	for _, l := range openBLASLibraries(cpu.Level()) {
		l.command, l.failed = []string{binary}, err
		c.list = append(c.list, l)
	}
	binary, err = buildPeer(peers, c.temp, "onednn")
	isa := oneDNNLevel(cpu.Level())
	c.list = append(c.list,
		libraryCommand{name: "onednn", command: []string{binary}, env: isa, failed: err},
		libraryCommand{name: "onednn-passive", command: []string{binary}, env: append([]string{"OMP_WAIT_POLICY=passive"}, isa...), failed: err})
	return c, nil
}

// openBLASLibraries are the kernels of OpenBLAS to race: those of the environment and
// its own choice, or those for processors of the level avx2. Elsewhere it chooses.
func openBLASLibraries(level string) (out []libraryCommand) {
	switch {
	case os.Getenv(coreType) != "":
		return []libraryCommand{{name: "openblas"}, {name: "openblas-auto", env: []string{coreType + "="}}}
	case level != "avx2":
		return []libraryCommand{{name: "openblas"}}
	}
	for _, core := range avx2Cores {
		out = append(out, libraryCommand{name: "openblas-" + strings.ToLower(core), env: []string{coreType + "=" + core}})
	}
	return out
}

// oneDNNLevel is the environment that keeps oneDNN to the level avx2, unless the
// environment already says a level.
func oneDNNLevel(level string) []string {
	if level != "avx2" {
		return nil
	}
	return lowerUnlessSet(oneDNNVariable, "AVX2")
}

// serveProducts is the other end of the local libraries. Its arguments are the
// library, the element type and the number of threads.
func serveProducts(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("got %q, want a library, a type and a number of threads", args)
	}
	threads, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	if args[1] == "float32" {
		serveLibrary[float32](args[0], threads)
		return nil
	}
	serveLibrary[float64](args[0], threads)
	return nil
}

func serveLibrary[T hand.Float](name string, threads int) {
	if name == "gonum" {
		product.Serve(os.Stdin, os.Stdout, "", func(p product.Product, c, a, b []T) (func(times int), error) {
			k := hand.Gonum[T]()
			return func(times int) {
				for range times {
					k.MatMul(p.TransA, p.TransB, p.M, p.N, p.K, a, b, 0, c)
				}
			}, nil
		})
		return
	}
	w := pool.Of(threads)
	product.Serve(os.Stdin, os.Stdout, "", func(p product.Product, c, a, b []T) (func(times int), error) {
		plan, err := gemm.NewPlan[T](gemm.Spec{M: p.M, N: p.N, K: p.K, TransA: p.TransA, TransB: p.TransB, Alpha: 1})
		if err != nil {
			return nil, err
		}
		scratch := make([]T, plan.Scratch(threads))
		return func(times int) {
			for range times {
				plan.Run(w, c, a, b, scratch, nil)
			}
		}, nil
	})
}

// raceProducts lets the libraries multiply in turns and prints their rates.
func raceProducts(out *report, commands libraryCommands, o gemmOptions, threads int) error {
	var field []*library
	defer func() {
		for _, l := range field {
			l.Close()
		}
	}()
	for _, c := range commands.list {
		l := &library{name: c.name, ns: make([][]float64, len(o.products))}
		var remark string
		err := c.failed
		if err == nil {
			l.process, remark, err = start("", setting{threads, c.env}, append(slices.Clone(c.command), out.dtype, strconv.Itoa(threads))...)
		}
		if err != nil {
			out.note(fmt.Sprintf("%s is left out: %v", c.name, err))
			continue
		}
		if remark != "" {
			out.note(c.name + ": " + remark)
		}
		field = append(field, l)
	}
	var peaks []float64
	for i, p := range o.products {
		if err := prepare(field, p); err != nil {
			return err
		}
		for range o.rounds {
			for _, l := range field {
				if err := l.measure(i, o.millis); err != nil {
					return err
				}
			}
		}
		peaks = append(peaks, limit.Flops(bits(out.dtype), threads))
	}
	out.products(o.products, threads, field, median(peaks))
	return nil
}

// prepare makes the product in all libraries, which must give the same bits.
func prepare(field []*library, p product.Product) error {
	var first string
	for i, l := range field {
		answer, err := l.ask("%v", p)
		if err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		if i == 0 {
			first = answer
		}
		if _, err := strconv.ParseUint(answer, 10, 64); err != nil || answer != first {
			return fmt.Errorf("%v: %s answers %q and %s %q, want the same hash", p, field[0].name, first, l.name, answer)
		}
	}
	return nil
}

// measure adds a time of the i-th product.
func (l *library) measure(i int, millis float64) error {
	answer, err := l.ask("time %g", millis)
	if err != nil {
		return fmt.Errorf("%s: %w", l.name, err)
	}
	ns, err := strconv.ParseFloat(answer, 64)
	if err != nil {
		return fmt.Errorf("%s: %s", l.name, answer)
	}
	l.ns[i] = append(l.ns[i], ns)
	return nil
}

// productLine is a figure in JSON.
type productLine struct {
	Product     string  `json:"product"`
	System      string  `json:"system"`
	Threads     int     `json:"threads"`
	DType       string  `json:"dtype"`
	Ns          float64 `json:"ns"`
	GFlops      float64 `json:"gflops"`
	ShareOfPeak float64 `json:"share_of_peak"`
}

// products prints the rates. Ratios are of the first library's rate to that of
// the fastest library whose name is another's, and of its AVX2 kernels to its
// best ones: medians of the ratios of each round.
func (r report) products(list []product.Product, threads int, field []*library, peak float64) {
	if r.json {
		for i, p := range list {
			for _, l := range field {
				x := productLine{Product: p.String(), System: l.name, Threads: threads, DType: r.dtype, Ns: median(l.ns[i])}
				x.GFlops = p.Flops() / x.Ns
				x.ShareOfPeak = x.GFlops * 1e9 / peak
				b, _ := json.Marshal(x)
				fmt.Fprintf(r.w, "%s\n", b)
			}
		}
		return
	}
	fmt.Fprintf(r.w, "\nC = op(A)·op(B), MxKxN, %s, %d threads, GFLOP/s; multiply-adds %.0f GFLOP/s at most\n%-20s", r.dtype, threads, peak/1e9, "")
	for _, l := range field {
		fmt.Fprintf(r.w, "%*s", len(l.name)+2, l.name)
	}
	fmt.Fprint(r.w, "  of peak  of best")
	if slices.ContainsFunc(field, func(l *library) bool { return l.name == "symgrad-avx2" }) {
		fmt.Fprint(r.w, "  avx2/best")
	}
	fmt.Fprintln(r.w)
	for i, p := range list {
		fmt.Fprintf(r.w, "%-20v", p)
		best, lower := -1, -1
		for j, l := range field {
			fmt.Fprintf(r.w, "%*.1f", len(l.name)+2, p.Flops()/median(l.ns[i]))
			switch {
			case l.name == "symgrad-avx2":
				lower = j
			case j > 0 && (best < 0 || median(l.ns[i]) < median(field[best].ns[i])):
				best = j
			}
		}
		fmt.Fprintf(r.w, "%8.0f%%%9.2f", 100*p.Flops()/median(field[0].ns[i])*1e9/peak, ratio(field[best].ns[i], field[0].ns[i]))
		if lower >= 0 {
			fmt.Fprintf(r.w, "%11.2f", ratio(field[0].ns[i], field[lower].ns[i]))
		}
		fmt.Fprintln(r.w)
	}
}

// ratio is the median of a/b over the rounds.
func ratio(a, b []float64) float64 {
	r := make([]float64, len(a))
	for i := range r {
		r[i] = a[i] / b[i]
	}
	return median(r)
}
