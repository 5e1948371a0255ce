package train

import (
	"reflect"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// Model is what a Trainer needs of a model. The models of the package models
// are Models; so is any type of yours with these two methods.
type Model interface {
	// Params is the set that Loss builds its parameters in: one and the same
	// for all calls.
	Params() *graph.Params

	// Loss builds the graph for a batch of n examples with b, whose Params are
	// the model's: inputs named as the fields of the data set, a loss of one
	// element that is a mean over the batch, and the output that Predict
	// returns and metrics see, with n as its first extent. The output must not
	// need the targets. Layers that behave otherwise in training ask
	// b.Training. Mistakes are the Builder's error.
	Loss(b *graph.Builder, n int) (loss, output *gorgonia.Node)
}

// present says that there must be a model with Params.
func present(m Model) error {
	v := reflect.ValueOf(m)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() || m.Params() == nil {
		return errors.Wrap(ErrOption, "got no model, or one without Params")
	}
	return nil
}
