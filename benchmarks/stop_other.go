//go:build !unix

package main

import (
	"os"
	"time"
)

// settle is how long the threads of a process may go on looking for work after
// it has answered.
const settle = 300 * time.Millisecond

// stop waits until the threads of the process have come to rest: this system
// cannot stop them.
func stop(*os.Process) error {
	time.Sleep(settle)
	return nil
}

func resume(*os.Process) error { return nil }
