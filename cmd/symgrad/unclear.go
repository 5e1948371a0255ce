package main

import (
	"flag"

	"github.com/pkg/errors"
)

// unclear is the error of a request that has no clear meaning: the exit status is that of a misuse.
type unclear struct{ error }

// Unwrap returns the error itself.
func (e unclear) Unwrap() error { return e.error }

// unclearf returns an unclear error with the text.
func unclearf(format string, a ...any) error { return unclear{errors.Errorf(format, a...)} }

// atLeast returns an error if the value of a flag is below the least.
func atLeast(name string, got, least int) error {
	if got < least {
		return unclearf("-%s: got %d, want at least %d", name, got, least)
	}
	return nil
}

// notBelow is atLeast for sizes and times.
func notBelow[T ~int64](name string, got, least T) error {
	if got < least {
		return unclearf("-%s: got %v, want at least %v", name, got, least)
	}
	return nil
}

// workersFlag adds -workers, which means the same for all verbs.
func workersFlag(flags *flag.FlagSet, n *int) {
	flags.IntVar(n, "workers", 0, "number of threads; 0: as many as pay")
}

// batchFlag adds -batch.
func batchFlag(flags *flag.FlagSet, n *int, what string) { flags.IntVar(n, "batch", 32, what) }

// first returns the first error that is not nil.
func first(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
