//go:build amd64 && !noasm

package cpu

// cpuid executes CPUID with EAX=leaf and ECX=sub.
//
//go:noescape
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

// xgetbv reads extended control register 0. Only a processor with OSXSAVE has it.
//
//go:noescape
func xgetbv() (eax, edx uint32)

// feature is a bit of what CPUID answers: of leaf 1 in ECX, of leaf 7 in EBX.
type feature struct {
	leaf, bit uint32
}

// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID.
var (
	osXSAVE  = feature{1, 27} // the operating system lets programs read XCR0
	features = map[string]feature{
		"FMA3":     {1, 12},
		"AVX":      {1, 28},
		"AVX2":     {7, 5},
		"BMI2":     {7, 8},
		"AVX512F":  {7, 16},
		"AVX512DQ": {7, 17},
		"AVX512BW": {7, 30},
		"AVX512VL": {7, 31},
	}
)

// Bits of XCR0: registers that the operating system saves on a task switch.
const (
	stateYMM = 1<<1 | 1<<2
	stateZMM = stateYMM | 1<<5 | 1<<6 | 1<<7
)

// detect asks the processor and the operating system.
func detect() (hasAVX2, hasAVX512, hasNEON bool) {
	last, _, _, _ := cpuid(0, 0)
	if last < 7 {
		return false, false, false
	}
	_, _, c1, _ := cpuid(1, 0)
	_, b7, _, _ := cpuid(7, 0)
	words := map[uint32]uint32{1: c1, 7: b7}
	has := func(f feature) bool { return words[f.leaf]>>f.bit&1 != 0 }
	if !has(osXSAVE) {
		return false, false, false
	}
	saved, _ := xgetbv()
	all := func(level string, state uint32) bool {
		for _, name := range Extensions(level) {
			if f, known := features[name]; !known || !has(f) {
				return false
			}
		}
		return saved&state == state
	}
	hasAVX2 = all(avx2, stateYMM)
	return hasAVX2, hasAVX2 && all(avx512, stateZMM), false
}
