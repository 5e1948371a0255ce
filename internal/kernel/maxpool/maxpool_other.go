//go:build !(amd64 || arm64) || noasm

package maxpool

// fastMax is Max of the first windows, as many as it returns: here none.
func fastMax[T Float](m Image, y, x []T) int { return 0 }

// fastGrad is Grad of the first windows, as many as it returns: here none.
func fastGrad[T Float](m Image, o, x, d []T) int { return 0 }
