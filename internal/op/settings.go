package op

import (
	"reflect"
	"strconv"
	"strings"

	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Settings are what users may change inside of a graph's operators between two
// runs: whether dropout and batch normalisation train, and the bounds of slices.
type Settings struct {
	read []func() int
	last []int
}

// SettingsOf are those of g, as they are now.
func SettingsOf(g *gorgonia.ExprGraph) *Settings {
	s := &Settings{}
	for _, n := range g.AllNodes() {
		if n.Op() == nil {
			continue
		}
		if sl, ok := n.Op().(interface{ IsSlice() tensor.Slice }); ok {
			bound := func(f func(tensor.Slice) int) func() int {
				return func() int {
					if x := sl.IsSlice(); x != nil {
						return f(x)
					}
					return -1
				}
			}
			s.read = append(s.read, bound(tensor.Slice.Start), bound(tensor.Slice.End), bound(tensor.Slice.Step))
			continue
		}
		f := fieldsOf(n.Op())
		if f.v.Kind() != reflect.Struct {
			continue
		}
		switch f.name() {
		case "dropoutOp":
			s.flag(f.v.FieldByName("isTraining"))
		case "BatchNormOp":
			s.flag(f.v.FieldByName("training"))
		}
	}
	s.last = make([]int, len(s.read))
	s.Changed()
	return s
}

func (s *Settings) flag(v reflect.Value) {
	if v.Kind() == reflect.Bool {
		s.read = append(s.read, func() int { return truth(v.Bool()) })
	}
}

// Changed reads the settings anew and says whether they differ from before. It
// allocates nothing.
func (s *Settings) Changed() bool {
	changed := false
	for i, f := range s.read {
		if v := f(); v != s.last[i] {
			s.last[i], changed = v, true
		}
	}
	return changed
}

// Key tells settings apart.
func (s *Settings) Key() string {
	var b strings.Builder
	for _, v := range s.last {
		b.WriteString(strconv.Itoa(v))
		b.WriteByte(' ')
	}
	return b.String()
}

// SetTraining tells every operator of g that knows the difference whether it
// trains.
func SetTraining(g *gorgonia.ExprGraph, training bool) error {
	for _, n := range g.AllNodes() {
		if o, ok := n.Op().(gorgonia.TrainModeOp); ok {
			if err := o.SetTraining(training); err != nil {
				return err
			}
		}
	}
	return nil
}

// RunningStats are the statistics of a batch normalisation that trains, and what
// one batch moves them by.
type RunningStats struct {
	Mean, Variance tensor.Tensor // inside of the operator
	Momentum       float64       // the weight of the batch
	// OfMean and OfVariance are the statistics of the batch: nodes of one number
	// for each channel. The variance is the unbiased one; nil for one example.
	OfMean, OfVariance *gorgonia.Node
}

// RunningStatsOf are those of n; false if n is no batch normalisation that trains.
func RunningStatsOf(c *Ctx, n *gorgonia.Node) (s RunningStats, ok bool) {
	b, isNorm := n.Op().(*gorgonia.BatchNormOp)
	if !isNorm {
		return s, false
	}
	f, x := fieldsOf(b), childrenOf(n)[0]
	shape := c.Shape(x)
	training, momentum := f.bool("training"), f.float("momentum")
	if err := f.err(); err != nil {
		c.Fail("batchnorm", NameOf(n), nil, err)
		return s, false
	}
	if !training || len(shape) < 2 {
		return s, false
	}
	s.Mean, s.Variance = b.Stats()
	s.Momentum = momentum
	axes := batchAxes(shape)
	s.OfMean = c.Mean(x, axes, false)
	if shape.Size() > shape[1] {
		s.OfVariance = c.Variance(x, axes, 1, false)
	}
	return s, true
}
