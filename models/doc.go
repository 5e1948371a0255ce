// Package models has ready models: linear regression, multi-layer perceptrons,
// convolutional and recurrent networks, Transformers, models that write text, and
// autoencoders. A model is its parameters and a function that builds the graph of its
// loss, which is what package train trains:
//
//	m, err := models.NewMLP(models.MLPOptions{In: 4, Hidden: []int{16}, Out: 3})
//	t, err := train.New(m, train.Options{})
//
// Every model reads the input "x", one row for each example. Classifiers and regressions
// have targets "y", which their Head describes. Models of sequences may read "lengths".
// Options can be written to JSON and read from it, except for an initializer. All models are
// registered: train.SaveModel writes them to a file that is whole, and train.Open needs the
// import of this package and nothing else.
//
// It does not know how models are trained (train), and owns no layers (graph/nn) and no
// losses (graph/loss). A model's methods are for one goroutine. Importers: users. Read
// options.go first.
package models
