// Package train fits models to data by gradient descent.
//
// New returns a Trainer of any Model: a set of parameters, and a function that builds
// the loss of a batch. Fit trains it on a data set, Evaluate measures it, Predict uses
// it, Save and Load keep its parameters in a file. Options holds all settings:
//
//	trainer, err := train.New(model, train.Options{Optimizer: train.AdamW{}, Epochs: 20})
//	history, err := trainer.Fit(ctx, set)
//
// Gradients come from package autograd, steps from an Optimizer, learning rates from a
// Schedule, measurements from Metrics; each of them may be your own. Data sets are in
// train/data.
//
// A Trainer does not go on with wrong numbers. What can be known before the first step
// is checked there: data sets, labels, metrics, every batch size. A step whose loss or
// gradients are not finite is refused, and its error says where they came from
// (NotFiniteError). Nothing is evaluated or predicted with parameters that are not
// finite. A panic in your own code comes back as an error (PanicError).
//
// Training is reproducible. The same seed gives the same bits for any number of
// threads. A Fit that was stopped goes on with the next batch. The loss over a data set
// does not depend on how it is cut into batches, up to rounding, unless the model draws
// random numbers in prediction.
//
// The package owns the training loop, optimizers, schedules, metrics, and files of
// parameters. It does not know what a model is made of. Importers: programs. Read
// model.go first, then trainer.go.
package train
