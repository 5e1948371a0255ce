package train

import (
	"encoding/json"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Function returns what p predicts with, for packages that write models for other programs,
// such as graph/onnx. params is a copy of the parameters and states of now: with EMA or SWA of
// a Trainer, their average. outputs builds the output of the model for a batch of n examples
// with b, whose Params are params. The recipe is no part of it: Metadata has that.
//
// Any goroutine may call Function and outputs at any time. A mistake of the model's Loss is
// that of b.
func Function(p *Predictor) (params *graph.Params, outputs func(b *graph.Builder, n int) []*gorgonia.Node) {
	v := p.versions.take()
	defer p.versions.done(v)
	return v.params.Clone(), func(b *graph.Builder, n int) []*gorgonia.Node {
		p.t.building.Lock()
		defer p.t.building.Unlock()
		b.SetSeed(p.t.o.Seed)
		_, output, err := buildLoss(p.t.model, b, n)
		if err != nil {
			b.Fail(err)
			return nil
		}
		return []*gorgonia.Node{output}
	}
}

// Metadata returns what a file for other programs should say of the model besides what it
// computes. "symgrad.model" is the JSON of m as a model file has it, with the preprocessing.
// "classes" is a JSON array of the names of the classes, and "columns" one of the names of the
// columns of a single input, before the recipe. Each is there if the model has such names.
//
// Errors: that of encoding/json for Settings that are no JSON.
func Metadata(m *ModelInfo) (map[string]string, error) {
	all := map[string]any{modelKey: m}
	if names := labelNames(m.Target.ClassNames, m.Target.Classes); len(names) > 0 {
		all["classes"] = names
	}
	if len(m.Inputs) == 1 && len(m.Inputs[0].Columns) > 0 {
		all["columns"] = m.Inputs[0].Columns
	}
	out := map[string]string{}
	for key, v := range all {
		text, err := json.Marshal(v)
		if err != nil {
			return nil, errors.Wrapf(err, "train: Metadata: %s", key)
		}
		out[key] = string(text)
	}
	return out, nil
}
