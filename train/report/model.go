package report

import (
	"fmt"

	"github.com/symgrad/symgrad/internal/si"
	"github.com/symgrad/symgrad/train"
)

// How much of the model is shown.
const (
	mostLayers = 400 // rows of the table
	mostBoxes  = 150 // of the graph
)

// modelView is the model as a table and as a graph.
type modelView struct {
	Text   string
	Layers *table
	Costs  *table
	Graph  *graphView
}

func modelOf(s *train.Summary) *modelView {
	if s == nil {
		return nil
	}
	v := &modelView{Text: fmt.Sprintf("For a batch of %s in %v: %s.", grouped(int64(s.Batch)), s.DType, countsText(s.Trained, s.Frozen, s.State))}
	v.Layers = &table{Caption: "Layers", Head: []column{{Name: "layer"}, {Name: "operator"}, {Name: "output"}, {"parameters", true}, {"FLOP", true}, {"output memory", true}}}
	for _, l := range s.Layers[:min(len(s.Layers), mostLayers)] {
		v.Layers.Rows = append(v.Layers.Rows, []string{shortened(l.Name, 60), clipped(l.Op, 40), shapeText(l.Shape), grouped(int64(l.Trained + l.Frozen + l.State)), si.Text(float64(l.Flops), ""), si.Bytes(l.Bytes)})
	}
	v.Layers.Omitted = omitted(len(v.Layers.Rows), len(s.Layers), "layers")
	v.Costs = costTable(s)
	v.Graph = graphOf(s.Layers)
	return v
}

// countsText says how many numbers the model has.
func countsText(trained, frozen, state int) string {
	text := grouped(int64(trained)) + " trained parameters"
	if frozen > 0 {
		text += ", " + grouped(int64(frozen)) + " frozen"
	}
	if state > 0 {
		text += ", " + grouped(int64(state)) + " of state"
	}
	return text
}

// costTable has what a step and a prediction take.
func costTable(s *train.Summary) *table {
	t := &table{Caption: "Cost of a batch", Head: []column{{Name: ""}, {"FLOP", true}, {"kernels", true}, {"memory", true}, {"parameters", true}, {"gradients", true}, {"states", true}, {"optimizer", true}, {"values", true}, {"in and out", true}, {"scratch", true}}}
	for i, p := range []train.PassSummary{s.Training, s.Prediction} {
		m := p.Memory
		row := []string{[]string{"a step", "a prediction"}[i], si.Text(float64(p.Flops), ""), grouped(int64(p.Kernels))}
		for _, n := range []int64{m.Sum(), m.Params, m.Grads, m.States, m.Slots, m.Values, m.Inputs + m.Outputs, m.Scratch} {
			row = append(row, si.Bytes(n))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
