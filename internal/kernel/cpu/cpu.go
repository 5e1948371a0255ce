// Package cpu says which vector instructions this process may use.
//
// It owns the detection and the one environment variable that lowers it. It
// does not own any kernel: packages with assembly read the variables below
// when they choose a kernel. Importers: internal/kernel and below.
package cpu

import "os"

// Environment variable that lowers the detected level: "generic" switches all
// vector kernels off, "avx2" switches AVX-512 off, "avx512" keeps what was
// detected. Other values are ignored. It can never raise the level.
const env = "SYMGRAD_CPU"

// The vector extensions that kernels may use. They are set once before any
// init function of an importer runs. Tests may set them to false to force a
// lower level, never while kernels run, and must restore them; setting one to
// true on a processor without it crashes.
var (
	// AVX512 is true when AVX-512 F, BW, DQ and VL can be used and AVX2 is true.
	AVX512 bool
	// AVX2 is true when AVX2 and FMA can be used.
	AVX2 bool
	// NEON is true on arm64, where the vector unit is part of the base.
	NEON bool
)

func init() {
	AVX2, AVX512, NEON = detect()
	lower(os.Getenv(env))
}

// lower applies the value of the environment variable.
func lower(level string) {
	switch level {
	case "generic":
		AVX2, AVX512, NEON = false, false, false
	case "avx2":
		AVX512 = false
	}
}
