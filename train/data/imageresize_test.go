package data_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"math"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/train/data"
)

// resized returns a PNG whose header claims another size.
func resized(file []byte, w, h int) []byte {
	file = slices.Clone(file)
	binary.BigEndian.PutUint32(file[16:], uint32(w))
	binary.BigEndian.PutUint32(file[20:], uint32(h))
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

// greyOf returns the grey pixels of an image in another size.
func greyOf(t *testing.T, m image.Image, h, w int, crop bool) []uint8 {
	t.Helper()
	im := openImages(t, folderOf(map[string][]byte{"a.png": pngOf(t, m)}), data.ImageOptions{NoLabels: true, Channels: 1, Height: h, Width: w, Crop: crop})
	return pixelsOf(t, im, 0)
}

// TestResizeFormula computes each pixel as the formula of Images says, over all pixels of the image.
func TestResizeFormula(t *testing.T) {
	weight := func(x, j, in, out int) float64 {
		s := float64(in) / float64(out)
		at := func(j int) float64 {
			return max(0, 1-math.Abs(float64(j)+0.5-(float64(x)+0.5)*s)/max(s, 1))
		}
		total := 0.0
		for k := range in {
			total += at(k)
		}
		return at(j) / total
	}
	for _, c := range []struct{ h, w, toH, toW int }{{7, 9, 3, 4}, {7, 9, 20, 31}, {6, 8, 12, 4}, {5, 5, 1, 1}, {1, 1, 3, 3}, {64, 48, 7, 5}, {2, 3, 2, 9}} {
		m := image.NewGray(image.Rect(0, 0, c.w, c.h))
		for i := range m.Pix {
			m.Pix[i] = uint8(i * i * 31)
		}
		got := greyOf(t, m, c.toH, c.toW, false)
		for y := range c.toH {
			for x := range c.toW {
				want := 0.0
				for i := range c.h {
					for j := range c.w {
						want += weight(y, i, c.h, c.toH) * weight(x, j, c.w, c.toW) * float64(m.Pix[i*c.w+j])
					}
				}
				if g := got[y*c.toW+x]; math.Abs(float64(g)-want) > 0.5+1e-9 {
					t.Errorf("%v: pixel %d, %d: got %d, want %v", c, y, x, g, want)
				}
			}
		}
	}
}

func TestResizeKnown(t *testing.T) {
	ramp := image.NewGray(image.Rect(0, 0, 4, 1))
	copy(ramp.Pix, []uint8{0, 70, 140, 210})
	// Two of four: the weights are 3/7, 3/7 and 1/7.
	if got, want := greyOf(t, ramp, 1, 2, false), []uint8{50, 160}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// Eight of four: the weights are 3/4 and 1/4.
	if got, want := greyOf(t, ramp, 1, 8, false), []uint8{0, 18, 53, 88, 123, 158, 193, 210}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, size := range [][2]int{{1, 1}, {3, 5}, {100, 7}, {37, 64}} { // one colour stays
		m := image.NewGray(image.Rect(0, 0, 37, 23))
		for i := range m.Pix {
			m.Pix[i] = 255
		}
		if got := greyOf(t, m, size[0], size[1], false); slices.Min(got) != 255 {
			t.Errorf("%v: got %d, want 255", size, slices.Min(got))
		}
	}
}

// TestResizeBits: the result has the same bits on every processor.
func TestResizeBits(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 61, 53))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i * 7)
	}
	sum := crc32.NewIEEE()
	for _, size := range [][2]int{{7, 5}, {20, 90}, {300, 200}, {53, 60}} {
		sum.Write(greyOf(t, m, size[0], size[1], false))
	}
	if got, want := sum.Sum32(), uint32(0x23643d51); got != want {
		t.Errorf("got the checksum %#x, want %#x", got, want)
	}
}

func TestResizeCrop(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 5, 3))
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	for _, c := range []struct {
		h, w int
		want []uint8
	}{
		{3, 3, []uint8{1, 2, 3, 6, 7, 8, 11, 12, 13}},
		{3, 1, []uint8{2, 7, 12}},
		{1, 5, []uint8{5, 6, 7, 8, 9}},
		{1, 1, []uint8{7}},
	} {
		if got := greyOf(t, m, c.h, c.w, true); !slices.Equal(got, c.want) {
			t.Errorf("%d by %d: got %v, want %v", c.h, c.w, got, c.want)
		}
	}
}

// FuzzImages reads a file, whatever it holds, in a small size.
func FuzzImages(f *testing.F) {
	for _, c := range hostileImages(f) {
		f.Add(c.file, uint8(3), uint8(4), false)
	}
	m := speckled(9, 7, 3)
	f.Add(pngOf(f, m), uint8(3), uint8(14), true)
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, m, nil); err != nil {
		f.Fatal(err)
	}
	if err := gif.Encode(&g, m, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(j.Bytes(), uint8(20), uint8(1), false)
	f.Add(g.Bytes(), uint8(7), uint8(9), false)
	f.Fuzz(func(t *testing.T, file []byte, h, w uint8, crop bool) {
		o := data.ImageOptions{NoLabels: true, Height: int(h%32) + 1, Width: int(w%32) + 1, Crop: crop, MaxPixels: 1 << 16}
		im, err := data.OpenImagesFS(folderOf(map[string][]byte{"a.png": file}), o)
		if err != nil {
			t.Fatal(err)
		}
		d, err := im.View([]int{0, 0})
		if err != nil {
			return
		}
		x, _ := d.Field("x")
		if size := 3 * o.Height * o.Width; len(x.Bytes) != 2*size || !slices.Equal(x.Bytes[:size], x.Bytes[size:]) {
			t.Errorf("got %d bytes, want twice the same %d", len(x.Bytes), size)
		}
	})
}
