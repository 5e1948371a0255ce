package data

import (
	"bytes"
	"image"
	"image/draw"
	_ "image/gif" // the formats that image.Decode knows
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// mostPixelsPerByte is the most pixels that a byte of a file can stand for in the formats of Go. A
// row of a PNG has 8 pixels a byte, and deflate packs 1,032 bytes into one.
const mostPixelsPerByte = 8 * 1032

// decode reads image i, with its transparent pixels on the background.
func (im *Images) decode(i int) (*image.RGBA, error) {
	name := im.list[i].name
	f, err := im.files.Open(name)
	if err != nil {
		return nil, err // which names the file
	}
	defer f.Close()
	img, err := decodeImage(f, im.o)
	return img, errors.WithMessagef(err, "%q", name)
}

// decodeImage reads an image. Its header is read first, so that it does not take more memory than
// is allowed, or than a file of this size can need.
func decodeImage(f fs.File, o ImageOptions) (canvas *image.RGBA, err error) {
	defer func() {
		if r := recover(); r != nil { // of a decoder
			canvas, err = nil, mistake.Newf(ErrImage, "got an image that its decoder panics on: %v", r)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	var head bytes.Buffer
	c, format, err := image.DecodeConfig(io.TeeReader(f, &head))
	if err != nil {
		return nil, imageFault(err)
	}
	if err := checkPixels(c, format, info.Size(), o.MaxPixels); err != nil {
		return nil, err
	}
	img, _, err := image.Decode(io.MultiReader(&head, f))
	if err != nil {
		return nil, imageFault(err)
	}
	b := img.Bounds()
	if !b.In(image.Rect(0, 0, c.Width, c.Height)) { // that of a GIF may be smaller
		return nil, mistake.Newf(ErrImage, "got the pixels %v, want some within the %dx%d of the header", b, c.Width, c.Height)
	}
	canvas = newCanvas(c.Width, c.Height, o.Background)
	draw.Draw(canvas, b, img, b.Min, draw.Over)
	return canvas, nil
}

// checkPixels returns an error for an image that is too large.
func checkPixels(c image.Config, format string, size int64, most int) error {
	w, h := c.Width, c.Height
	switch {
	case w < 1 || h < 1 || w > mostSide || h > mostSide:
		return mistake.Newf(ErrImage, "got an image of %dx%d pixels, want sides from 1 to %d", w, h, mostSide)
	case int64(w)*int64(h) > int64(most):
		return mistake.Newf(ErrImage, "got an image of %dx%d pixels, want at most %d (MaxPixels)", w, h, most)
	case format != "png" && format != "jpeg" && format != "gif":
		return nil // nothing is known of it
	case int64(w)*int64(h)/mostPixelsPerByte > size:
		return mistake.Newf(ErrImage, "got a header of %dx%d pixels in a file of %d bytes, want one that holds them", w, h, size)
	}
	return nil
}

// imageFault returns the error about a file that is no whole image.
func imageFault(err error) error {
	var system *fs.PathError
	switch {
	case errors.As(err, &system):
		return err
	case errors.Is(err, image.ErrFormat):
		return mistake.Newf(ErrImage, "got no image of a format that is known, want PNG, JPEG, GIF or one that is registered with the package image")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return mistake.Newf(ErrImage, "got the end of the file within the image, want all of it")
	}
	return mistake.Newf(ErrImage, "got an image that cannot be decoded (%v), want a whole one", err)
}
