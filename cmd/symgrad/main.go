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
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
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
		if len(args) > 1 {
			return run([]string{args[1], "-help"}, out, errs)
		}
		help(out)
		return done
	case "version", "-version", "--version":
		writeVersion(out)
		return done
	}
	var names []string
	for _, v := range verbs {
		switch names = append(names, v.name); {
		case v.name != args[0]:
		case asksHelp(args[1:]):
			return v.run([]string{"-help"}, out, out) // what was asked for is the result
		default:
			return v.run(args[1:], out, errs)
		}
	}
	fmt.Fprintf(errs, "symgrad: unknown verb %q%s\nsymgrad help lists the verbs.\n", args[0], meant(args[0], names))
	return misuse
}

// asksHelp says whether the arguments of a verb ask for help.
func asksHelp(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "-h", "-help", "--help":
			return true
		}
	}
	return false
}

// meant is a question behind a name that is unknown, if one of the names is like it.
func meant(name string, names []string) string {
	if near := mistake.Near(name, names); near != "" {
		return fmt.Sprintf("; is %q meant?", near)
	}
	return ""
}

// newFlags returns the flags of a verb, whose help is usage and the list of them.
func newFlags(verb, usage string, errs io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("symgrad "+verb, flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.Usage = func() {
		fmt.Fprintf(errs, "%s\nFlags:\n", usage)
		flags.PrintDefaults()
	}
	return flags
}

// parse reads the flags of a verb, which takes n arguments besides, before, between or behind
// them. If it is not ok, the verb ends with the code.
func parse(flags *flag.FlagSet, args []string, n int, want string) (code int, ok bool) {
	usage, errs := flags.Usage, flags.Output()
	flags.Usage = func() {}
	flags.SetOutput(io.Discard) // the package prints all flags with each mistake
	err := parseMixed(flags, args)
	flags.SetOutput(errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage()
		return done, false
	case err == nil && flags.NArg() != n:
		err = fmt.Errorf("got %s, want %s", count(flags.NArg(), "argument"), want)
	case err == nil:
		return done, true
	}
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "flag provided but not defined: -"); ok {
		var names []string
		flags.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
		text += meant(name, names)
	}
	fmt.Fprintf(errs, "%s: %s\n%s -help shows how it is used.\n", flags.Name(), text, flags.Name())
	return misuse, false
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
	fmt.Fprintf(flags.Output(), "%s: %s\n", flags.Name(), inWords(flags, err))
	if code := train.ExitCode(err); code != failed {
		return code
	}
	if errors.As(err, &unclear{}) {
		return misuse
	}
	return failed
}

func help(w io.Writer) {
	fmt.Fprint(w, "Usage: symgrad VERB [flags] [arguments]\n\n")
	for _, v := range verbs {
		fmt.Fprintf(w, "  %-8s  %s\n", v.name, v.does)
	}
	fmt.Fprintf(w, "  %-8s  %s\n", "version", "show the version of this command")
	fmt.Fprintln(w, "\nsymgrad VERB -help says more.")
}
