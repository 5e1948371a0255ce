package train

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/memory"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/augment"
	"github.com/symgrad/symgrad/train/data"
)

// kind is what a session computes.
type kind uint8

const (
	training   kind = iota // loss and gradients
	evaluating             // loss and output, as in prediction
	predicting             // output
)

// cache holds sessions by kind and batch size. The one that was used longest ago is
// dropped first.
type cache struct {
	t    *Trainer
	most int
	list []*session // most recently used last
}

// session is the model compiled for one batch size, with the memory for its batches.
type session struct {
	prog  *graph.Program
	n     int
	kind  kind
	set   *data.Dataset // that the feeds read
	feeds []feed

	// The outputs of the program: the loss, unless the session predicts; the output,
	// unless it trains; and three numbers for each counted mean (see average).
	loss   graph.Output[float64]
	output graph.Output[float64]
	shape  []int // of output
	means  []graph.Output[float64]
	terms  []float64 // the values of means in the last run

	augment augment.Fields // in training: what Fit changes
	seed    uint64         // of it
	epoch   int            // for it; -1 to leave the examples as they are
	batch   data.Batch     // that is computed; without a Set, examples have the numbers of their rows
	numbers []int          // of the examples that are computed
	ahead   *ahead         // that may have made them

	followed bool       // in training: the sums of shards are told when gradients are final
	together bool       // in training: it sums over the shards of a batch, which run at the same time
	shards   []*session // of this process, the first of which is the session itself; see meeting

	lowered [sha256.Size]byte // of the graph as text, with several ranks

	mixed   bool                          // in training: the loss has means over what counts, and depends on the inputs without them too
	moved   []*graph.Param                // in training: the parameters that the loss depends on
	updated []*graph.Param                // in training: the states that a step may write
	frozen  []*graph.Param                // parameters and states that were frozen when the program was compiled
	ignored map[string]graph.IgnoredLabel // by the name of the input
	steps   map[string]string             // the inputs of lengths, by the names of those of targets
}

// feed copies rows of one field to one input; floats go to the program's own memory.
type feed struct {
	name   string // of the input
	rows   data.Rows
	f64    []float64
	f32    []float32
	ints   []int
	labels graph.Input[int]  // that ints are for
	change *augment.Pipeline // nil for none
	spans  *spans            // of targets that do not all count
}

// bind returns the session for batches of n, compiled if need be, and binds it to d.
func (c *cache) bind(d *data.Dataset, k kind, n int) (*session, error) {
	if n < 1 {
		return nil, mistake.Newf(data.ErrEmpty, "got a batch without examples, want one or more")
	}
	if k != predicting {
		c.t.shapeWeights(d)
	}
	s, err := c.get(k, n)
	if err != nil {
		return nil, err
	}
	if s.set == d {
		return s, nil
	}
	if err := s.bind(d, c.t); err != nil {
		return nil, err
	}
	return s, nil
}

func (c *cache) get(k kind, n int) (*session, error) {
	for i, s := range c.list {
		if s.n == n && s.kind == k && s.fits(c.t.params) {
			copy(c.list[i:], c.list[i+1:])
			c.list[len(c.list)-1] = s
			return s, nil
		}
	}
	if len(c.list) == c.most { // before memory is taken for the new one
		copy(c.list, c.list[1:])
		c.list[c.most-1] = nil
		c.list = c.list[:c.most-1]
	}
	s, err := c.t.compile(k, n)
	if err != nil {
		return nil, err
	}
	c.list = append(c.list, s)
	return s, nil
}

// fits says whether the session changes the parameters and states of p that are not frozen.
func (s *session) fits(p *graph.Params) bool {
	if s.kind != training {
		return true
	}
	return !slices.ContainsFunc(s.moved, p.Frozen) && !slices.ContainsFunc(s.updated, p.Frozen) && !slices.ContainsFunc(s.frozen, func(q *graph.Param) bool { return !p.Frozen(q) })
}

// misfit describes why an input of the shape cannot take a batch of rows with the
// number of elements. by says which step of a recipe made them so many.
func (s *session) misfit(shape []int, elements int, by string) string {
	if len(shape) == 0 || shape[0] != s.n {
		return fmt.Sprintf("got the shape %v for a batch of %d, want the batch first: [%d, ...], with the n that Loss is called with", ir.Shape(shape), s.n, s.n)
	}
	return fmt.Sprintf("got %d elements for each example from the data set%s, want %d: the input is %v for a batch of %d", elements, by, size(shape)/s.n, ir.Shape(shape), s.n)
}

// bind connects the inputs to the fields of d that have their names, for the Trainer.
func (s *session) bind(d *data.Dataset, t *Trainer) error {
	s.set, s.feeds = nil, s.feeds[:0]
	for _, in := range s.prog.Inputs() {
		rows, err := t.rowsOf(d, in.Name, s)
		if err != nil {
			return err
		}
		if n := size(in.Shape); n != s.n*rows.Size() {
			return mistake.Shapef("input %q of the model: %s", in.Name, s.misfit(in.Shape, rows.Size(), resizedBy(t.Recipe(), in.Name)))
		}
		if err := s.checkShape(d, in); err != nil {
			return err
		}
		f := feed{name: in.Name, rows: rows}
		e, err := s.endsOf(d, in)
		if err != nil {
			return err
		}
		var domain graph.Domain
		switch {
		case in.Ints:
			f.labels = graph.InputOf[int](s.prog, in.Name)
			f.ints, err = make([]int, size(in.Shape)), s.checkIndices(d, in.Name, f.labels.IndexRange(), in.Name == t.o.Target, e)
		case t.params.DType() == graph.Float32:
			f.f32, domain, err = memoryOf[float32](s.prog, d, in.Name, e)
		default:
			f.f64, domain, err = memoryOf[float64](s.prog, d, in.Name, e)
		}
		if err != nil {
			return err
		}
		if f.change, err = s.pipeline(d, in); err != nil {
			return err
		}
		if f.spans, err = s.spansOf(d, in.Name, e, domain); err != nil {
			return err
		}
		if err := f.gather([]int{0}); err != nil { // what the type cannot hold shows before the first step
			return err
		}
		s.feeds = append(s.feeds, f)
	}
	if err := s.checkAugment(); err != nil {
		return err
	}
	for i, in := range s.prog.Inputs() {
		if c := s.feeds[i].spans; c != nil {
			c.from = s.feedOf(s.steps[in.Name])
		}
	}
	s.set = d
	return nil
}

// checkShape returns an error if the examples of the field for an input have other axes than it.
func (s *session) checkShape(d *data.Dataset, in graph.InputSpec) error {
	f, ok := d.Field(in.Name)
	if !ok || len(in.Shape) == 0 || in.Shape[0] != s.n {
		return nil
	}
	if why := mistake.Axes(f.Shape, in.Shape[1:]); why != "" {
		return mistake.Shapef("input %q of the model: field %q: %s", in.Name, in.Name, why)
	}
	return nil
}

// feedOf returns the feed of the input of that name; nil if the program has none.
func (s *session) feedOf(name string) *feed {
	for i := range s.feeds {
		if s.feeds[i].name == name {
			return &s.feeds[i]
		}
	}
	return nil
}

// pipeline returns what changes the examples for the input, nil for nothing.
func (s *session) pipeline(d *data.Dataset, in graph.InputSpec) (*augment.Pipeline, error) {
	list := s.augment[in.Name]
	if len(list) == 0 {
		return nil, nil
	}
	f, _ := d.Field(in.Name)
	p, err := augment.NewPipeline(f, in.Ints, list, s.seed)
	return p, errors.Wrap(err, "Options.Augment")
}

// checkAugment returns an error for a field to change that is no input.
func (s *session) checkAugment() error {
	for _, name := range slices.Sorted(maps.Keys(s.augment)) {
		if !slices.ContainsFunc(s.prog.Inputs(), func(in graph.InputSpec) bool { return in.Name == name }) {
			return mistake.Newf(data.ErrField, "Options.Augment: got the field %q, want the name of an input of the model", name)
		}
	}
	return nil
}

// checkIndices checks the field of d for an input of indices in [0, n), or any if n is
// 0. They may be labels. The error has the row, which a batch does not know.
func (s *session) checkIndices(d *data.Dataset, name string, n int, labels bool, e *ends) error {
	if e != nil {
		return s.checkCounted(d, name, n, e)
	}
	if n > 0 {
		check := checkRange
		if f, _ := d.Field(name); labels || f.Classes > 0 {
			check = (*data.Dataset).CheckLabels
		}
		if err := check(d, name, n); err != nil {
			return errors.WithMessagef(err, "input %q of the model", name)
		}
	}
	if label, ok := s.ignored[name]; ok {
		return checkIgnoring(d, name, label, nil)
	}
	return nil
}

// checkCounted is checkIndices for labels that do not all count.
func (s *session) checkCounted(d *data.Dataset, name string, n int, e *ends) error {
	if label, ok := s.ignored[name]; ok {
		return checkIgnoring(d, name, label, e)
	}
	f, _ := d.Field(name)
	row, element, v, found := e.find(f, func(v float64) bool { return n > 0 && (v < 0 || v >= float64(n)) })
	if !found || !f.Integers() { // numbers have an error of their own
		return nil
	}
	return mistake.Newf(data.ErrLabel, "input %q of the model: field %q: %s, element %d: got the label %.0f, want one in 0..%d", name, name, rowIn(f, row), element, v, n-1)
}

// memoryOf finds the memory and the domain of an input of numbers and checks its field of d.
func memoryOf[T float32 | float64](prog *graph.Program, d *data.Dataset, name string, e *ends) ([]T, graph.Domain, error) {
	x := graph.InputOf[T](prog, name)
	if err := checkTargets(d, name, x.Domain(), e); err != nil {
		return nil, 0, err
	}
	mem, err := x.Memory()
	memory.Populate(mem)
	return mem, x.Domain(), err
}

// checkRange returns an error for an integer of the field that is not in [0, n), such as a
// length or a token.
func checkRange(d *data.Dataset, name string, n int) error {
	f, _ := d.Field(name)
	row, element, v, found := f.Find(func(v float64) bool { return v < 0 || v >= float64(n) })
	if !found || !f.Integers() { // numbers have an error of their own
		return nil
	}
	at := rowIn(f, row)
	if f.Size() > 1 {
		at += fmt.Sprintf(", element %d", element)
	}
	return mistake.Newf(data.ErrLabel, "field %q: %s: got the index %.0f, want one in [0, %d)", name, at, v, n)
}

// checkIgnoring returns an error for a label of the field that counts and is neither a class
// nor ignored.
func checkIgnoring(d *data.Dataset, name string, l graph.IgnoredLabel, e *ends) error {
	f, _ := d.Field(name)
	row, _, v, found := e.find(f, func(v float64) bool { return v != float64(l.Label) && (v < 0 || v >= float64(l.Classes)) })
	if found {
		return mistake.Newf(data.ErrLabel, "field %q: %s: got the label %.0f, want one in 0..%d or %d, which is ignored", name, rowIn(f, row), v, l.Classes-1, l.Label)
	}
	return nil
}

// run feeds the examples, runs the program and reads the counted means. It returns the loss;
// 0 for predictions.
func (s *session) run(index []int, step int) (float64, error) {
	loss, err := s.compute(index, step)
	for i, y := range s.means {
		s.terms[i] = y.Scalar()
	}
	return loss, err
}

// fill feeds the examples.
func (s *session) fill(index []int) error {
	for i := range s.feeds {
		f := &s.feeds[i]
		var err error
		if f.change != nil && s.epoch >= 0 {
			err = s.augmented(f, index)
		} else {
			err = f.gather(index)
		}
		if err != nil {
			return err
		}
	}
	for i := range s.feeds {
		f := &s.feeds[i]
		if f.spans != nil {
			if err := f.spans.read(index); err != nil {
				return err
			}
			f.spans.fill(f)
		}
		if f.ints != nil {
			if err := f.labels.Set(f.ints); err != nil {
				return err
			}
		}
	}
	return nil
}

// compute feeds the examples and runs the program. It returns the loss; 0 for predictions.
func (s *session) compute(index []int, step int) (float64, error) {
	if err := s.fill(index); err != nil {
		return 0, err
	}
	s.prog.SetStep(step)
	err := s.prog.Run()
	loss := 0.0
	if s.kind != predicting {
		loss = s.loss.Scalar()
	}
	if err != nil && (isFinite(loss) || !errors.Is(err, graph.ErrNotFinite)) { // else the loss says so itself
		return 0, err
	}
	return loss, nil
}

// numbered returns the numbers of the examples of rows.
func (s *session) numbered(index []int) []int {
	if s.batch.Set == nil {
		return index
	}
	s.numbers = numbersOf(s.numbers, s.batch, index)
	return s.numbers
}

// numbersOf puts the numbers in the source of rows of a batch into the memory of to.
func numbersOf(to []int, b data.Batch, index []int) []int {
	to = to[:0]
	for _, i := range index {
		to = append(to, b.Number(i))
	}
	return to
}

// gather copies the rows that index lists.
func (f *feed) gather(index []int) error {
	k := len(index) * f.rows.Size()
	var err error
	switch {
	case f.ints != nil:
		err = f.rows.Ints(f.ints[:k], index)
	case f.f32 != nil:
		err = f.rows.F32(f.f32[:k], index)
	default:
		err = f.rows.F64(f.f64[:k], index)
	}
	return err
}

// augment changes the rows that gather copied.
func (f *feed) augment(index []int, epoch int) {
	k := len(index) * f.rows.Size()
	switch {
	case f.ints != nil:
		f.change.Ints(f.ints[:k], index, epoch)
	case f.f32 != nil:
		f.change.F32(f.f32[:k], index, epoch)
	default:
		f.change.F64(f.f64[:k], index, epoch)
	}
}

func size(shape []int) int { return ir.Shape(shape).Size() }
