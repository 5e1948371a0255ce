package memory

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"
)

// TestHuge looks up in the process's mappings that large memory has the advice,
// all of it.
func TestHuge(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("no huge pages here: ", err)
	}
	v := Zeros[float64](3 * large / 8)
	for _, i := range []int{0, len(v) - 1} {
		flags, err := flagsAt(uintptr(unsafe.Pointer(&v[i])))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(flags+" ", " hg ") {
			t.Errorf("element %d: got the flags %q, want hg among them", i, flags)
		}
	}
}

// flagsAt are the VmFlags of the mapping that holds the address.
func flagsAt(at uintptr) (string, error) {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return "", err
	}
	defer f.Close()
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var lo, hi uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &lo, &hi); n == 2 {
			inside = lo <= at && at < hi
		}
		if flags, ok := strings.CutPrefix(lines.Text(), "VmFlags:"); ok && inside {
			return flags, nil
		}
	}
	return "", fmt.Errorf("no mapping holds %#x", at)
}
