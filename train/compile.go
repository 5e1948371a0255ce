package train

import (
	"crypto/sha256"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// modelGraph is the graph of a model for one batch size.
type modelGraph struct {
	b            *graph.Builder
	loss, output *gorgonia.Node
	grads        gorgonia.Nodes  // of all parameters, in training
	terms        gorgonia.Nodes  // of means, unless it predicts
	together     bool            // it sums over the shards of a batch
	unused       map[string]bool // parameters that the loss does not depend on
}

// build returns the graph of the model for batches of n, with gradients for training.
func (t *Trainer) build(k kind, n int) (*modelGraph, error) {
	t.building.Lock()
	defer t.building.Unlock()
	p, err := paramsOf(t.model)
	if err != nil {
		return nil, err
	}
	if p != t.params {
		return nil, mistake.Optionf("the model %T: got other Params than at New, want the same at every call", t.model)
	}
	m := &modelGraph{b: graph.New(t.onto), unused: map[string]bool{}}
	m.b.SetTraining(k == training)
	m.b.SetSharded(k == training && t.o.sharded())
	m.b.SetSeed(t.o.Seed)
	if k != predicting {
		t.weighExamples(m.b, n)
	}
	m.loss, m.output, err = buildLoss(t.model, m.b, n)
	if across := m.b.AcrossExamples(); across != "" && k != training { // also if it cannot be built for a batch of 1
		return nil, mistake.Newf(graph.ErrUnsupported, "got a model with %s, which takes mean and variance of the batch; want one whose result for an example "+
			"does not depend on the others, to evaluate or predict: keep running statistics (without BatchNormOptions.NoRunning), or use nn.LayerNorm or nn.GroupNorm", across)
	}
	if err != nil {
		return nil, err
	}
	if m.loss == nil || m.output == nil {
		return nil, mistake.Optionf("the model for a batch of %d: Loss: got a nil loss or output, want two nodes", n)
	}
	if k != predicting {
		if err := t.checkWeighed(m.b); err != nil {
			return nil, err
		}
		if m.terms, err = m.means(); err != nil {
			return nil, err
		}
	}
	if k != training {
		return m, nil
	}
	if err := t.params.Err(); err != nil {
		return nil, err
	}
	params := m.b.ParamNodes()
	if len(params) == 0 {
		return nil, mistake.Optionf("the model for a batch of %d: got no parameters that are not frozen, want one or more to train", n)
	}
	loss := m.loss
	if m.together = m.b.SumsOverShards(); m.together {
		loss = m.weighed(n)
	}
	m.grads, err = autograd.GradientsWith(autograd.Options{AllowUnconnected: t.o.AllowUnused,
		Unconnected: func(n *gorgonia.Node) { m.unused[op.NameOf(n)] = true }}, loss, params...)
	return m, errors.Wrap(err, "the gradients of the loss")
}

// weighed returns the loss of a shard of n examples times its weight: see weightOf.
func (m *modelGraph) weighed(n int) *gorgonia.Node {
	if len(m.terms) > 0 {
		return m.b.Mul(m.loss, m.b.StopGradient(m.terms[1]))
	}
	return m.b.Scale(m.loss, float64(n))
}

// compile returns a session of the kind for batches of n.
func (t *Trainer) compile(k kind, n int) (*session, error) {
	m, err := t.build(k, n)
	if err != nil {
		return nil, err
	}
	s := &session{n: n, kind: k, together: m.together}
	if k == training {
		s.augment, s.seed = t.o.Augment, t.o.Seed
	}
	o := t.programOptions(k, m)
	if k == training && t.ranks != nil {
		o.Trace = func(p graph.Phase) {
			if p.Name == "lower" {
				s.lowered = sha256.Sum256([]byte(p.Text))
			}
		}
	}
	if s.prog, err = m.b.Compile(o); err != nil {
		return nil, errors.Wrapf(err, "the model for a batch of %d", n)
	}
	if err := s.findOutputs(len(o.Outputs)); err != nil {
		return nil, err
	}
	s.moved = t.movedBy(m)
	s.updated = slices.DeleteFunc(t.params.States(), t.params.Frozen)
	s.frozen = slices.DeleteFunc(everything(t.params), func(q *graph.Param) bool { return !t.params.Frozen(q) })
	s.mixed = k == training && m.mixed(s.prog.Inputs())
	s.ignored, s.steps = map[string]graph.IgnoredLabel{}, map[string]string{}
	for _, in := range s.prog.Inputs() {
		if label, ok := m.b.IgnoredLabel(in.Name); ok {
			s.ignored[in.Name] = label
		}
		if lengths, ok := m.b.CountedSteps(in.Name); ok {
			s.steps[in.Name] = lengths
		}
	}
	return s, nil
}

// programOptions returns what a program of the kind computes of m.
func (t *Trainer) programOptions(k kind, m *modelGraph) graph.Options {
	o := graph.Options{Workers: t.o.Workers, MemoryLimit: t.o.MemoryLimit, Recompute: t.o.Recompute && k == training, Fixed: t.still && k == predicting}
	if k != predicting {
		o.Outputs = gorgonia.Nodes{m.loss}
	}
	if k != training {
		o.Outputs = append(o.Outputs, m.output)
	}
	if k == training {
		o.Grads, o.Descend = m.grads, t.fused
	}
	o.Outputs = append(o.Outputs, m.terms...)
	return o
}

// findOutputs finds the n outputs of the program and checks their shapes.
func (s *session) findOutputs(n int) error {
	list := make([]graph.Output[float64], n)
	for i := range list {
		list[i] = graph.OutputOf[float64](s.prog, i)
	}
	if s.kind != predicting {
		s.loss, list = list[0], list[1:]
		if s.loss.Len() != 1 {
			return mistake.Shapef("the loss: got the shape %v, want one element", ir.Shape(s.loss.Shape()))
		}
	}
	if s.kind != training {
		s.output, list = list[0], list[1:]
		if s.shape = s.output.Shape(); len(s.shape) == 0 || s.shape[0] != s.n {
			return mistake.Shapef("the output: got the shape %v, want [%d, ...], with the batch first", ir.Shape(s.shape), s.n)
		}
	}
	s.means, s.terms = list, make([]float64, len(list))
	return nil
}

// movedBy returns the parameters that the loss of m depends on.
func (t *Trainer) movedBy(m *modelGraph) []*graph.Param {
	here := map[string]bool{}
	for _, n := range m.b.ParamNodes() {
		here[n.Name()] = !m.unused[n.Name()]
	}
	return slices.DeleteFunc(t.params.List(), func(q *graph.Param) bool { return !here[q.Name] })
}

// mixed reports whether the loss has means over what counts, and depends on an input in another
// way than by them, such as a mean over all examples. A penalty depends on no input.
func (m *modelGraph) mixed(inputs []graph.InputSpec) bool {
	seen := map[*gorgonia.Node]bool{}
	for _, c := range m.b.CountedMeans() {
		seen[c.Node] = true
	}
	if len(seen) == 0 {
		return false
	}
	for left := []*gorgonia.Node{m.loss}; len(left) > 0; {
		n := left[len(left)-1]
		left = left[:len(left)-1]
		if seen[n] {
			continue
		}
		seen[n] = true
		operands := op.Operands(n)
		if len(operands) == 0 && slices.ContainsFunc(inputs, func(in graph.InputSpec) bool { return in.Name == op.NameOf(n) }) {
			return true
		}
		left = append(left, operands...)
	}
	return false
}

// means returns sum, count and factor of each mean in the loss, one after the other: see
// average.
func (m *modelGraph) means() (gorgonia.Nodes, error) {
	list := m.b.CountedMeans()
	if len(list) == 0 {
		return nil, nil
	}
	nodes := make(gorgonia.Nodes, len(list))
	for i, c := range list {
		nodes[i] = c.Node
	}
	apart := map[*gorgonia.Node]bool{} // means that are no part of the loss
	factors, err := autograd.GradientsWith(autograd.Options{AllowUnconnected: true, Unconnected: func(n *gorgonia.Node) { apart[n] = true }}, m.loss, nodes...)
	if err != nil {
		return nil, errors.Wrap(err, "the derivatives of the loss by its means")
	}
	var out gorgonia.Nodes
	for i, c := range list {
		if !apart[c.Node] {
			out = append(out, c.Sum, c.Count, factors[i])
		}
	}
	return out, nil
}
