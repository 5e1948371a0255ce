// Package models has ready models as graphs: linear regression, multi-layer
// perceptrons, convolutional and recurrent networks. Each is a Params and a Loss, which is all that the package train
// asks for; their gradients are derived from the graph.
//
// It does not know how models are trained. Read linreg.go first.
package models
