// Command symgrad shows what the library makes of a model, and uses models that were trained.
//
//	symgrad train penguins.csv -target species
//	symgrad evaluate penguins.safetensors penguins.csv
//	symgrad predict penguins.safetensors penguins.csv
//	symgrad serve penguins.safetensors
//	symgrad inspect penguins.safetensors
//	symgrad summary cnn
//	symgrad graph -html page.html cnn
//	symgrad export onnx penguins.safetensors penguins.onnx
//	symgrad import resnet.onnx resnet.safetensors
//
// It owns its flags, pages and tables, nothing of the compiler. Read main.go first, then a file
// for each verb.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/symgrad/symgrad/train"
)

// verb is a word behind symgrad: symgrad graph.
type verb struct {
	name, does string
	run        func(args []string, out, errs io.Writer) int
}

// verbs lists them in the order in which help shows them.
var verbs = []verb{
	{"train", "train a model on a table", trainVerb},
	{"evaluate", "measure a model file on a table with the target", evaluateVerb},
	{"predict", "predict for the lines of a table with a model file or an ONNX file", predictVerb},
	{"serve", "answer over HTTP with the predictions of a model file", serveVerb},
	{"inspect", "show what a file is and what it holds", inspectVerb},
	{"summary", "show the layers of a model and what they cost", summaryVerb},
	{"graph", "show every phase of a compilation", graphVerb},
	{"import", "write the model of an ONNX file as a model file", importVerb},
	{"export", "write a model file as ONNX, Go source, npz or safetensors", exportVerb},
}

// The exit statuses.
const (
	done   = 0
	failed = 1 // what was asked for did not work
	misuse = 2 // what was asked for is unclear
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run finds the verb and runs it with the arguments behind it.
func run(args []string, out, errs io.Writer) int {
	if len(args) == 0 {
		help(errs)
		return misuse
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		help(out)
		return done
	}
	for _, v := range verbs {
		if v.name == args[0] {
			return v.run(args[1:], out, errs)
		}
	}
	fmt.Fprintf(errs, "symgrad: unknown verb %q\n", args[0])
	help(errs)
	return misuse
}

// parse reads the flags of a verb, which takes n arguments besides, before, between or behind
// them. If it is not ok, the verb ends with the code.
func parse(flags *flag.FlagSet, args []string, n int, want string) (code int, ok bool) {
	switch err := parseMixed(flags, args); {
	case errors.Is(err, flag.ErrHelp):
		return done, false
	case err != nil:
		return misuse, false
	case flags.NArg() != n:
		fmt.Fprintf(flags.Output(), "%s: got %d arguments, want %s\n", flags.Name(), flags.NArg(), want)
		flags.Usage()
		return misuse, false
	}
	return done, true
}

// parseMixed parses flags that may stand behind arguments. Behind "--" all are arguments.
func parseMixed(flags *flag.FlagSet, args []string) error {
	var plain []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return err
		}
		used := len(args) - flags.NArg()
		if rest := flags.Args(); len(rest) == 0 || used > 0 && args[used-1] == "--" {
			plain, args = append(plain, rest...), nil
		} else {
			plain, args = append(plain, rest[0]), rest[1:]
		}
	}
	return flags.Parse(append([]string{"--"}, plain...))
}

// ended returns the exit status of a verb that has ended with the error, which it prints: 130 after
// Ctrl-C.
func ended(flags *flag.FlagSet, err error) int {
	if err == nil {
		return done
	}
	fmt.Fprintf(flags.Output(), "%s: %v\n", flags.Name(), err)
	return train.ExitCode(err)
}

func help(w io.Writer) {
	fmt.Fprint(w, "Usage: symgrad VERB [flags] [arguments]\n\n")
	for _, v := range verbs {
		fmt.Fprintf(w, "  %-8s  %s\n", v.name, v.does)
	}
	fmt.Fprintln(w, "\nsymgrad VERB -help says more.")
}
