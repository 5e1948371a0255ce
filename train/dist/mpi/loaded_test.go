//go:build !(mpi && cgo)

package mpi

const linked = false
