package train

import (
	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/train/data"
	"gorgonia.org/gorgonia"
)

// kind is what a session computes.
type kind uint8

const (
	training   kind = iota // loss and gradients
	evaluating             // loss and output, as in prediction
	predicting             // output
)

// cacheSize bounds the batch sizes that are kept compiled; the one used longest
// ago goes first.
const cacheSize = 8

// cache holds the sessions of one kind by batch size.
type cache struct {
	t    *Trainer
	kind kind
	list []*session // most recently used last
}

// session is the model compiled for one batch size, with the memory that its
// batches are gathered into.
type session struct {
	prog   *graph.Program
	n      int
	kind   kind
	set    *data.Dataset // that feeds are bound to
	feeds  []feed
	output []float64
}

// feed moves the rows of one field to one input: floats to the program's own
// memory.
type feed struct {
	name string
	rows data.Rows
	f64  []float64
	f32  []float32
	ints []int
}

// bind finds or compiles the session for batches of n and binds it to d.
func (c *cache) bind(d *data.Dataset, n int) (*session, error) {
	if n < 1 {
		return nil, errors.Wrap(data.ErrEmpty, "train: got a batch of no examples")
	}
	s, err := c.get(n)
	if err != nil {
		return nil, err
	}
	if s.set == d {
		return s, nil
	}
	if err := s.bind(d, c.t.model.Params().DType()); err != nil {
		return nil, err
	}
	return s, nil
}

func (c *cache) get(n int) (*session, error) {
	for i, s := range c.list {
		if s.n == n {
			copy(c.list[i:], c.list[i+1:])
			c.list[len(c.list)-1] = s
			return s, nil
		}
	}
	s, err := c.t.compile(c.kind, n)
	if err != nil {
		return nil, err
	}
	if len(c.list) == cacheSize {
		copy(c.list, c.list[1:])
		c.list = c.list[:cacheSize-1]
	}
	c.list = append(c.list, s)
	return s, nil
}

// compile builds the model for batches of n.
func (t *Trainer) compile(k kind, n int) (*session, error) {
	b := graph.New(t.model.Params())
	b.SetTraining(k == training)
	b.SetSeed(t.o.Seed)
	loss, output := t.model.Loss(b, n)
	if err := b.Err(); err != nil {
		return nil, errors.Wrapf(err, "train: the model for a batch of %d", n)
	}
	if loss == nil || output == nil {
		return nil, errors.New("train: the model returned a nil loss or output")
	}
	cfg := graph.Config{Workers: t.o.Workers}
	switch k {
	case training:
		cfg.Descend = t.descends()
		cfg.Outputs = gorgonia.Nodes{loss}
		cfg.Recompute = t.o.Recompute
		if len(b.ParamNodes()) == 0 {
			return nil, errors.New("train: the model has no parameters")
		}
		var err error
		cfg.Grads, err = autograd.GradientsWith(autograd.Options{AllowUnconnected: t.o.AllowUnused}, loss, b.ParamNodes()...)
		if err != nil {
			return nil, errors.Wrap(err, "train: the gradients of the loss")
		}
	case evaluating:
		cfg.Outputs = gorgonia.Nodes{loss, output}
	default:
		cfg.Outputs = gorgonia.Nodes{output}
	}
	p, err := b.Compile(cfg)
	if err != nil {
		return nil, errors.Wrapf(err, "train: the model for a batch of %d", n)
	}
	if k != predicting && len(p.OutputShape(0)) > 0 && size(p.OutputShape(0)) != 1 {
		return nil, errors.Wrapf(graph.ErrShape, "train: the loss has the shape %v, want one element", p.OutputShape(0))
	}
	if k != training {
		if s := p.OutputShape(len(cfg.Outputs) - 1); len(s) == 0 || s[0] != n {
			return nil, errors.Wrapf(graph.ErrShape, "train: the output has the shape %v, want the batch of %d first", s, n)
		}
	}
	return &session{prog: p, n: n, kind: k}, nil
}

func size(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// bind connects the inputs to the fields of d that have their names.
func (s *session) bind(d *data.Dataset, dt graph.DType) error {
	s.set, s.feeds = nil, s.feeds[:0]
	for _, name := range s.prog.Inputs() {
		rows, err := d.Rows(name)
		if err != nil {
			return errors.Wrapf(err, "train: input %q of the model", name)
		}
		shape := s.prog.InputShape(name)
		if n := size(shape); n != s.n*rows.Size() {
			return errors.Wrapf(data.ErrShape, "train: input %q of the model: got %d elements for each example, want %v for a batch of %d", name, rows.Size(), shape, s.n)
		}
		if n := s.prog.IndexRange(name); n > 0 { // with the row in the error, which a batch does not know
			if err := d.CheckLabels(name, n); err != nil {
				return errors.Wrap(err, "train")
			}
		}
		f := feed{name: name, rows: rows}
		switch {
		case s.prog.IsInts(name):
			f.ints = make([]int, size(shape))
		case dt == graph.Float32:
			f.f32, err = s.prog.Memory32(name)
		default:
			f.f64, err = s.prog.Memory(name)
		}
		if err != nil {
			return errors.Wrap(err, "train")
		}
		memory.Populate(f.f32)
		memory.Populate(f.f64)
		s.feeds = append(s.feeds, f)
	}
	s.set = d
	return nil
}

// descends says whether the program makes the steps of the optimizer itself.
func (t *Trainer) descends() bool { return t.o.Optimizer == Optimizer(SGD{}) }

// run feeds the examples and computes; the result is the loss, or 0 when only
// predicting.
func (s *session) run(index []int, step int) (float64, error) {
	for i := range s.feeds {
		if err := s.feeds[i].move(s.prog, index); err != nil {
			return 0, err
		}
	}
	s.prog.SetStep(step)
	if err := s.prog.Run(); err != nil && !errors.Is(err, graph.ErrNotFinite) { // the loss itself says so
		return 0, errors.Wrap(err, "train")
	}
	if s.kind == predicting {
		return 0, nil
	}
	return s.prog.Scalar(0), nil
}

func (f *feed) move(p *graph.Program, index []int) error {
	switch {
	case f.ints != nil:
		if err := f.rows.Ints(f.ints, index); err != nil {
			return errors.Wrap(err, "train")
		}
		return p.FeedInts(f.name, f.ints)
	case f.f32 != nil:
		return errors.Wrap(f.rows.F32(f.f32, index), "train")
	}
	return errors.Wrap(f.rows.F64(f.f64, index), "train")
}
