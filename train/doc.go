// Package train fits models to data by gradient descent.
//
// A Trainer takes any Model: a set of parameters and a function that builds the
// loss for a batch. Gradients come from the package autograd, steps from an
// Optimizer, learning rates from a Schedule, numbers to look at from Metrics. It
// does not know what a model is made of; models does not know how one is
// trained.
//
// A Trainer does not go on with wrong numbers. What can be known before the first
// step is checked there: data sets, labels, metrics, every batch size. A step whose
// loss or gradient is not finite is not made, and says so (NotFiniteError); nor is
// anything evaluated or predicted from parameters that are not finite. A Fit that
// was stopped goes on with the next batch. Losses over a data set do not depend on
// how it is cut into batches.
//
// Read model.go first, then trainer.go. Data sets are in train/data.
package train
