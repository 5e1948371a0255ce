// Package linalg has functions of matrices: factorizations, solves, determinants, matrix
// functions and norms. Matrices are the last two axes, x: [..., M, N]; leading axes are
// a batch.
//
// It does not own products (MatMul, Einsum and others are methods of graph.Builder).
// Importers: whoever builds graphs. Read factor.go first.
package linalg
