package main

import (
	"slices"
	"strings"
	"testing"
)

// TestPeersLevel wants the peers of gemm to have the vectors that this module has.
func TestPeersLevel(t *testing.T) {
	for _, c := range []struct {
		level, core, isa string // of the process, and what the environment says
		blas             string
		dnn              string
	}{
		{"avx512", "", "", "openblas", ""},
		{"generic", "", "", "openblas", ""},
		{"avx2", "", "", "openblas-haswell OPENBLAS_CORETYPE=Haswell openblas-zen OPENBLAS_CORETYPE=Zen", "ONEDNN_MAX_CPU_ISA=AVX2"},
		{"avx2", "Zen", "SSE41", "openblas openblas-auto OPENBLAS_CORETYPE=", ""},
		{"avx512", "Haswell", "", "openblas openblas-auto OPENBLAS_CORETYPE=", ""},
	} {
		t.Setenv(coreType, c.core)
		t.Setenv("ONEDNN_MAX_CPU_ISA", c.isa)
		var blas []string
		for _, l := range openBLASLibraries(c.level) {
			blas = slices.Concat(blas, []string{l.name}, l.env)
		}
		if got := strings.Join(blas, " "); got != c.blas {
			t.Errorf("%+v: got %q of OpenBLAS", c, got)
		}
		if got := strings.Join(oneDNNLevel(c.level), " "); got != c.dnn {
			t.Errorf("%+v: got %q for oneDNN", c, got)
		}
	}
}
