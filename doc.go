// Package symgrad is the root of a module that differentiates, compiles and
// trains models written as gorgonia expression graphs. It has no code of its
// own: start with the packages graph, autograd, models and train, or with the
// README.
package symgrad
