//go:build amd64 && !noasm

package cpu

import "testing"

// TestListed reads the lists of some processors.
func TestListed(t *testing.T) {
	// entry is a cache: its kind, level, ways and sets of lines of 64 bytes.
	type entry struct{ kind, level, ways, sets uint32 }
	for _, c := range []struct {
		name   string
		list   []entry
		l1, l2 int
		l3     int
	}{
		{"Zen 4", []entry{{1, 1, 8, 64}, {2, 1, 8, 64}, {3, 2, 8, 2048}, {3, 3, 16, 32768}}, 32 << 10, 1 << 20, 32 << 20},
		{"Zen 3", []entry{{1, 1, 8, 64}, {2, 1, 8, 64}, {3, 2, 8, 1024}, {3, 3, 16, 32768}}, 32 << 10, 512 << 10, 32 << 20},
		{"Skylake", []entry{{1, 1, 8, 64}, {2, 1, 8, 64}, {3, 2, 4, 1024}, {3, 3, 16, 8192}}, 32 << 10, 256 << 10, 8 << 20},
		{"Ice Lake", []entry{{1, 1, 12, 64}, {2, 1, 8, 64}, {3, 2, 8, 1024}}, 48 << 10, 512 << 10, 0},
		{"no list", nil, 0, 0, 0},
	} {
		l1, l2, l3 := listed(leafIntel, func(leaf, sub uint32) (eax, ebx, ecx, edx uint32) {
			if leaf != leafIntel || int(sub) >= len(c.list) {
				return 0, 0, 0, 0
			}
			e := c.list[sub]
			return e.kind | e.level<<5, 63 | (e.ways-1)<<22, e.sets - 1, 0
		})
		if l1 != c.l1 || l2 != c.l2 || l3 != c.l3 {
			t.Errorf("%s: got %d, %d and %d bytes, want %d, %d and %d", c.name, l1, l2, l3, c.l1, c.l2, c.l3)
		}
	}
	endless := func(_, _ uint32) (eax, ebx, ecx, edx uint32) { return 1 | 1<<5, 63, 63, 0 }
	if l1, l2, _ := listed(leafIntel, endless); l1 != 64*64 || l2 != 0 {
		t.Errorf("a list without an end: got %d and %d bytes", l1, l2)
	}
}
