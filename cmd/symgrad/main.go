// Command symgrad shows what the library makes of a model.
//
//	symgrad graph mlp
//	symgrad graph -html page.html cnn
//	symgrad graph -formula "b1*(1 - exp(-b2*x))"
//
// It owns its flags and pages, nothing of the compiler. Read main.go first, then a file
// for each verb.
package main

import (
	"fmt"
	"io"
	"os"
)

// verb is a word behind symgrad: symgrad graph.
type verb struct {
	name, does string
	run        func(args []string, out, errs io.Writer) int
}

// verbs lists them in the order in which help shows them.
var verbs = []verb{
	{"graph", "show every phase of a compilation", graphVerb},
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

func help(w io.Writer) {
	fmt.Fprintln(w, "Usage: symgrad VERB [flags] [arguments]")
	for _, v := range verbs {
		fmt.Fprintf(w, "\n  %-8s %s (symgrad %s -help)\n", v.name, v.does, v.name)
	}
}
