//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// stop stops all threads of a child process, and returns when they have
// stopped.
func stop(p *os.Process) error {
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(p.Pid, &status, syscall.WUNTRACED, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if !status.Stopped() {
			return fmt.Errorf("process %d ended while it was asked", p.Pid)
		}
		return nil
	}
}

// resume lets a stopped process go on.
func resume(p *os.Process) error { return p.Signal(syscall.SIGCONT) }
