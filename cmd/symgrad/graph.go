package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/atomicfile"
	"github.com/symgrad/symgrad/models/imported"
	"gorgonia.org/gorgonia"
)

// settings are the flags of symgrad graph.
type settings struct {
	formula   bool
	inputs    string
	batch     int
	dtype     graph.DType
	forward   bool
	recompute bool
	workers   int
	all       bool
	html      string
	force     bool
	part      bool // the loss may depend on a part of the parameters alone
}

const graphUsage = `Usage: symgrad graph [flags] MODEL
       symgrad graph [flags] -formula TEXT

Shows what the compiler makes of a model or of a formula: the computation as it is
read, as it is after each pass, and the kernels with their memory. With -html it
writes one page that marks what each pass changed.

An ONNX file has no loss: its gradients are those of the mean of the squares of its
first output of floats, as those of a formula.

MODEL is a model file, an ONNX file, or one of these:
`

// graphVerb is symgrad graph.
func graphVerb(args []string, out, errs io.Writer) int {
	s := settings{dtype: graph.Float32}
	flags := newFlags("graph", graphUsage+sourceList(), errs)
	flags.BoolVar(&s.formula, "formula", false, "the argument is a formula, such as \"b1*(1 - exp(-b2*x))\"")
	flags.StringVar(&s.inputs, "inputs", "x", "names in the formula that are inputs, separated by commas; all others are parameters")
	batchFlag(flags, &s.batch, "number of examples in a batch")
	flags.TextVar(&s.dtype, "dtype", s.dtype, "type of the numbers, unless a file says it: float32 or float64")
	flags.BoolVar(&s.forward, "forward", false, "compile the outputs alone, without gradients")
	flags.BoolVar(&s.recompute, "recompute", false, "trade time for memory")
	workersFlag(flags, &s.workers)
	flags.BoolVar(&s.all, "all", false, "name the passes that changed nothing too")
	flags.StringVar(&s.html, "html", "", "write a page to this file instead of text to the terminal")
	flags.BoolVar(&s.force, "force", false, "write over a page that is there")
	if code, ok := parse(flags, args, 1, "one model or one formula"); !ok {
		return code
	}
	err := first(atLeast("batch", s.batch, 1), atLeast("workers", s.workers, 0))
	if w := (writing{force: s.force}); err == nil {
		if !s.formula {
			w.reads = []string{flags.Arg(0)}
		}
		err = w.check(s.html)
	}
	var c *compilation
	if err == nil {
		c, err = s.compile(flags.Arg(0))
	}
	if err == nil {
		err = s.write(c, out)
	}
	return ended(flags, err)
}

// compilation is what a compilation went through.
type compilation struct {
	Title  string
	Phases []graph.Phase
	Stats  graph.Stats
}

// compile builds and compiles what is named.
func (s settings) compile(what string) (*compilation, error) {
	p, err := s.program(what)
	if err != nil {
		return nil, err
	}
	s.dtype = p.b.Params().DType()
	c := &compilation{Title: s.title(what)}
	p.options.Recompute, p.options.Workers = s.recompute, s.workers
	p.options.Trace = func(phase graph.Phase) { c.Phases = append(c.Phases, phase) }
	compiled, err := p.b.Compile(p.options)
	if err != nil {
		return nil, errors.WithMessage(err, what)
	}
	c.Stats = compiled.Stats()
	return c, nil
}

// title names what was compiled, and how.
func (s settings) title(what string) string {
	how := []string{fmt.Sprintf("batch %d", s.batch), s.dtype.String()}
	if s.forward {
		how = append(how, "forward")
	} else {
		how = append(how, "with gradients")
	}
	if s.recompute {
		how = append(how, "recompute")
	}
	return what + " (" + strings.Join(how, ", ") + ")"
}

// program is a graph and what is to be compiled of it.
type program struct {
	b       *graph.Builder
	options graph.Options
}

// program builds the graph of what is named.
func (s *settings) program(what string) (*program, error) {
	if s.formula {
		p, err := s.parse(what)
		return p, errors.WithMessage(err, "the formula")
	}
	var names []string
	for _, m := range sources {
		if m.name == what {
			model, err := m.make(s.dtype)
			if err != nil {
				return nil, err
			}
			return s.of(model)
		}
		names = append(names, m.name)
	}
	if _, err := os.Stat(what); err != nil && filepath.Ext(what) == "" {
		return nil, errors.Errorf("got the model %q, want one of %s, or a file; a formula needs -formula%s", what, strings.Join(names, ", "), meant(what, names))
	}
	m, err := readModel(what)
	if err != nil {
		return nil, err
	}
	var file *imported.Model
	if file, s.part = m.(*imported.Model); s.part && file.MaxBatch() > 0 {
		s.batch = min(s.batch, file.MaxBatch())
	}
	p, err := s.of(m)
	return p, errors.WithMessage(err, what)
}

// of builds the graph of a model.
func (s settings) of(m model) (*program, error) {
	b := graph.New(m.Params())
	b.SetTraining(!s.forward)
	loss, output := m.Loss(b, s.batch)
	if s.forward {
		return s.finish(b, nil, output)
	}
	return s.finish(b, loss, loss, output)
}

// finish says what is compiled: the outputs, and the gradients of loss, if there is
// one and parameters that it may depend on.
func (s settings) finish(b *graph.Builder, loss *gorgonia.Node, outputs ...*gorgonia.Node) (*program, error) {
	if b.Err() != nil {
		return nil, b.Err()
	}
	p := &program{b: b, options: graph.Options{Outputs: outputs}}
	if loss == nil || len(b.ParamNodes()) == 0 {
		return p, nil
	}
	grads, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: s.part}, loss, b.ParamNodes()...)
	p.options.Grads = grads
	return p, err
}

// write shows c: as a page, or as text.
func (s settings) write(c *compilation, out io.Writer) error {
	if s.html == "" {
		return writeText(out, c, s.all)
	}
	if s.html == "-" {
		return writePage(out, c)
	}
	return atomicfile.WriteFile(s.html, func(w io.Writer) error { return writePage(w, c) })
}

// writeText writes the phases one behind the other.
func writeText(w io.Writer, c *compilation, all bool) error {
	text := "// " + c.Title + "\n"
	for _, l := range legend {
		text += "// " + l + "\n"
	}
	for _, p := range c.Phases {
		switch {
		case p.Changed:
			text += "\n" + p.String()
		case all:
			text += "\n// after " + p.Name + ": nothing changed\n"
		}
	}
	_, err := fmt.Fprintf(w, "%s\n// %v\n", text, c.Stats)
	return err
}
