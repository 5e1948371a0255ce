package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/models/imported"
	"github.com/symgrad/symgrad/train"
)

const summaryUsage = `Usage: symgrad summary [flags] MODEL

Shows the layers of a model with the shapes of their results, their parameters and their
cost, and what a training step with Adam and a prediction take in operations and memory.
Nothing is run. An ONNX file has no loss: its step is one for the mean of the squares of its
first output of floats. MODEL is a model file, an ONNX file, or one of these:
`

// summaryVerb is symgrad summary.
func summaryVerb(args []string, out, errs io.Writer) int {
	s := summarySettings{dtype: graph.Float32}
	flags := newFlags("summary", summaryUsage+sourceList(), errs)
	batchFlag(flags, &s.batch, "number of examples in a batch")
	flags.TextVar(&s.dtype, "dtype", s.dtype, "type of the numbers, unless a file says it: float32 or float64")
	workersFlag(flags, &s.workers)
	flags.BoolVar(&s.json, "json", false, "print JSON")
	if code, ok := parse(flags, args, 1, "a model"); !ok {
		return code
	}
	return ended(flags, s.run(flags.Arg(0), out))
}

// summarySettings are the flags of symgrad summary.
type summarySettings struct {
	batch   int
	dtype   graph.DType
	workers int
	json    bool
}

func (s summarySettings) run(what string, out io.Writer) error {
	if err := first(atLeast("batch", s.batch, 1), atLeast("workers", s.workers, 0)); err != nil {
		return err
	}
	m, err := s.model(what)
	if err != nil {
		return err
	}
	file, part := m.(*imported.Model) // whose loss may depend on a part of the parameters alone
	if part && file.MaxBatch() > 0 {
		s.batch = min(s.batch, file.MaxBatch())
	}
	sum, err := train.Summarize(m, s.batch, train.Options{Optimizer: train.Adam{}, Workers: s.workers, AllowUnused: part})
	if err != nil {
		return errors.WithMessage(err, what)
	}
	if !s.json {
		_, err := io.WriteString(out, sum.String())
		return err
	}
	return writeJSON(out, sum)
}

// model returns the example model of the name, or that of a file.
func (s summarySettings) model(what string) (train.Model, error) {
	for _, m := range sources {
		if m.name == what {
			return m.make(s.dtype)
		}
	}
	if _, err := os.Stat(what); err != nil && filepath.Ext(what) == "" {
		return nil, errors.Errorf("unknown model %q; want one of those that symgrad summary -help lists, a model file or an ONNX file", what)
	}
	return readModel(what)
}
