package memory

import "testing"

// TestStream copies slices of many lengths to every place within a line. What lies around them stays.
func TestStream(t *testing.T) {
	t.Run("float32", stream[float32])
	t.Run("float64", stream[float64])
}

func stream[T Float](t *testing.T) {
	const room = 32 // elements around a result, more than a line
	for n := range 200 {
		for at := range room {
			src, dst := make([]T, n), make([]T, n+2*room)
			for i := range src {
				src[i] = T(i + 1)
			}
			Stream(dst[at:at+n], src)
			StreamEnd()
			for i, x := range dst {
				want := T(0)
				if at <= i && i < at+n {
					want = T(i - at + 1)
				}
				if x != want {
					t.Fatalf("%d elements to %d: element %d: got %v, want %v", n, at, i, x, want)
				}
			}
		}
	}
}

// BenchmarkStream writes 16 KB again and again.
func BenchmarkStream(b *testing.B) {
	for _, f := range []struct {
		name string
		copy func(dst, src []float32)
	}{{"stream", Stream[float32]}, {"copy", func(dst, src []float32) { copy(dst, src) }}} {
		b.Run(f.name, func(b *testing.B) {
			dst, src := make([]float32, 64<<20), make([]float32, 4096)
			b.SetBytes(int64(4 * len(dst)))
			for b.Loop() {
				for i := 0; i < len(dst); i += len(src) {
					f.copy(dst[i:i+len(src)], src)
				}
				StreamEnd()
			}
		})
	}
}
