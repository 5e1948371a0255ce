//go:build !unix

package train

import "os"

// endingSignals are the signals that WithSignals takes.
var endingSignals = []os.Signal{os.Interrupt}

// signalNumber returns the number that Unix gives to an interrupt, the only signal here.
func signalNumber(os.Signal) int { return 2 }
