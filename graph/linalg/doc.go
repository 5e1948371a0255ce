// Package linalg has functions of matrices: solves, factorizations, determinants, matrix
// functions, norms and covariances.
//
// A matrix is the last two axes of an array, x: [..., M, N]; the leading axes are a batch.
// Every function takes the *graph.Builder first, and mistakes are kept by it as for its own
// operators.
//
// The package does not own products: MatMul, Einsum and others are methods of
// graph.Builder. Importers: whoever builds graphs. Read solve.go first.
package linalg
