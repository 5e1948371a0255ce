package draw

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"testing"
)

// fills are the distributions of float64.
var fills = map[string]func(dst []float64, key uint64, start int){
	"uniform": Uniform[float64],
	"normal":  Normal[float64],
	"gumbel":  Gumbel[float64],
	"mask":    func(dst []float64, key uint64, start int) { Mask(dst, key, start, 0.3, 1) },
}

// sample is n elements of a distribution.
func sample(fill func(dst []float64, key uint64, start int), n int, key uint64) []float64 {
	v := make([]float64, n)
	fill(v, key, 0)
	return v
}

// euler is the mean of the Gumbel distribution.
const euler = 0.57721566490153286061

// shapes are what the distributions must have: the first moments, and the share of the
// numbers below x.
var shapes = map[string]struct {
	mean, variance, fourth float64 // fourth is the fourth central moment over variance²
	below                  func(x float64) float64
}{
	"uniform": {0.5, 1. / 12, 1.8, func(x float64) float64 { return x }},
	"normal":  {0, 1, 3, func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }},
	"gumbel":  {euler, math.Pi * math.Pi / 6, 5.4, func(x float64) float64 { return math.Exp(-math.Exp(-x)) }},
}

// TestDistributions compares moments, to five standard errors, and the distribution of
// many draws, by Kolmogorov and Smirnov, with theory.
func TestDistributions(t *testing.T) {
	const n = 1 << 18
	for name, want := range shapes {
		for _, key := range []uint64{Key(0, 1, 0), Key(1, 1, 0), Key(0, 2, 7)} {
			v := sample(fills[name], n, key)
			var mean, m2, m4 float64
			for _, x := range v {
				mean += x / n
			}
			for _, x := range v {
				d := (x - mean) * (x - mean)
				m2 += d / n
				m4 += d * d / n
			}
			if e := math.Abs(mean - want.mean); e > 5*math.Sqrt(want.variance/n) {
				t.Errorf("%s: got the mean %v, want %v", name, mean, want.mean)
			}
			if e := math.Abs(m2/want.variance - 1); e > 5*math.Sqrt((want.fourth-1)/n) {
				t.Errorf("%s: got the variance %v, want %v", name, m2, want.variance)
			}
			if e := math.Abs(m4/m2/m2/want.fourth - 1); e > 0.06 {
				t.Errorf("%s: got the fourth moment %v, want %v", name, m4/m2/m2, want.fourth)
			}
			slices.Sort(v)
			most := 0.0
			for i, x := range v {
				p := want.below(x)
				most = max(most, p-float64(i)/n, float64(i+1)/n-p)
			}
			if most *= math.Sqrt(n); most > 1.95 { // one of 1,000 is beyond
				t.Errorf("%s: got the largest distance %v/√n from the distribution", name, most)
			}
		}
	}
}

// TestTails counts the normal numbers beyond 1 to 5 standard deviations, on both sides.
func TestTails(t *testing.T) {
	n := 1 << 25
	if testing.Short() {
		n = 1 << 22
	}
	var beyond [6][2]int
	v := make([]float64, 1<<16)
	for start := 0; start < n; start += len(v) {
		Normal(v, Key(3, 1, 4), start)
		for _, x := range v {
			for k := 1; k < len(beyond) && math.Abs(x) > float64(k); k++ {
				side := 0
				if x > 0 {
					side = 1
				}
				beyond[k][side]++
			}
		}
	}
	for k := 1; k < len(beyond); k++ {
		for side, got := range beyond[k] {
			want := float64(n) * math.Erfc(float64(k)/math.Sqrt2) / 2
			if d := math.Abs(float64(got) - want); d > 4*math.Sqrt(want)+1 {
				t.Errorf("beyond %d on side %d: got %d of %d, want about %v", k, side, got, n, want)
			}
		}
	}
}

// TestIndependence correlates neighbouring positions, streams, steps and seeds.
func TestIndependence(t *testing.T) {
	const n = 1 << 17
	for name, fill := range fills {
		base := sample(fill, n+1, Key(5, 6, 7))
		for what, other := range map[string][]float64{
			"the next position":         base[1:],
			"the next seed":             sample(fill, n, Key(6, 6, 7)),
			"the seed's upper half":     sample(fill, n, Key(5+1<<32, 6, 7)),
			"the next stream":           sample(fill, n, Key(5, 7, 7)),
			"the next step":             sample(fill, n, Key(5, 6, 8)),
			"stream and step exchanged": sample(fill, n, Key(5, 7, 6)),
		} {
			x, y := base[:n], other[:n]
			if r := correlation(x, y); math.Abs(r) > 5/math.Sqrt(n) {
				t.Errorf("%s: got the correlation %v with %s", name, r, what)
			}
			if r := correlation(squares(x), squares(y)); math.Abs(r) > 5/math.Sqrt(n) {
				t.Errorf("%s: got the correlation %v of squares with those of %s", name, r, what)
			}
		}
	}
}

func correlation(x, y []float64) float64 {
	var sx, sy, xx, yy, xy float64
	n := float64(len(x))
	for i := range x {
		sx, sy = sx+x[i]/n, sy+y[i]/n
	}
	for i := range x {
		a, b := x[i]-sx, y[i]-sy
		xx, yy, xy = xx+a*a, yy+b*b, xy+a*b
	}
	return xy / math.Sqrt(xx*yy)
}

func squares(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = v * v
	}
	return y
}

// TestParts draws in parts what is drawn at once.
func TestParts(t *testing.T) {
	for name, fill := range fills {
		key := Key(1, 2, 3)
		want, got := sample(fill, 1000, key), make([]float64, 1000)
		for lo := 0; lo < len(got); lo += 77 {
			fill(got[lo:min(lo+77, len(got))], key, lo)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: parts differ from the whole", name)
		}
	}
}

// TestFloat32 compares draws of float32 with those of float64.
func TestFloat32(t *testing.T) {
	const n = 1 << 16
	key := Key(1, 2, 3)
	for name, fill := range map[string]func(dst []float32, key uint64, start int){
		"uniform": Uniform[float32], "normal": Normal[float32], "gumbel": Gumbel[float32],
	} {
		want, got := sample(fills[name], n, key), make([]float32, n)
		fill(got, key, 0)
		for i, x := range want {
			if got[i] != float32(x) {
				t.Fatalf("%s: element %d: got %v, want %v", name, i, got[i], x)
			}
		}
	}
}

// TestBounds looks at the words with the largest and the smallest numbers.
func TestBounds(t *testing.T) {
	if x := min(float32(unit(math.MaxUint64)), belowOne[float32]()); !(x < 1 && x == math.Nextafter32(1, 0)) {
		t.Errorf("float32: got at most %v, want the largest number below 1", x)
	}
	if x := min(unit(math.MaxUint64), belowOne[float64]()); x != math.Nextafter(1, 0) {
		t.Errorf("float64: got at most %v, want the largest number below 1", x)
	}
	if x := unit(0); x != 0 {
		t.Errorf("got at least %v, want 0", x)
	}
	if lo, hi := inner(0), inner(math.MaxUint64); !(lo > 0 && hi < 1) {
		t.Errorf("got [%v, %v], want it inside of (0, 1)", lo, hi)
	}
	for _, w := range []uint64{0, math.MaxUint64} {
		if g := -log(-log(inner(w))); math.IsInf(g, 0) || math.IsNaN(g) {
			t.Errorf("the Gumbel number of the word %x is %v", w, g)
		}
	}
}

// TestLayers holds the ziggurat to its areas and to the ziggurat's idea: edges fall, the
// one of a layer is under the density at the height of the layer before.
func TestLayers(t *testing.T) {
	g := ziggurat
	for i := 1; i < len(g.edge); i++ {
		if area := g.edge[i] * (g.height[i-1] - g.height[i]); math.Abs(area-layerArea) > 2e-11 { // the constants have 13 digits
			t.Errorf("layer %d: got the area %v, want %v", i, area, layerArea)
		}
		if !(g.edge[i] > g.sure[i]) {
			t.Errorf("layer %d: got the edge %v, want it beyond %v", i, g.edge[i], g.sure[i])
		}
	}
	base := tailStart*density(tailStart) + math.Sqrt(math.Pi/2)*math.Erfc(tailStart/math.Sqrt2)
	if math.Abs(base-layerArea) > 1e-12 || math.Abs(g.edge[0]*density(tailStart)-layerArea) > 1e-15 {
		t.Errorf("got the base %v, want %v", base, layerArea)
	}
}

// TestExpLog compares with package math.
func TestExpLog(t *testing.T) {
	for i := range 20001 {
		x := float64(i-10000) / 15
		if got, want := exp(x), math.Exp(x); math.Abs(got-want) > 4e-16*want {
			t.Fatalf("exp(%v): got %v, want %v", x, got, want)
		}
		y := math.Exp(x)
		if got, want := log(y), math.Log(y); math.Abs(got-want) > 5e-16*math.Abs(want) {
			t.Fatalf("log(%v): got %v, want %v", y, got, want)
		}
		y = 1 + x*0x1p-40
		if got, want := log(y), math.Log1p(y-1); math.Abs(got-want) > 5e-16*math.Abs(want) {
			t.Fatalf("log(%v): got %v, want %v", y, got, want)
		}
	}
	if got := log(0); !math.IsInf(got, -1) {
		t.Errorf("log(0): got %v, want -Inf", got)
	}
}

// TestBernoulli compares shares of ones with the probabilities, 0 and 1 included.
func TestBernoulli(t *testing.T) {
	const n = 1 << 16
	for _, p := range []float64{0, 0x1p-60, 0.1, 0.5, 0.9, 1} {
		ps, v := make([]float64, n), make([]float64, n)
		ps32, v32 := make([]float32, n), make([]float32, n)
		for i := range ps {
			ps[i], ps32[i] = p, float32(p)
		}
		Bernoulli(v, ps, Key(1, 2, 3), 0)
		Bernoulli(v32, ps32, Key(1, 2, 3), 0)
		ones, ones32 := 0.0, 0.0
		for i := range v {
			ones, ones32 = ones+v[i], ones32+float64(v32[i])
		}
		for _, got := range []float64{ones, ones32} {
			if d := math.Abs(got - n*p); d > 5*math.Sqrt(n*p*(1-p))+0x1p-40 {
				t.Errorf("p = %v: got %v ones of %v", p, got, n)
			}
		}
	}
}

// TestCategorical compares shares of categories with softmax, and draws the same from
// float32 and in parts.
func TestCategorical(t *testing.T) {
	const rows = 1 << 15
	row := []float64{0, 1, math.Inf(-1), -2, 1.5}
	sum := 0.0
	for _, x := range row {
		sum += math.Exp(x)
	}
	logits, narrow := make([]float64, 0, rows*len(row)), make([]float32, 0, rows*len(row))
	for range rows {
		for _, x := range row {
			logits, narrow = append(logits, x), append(narrow, float32(x))
		}
	}
	got, got32, parts := make([]int, rows), make([]int, rows), make([]int, rows)
	key := Key(9, 1, 1)
	Categorical(got, logits, key, 0)
	Categorical(got32, narrow, key, 0)
	for lo := 0; lo < rows; lo += 1000 {
		hi := min(lo+1000, rows)
		Categorical(parts[lo:hi], logits[lo*len(row):hi*len(row)], key, lo)
	}
	if !slices.Equal(got, got32) || !slices.Equal(got, parts) {
		t.Error("float32 or parts draw other categories")
	}
	counts := make([]float64, len(row))
	for _, k := range got {
		counts[k]++
	}
	for k, x := range row {
		p := math.Exp(x) / sum
		if d := math.Abs(counts[k] - rows*p); d > 5*math.Sqrt(rows*p*(1-p)) {
			t.Errorf("category %d: got %v of %d, want about %v", k, counts[k], rows, rows*p)
		}
	}
}

// TestPermutation counts the orders of four numbers, by the chi-square test, and looks
// whether a long one has each number once.
func TestPermutation(t *testing.T) {
	const draws = 24 * 2000
	counts := map[[4]int]int{}
	for step := range draws {
		var p [4]int
		Permutation(p[:], Key(1, 1, step))
		counts[p]++
	}
	chi := 0.0
	for _, n := range counts {
		d := float64(n) - draws/24
		chi += d * d / (draws / 24)
	}
	if len(counts) != 24 || chi > 50 || chi < 7 { // 23 degrees of freedom: one of 1,000 is beyond each
		t.Errorf("got %d orders with χ² = %v, want 24 with about 23", len(counts), chi)
	}
	p := make([]int, 1000)
	Permutation(p, Key(1, 1, 0))
	slices.Sort(p)
	for i, x := range p {
		if x != i {
			t.Fatalf("got %d in place %d of the sorted permutation", x, i)
		}
	}
	Permutation(nil, 1)
}

// TestBits holds the first numbers and the hashes of many to what they were.
func TestBits(t *testing.T) {
	for name, want := range map[string]string{
		"uniform": "0.07166370763826013 5c66e4d652eba0bc",
		"normal":  "0.17109519685442448 4b0d8153083c86ed",
		"gumbel":  "-0.9691756739926687 f1b383d334b2b4ff",
		"mask":    "1 5141b6382dee9baa",
	} {
		h := fnv.New64a()
		v := sample(fills[name], 1<<16, Key(1, 2, 3))
		for _, x := range v {
			fmt.Fprintf(h, "%016x", math.Float64bits(x))
		}
		if got := fmt.Sprintf("%v %016x", v[0], h.Sum64()); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestNoAllocation(t *testing.T) {
	v, k := make([]float32, 1<<12), make([]int, 1<<8)
	if n := testing.AllocsPerRun(5, func() {
		Uniform(v, 1, 0)
		Normal(v, 2, 0)
		Gumbel(v, 3, 0)
		Categorical(k, v, 4, 0)
		Permutation(k, 5)
	}); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func BenchmarkFill(b *testing.B) {
	v := make([]float32, 1<<12)
	for name, fill := range map[string]func(dst []float32, key uint64, start int){
		"uniform": Uniform[float32], "normal": Normal[float32], "gumbel": Gumbel[float32],
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(4 * len(v)))
			for b.Loop() {
				fill(v, 1, 0)
			}
		})
	}
}
