// Package loss has the losses: what compares a prediction with its target.
//
//	l := loss.MSE(b, prediction, target)
//
// Prediction and target have one shape. Shapes that differ are refused even where they
// broadcast: [N, 1] against [N] is a mistake that would give N×N errors.
//
// NaN in a prediction or a target gives NaN. A term of the weight 0 (a target of 0, an
// ignored example, a class of the weight 0) is left out, also where it is infinite or
// NaN. Derivatives are numbers wherever the loss is one, unless the loss's own slope is
// infinite there.
//
// Errors are kept by the Builder: ErrShape for operands that do not fit, ErrOption for
// settings, ErrTarget for targets outside of the loss's Domain. Constants are checked at
// once, inputs when they are fed.
//
// It does not own the trainer's metrics (train). Importers: models, and whoever trains.
package loss
