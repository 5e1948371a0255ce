//go:build ((linux && !android) || (darwin && !ios)) && (amd64 || arm64)

package mpi

// action is a struct sigaction of C, with room to spare.
type action [256]byte

// keepSignals calls f and then puts back the handlers of all signals. MPI and the libraries below it
// set handlers of their own, without the signal stack that Go's threads need. Those of Go are lost then:
// a nil pointer would end the process instead of a panic.
func keepSignals(f func()) {
	const signals = 64
	var before [signals + 1]action
	var known [signals + 1]bool
	for s := 1; s <= signals; s++ {
		known[s] = signalAction(s, nil, &before[s])
	}
	f()
	for s := 1; s <= signals; s++ {
		if known[s] {
			signalAction(s, &before[s], nil) // no one may set SIGKILL and SIGSTOP
		}
	}
}
