//go:build unix

package train

import (
	"os"
	"syscall"
)

// endingSignals are the signals that WithSignals takes.
var endingSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// signalNumber returns the number of a signal.
func signalNumber(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return 0
}
