package cpu

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestDetectMatchesKernel compares detection with what Linux says.
func TestDetectMatchesKernel(t *testing.T) {
	avx2, avx512, _ := detect()
	if avx512 && !avx2 {
		t.Fatal("AVX-512 without AVX2")
	}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || runtime.GOARCH != "amd64" || !strings.Contains(string(text), "flags") {
		return // no flags to compare with here
	}
	flags := " " + strings.Join(strings.Fields(string(text)), " ") + " "
	has := func(names ...string) bool {
		for _, n := range names {
			if !strings.Contains(flags, " "+n+" ") {
				return false
			}
		}
		return true
	}
	if avx2 && !has("avx2", "fma") {
		t.Error("detect says AVX2 with FMA; the kernel does not")
	}
	if avx512 && !has("avx512f", "avx512bw", "avx512dq", "avx512vl") {
		t.Error("detect says AVX-512; the kernel does not")
	}
}

func TestLower(t *testing.T) {
	a2, a5, ne := AVX2, AVX512, NEON
	defer func() { AVX2, AVX512, NEON = a2, a5, ne }()
	for _, c := range []struct {
		level            string
		avx2, avx512, ne bool
	}{
		{"", true, true, true},
		{"avx512", true, true, true},
		{"avx2", true, false, true},
		{"generic", false, false, false},
		{"nonsense", true, true, true},
	} {
		AVX2, AVX512, NEON = true, true, true
		lower(c.level)
		if AVX2 != c.avx2 || AVX512 != c.avx512 || NEON != c.ne {
			t.Errorf("level %q: got %v %v %v, want %v %v %v", c.level, AVX2, AVX512, NEON, c.avx2, c.avx512, c.ne)
		}
	}
}
