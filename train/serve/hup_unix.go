//go:build unix

package serve

import (
	"os"
	"syscall"
)

// hup is the signal to open the file anew.
var hup os.Signal = syscall.SIGHUP
