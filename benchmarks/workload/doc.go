// Package workload says what the benchmarks train: a model as a line of text,
// with its data and first weights.
//
// It owns the text form, the twelve standard workloads and the arithmetic that a
// step of each needs at least. It does not own any system that trains them.
// Importers: the benchmarks and their peers. Read spec.go first.
package workload
