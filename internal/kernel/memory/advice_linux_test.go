package memory

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestHuge looks up in the process's mappings that large memory has the advice,
// all of it.
func TestHuge(t *testing.T) {
	if _, err := os.Stat("/sys/kernel/mm/transparent_hugepage"); err != nil {
		t.Skip("no huge pages here: ", err)
	}
	if !takes(t, syscall.MADV_HUGEPAGE, func(m []byte) bool {
		flags, err := flagsAt(uintptr(unsafe.Pointer(&m[0])))
		return err == nil && strings.Contains(flags+" ", " hg ")
	}) {
		t.Skip("the system takes no advice on huge pages")
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

// TestPopulate counts the pages of fresh memory that are there before and after.
func TestPopulate(t *testing.T) {
	if !takes(t, populateWrite, func(m []byte) bool { return present(t, m) == len(m)/os.Getpagesize() }) {
		t.Skip("the system does not populate memory")
	}
	v := make([]float32, 8<<20)
	part := v[len(v)/4 : len(v)/2]
	part[len(part)/2] = 7
	pages := len(part) * 4 / os.Getpagesize()
	if n := present(t, part); n > pages/2 {
		t.Skipf("%d of %d pages of new memory are in use", n, pages)
	}
	Populate(part)
	if n := present(t, part); n < pages {
		t.Errorf("%d of %d pages are there", n, pages)
	}
	if part[len(part)/2] != 7 || part[0] != 0 {
		t.Errorf("got %v and %v, want 7 and 0: the elements changed", part[len(part)/2], part[0])
	}
}

// takes says whether fresh memory shows the effect of an advice: emulated systems may
// say yes and do nothing.
func takes(t *testing.T, advice int, effect func(m []byte) bool) bool {
	m, err := syscall.Mmap(-1, 0, 4*hugePage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(m)
	return syscall.Madvise(m, advice) == nil && effect(m)
}

// present is the number of pages of v that have memory.
func present[E float32 | byte](t *testing.T, v []E) (n int) {
	at, size := uintptr(unsafe.Pointer(&v[0])), uintptr(len(v))*unsafe.Sizeof(v[0])
	page := uintptr(os.Getpagesize())
	states := make([]byte, size/page+2)
	if _, _, err := syscall.Syscall(syscall.SYS_MINCORE, at&^(page-1), size, uintptr(unsafe.Pointer(&states[0]))); err != 0 {
		t.Fatal(err)
	}
	for _, s := range states {
		n += int(s & 1)
	}
	return n
}
