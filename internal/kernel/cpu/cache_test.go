package cpu

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestCaches compares the sizes with what Linux says, where the processor was asked.
func TestCaches(t *testing.T) {
	if L1 < leastL1 || L2 < leastL2 || L2 < L1 || L3 < L2 {
		t.Errorf("got caches of %d, %d and %d bytes", L1, L2, L3)
	}
	l1, l2, l3 := caches()
	emulated := os.Getenv("SYMGRAD_EMULATOR") != "" // Linux tells of the processor below
	if runtime.GOOS != "linux" || emulated || l1 == 0 || l2 == 0 {
		if l1 == 0 && L1 != defaultL1 {
			t.Errorf("nothing is known: got %d bytes, want the default %d", L1, defaultL1)
		}
		return
	}
	for level, got := range map[string]int{"1": l1, "2": l2, "3": l3} {
		if want := linuxCaches(level); len(want) > 0 && !slices.Contains(want, got) {
			t.Errorf("level %s: got %d bytes, Linux says %d", level, got, want)
		}
	}
}

// linuxCaches are the sizes of the data caches of all cores, which may differ; none where Linux does not
// tell.
func linuxCaches(level string) (sizes []int) {
	dirs, _ := filepath.Glob("/sys/devices/system/cpu/cpu[0-9]*/cache/index*")
	for _, dir := range dirs {
		read := func(name string) string {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			return strings.TrimSpace(string(text))
		}
		if read("level") != level || read("type") == "Instruction" {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(read("size"), "K")); err == nil {
			sizes = append(sizes, n<<10)
		}
	}
	return sizes
}
