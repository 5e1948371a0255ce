//go:build amd64 && !noasm

package cpu

// Leaves of CPUID that list the caches in the same form.
const (
	leafIntel   = 4
	leafAMD     = 0x8000001d
	lastAMD     = 0x80000000 // answers the highest leaf of its kind
	featuresAMD = 0x80000001
	hasLeafAMD  = 1 << 22 // in ECX of featuresAMD: topology extensions
)

// mostCaches bounds the list of caches, which ends with an empty entry.
const mostCaches = 16

// caches asks the processor for the sizes of its data caches of each
// level. What it does not tell is 0.
func caches() (l1, l2, l3 int) {
	if last, _, _, _ := cpuid(lastAMD, 0); last >= leafAMD && last>>31 == 1 {
		if _, _, c, _ := cpuid(featuresAMD, 0); c&hasLeafAMD != 0 {
			return listed(leafAMD, cpuid)
		}
	}
	if last, _, _, _ := cpuid(0, 0); last >= leafIntel {
		return listed(leafIntel, cpuid)
	}
	return 0, 0, 0
}

// listed reads the list of a leaf.
func listed(leaf uint32, ask func(leaf, sub uint32) (eax, ebx, ecx, edx uint32)) (l1, l2, l3 int) {
	for sub := range uint32(mostCaches) {
		a, b, c, _ := ask(leaf, sub)
		kind, level := a&31, a>>5&7
		if kind == 0 {
			break
		}
		if kind != 1 && kind != 3 { // neither data nor all
			continue
		}
		line, parts, ways, sets := int(b&0xfff)+1, int(b>>12&0x3ff)+1, int(b>>22)+1, int(c)+1
		switch size := line * parts * ways * sets; level {
		case 1:
			l1 = size
		case 2:
			l2 = size
		case 3:
			l3 = size
		}
	}
	return l1, l2, l3
}
