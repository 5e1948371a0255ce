package vec

import (
	"math"
	"testing"
)

func TestMoments(t *testing.T) {
	levels(t, func(t *testing.T) {
		t.Run("float32", func(t *testing.T) { moments(t, &F32, 1e-6) })
		t.Run("float64", func(t *testing.T) { moments(t, &F64, 1e-15) })
	})
}

// moments compares the sums with sums in float64, and the loops with their formulas.
func moments[T Float](t *testing.T, l *Loops[T], eps float64) {
	for _, n := range append(lengths, 1024, 1025, 5000) {
		a, b, m, k, c, h := finite[T](n, 1), finite[T](n, 2), finite[T](n, 3), finite[T](n, 4), finite[T](n, 5), finite[T](n, 6)
		var want, size [6]float64
		for i := range a {
			d, x, y := float64(a[i])-0.75, float64(a[i]), float64(b[i])-0.75
			for j, v := range [6]float64{d, d * d, x, x * y, x * float64(k[i]), x * float64(k[i]) * y} {
				want[j], size[j] = want[j]+v, size[j]+math.Abs(v)
			}
		}
		s, q := l.Moments(a, 0.75)
		u, w := l.Comoments(a, b, 0.75)
		g, gw := l.ComomentsGain(a, k, b, 0.75)
		for j, got := range [6]float64{s, q, u, w, g, gw} {
			if math.Abs(got-want[j]) > 8*eps*size[j] {
				t.Errorf("%d elements: sum %d: got %v, want %v", n, j, got, want[j])
			}
		}
		formulas := []struct {
			name string
			run  func(dst []T)
			want func(i int) float64
		}{
			{"affine", func(dst []T) { l.Affine(dst, a, 0.5, 3, -2) }, func(i int) float64 { return (float64(a[i])-0.5)*3 - 2 }},
			{"affines", func(dst []T) { l.Affines(dst, a, m, k, c) }, func(i int) float64 {
				return (float64(a[i])-float64(m[i]))*float64(k[i]) + float64(c[i])
			}},
			{"blend", func(dst []T) { l.Blend(dst, a, b, 0.5, 3, -2, 5) }, func(i int) float64 {
				return (float64(a[i])-0.5)*3 - 2 + float64(b[i])*5
			}},
			{"blends", func(dst []T) { l.Blends(dst, a, m, k, c, b, h) }, func(i int) float64 {
				return (float64(a[i])-float64(m[i]))*float64(k[i]) + float64(c[i]) + float64(b[i])*float64(h[i])
			}},
			{"gain", func(dst []T) { l.Gain(dst, a, k, c, 0.5, 3, -2) }, func(i int) float64 {
				return ((float64(a[i])-0.5)*3-2)*float64(k[i]) + float64(c[i])
			}},
			{"blendGain", func(dst []T) { l.BlendGain(dst, a, b, k, 0.5, 3, -2, 5) }, func(i int) float64 {
				return (float64(a[i])-0.5)*3 - 2 + float64(b[i])*float64(k[i])*5
			}},
			{"addGain", func(dst []T) { copy(dst, c); l.AddGain(dst, a, b, 0.5, 3, -2) }, func(i int) float64 {
				return float64(c[i]) + ((float64(a[i])-0.5)*3-2)*float64(b[i])
			}},
			{"sums of addMoments", func(dst []T) { copy(dst, c); l.AddMoments(dst, make([]T, n), a, m) }, func(i int) float64 {
				return float64(c[i]) + float64(a[i]) - float64(m[i])
			}},
			{"squares of addMoments", func(dst []T) { copy(dst, c); l.AddMoments(make([]T, n), dst, a, m) }, func(i int) float64 {
				d := float64(a[i]) - float64(m[i])
				return float64(c[i]) + d*d
			}},
			{"sums of addComoments", func(dst []T) { copy(dst, c); l.AddComoments(dst, make([]T, n), a, b, m) }, func(i int) float64 {
				return float64(c[i]) + float64(a[i])
			}},
			{"products of addComoments", func(dst []T) { copy(dst, c); l.AddComoments(make([]T, n), dst, a, b, m) }, func(i int) float64 {
				return float64(c[i]) + float64(a[i])*(float64(b[i])-float64(m[i]))
			}},
		}
		for _, f := range formulas {
			for i, got := range guarded(n, f.run) {
				if want := f.want(i); math.Abs(float64(got)-want) > 400*eps {
					t.Errorf("%s of %d elements: %d: got %v, want %v", f.name, n, i, got, want)
					break
				}
			}
		}
	}
}
