package train

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/si"
)

// Summary says what a model consists of, and what it costs to train it and to predict with it.
// Summarize makes it. As JSON it has the names of its fields in lower case.
type Summary struct {
	Batch  int            `json:"batch"`  // examples of a batch
	DType  graph.DType    `json:"dtype"`  // of parameters and activations
	Layers []LayerSummary `json:"layers"` // of the prediction, each behind those that it reads

	Trained int `json:"trained"` // elements of all parameters that a step moves
	Frozen  int `json:"frozen"`  // elements of the parameters and states that are frozen
	State   int `json:"state"`   // elements of the other states, such as running means

	Training   PassSummary `json:"training"`   // a step
	Prediction PassSummary `json:"prediction"` // of one batch
}

// LayerSummary is one layer of a model: what is made within one scope, or else one operator.
type LayerSummary struct {
	Name    string   `json:"name"`  // the scopes with "/" between them: "encoder/dense0"; or ""
	Op      string   `json:"op"`    // the operator, as the model calls it: "Linear"
	Shape   []int    `json:"shape"` // of the result
	Trained int      `json:"trained"`
	Frozen  int      `json:"frozen"`
	State   int      `json:"state"`
	Params  []string `json:"params,omitempty"` // names of the parameters and states that count here
	Flops   int64    `json:"flops"`            // of a prediction; a multiply-add counts two
	Bytes   int64    `json:"bytes"`            // of the result

	Reads  []int    `json:"reads,omitempty"`  // indices of the layers that it reads
	Inputs []string `json:"inputs,omitempty"` // names of the inputs that it reads
}

// PassSummary is the cost of one pass over a batch.
type PassSummary struct {
	Flops   int64       `json:"flops"` // a multiply-add counts two
	Kernels int         `json:"kernels"`
	Memory  MemoryUsage `json:"memory"`
}

// MemoryUsage is memory in bytes by what it is for. All of it is allocated before the first
// pass, and no pass needs more: the sum is the peak.
type MemoryUsage struct {
	Params  int64 `json:"params"`
	Grads   int64 `json:"grads"` // of all parameters, also in prediction; with MicroBatch and Shards sums of them too
	States  int64 `json:"states"`
	Slots   int64 `json:"slots"`   // of the optimizer
	Values  int64 `json:"values"`  // between the kernels; see Live
	Inputs  int64 `json:"inputs"`  // of one batch
	Outputs int64 `json:"outputs"` // of one batch
	Scratch int64 `json:"scratch"` // work space of the kernels, and constants

	// Live is the largest part of Values that is needed at one time.
	Live int64 `json:"live"`
}

// Sum returns the bytes of all parts.
func (m MemoryUsage) Sum() int64 {
	return m.Params + m.Grads + m.States + m.Slots + m.Values + m.Inputs + m.Outputs + m.Scratch
}

// Summarize builds m for batches of the given number of examples and returns its Summary. o are
// the options that it will be trained with: the optimizer's slots, Workers, Recompute,
// MicroBatch and Shards count. It runs nothing, and of all memory it makes that of the parameters' first
// values alone. m may be trained later as if there had been no call.
//
// A step that may overflow is made on copies of parameters and slots (see Bounded). These are
// not counted. Nor are the data set and what callbacks keep.
//
// Errors: those of New; ErrOption for fewer than 1 example; those of building m.
func Summarize(m Model, batch int, o Options) (*Summary, error) {
	t, err := New(m, o)
	if err != nil {
		return nil, err
	}
	s, err := t.summarize(batch)
	return s, errors.Wrap(err, "train: Summarize")
}

func (t *Trainer) summarize(batch int) (*Summary, error) {
	if batch < 1 {
		return nil, mistake.Optionf("got batches of %d examples, want at least 1", batch)
	}
	forward, err := t.plan(predicting, batch, nil)
	if err != nil {
		return nil, err
	}
	whole, err := t.plan(training, t.pieceOf(batch), nil)
	if err != nil {
		return nil, err
	}
	s := &Summary{Batch: batch, DType: t.params.DType()}
	for _, l := range forward.Layers {
		x := LayerSummary{Name: l.Scope, Op: l.Op, Shape: l.Shape, Flops: l.Flops, Bytes: l.Bytes, Reads: l.Reads, Inputs: l.Inputs}
		for _, q := range l.Params {
			*t.kindOf(q, &x.Trained, &x.Frozen, &x.State) += q.Size()
			x.Params = append(x.Params, q.Name)
		}
		s.Layers = append(s.Layers, x)
	}
	for _, q := range everything(t.params) {
		*t.kindOf(q, &s.Trained, &s.Frozen, &s.State) += q.Size()
	}
	s.Prediction, s.Training = passOf(forward.Stats), passOf(whole.Stats)
	switch {
	case t.o.sharded():
		s.Training.Memory.Grads *= int64(2 + bits.Len(uint(t.o.Shards-1))) // see treeSums
	case t.pieceOf(batch) < batch:
		s.Training.Memory.Grads *= 2
	}
	for _, slot := range t.o.Optimizer.Slots() {
		if !slot.Scalar {
			s.Training.Memory.Slots += s.Training.Memory.Params
		}
	}
	return s, nil
}

// plan returns what a program of the kind needs for batches of n. trace, if not nil, is called with
// each phase of its compilation.
func (t *Trainer) plan(k kind, n int, trace func(graph.Phase)) (graph.Plan, error) {
	m, err := t.build(k, n)
	if err != nil {
		return graph.Plan{}, err
	}
	o := t.programOptions(k, m)
	o.Trace = trace
	plan, err := m.b.Plan(o)
	return plan, errors.Wrapf(err, "the model for a batch of %d", n)
}

// kindOf returns the number that q counts for.
func (t *Trainer) kindOf(q *graph.Param, trained, frozen, state *int) *int {
	switch {
	case t.params.Frozen(q):
		return frozen
	case q.State:
		return state
	}
	return trained
}

func passOf(s graph.Stats) PassSummary {
	of := func(role string) int64 { return int64(s.Bytes[role]) }
	return PassSummary{Flops: s.Flops, Kernels: s.Kernels, Memory: MemoryUsage{Params: of("param"), Grads: of("grad"), States: of("state"), Values: of("temp"),
		Inputs: of("input"), Outputs: of("output"), Scratch: of("scratch") + of("const"), Live: int64(s.Live)}}
}

// String returns a table of the layers, with the names of their parameters if these do not begin with
// that of the layer. Behind it are the number of parameters, and a table of what a step and
// a prediction take. It ends with a new line.
func (s *Summary) String() string {
	layers := [][]string{{"layer", "operator", "output", "parameters", "flops", "memory"}}
	foreign := slices.ContainsFunc(s.Layers, func(l LayerSummary) bool { return l.foreign() })
	left := 3
	if foreign {
		layers[0], left = slices.Insert(layers[0], left, "names of parameters"), left+1
	}
	for _, l := range s.Layers {
		row := []string{l.Name, l.Op, ir.Shape(l.Shape).String(), countsText(l.Trained, l.Frozen, l.State), si.Text(float64(l.Flops), ""), si.Bytes(l.Bytes)}
		if foreign {
			row = slices.Insert(row, 3, strings.Join(l.Params, ", "))
		}
		layers = append(layers, row)
	}
	costs := [][]string{{fmt.Sprintf("batch of %d", s.Batch), "flops", "kernels", "memory", "parameters", "gradients", "states", "optimizer", "values", "in and out", "scratch"}}
	for i, p := range []PassSummary{s.Training, s.Prediction} {
		row := []string{[]string{"a step", "a prediction"}[i], si.Text(float64(p.Flops), ""), fmt.Sprint(p.Kernels)}
		m := p.Memory
		for _, n := range []int64{m.Sum(), m.Params, m.Grads, m.States, m.Slots, m.Values, m.Inputs + m.Outputs, m.Scratch} {
			row = append(row, si.Bytes(n))
		}
		costs = append(costs, row)
	}
	return tableText(layers, left) + fmt.Sprintf("\nparameters: %s (%v)\n\n", countsText(s.Trained, s.Frozen, s.State), s.DType) + tableText(costs, 1)
}

// foreign reports whether a parameter has another name than those that begin with the name of the layer.
func (l LayerSummary) foreign() bool {
	return l.Name != "" && slices.ContainsFunc(l.Params, func(name string) bool { return !strings.HasPrefix(name, l.Name+"/") })
}

// tableText returns rows in columns. Those after the first left ones stand at the right.
func tableText(rows [][]string, left int) string {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		line := ""
		for i, cell := range r {
			if i < left {
				line += fmt.Sprintf("%-*s  ", widths[i], cell)
			} else {
				line += fmt.Sprintf("%*s  ", widths[i], cell)
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// countsText returns numbers of elements: "1200", or "1200 and 10 frozen".
func countsText(trained, frozen, state int) string {
	text := fmt.Sprint(trained)
	if frozen > 0 {
		text += fmt.Sprintf(" + %d frozen", frozen)
	}
	if state > 0 {
		text += fmt.Sprintf(" + %d state", state)
	}
	return text
}
