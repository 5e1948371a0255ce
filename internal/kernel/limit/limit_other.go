//go:build !(amd64 || arm64) || noasm

package limit

// fmaLoop is a loop with the operations of one round.
func fmaLoop(int) (loop func(n int), each float64) { return scalarRounds, 8 }
