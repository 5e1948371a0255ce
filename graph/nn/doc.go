// Package nn has the parts of neural networks: layers that own their parameters,
// activations, convolutions and pooling, recurrence, attention, normalization, dropout
// and resampling.
//
// Each takes the graph.Builder that it adds nodes to:
//
//	h := nn.Dense(b, "hidden", x, 64, nn.ReLU)
//
// A mistake is kept by the Builder, with the layer as it was called; see graph.Builder.
//
// It does not own losses (graph/loss) or the operators that it is made of (graph).
// Importers: models, and whoever builds networks. Read layers.go first.
package nn
