package cpu

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestDetectMatchesKernel compares detection with what Linux says.
func TestDetectMatchesKernel(t *testing.T) {
	if AVX512 && !AVX2 {
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
	for _, level := range levels() {
		for _, name := range Extensions(level) {
			if !has(flag(name)) {
				t.Errorf("detect says %s, which needs %s; the kernel does not know %s", level, name, flag(name))
			}
		}
	}
}

// flag is what Linux calls an extension.
func flag(extension string) string {
	if extension == "FMA3" {
		return "fma"
	}
	return strings.ToLower(extension)
}

// TestLevel prints the level if asked to (-v), for who runs the tests as several
// processors.
func TestLevel(t *testing.T) {
	t.Logf("%s/%s runs at level %s", runtime.GOOS, runtime.GOARCH, Level())
	if err := Err(); err != nil {
		t.Error(err)
	}
}

func TestLower(t *testing.T) {
	a2, a5, ne := AVX2, AVX512, NEON
	defer func() { AVX2, AVX512, NEON = a2, a5, ne }()
	type has struct{ avx2, avx512, neon bool }
	v4, v3, arm, base := has{avx2: true, avx512: true}, has{avx2: true}, has{neon: true}, has{}
	for _, c := range []struct {
		name      string
		processor has
		ask       string
		want      string // the level
		refused   bool
	}{
		{"avx512 unasked", v4, "", "avx512", false},
		{"avx512 as it is", v4, "avx512", "avx512", false},
		{"avx512 to avx2", v4, "avx2", "avx2", false},
		{"avx512 to generic", v4, "generic", "generic", false},
		{"avx512 to neon", v4, "neon", "avx512", true},
		{"avx512 mistyped", v4, "AVX2", "avx512", true},
		{"avx2 unasked", v3, "", "avx2", false},
		{"avx2 raised", v3, "avx512", "avx2", true},
		{"avx2 to generic", v3, "generic", "generic", false},
		{"arm64 unasked", arm, "", "neon", false},
		{"arm64 as it is", arm, "neon", "neon", false},
		{"arm64 to generic", arm, "generic", "generic", false},
		{"arm64 to avx2", arm, "avx2", "neon", true},
		{"base unasked", base, "", "generic", false},
		{"base as it is", base, "generic", "generic", false},
		{"base raised", base, "avx2", "generic", true},
	} {
		AVX2, AVX512, NEON = c.processor.avx2, c.processor.avx512, c.processor.neon
		err := lower(c.ask)
		if Level() != c.want || (err != nil) != c.refused {
			t.Errorf("%s: got level %s and error %v, want level %s, refused %v", c.name, Level(), err, c.want, c.refused)
		}
		if err != nil && !strings.Contains(err.Error(), strings.Join(levels(), ", ")) {
			t.Errorf("%s: %q does not name the levels %v", c.name, err, levels())
		}
	}
}
