// Package randgraph holds compiler and derivatives to random graphs. It has tests
// only: graphs of every rank and of axes of extent 1 and 0, drawn from a seed, are
// compared with an interpreter of nested loops that shares nothing with the
// kernels, their gradients and second derivatives with finite differences, under
// every choice of optional passes, numbers of workers and orders of the values.
//
//	go test ./internal/randgraph                                       some
//	go test ./internal/randgraph -graphs 10000 -timeout 1h             many
//	go test ./internal/randgraph -graphs 1 -seed 123 -v                one, printed
package randgraph
