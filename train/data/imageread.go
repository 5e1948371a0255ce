package data

import (
	"image"
	"image/color"
	"image/draw"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Read returns images as the examples that OpenImages makes of their files, with field "x" alone.
// So a Predictor takes them as it has learned to:
//
//	probs, err := predictor.Predict(ctx, examples)
//
// The options are those of the training. Without Height and Width all images must have the size of
// the first. Classes and the options about files have no meaning here.
//
// Errors: ErrEmpty without images; ErrOption for options that have no meaning and a nil image;
// ErrImage for an image that has too many pixels or panics; ErrShape for one of another size. They
// have the number of the image, from 0.
func (o ImageOptions) Read(images ...image.Image) (*Dataset, error) {
	return o.examples("data: ImageOptions.Read", len(images), func(i int, o ImageOptions) (*image.RGBA, error) {
		img, err := canvasOf(images[i], o)
		return img, errors.WithMessagef(err, "image %d", i)
	})
}

// ReadFile is Read of regular files. Errors name the file; ErrImage for one that is no image, is
// damaged, or is no regular file; those of the system.
func (o ImageOptions) ReadFile(paths ...string) (*Dataset, error) {
	return o.examples("data: ImageOptions.ReadFile", len(paths), func(i int, o ImageOptions) (*image.RGBA, error) {
		f, err := openRegular(paths[i], ErrImage)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		img, err := decodeImage(f, o)
		return img, errors.WithMessagef(err, "%q", paths[i])
	})
}

// examples returns n images, which read makes, as examples.
func (o ImageOptions) examples(who string, n int, read func(i int, o ImageOptions) (*image.RGBA, error)) (*Dataset, error) {
	o.Classes, o.NoLabels = nil, true
	o, err := o.settled()
	if err != nil {
		return nil, errors.WithMessage(err, who)
	}
	if n == 0 {
		return nil, mistake.Newf(ErrEmpty, "%s: got no image, want at least one", who)
	}
	im := &Images{o: o}
	im.o.resized = o.Height > 0
	var pixels []uint8
	for i := range n {
		img, err := read(i, im.o)
		if err != nil {
			return nil, errors.WithMessage(err, who)
		}
		b := img.Bounds()
		if im.o.Height == 0 {
			im.o.Height, im.o.Width = b.Dy(), b.Dx()
		}
		if !im.o.resized && (b.Dy() != im.o.Height || b.Dx() != im.o.Width) {
			return nil, mistake.Shapef("%s: image %d: got the height %d and the width %d, want %d and %d as of the first; set Height and Width to resize", who, i, b.Dy(), b.Dx(), im.o.Height, im.o.Width)
		}
		pixels = append(pixels, sized(img, im.o)...)
	}
	return New(im.fields(pixels, nil)...)
}

// canvasOf returns an image with its transparent pixels on the background.
func canvasOf(img image.Image, o ImageOptions) (canvas *image.RGBA, err error) {
	if mistake.IsNil(img) {
		return nil, mistake.Optionf("got nil, want an image")
	}
	defer func() {
		if r := recover(); r != nil {
			canvas, err = nil, mistake.Newf(ErrImage, "got an image that panics: %v", r)
		}
	}()
	b := img.Bounds()
	if err := checkPixels(image.Config{Width: b.Dx(), Height: b.Dy()}, "", 0, o.MaxPixels); err != nil {
		return nil, err
	}
	canvas = newCanvas(b.Dx(), b.Dy(), o.Background)
	draw.Draw(canvas, canvas.Rect, img, b.Min, draw.Over)
	return canvas, nil
}

// newCanvas returns an image of the grey of a background.
func newCanvas(w, h int, background uint8) *image.RGBA {
	canvas := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(canvas, canvas.Rect, image.NewUniform(color.Gray{background}), image.Point{}, draw.Src)
	return canvas
}
