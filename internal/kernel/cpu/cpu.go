// Package cpu says which vector instructions this process may use.
//
// It owns the levels of instructions, their detection, and the one environment
// variable that lowers what was detected. It does not own any kernel: packages
// with assembly read the variables below when they choose a kernel. Importers:
// internal/kernel and what builds on it, and the generator of the assembly.
package cpu

import (
	"fmt"
	"os"
	"strings"
)

// Names of the levels.
const (
	generic = "generic" // Go code alone
	avx2    = "avx2"
	avx512  = "avx512"
	neon    = "neon"
)

// extensions are the instruction sets beyond the base of amd64 that the kernels
// of a level may use, by the names of the assembly generator. Detection asks the
// processor for every one of them, and a test of the generator compares each
// instruction of each kernel with them.
var extensions = map[string][]string{
	avx2:   {"AVX", "AVX2", "FMA3"},
	avx512: {"AVX", "AVX2", "FMA3", "BMI2", "AVX512F", "AVX512DQ", "AVX512BW", "AVX512VL"},
}

// Extensions returns the instruction sets that kernels of the level may use
// beyond the processor's base: none for "generic" and for unknown names.
func Extensions(level string) []string { return extensions[level] }

// env is the environment variable that names a lower level. It can never raise
// the level.
const env = "SYMGRAD_CPU"

// The vector extensions that kernels may use. They are set once before any
// init function of an importer runs. Tests may set them to false to force a
// lower level, never while kernels run, and must restore them; setting one to
// true on a processor without it crashes.
var (
	// AVX512 is true when all Extensions of "avx512" can be used; AVX2 is then true.
	AVX512 bool
	// AVX2 is true when all Extensions of "avx2" can be used.
	AVX2 bool
	// NEON is true on arm64, where the vector unit is part of the base.
	NEON bool
)

// wrong is what is wrong with the environment variable.
var wrong error

func init() {
	AVX2, AVX512, NEON = detect()
	wrong = lower(os.Getenv(env))
}

// Err returns an error if the environment variable SYMGRAD_CPU names no level
// that this process can run at. The process then runs at the detected level.
func Err() error { return wrong }

// Level returns the name of the level that kernels run at: "avx512", "avx2",
// "neon", or "generic" where they are Go code.
func Level() string { return levels()[0] }

// levels are the names of the levels that the variables above allow, best first.
func levels() []string {
	var names []string
	for _, l := range []struct {
		has  bool
		name string
	}{{AVX512, avx512}, {AVX2, avx2}, {NEON, neon}, {true, generic}} {
		if l.has {
			names = append(names, l.name)
		}
	}
	return names
}

// lower switches off what is above the named level. The empty name is the
// detected level.
func lower(level string) error {
	has := levels()
	switch {
	case level == "" || level == has[0]:
	case level == generic:
		AVX2, AVX512, NEON = false, false, false
	case level == avx2 && AVX2:
		AVX512 = false
	default:
		return fmt.Errorf("environment variable %s: got %q, want one of the levels of this process: %s", env, level, strings.Join(has, ", "))
	}
	return nil
}
