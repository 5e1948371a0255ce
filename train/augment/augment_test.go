package augment

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/train/data"
)

// counting returns the numbers 1 to n.
func counting(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

// fieldOf returns a field of one example.
func fieldOf(shape ...int) data.Field {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return data.Field{Name: "x", Shape: shape, Floats: counting(n)}
}

func pipeline(t testing.TB, f data.Field, ints bool, list ...Transform) *Pipeline {
	t.Helper()
	p, err := NewPipeline(f, ints, list, 1)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestShift compares all shifts of an image of two planes with the definition, for numbers
// and integers.
func TestShift(t *testing.T) {
	const planes, h, w, fill = 2, 3, 4, -1.
	for down := -h + 1; down < h; down++ {
		for right := -w + 1; right < w; right++ {
			x := counting(planes * h * w)
			var want []float64
			for p := range planes {
				for i := range h {
					for j := range w {
						v := fill
						if r, c := i-down, j-right; r >= 0 && r < h && c >= 0 && c < w {
							v = x[(p*h+r)*w+c]
						}
						want = append(want, v)
					}
				}
			}
			if shift(x, fill, planes, h, w, down, right); !slices.Equal(x, want) {
				t.Errorf("%d down, %d right: got %v, want %v", down, right, x, want)
			}
		}
	}
	moved := map[int]bool{}
	for example := range 200 {
		x := []int{1, 2, 3, 4, 5, 6, 7, 8, 9}
		pipeline(t, data.Field{Name: "x", Shape: []int{3, 3}, Ints: x}, true, Shift{Pixels: 1, Fill: -5}).Ints(x, []int{example}, 0)
		moved[x[4]] = true
		if n := len(x); x[4] == 5 && slices.Contains(x, -5) || n != 9 {
			t.Fatalf("got %v", x)
		}
	}
	if len(moved) != 9 || moved[-5] {
		t.Errorf("got %v in the centre, want each pixel", moved)
	}
}

// TestFlip mirrors in both directions.
func TestFlip(t *testing.T) {
	for _, c := range []struct {
		f    Flip
		want []float64
	}{
		{Flip{Horizontal: 1}, []float64{3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10}},
		{Flip{Vertical: 1}, []float64{4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9}},
		{Flip{Horizontal: 1, Vertical: 1}, []float64{6, 5, 4, 3, 2, 1, 12, 11, 10, 9, 8, 7}},
	} {
		x := counting(12)
		if pipeline(t, fieldOf(2, 2, 3), false, c.f).F64(x, []int{0}, 0); !slices.Equal(x, c.want) {
			t.Errorf("%+v: got %v, want %v", c.f, x, c.want)
		}
	}
	x := []int{1, 2, 3, 4, 5, 6, 7, 8, 9}
	pipeline(t, data.Field{Name: "x", Shape: []int{3, 3}, Ints: x}, true, Flip{Vertical: 1}).Ints(x, []int{0}, 0)
	if want := []int{7, 8, 9, 4, 5, 6, 1, 2, 3}; !slices.Equal(x, want) {
		t.Errorf("got %v, want %v", x, want)
	}
}

// TestRotate turns by right angles, and by 30 degrees with the values of PyTorch's
// grid_sample.
func TestRotate(t *testing.T) {
	square := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 2, 7, 1, 8}
	for _, c := range []struct {
		degrees float64
		want    []float64
	}{
		{0, square},
		{90, []float64{4, 8, 13, 8, 3, 7, 11, 1, 2, 6, 10, 7, 1, 5, 9, 2}},
		{180, []float64{8, 1, 7, 2, 13, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}},
		{-90, []float64{2, 9, 5, 1, 7, 10, 6, 2, 1, 11, 7, 3, 8, 13, 8, 4}},
		{30, []float64{0.879809471617, 2.678847577293, 5.486860279186, 3.519237886467, 2.718911086754, 5.584936490539, 8.508974596216, 11.49231409782,
			5.450961894323, 8.549038105677, 9.258974596216, 7.142949192431, 3.9038568297, 6.169872981078, 5.612504626203, 0.605762113533}},
	} {
		e := Example{Shape: []int{2, 4, 4}, Values: append(slices.Clone(square), square...), spare: make([]float64, 32)}
		Rotate{Degrees: 180}.turn(&e, c.degrees)
		for i, v := range e.Values {
			if math.Abs(v-c.want[i%16]) > 1e-11 {
				t.Errorf("%v°: got %v, want %v in each plane", c.degrees, e.Values, c.want)
				break
			}
		}
	}
	outside := Example{Shape: []int{3, 5}, Values: counting(15), spare: make([]float64, 15)}
	Rotate{Degrees: 180, Fill: -7}.turn(&outside, 90)
	for i, want := range []float64{-7, 4, 9, 14, -7, -7, 3, 8, 13, -7, -7, 2, 7, 12, -7} {
		if math.Abs(outside.Values[i]-want) > 1e-12 {
			t.Fatalf("got %v, want %v at %d", outside.Values, want, i)
		}
	}
}

// TestNoise looks at mean and deviation of the noise.
func TestNoise(t *testing.T) {
	const n = 1 << 16
	x := make([]float64, n)
	pipeline(t, data.Field{Name: "x", Shape: []int{n}, Floats: x}, false, Noise{Sigma: .5}).F64(x, []int{0}, 0)
	var mean, square float64
	for _, v := range x {
		mean, square = mean+v/n, square+v*v/n
	}
	if math.Abs(mean) > 5*.5/256 || math.Abs(square-.25) > 5*.25*math.Sqrt(2)/256 {
		t.Errorf("got the mean %v and the variance %v, want about 0 and 0.25", mean, square)
	}
}

// TestErase looks for one rectangle of an area and an aspect within bounds in every plane,
// and at how often there is one.
func TestErase(t *testing.T) {
	const planes, h, w, rounds = 2, 20, 30, 2000
	p, erased := pipeline(t, fieldOf(planes, h, w), false, Erase{Fill: -1}), 0
	for example := range rounds {
		x := counting(planes * h * w)
		p.F64(x, []int{example}, 3)
		top, left, bottom, right, n := h, w, -1, -1, 0
		for i, v := range x {
			if v != -1 {
				continue
			}
			r, c := i/w%h, i%w
			top, left, bottom, right, n = min(top, r), min(left, c), max(bottom, r), max(right, c), n+1
		}
		if n == 0 {
			continue
		}
		erased++
		high, wide := bottom-top+1, right-left+1
		if n != planes*high*wide {
			t.Fatalf("got %d pixels erased, want a rectangle of %d by %d", n, high, wide)
		}
		lo, hi := float64(h*w)*.02, float64(h*w)*.4 // rounding an extent moves it by half a pixel
		if float64((high+1)*(wide+1)) < lo || float64((high-1)*(wide-1)) > hi {
			t.Errorf("got a rectangle of %d by %d, want an area in [%v, %v]", high, wide, lo, hi)
		}
		if a := float64(high) / float64(wide); a < .3/1.6 || a > 1.6/.3 {
			t.Errorf("got a rectangle of %d by %d, want an aspect in [0.3, 3.3]", high, wide)
		}
	}
	if math.Abs(float64(erased)/rounds-.5) > .06 {
		t.Errorf("got %d of %d erased, want about half", erased, rounds)
	}
}

// TestDropTokens counts what is dropped, and sees that the rest stays.
func TestDropTokens(t *testing.T) {
	x := make([]int, 9000)
	for i := range x {
		x[i] = i % 3
	}
	pipeline(t, data.Field{Name: "x", Shape: []int{9000}, Ints: slices.Clone(x)}, true, DropTokens{Rate: .2, Token: 7, Keep: []int{0}}).Ints(x, []int{4}, 2)
	dropped := 0
	for i, v := range x {
		switch {
		case v == 7 && i%3 != 0:
			dropped++
		case v != i%3:
			t.Fatalf("token %d: got %d, want %d", i, v, i%3)
		}
	}
	if math.Abs(float64(dropped)-1200) > 5*math.Sqrt(6000*.2*.8) {
		t.Errorf("got %d of 6000 dropped, want about 1200", dropped)
	}
}

// all are transforms of images that draw.
var all = []Transform{Shift{Pixels: 2}, Flip{Horizontal: .5, Vertical: .5}, Rotate{Degrees: 20}, Noise{Sigma: .1}, Erase{},
	Func(func(x *Example) { x.Values[0] += x.Uniform() + x.Normal() })}

// TestDraws sees that an example depends on seed, epoch and index alone: not on the batch
// it is in, nor on earlier calls; and that float32 has the same numbers, rounded.
func TestDraws(t *testing.T) {
	f := fieldOf(1, 6, 6)
	one := func(p *Pipeline, index, epoch int) []float64 {
		x := counting(36)
		p.F64(x, []int{index}, epoch)
		return x
	}
	base := pipeline(t, f, false, all...)
	batch, narrow := make([]float64, 0, 3*36), make([]float32, 0, 3*36)
	for range 3 {
		batch = append(batch, counting(36)...)
	}
	for _, v := range batch {
		narrow = append(narrow, float32(v))
	}
	base.F64(batch, []int{5, 0, 3}, 2)
	base.F32(narrow, []int{5, 0, 3}, 2)
	for i, index := range []int{5, 0, 3} {
		got := batch[i*36 : (i+1)*36]
		if want := one(pipeline(t, f, false, all...), index, 2); !slices.Equal(got, want) {
			t.Errorf("example %d: got %v in a batch, %v alone", index, got, want)
		}
		for k, v := range got {
			if narrow[i*36+k] != float32(v) {
				t.Fatalf("example %d: got %v in float32, %v in float64", index, narrow[i*36+k], v)
			}
		}
	}
	seen := map[string]bool{}
	for index := range 5 {
		for epoch := range 4 {
			for seed := range 3 {
				p, err := NewPipeline(f, false, all, uint64(seed))
				if err != nil {
					t.Fatal(err)
				}
				seen[fmt.Sprint(one(p, index, epoch))] = true
			}
		}
	}
	if len(seen) != 60 {
		t.Errorf("got %d different examples, want 60", len(seen))
	}
}

// TestAlike sees that two fields with equal lists change in the same way.
func TestAlike(t *testing.T) {
	list := []Transform{Shift{Pixels: 2}, Flip{Horizontal: .5}}
	for index := range 20 {
		x := counting(25)
		mask := make([]int, 25)
		for i := range mask {
			mask[i] = i + 1
		}
		pipeline(t, fieldOf(5, 5), false, list...).F64(x, []int{index}, 1)
		pipeline(t, data.Field{Name: "mask", Shape: []int{5, 5}, Ints: slices.Clone(mask)}, true, list...).Ints(mask, []int{index}, 1)
		for i := range x {
			if int(x[i]) != mask[i] {
				t.Fatalf("example %d: got %v and %v", index, x, mask)
			}
		}
	}
}

// TestAllocations counts allocations of a batch.
func TestAllocations(t *testing.T) {
	index := []int{3, 1}
	x, narrow, ints := make([]float64, 2*36), make([]float32, 2*36), make([]int, 2*36)
	p := pipeline(t, fieldOf(1, 6, 6), false, all...)
	q := pipeline(t, data.Field{Name: "x", Shape: []int{36}, Ints: ints}, true, DropTokens{Rate: .5})
	if n := testing.AllocsPerRun(20, func() { p.F64(x, index, 1); p.F32(narrow, index, 1); q.Ints(ints, index, 1) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// TestErrors lists what wrong settings are answered with.
func TestErrors(t *testing.T) {
	bad := func(name string, kind error, shape []int, ints bool, list ...Transform) golden.Mistake {
		return golden.Mistake{name, kind, func(*testing.T) error {
			_, err := NewPipeline(fieldOf(shape...), ints, list, 0)
			return err
		}}
	}
	image, row := []int{1, 4, 4}, []int{16}
	golden.Check(t, "testdata/errors.golden", golden.Errors(t, []golden.Mistake{
		bad("no transform", ErrOption, image, false, Flip{Vertical: 1}, nil),
		bad("no function", ErrOption, image, false, Func(nil)),
		bad("shift of a row", ErrShape, row, false, Shift{Pixels: 1}),
		bad("shift by nothing", ErrOption, image, false, Shift{}),
		bad("shift out of the image", ErrOption, image, false, Shift{Pixels: 4}),
		bad("shift of integers with half a pixel", ErrOption, image, true, Shift{Pixels: 1, Fill: .5}),
		bad("shift with NaN", ErrOption, image, false, Shift{Pixels: 1, Fill: math.NaN()}),
		bad("flip of a row", ErrShape, row, false, Flip{Horizontal: 1}),
		bad("flip in no direction", ErrOption, image, false, Flip{}),
		bad("flip with the probability 2", ErrOption, image, false, Flip{Vertical: 2}),
		bad("rotation of a row", ErrShape, row, false, Rotate{Degrees: 1}),
		bad("rotation by nothing", ErrOption, image, false, Rotate{}),
		bad("rotation of integers", ErrOption, image, true, Rotate{Degrees: 10}),
		bad("noise without a deviation", ErrOption, row, false, Noise{}),
		bad("noise of NaN", ErrOption, row, false, Noise{Sigma: math.NaN()}),
		bad("noise on integers", ErrOption, row, true, Noise{Sigma: 1}),
		bad("erasing more than all", ErrOption, image, false, Erase{MaxArea: 2}),
		bad("erasing at least half, at most a tenth", ErrOption, image, false, Erase{MinArea: .5, MaxArea: .1}),
		bad("erasing with an aspect of -1", ErrOption, image, false, Erase{Aspect: -1}),
		bad("dropped numbers", ErrOption, row, false, DropTokens{Rate: .1}),
		bad("every token dropped", ErrOption, row, true, DropTokens{Rate: 1}),
	}))
}
