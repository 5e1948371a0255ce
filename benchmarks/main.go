// Benchmarks trains the same models from the same weights on the same batches
// with this project, with backpropagation written by hand in Go, and with
// gorgonia's TapeMachine. It checks that the losses agree step by step, takes
// turns, and prints medians with their share of what the machine can do.
//
//	go run ./benchmarks
//	go run ./benchmarks -workloads W4,W6 -threads 1 -rounds 11 -json
//	go run ./benchmarks -peers benchmarks/peers
//	go run ./benchmarks -model mlp:300-211-47-10,relu,batch=37,adam -dtype float64
//
// With a word before the flags it measures something else:
//
//	go run ./benchmarks gemm -peers benchmarks/peers -threads 1  # matrix products
//	go run ./benchmarks figures -workloads W4,W7                 # prediction, compile time, start, size
//	go run ./benchmarks predict -peers benchmarks/peers          # prediction against ONNX Runtime
//	go run ./benchmarks trainer                                 # Fit, updates of optimizers, checkpoints
//	go run ./benchmarks read                                    # tables: time and memory
//	go run ./benchmarks load                                    # predictions of many callers at a time
//	go run ./benchmarks busy                                    # threads while another process keeps a core busy
//	go run ./benchmarks bandwidth                               # what memory bounds: updates, norms, elementwise operators
//
// The folder results has a file for each machine, and README.md a table of one of
// them. These write the file and then the table:
//
//	go run ./benchmarks -json > benchmarks/results/NAME.jsonl
//	go run ./benchmarks table -in README.md
//
// and so do these for docs/training.md:
//
//	go run ./benchmarks trainer -json > benchmarks/results/trainer-NAME.jsonl
//	go run ./benchmarks table -in docs/training.md
//
// The commands load, busy, predict and bandwidth write benchmarks/results/load-NAME.jsonl and so on in
// the same way, for docs/serving.md, docs/threads.md and docs/benchmarks.md.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/internal/kernel/cpu"
)

// usual are the workloads that run by default: all but W8, which takes some systems
// seconds.
const usual = "W1,W2,W3,W4,W5,W6,W7,W9,W10,W11,W12"

// options are the command's flags.
type options struct {
	workloads []workload.Workload
	systems   []string // nil: all
	dtype     string
	threads   []int
	rounds    int
	millis    float64 // that a round of one system takes at least
	json      bool
	profile   bool
	peers     string // folder of the peers' module, or ""
	python    string
}

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

// commands are the words that may stand before the flags, in the order in which help lists them.
var commands = []struct {
	name, about string // no about: the benchmarks start it, and read on its standard output why it fails
	run         func(w io.Writer, args []string) error
}{
	{"gemm", "matrix products", runGemm},
	{"figures", "prediction, compile time, start, size", runFigures},
	{"predict", "prediction against ONNX Runtime", runPredict},
	{"trainer", "Fit, updates of optimizers, checkpoints", runTrainer},
	{"read", "tables: time and memory", runRead},
	{"load", "predictions of many callers at a time", runLoad},
	{"busy", "threads while another process keeps a core busy", runBusy},
	{"bandwidth", "what memory bounds: updates, norms, elementwise operators", runBandwidth},
	{"table", "write the tables of a text from the files of results", runTable},
	{"reads", "", serveRead},
	{"predicts", "", func(w io.Writer, args []string) error { return servePredict(os.Stdin, w, args) }},
	{"spin", "", func(_ io.Writer, args []string) error { return serveSpin(args) }},
	{"products", "", func(_ io.Writer, args []string) error { return serveProducts(args) }},
	{"serve", "", func(_ io.Writer, args []string) error { return serveLocal(args) }},
}

func command(args []string) error {
	if err := cpu.Err(); err != nil {
		return err
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		var names []string
		for _, c := range commands {
			if c.name == args[0] {
				err := c.run(os.Stdout, args[1:])
				if err != nil && c.about == "" {
					fmt.Println(err)
				}
				return err
			}
			if c.about != "" {
				names = append(names, c.name)
			}
		}
		return fmt.Errorf("got the command %q, want flags or one of %s", args[0], strings.Join(names, ", "))
	}
	o, err := flags(args)
	if err != nil {
		return err
	}
	if err := thisMachine(args).head(os.Stdout, o.json); err != nil {
		return err
	}
	return run(os.Stdout, o)
}

func flags(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("benchmarks", flag.ExitOnError)
	f.Usage = func() {
		fmt.Fprintln(f.Output(), "Usage: benchmarks [flags] for training, with the flags below, or with a word for another measurement:")
		for _, c := range commands {
			if c.about != "" {
				fmt.Fprintf(f.Output(), "  benchmarks %-10s %s\n", c.name, c.about)
			}
		}
		f.PrintDefaults()
	}
	names := f.String("workloads", usual, "standard workloads to run, of W1 to W12, or all")
	f.Func("model", "a model to run instead, as text; may be given several times (see benchmarks/workload)", func(text string) error {
		s, err := workload.Parse(text)
		o.workloads = append(o.workloads, workload.Workload{Name: text, Spec: s})
		return err
	})
	systems := f.String("systems", "", "systems to run, with symgrad among them; empty: all")
	threads := f.String("threads", "1,2", "numbers of threads")
	f.StringVar(&o.dtype, "dtype", "float32", "float32 or float64")
	f.IntVar(&o.rounds, "rounds", 5, "times that the systems take turns")
	f.Float64Var(&o.millis, "ms", 100, "milliseconds that a system runs in each round, at least")
	f.BoolVar(&o.json, "json", false, "print a line of JSON for each figure instead of tables")
	f.BoolVar(&o.profile, "profile", false, "print where the time of symgrad's step goes, kernel by kernel")
	f.StringVar(&o.peers, "peers", "", "folder of the peers' module, to race OpenBLAS, numpy and PyTorch too; empty: none")
	f.StringVar(&o.python, "python", "python3", "the Python that has numpy and PyTorch")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.dtype != "float32" && o.dtype != "float64" {
		return o, fmt.Errorf("got -dtype %q, want float32 or float64", o.dtype)
	}
	if o.rounds < 1 || !(o.millis > 0) {
		return o, fmt.Errorf("got %d rounds of %v ms, want at least one of more than 0", o.rounds, o.millis)
	}
	var err error
	if o.threads, err = counts("threads", *threads); err != nil {
		return o, err
	}
	if *systems != "" {
		o.systems = strings.Split(*systems, ",")
	}
	if len(o.workloads) > 0 {
		return o, nil
	}
	o.workloads, err = standard(*names)
	return o, err
}

// standard are the workloads of those names.
func standard(names string) (out []workload.Workload, err error) {
	for _, name := range strings.Split(names, ",") {
		found := false
		for _, w := range workload.Standard() {
			if w.Name == name || name == "all" {
				out, found = append(out, w), true
			}
		}
		if !found {
			return nil, fmt.Errorf("got the workload %q, want W1 to W12 or all", name)
		}
	}
	return out, nil
}

// counts reads the numbers of a flag.
func counts(flag, text string) (out []int, err error) {
	for _, w := range strings.Split(text, ",") {
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("got -%s %q, want numbers of at least 1, separated by commas", flag, text)
		}
		out = append(out, n)
	}
	return out, nil
}
