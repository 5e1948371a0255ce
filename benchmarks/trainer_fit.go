package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/symgrad/symgrad/benchmarks/workload"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
	"github.com/symgrad/symgrad/train/record"
	"github.com/symgrad/symgrad/train/schedule"
)

// fitWorkloads are the models that Fit trains: one whose step takes about a
// microsecond, a classifier of small digits, and LeNet.
var fitWorkloads = []struct{ name, text string }{
	{"tiny", "mlp:4-8-1,tanh,mse,batch=32,rows=8192,rate=0.001"},
	{"digits", "mlp:64-128-10,batch=32,rows=3200,rate=0.001"},
	{"LeNet", "cnn:1x28x28,6@5p2,pool2,16@5,pool2,120-84-10,batch=64,rows=2560,rate=0.001"},
}

// trains is who trains in turns: bare steps, or a Fit.
type trains interface{ train(epochs int) error }

// fits trains with Fit.
type fits struct {
	t      *train.Trainer
	set    data.Source
	epochs int
}

// elsewhere hands out the examples of a data set by number, as a source that is not in memory does.
type elsewhere struct{ d *data.Dataset }

func (s *elsewhere) Len() int                                { return s.d.Len() }
func (s *elsewhere) Info() []data.FieldInfo                  { return s.d.Info() }
func (s *elsewhere) View(index []int) (*data.Dataset, error) { return s.d.Subset(index) }

func (f *fits) train(epochs int) error {
	f.epochs += epochs
	if err := f.t.SetEpochs(f.epochs); err != nil {
		return err
	}
	_, err := f.t.Fit(context.Background(), f.set)
	return err
}

// newFits returns a Fit on the data of p.
func newFits(p *workload.Problem, o train.Options) (*fits, error) {
	m, err := p.Model(graph.Float32)
	if err != nil {
		return nil, err
	}
	shape := []int{p.Features()}
	if p.Kind == "cnn" {
		shape = p.Image[:]
	}
	y := data.Field{Name: "y", Ints: p.Labels, Classes: p.Out()}
	if p.MSE {
		y = data.Field{Name: "y", Shape: []int{p.Out()}, Floats32: floats32(p.Y)}
	}
	set, err := data.New(data.Field{Name: "x", Shape: shape, Floats32: floats32(p.X)}, y)
	if err != nil {
		return nil, err
	}
	f := &fits{set: set}
	o.BatchSize, o.Workers, o.Schedule, o.Epochs = p.Batch, 1, schedule.Constant(p.Rate), 1
	f.t, err = train.New(m, o)
	return f, err
}

// fitter is one who takes turns, with what was measured.
type fitter struct {
	with    string
	against int // its bare steps, in the list of all
	trains
	ns []float64 // per step
}

// fitField returns who takes turns on p. Files go to dir. epochs are those of a turn.
func fitField(p *workload.Problem, dir string, epochs int) ([]*fitter, error) {
	var out []*fitter
	var failed error
	bare := func(o train.Optimizer) {
		s, err := newBareSteps(p, o)
		if err != nil && failed == nil {
			failed = err
		}
		out = append(out, &fitter{against: -1, trains: s})
	}
	fit := func(with string, against int, o train.Options) {
		f, err := newFits(p, o)
		if err != nil && failed == nil {
			failed = err
		}
		out = append(out, &fitter{with: with, against: against, trains: f})
	}
	ema, noise := train.EMA{}, augment.Fields{"x": {augment.Noise{Sigma: 0.01}}}
	seen := 0
	bare(nil)
	fit("SGD", 0, train.Options{Optimizer: train.SGD{}})
	bare(train.Adam{})
	fit("Adam", 2, train.Options{})
	fit("2 callbacks", 2, train.Options{Callbacks: []train.Callback{
		train.On(func(*train.StepEnd) error { seen++; return nil }),
		train.On(func(e *train.StepEnd) error { seen += e.Examples; return nil })}})
	fit("CSV", 2, train.Options{Callbacks: []train.Callback{&record.CSV{Path: filepath.Join(dir, "history.csv")}}})
	fit("augmentation", 2, train.Options{Augment: noise})
	fit("a source", 2, train.Options{Augment: noise})
	if f := out[len(out)-1]; failed == nil {
		read := f.trains.(*fits)
		read.set = &elsewhere{read.set.(*data.Dataset)}
	}
	fit("checkpoint", 2, train.Options{Checkpoint: &train.Checkpoint{Dir: filepath.Join(dir, "run"), Epochs: max(1, epochs/2)}})
	bare(ema)
	fit("EMA", len(out)-1, train.Options{Optimizer: ema})
	return out, failed
}

// fitFigures measures steps of Fit against bare steps of the same program, in turns. With
// "checkpoint" Fit writes one in the middle of each turn, and one at its end. With "augmentation"
// noise is added to the inputs, and with "a source" they are read by number too: on another
// processor, if there is one.
func fitFigures(o trainerFlags, print func(trainerLine)) error {
	for _, work := range fitWorkloads {
		if err := fitFigure(work.name, work.text, o, print); err != nil {
			return err
		}
	}
	return nil
}

func fitFigure(name, text string, o trainerFlags, print func(trainerLine)) error {
	spec, err := workload.Parse(text)
	if err != nil {
		return err
	}
	p, err := workload.NewProblem(spec)
	if err != nil {
		return err
	}
	epochs, err := epochsIn(p, o.millis)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(o.dir, "fit")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	field, err := fitField(p, dir, epochs)
	if err != nil {
		return err
	}
	steps := float64(epochs * p.Batches())
	for round := range o.rounds + 1 { // the first warms up
		for _, f := range field {
			start := time.Now()
			if err := f.train(epochs); err != nil {
				return err
			}
			if round > 0 {
				f.ns = append(f.ns, float64(time.Since(start))/steps)
			}
		}
	}
	for _, f := range field {
		if f.against < 0 {
			continue
		}
		ratios := make([]float64, len(f.ns))
		for i, ns := range f.ns {
			ratios[i] = ns / field[f.against].ns[i]
		}
		print(trainerLine{Trainer: "fit", Workload: name, Text: text, With: f.with, DType: "float32",
			Ns: median(f.ns), AgainstNs: median(field[f.against].ns), Ratio: median(ratios)})
	}
	return nil
}

// epochsIn returns how many epochs of bare steps of Adam take about so many milliseconds,
// at least 2.
func epochsIn(p *workload.Problem, millis float64) (int, error) {
	s, err := newBareSteps(p, train.Adam{})
	if err != nil {
		return 0, err
	}
	if err := s.train(1); err != nil {
		return 0, err
	}
	start, n := time.Now(), 0
	for n < 2 || time.Since(start) < time.Duration(millis*1e6) {
		if err := s.train(1); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
