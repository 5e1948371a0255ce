//go:build driver

package main

import _ "github.com/symgrad/symgrad/train/dist/mpi"
