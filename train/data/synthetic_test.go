package data

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

var synthetic = []struct {
	name string
	make func(n int, seed uint64) (*Dataset, error)
}{{"Shapes", Shapes}, {"Brackets", Brackets}, {"Waves", Waves}}

// The label of each image is that of the shape that its bright pixels make.
func TestShapes(t *testing.T) {
	d := must(t)(Shapes(400, 3))
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	if !slices.Equal(d.ClassCounts(), []int{100, 100, 100, 100}) || !slices.Equal(x.Shape, []int{1, 16, 16}) {
		t.Fatalf("got %v of the classes, images of %v", d.ClassCounts(), x.Shape)
	}
	for i := range d.Len() {
		if got, want := shapeOf(x.Bytes[i*256:(i+1)*256]), y.ClassNames[y.Bytes[i]]; got != want {
			t.Errorf("image %d is a %s, labelled %s", i, got, want)
		}
	}
}

// shapeOf tells a shape by the widths of its rows: each row of a square is as wide as
// the shape, of a triangle the last one, of a circle one in the middle, of a cross
// several.
func shapeOf(pixels []uint8) string {
	var widths []int
	for row := range slices.Chunk(pixels, 16) {
		first := slices.IndexFunc(row, func(b uint8) bool { return b > 95 })
		if first < 0 {
			continue
		}
		n := 0
		for _, b := range row {
			if b > 95 {
				n++
			}
		}
		widths = append(widths, n)
	}
	widest, count := slices.Max(widths), 0
	for _, w := range widths {
		if w == widest {
			count++
		}
	}
	switch {
	case widest != len(widths):
		return "shape that is not as wide as high"
	case count == len(widths):
		return "square"
	case count == 1 && widths[len(widths)-1] == widest:
		return "triangle"
	case count == 1 && widths[len(widths)/2] == widest:
		return "circle"
	}
	return "cross"
}

// A word is balanced if pairs of brackets can be taken away until nothing is left.
func TestBrackets(t *testing.T) {
	d := must(t)(Brackets(600, 3))
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	lengths, _ := d.Field("lengths")
	seen := map[int]bool{}
	for i := range d.Len() {
		word := strings.NewReplacer("\x01", "(", "\x02", ")").Replace(string(x.Bytes[i*20 : i*20+lengths.Ints[i]]))
		if padding := x.Bytes[i*20+lengths.Ints[i] : (i+1)*20]; slices.ContainsFunc(padding, func(b uint8) bool { return b != 0 }) {
			t.Errorf("word %d has the padding %v", i, padding)
		}
		if strings.Count(word, "(") != strings.Count(word, ")") || strings.Count(word, "(")*2 != lengths.Ints[i] {
			t.Errorf("word %d is %q", i, word)
		}
		left := word
		for strings.Contains(left, "()") {
			left = strings.ReplaceAll(left, "()", "")
		}
		if (left == "") != (y.Bytes[i] == 1) {
			t.Errorf("word %d, %q, is labelled %s", i, word, y.ClassNames[y.Bytes[i]])
		}
		seen[lengths.Ints[i]] = true
	}
	if len(seen) != 10 {
		t.Errorf("got words of %d lengths, want 2, 4 ... 20", len(seen))
	}
}

// The period of each wave is the one that takes most of its energy.
func TestWaves(t *testing.T) {
	d := must(t)(Waves(600, 3))
	x, _ := d.Field("x")
	y, _ := d.Field("y")
	lengths, _ := d.Field("lengths")
	wrong := 0
	for i := range d.Len() {
		n := lengths.Ints[i]
		if n < 24 || n > 48 {
			t.Errorf("wave %d has %d samples", i, n)
		}
		best, class := 0.0, 0
		for c, period := range []float64{32, 16, 8} {
			re, im := 0.0, 0.0
			for k, v := range x.Floats32[i*48 : i*48+n] {
				sin, cos := math.Sincos(2 * math.Pi * float64(k) / period)
				re, im = re+float64(v)*cos, im+float64(v)*sin
			}
			if e := re*re + im*im; e > best {
				best, class = e, c
			}
		}
		if class != int(y.Bytes[i]) {
			wrong++
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d waves have another period than their class", wrong, d.Len())
	}
	for k := range 64 {
		if got, want := sine(k), int(math.Round(64*math.Sin(2*math.Pi*float64(k)/64))); got != want {
			t.Errorf("sine(%d) is %d, want %d", k, got, want)
		}
	}
}

// A set begins with the smaller sets of its seed, and other seeds give other sets.
func TestSynthetic(t *testing.T) {
	for _, s := range synthetic {
		large, small, other := must(t)(s.make(20, 1)), must(t)(s.make(7, 1)), must(t)(s.make(7, 2))
		first := must(t)(large.Subset(identity(7)))
		if hashedSet(first) != hashedSet(small) {
			t.Errorf("%s: 7 examples of 20 are not those of a set of 7", s.name)
		}
		if hashedSet(other) == hashedSet(small) {
			t.Errorf("%s: two seeds give the same set", s.name)
		}
		for _, n := range []int{0, -1, math.MaxInt} {
			_, err := s.make(n, 1)
			wantError(t, err, ErrOption, "data: "+s.name)
		}
	}
}

// TestSeedSynthetic holds what seeds give to a golden file, the same on every
// processor.
func TestSeedSynthetic(t *testing.T) {
	var out strings.Builder
	for _, s := range synthetic {
		for _, seed := range []uint64{0, 7, 1<<63 + 5} {
			fmt.Fprintf(&out, "%s %d: %s\n", s.name, seed, hashedSet(must(t)(s.make(100, seed))))
		}
	}
	x, _ := must(t)(Shapes(4, 0)).Field("x")
	for row := range slices.Chunk(x.Bytes, 16) {
		for _, b := range row {
			out.WriteByte(" .:-=+*#"[b/32])
		}
		out.WriteByte('\n')
	}
	golden.Check(t, "testdata/synthetic.golden", out.String())
}

// hashedSet is a hash of all values.
func hashedSet(d *Dataset) string {
	h := fnv.New64a()
	for _, f := range d.Fields() {
		fmt.Fprint(h, f.Name, f.Shape, f.Floats32, f.Ints, f.Bytes)
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
