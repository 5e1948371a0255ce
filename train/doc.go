// Package train fits models to data by gradient descent.
//
// A Trainer takes any Model: a set of parameters and a function that builds the
// loss for a batch. Gradients come from the package autograd, steps from an
// Optimizer, learning rates from a Schedule, numbers to look at from Metrics. It
// does not know what a model is made of; models does not know how one is
// trained.
//
// Read model.go first, then trainer.go. Data sets are in train/data.
package train
