//go:build !linux

package main

import "runtime"

// pin keeps the goroutine on one thread. This system chooses the core.
func pin(int) error {
	runtime.LockOSThread()
	return nil
}
