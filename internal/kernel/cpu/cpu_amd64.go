//go:build amd64 && !noasm

package cpu

// cpuid executes CPUID with EAX=leaf and ECX=sub.
//
//go:noescape
func cpuid(leaf, sub uint32) (eax, ebx, ecx, edx uint32)

// xgetbv reads extended control register 0.
//
//go:noescape
func xgetbv() (eax, edx uint32)

// Bits of CPUID leaf 1 (ECX), leaf 7 (EBX) and XCR0 that detect tests.
const (
	bitFMA      = 1 << 12
	bitOSXSAVE  = 1 << 27
	bitAVX      = 1 << 28
	bitAVX2     = 1 << 5
	bitsAVX512  = 1<<16 | 1<<17 | 1<<30 | 1<<31 // F, DQ, BW, VL
	stateYMM    = 1<<1 | 1<<2
	stateZMM    = stateYMM | 1<<5 | 1<<6 | 1<<7
	leafVersion = 1
	leafFeature = 7
)

// detect asks the processor and the operating system, which must save the
// wide registers on a task switch.
func detect() (avx2, avx512, neon bool) {
	max, _, _, _ := cpuid(0, 0)
	if max < leafFeature {
		return false, false, false
	}
	_, _, c1, _ := cpuid(leafVersion, 0)
	if c1&bitOSXSAVE == 0 || c1&bitAVX == 0 || c1&bitFMA == 0 {
		return false, false, false
	}
	state, _ := xgetbv()
	_, b7, _, _ := cpuid(leafFeature, 0)
	avx2 = state&stateYMM == stateYMM && b7&bitAVX2 != 0
	avx512 = avx2 && state&stateZMM == stateZMM && b7&bitsAVX512 == bitsAVX512
	return avx2, avx512, false
}
