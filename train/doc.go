// Package train fits models to data by gradient descent.
//
// New returns a Trainer of any Model: a set of parameters, and a function that builds
// the loss of a batch. Fit trains it on a data set, Evaluate measures it, Predict uses
// it. Options holds all settings:
//
//	trainer, err := train.New(model, train.Options{Optimizer: train.AdamW{}, Epochs: 20})
//	history, err := trainer.Fit(ctx, set)
//
// Gradients come from package autograd. Data sets are in train/data, learning rates in
// train/schedule, changes of examples in train/augment, logs in train/record.
//
// # Optimizers
//
// Optimizers with a rate of their own for each element are Adam, AdamW, NAdam, RAdam, Adamax,
// RMSprop, Adagrad, Adadelta and Rprop. Lion takes signs, LAMB a rate for each parameter and
// Muon the directions of each matrix. SGD and ASGD take the gradients as they are. LBFGS
// searches along lines, for losses without noise.
//
// Others work on top of an Optimizer: ClipNorm, ClipParam and ClipValue bound gradients,
// MaxNorm bounds weights, EMA and SWA average them, Lookahead follows them slowly, Maximize
// goes up. Options.Groups gives parameters rates and decay of their own. Optimizer is an
// interface of two methods, and a Rule is one that is written as a graph.
//
// # The loop
//
// Fit is a loop on Steps, which programs may write themselves with the same bits. Callbacks
// see what happens in Fit, and end it if they like. EarlyStopping, NaNGuard, TimeLimit,
// RateLog and the recorders of train/record are ready-made; On makes one of a function.
// FindRate looks for a learning rate.
//
// # Files
//
// Checkpoint writes the whole training to a folder while it runs. A program that was killed
// goes on with it, and ends with the bits of one that was not; Trainer.Save and
// Trainer.Restore do so by hand. SaveModel writes a model with its settings, the names of its
// inputs and classes, and the scalers of the data: Open makes a Predictor of the file in
// another program, for any number of goroutines. Save and Load are for parameters alone, also
// those of other libraries.
//
// # What is checked
//
// Metrics are functions that return a Metric: Accuracy, F1, ROCAUC, Confusion, MSE and others.
// Their values are those of scikit-learn.
//
// A Trainer does not go on with wrong numbers. What can be known before the first step
// is checked there: data sets, labels, metrics, every batch size. A step whose loss or
// gradients are not finite is refused, and its error says where they came from
// (NotFiniteError). Nothing is evaluated or predicted with parameters that are not
// finite. A panic in your own code comes back as an error (PanicError).
//
// Training is reproducible. Random numbers depend on the seed and on counters alone, so the
// same seed gives the same bits for any number of threads, with and without interruptions.
// The loss over a data set does not depend on how it is cut into batches, up to rounding,
// unless the model draws random numbers in prediction.
//
// The package owns the training loop, optimizers, metrics, and files of trainings, models and
// parameters. It does not know what a model is made of. Importers: programs. Read model.go
// first, then trainer.go, steps.go and fit.go.
package train
