//go:build !unix

package serve

import "os"

// hup is nil: there is no such signal here.
var hup os.Signal
