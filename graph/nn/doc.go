// Package nn has the parts of neural networks: layers that own their parameters,
// activations, convolution and pooling, recurrence, attention, normalization, dropout
// and resampling.
//
// Each function adds its nodes to the graph.Builder that it takes first. A layer takes a
// name too, under which its parameters are kept:
//
//	h := nn.Dense(b, "hidden", x, 64, nn.ReLU) // hidden/weight and hidden/bias
//
// A layer that is called twice under one name in one graph is one layer: both calls use
// the same parameters, whose gradients add up. Siamese networks and GANs need that. The
// first call draws the parameters; later ones do not look at their initializers. A later
// call that wants other parameters, or another kind of layer, is an error.
//
// Functions without a name have no parameters; those of a layer that needs its own, such
// as Convolve for Conv, take them as nodes.
//
// Images have the shape [N, C, In...]: N examples of C channels, with one, two or three
// spatial axes. Where an option is a list with a number for each spatial axis, a list of
// one number stands for all axes.
//
// Sequences of recurrent layers have the shape [T, N, In]: T steps of N examples with In
// features. Those of attention have the examples first: [N, T, D]. Sequences of different
// lengths are padded to the longest, and their lengths are an input of their own: see
// Recurrent, MultiHeadAttention and LengthMask.
//
// The Builder keeps the first mistake, with the function as it was called, its operands
// and the caller's line; see graph.Builder. Functions then return nil.
//
// It does not own losses (graph/loss) or the operators that it is made of (graph).
// Importers: models, and whoever builds networks. Read layers.go first.
package nn
