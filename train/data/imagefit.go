package data

import (
	"image"

	"github.com/symgrad/symgrad/internal/mistake"
)

// example returns the pixels of image i in the size of the source, [C, H, W].
func (im *Images) example(i int) ([]uint8, error) {
	img, err := im.decode(i)
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	if !im.o.resized && (b.Dy() != im.o.Height || b.Dx() != im.o.Width) {
		return nil, mistake.Shapef("%q: got an image of height %d and width %d, want %d and %d as of %q; set Height and Width to resize",
			im.list[i].name, b.Dy(), b.Dx(), im.o.Height, im.o.Width, im.o.like)
	}
	return sized(img, im.o), nil
}

// sized returns an image in the size and the channels of the options.
func sized(img *image.RGBA, o ImageOptions) []uint8 {
	b := img.Bounds()
	if o.Crop {
		b = middle(b.Dx(), b.Dy(), o.Width, o.Height)
	}
	pixels := planes(img, b, o.Channels)
	if b.Dy() == o.Height && b.Dx() == o.Width {
		return pixels
	}
	out := make([]uint8, o.Channels*o.Height*o.Width)
	resize(out, o.Height, o.Width, pixels, b.Dy(), b.Dx())
	return out
}

// middle returns the largest part of w by h pixels, in its middle, whose sides are as width to
// height, to the nearest pixel.
func middle(w, h, width, height int) image.Rectangle {
	part := func(n, a, b int) int { return max(1, int((int64(n)*int64(a)+int64(b)/2)/int64(b))) } // n·a/b
	cw, ch := w, h
	if int64(w)*int64(height) > int64(h)*int64(width) {
		cw = min(w, part(h, width, height))
	} else {
		ch = min(h, part(w, height, width))
	}
	x, y := (w-cw)/2, (h-ch)/2
	return image.Rect(x, y, x+cw, y+ch)
}

// planes returns a part of an image as [C, h, w].
func planes(img *image.RGBA, b image.Rectangle, channels int) []uint8 {
	size := b.Dx() * b.Dy()
	out := make([]uint8, channels*size)
	at := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := img.Pix[img.PixOffset(b.Min.X, y):img.PixOffset(b.Max.X, y)]
		for ; len(row) > 0; row = row[4:] {
			if channels == 1 {
				out[at] = grey(row[0], row[1], row[2])
			} else {
				out[at], out[at+size], out[at+2*size] = row[0], row[1], row[2]
			}
			at++
		}
	}
	return out
}

// grey returns the brightness of a colour, see Images.
func grey(r, g, b uint8) uint8 {
	return uint8((19595*uint32(r) + 38470*uint32(g) + 7471*uint32(b) + 1<<15) >> 16)
}
