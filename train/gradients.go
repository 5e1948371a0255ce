package train

import "slices"

// GradientReader is a Callback that reads the gradients of a step at its StepEnd or
// EpochEnd, from the memory that graph.Params.Flat32 or graph.Params.Flat64 returns. They
// are those of the batch, as the Optimizer has left them.
//
// Without one in Options.Callbacks, steps of SGD{} are made within the run and store no
// gradients. With one they are made after the run. Results have the same bits.
type GradientReader interface {
	Callback
	// ReadsGradients reports whether it does. New asks once.
	ReadsGradients() bool
}

// readsGradients reports whether one of the callbacks does.
func readsGradients(list []Callback) (yes bool, err error) {
	for _, c := range list {
		if r, ok := c.(GradientReader); ok && !yes {
			if err := try("ReadsGradients", func() error { yes = r.ReadsGradients(); return nil }); err != nil {
				return false, err
			}
		}
	}
	return yes, nil
}

// diagnoses reports whether one of the callbacks needs Options.Diagnose.
func diagnoses(list []Callback) bool {
	return slices.ContainsFunc(list, func(c Callback) bool {
		d, ok := c.(interface{ diagnoses() bool })
		return ok && d.diagnoses()
	})
}
