module github.com/symgrad/symgrad/train/dist/mpi

go 1.26

require (
	github.com/ebitengine/purego v0.11.3
	github.com/pkg/errors v0.9.1
	github.com/symgrad/symgrad v0.0.0
)

replace github.com/symgrad/symgrad => ../../..
