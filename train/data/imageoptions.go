package data

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// ImageOptions says how the images of a folder are read. The zero value reads images of one size
// in colour, with the names of their folders as labels.
type ImageOptions struct {
	// Height and Width are the size of all examples in pixels. Images of another size are resized
	// to it, see Images. By default no image is resized: all must have the size of the first.
	Height, Width int
	// Crop cuts the largest part with the proportions of Height and Width out of the middle of an
	// image before it is resized. Without it the image is stretched or squeezed.
	Crop bool
	// Channels is 3 for red, green and blue, which is the default, or 1 for grey.
	Channels int
	// Background is the grey behind transparent pixels: 0 for black, the default, to 255 for white.
	Background uint8
	// Classes fixes the names of the classes and their order, for a second folder to be read with
	// the labels of a first one. A class may then be without a folder. By default the classes are
	// the sorted names of the folders.
	Classes []string
	// NoLabels reads all images in the folder and below it without labels, to predict them.
	NoLabels bool
	// Extensions lists the endings of the names of images, in small or capital letters alike; other
	// files are passed over. By default they are .png, .jpg, .jpeg and .gif. The format is known by
	// the content: any that is registered with the package image can be read.
	Extensions []string
	// MaxPixels is the most pixels that a file may have; 2^26 when zero. Reading an image takes
	// up to 16 bytes for each of its pixels for a while.
	MaxPixels int
	// SkipBad leaves out the files that cannot be read; Images.Skipped lists them. To find them,
	// each file is read once at the start. By default such a file is an error.
	SkipBad bool
	// FollowLinks reads symbolic links that lead out of the folder. By default they are files that
	// cannot be read.
	FollowLinks bool

	resized bool   // to a size that was given
	like    string // the image that gave the size otherwise
}

// mostSide is the most pixels that a side of an image may have.
const mostSide = 1<<16 - 1

// settled returns the options with their defaults, or what is wrong with them.
func (o ImageOptions) settled() (ImageOptions, error) {
	if o.Channels == 0 {
		o.Channels = 3
	}
	if o.MaxPixels == 0 {
		o.MaxPixels = 1 << 26
	}
	if o.Extensions == nil {
		o.Extensions = []string{".png", ".jpg", ".jpeg", ".gif"}
	}
	switch {
	case o.Height < 0 || o.Width < 0 || o.Height > mostSide || o.Width > mostSide || (o.Height == 0) != (o.Width == 0):
		return o, mistake.Optionf("got Height %d and Width %d, want both from 1 to %d, or none", o.Height, o.Width, mostSide)
	case o.Crop && o.Height == 0:
		return o, mistake.Optionf("got Crop without Height and Width, want these")
	case o.Channels != 1 && o.Channels != 3:
		return o, mistake.Optionf("got %d channels, want 1 or 3", o.Channels)
	case o.MaxPixels < 0:
		return o, mistake.Optionf("got MaxPixels %d, want at least 0", o.MaxPixels)
	case o.Height > 0 && o.Height > o.MaxPixels/o.Width:
		return o, mistake.Optionf("got Height %d and Width %d, want at most %d pixels (MaxPixels)", o.Height, o.Width, o.MaxPixels)
	case o.NoLabels && o.Classes != nil:
		return o, mistake.Optionf("got Classes and NoLabels, want one of them")
	}
	return o, o.checkLists()
}

// checkLists says what is wrong with Extensions and Classes, and copies them.
func (o *ImageOptions) checkLists() error {
	o.Extensions, o.Classes = slices.Clone(o.Extensions), slices.Clone(o.Classes)
	for i, e := range o.Extensions {
		if len(e) < 2 || e[0] != '.' || strings.ContainsAny(e[1:], "./") {
			return mistake.Optionf("got the extension %q, want one such as %q", e, ".png")
		}
		o.Extensions[i] = strings.ToLower(e)
	}
	seen := map[string]bool{}
	for _, name := range o.Classes {
		if seen[name] {
			return mistake.Optionf("got the class %q twice, want it once", name)
		}
		seen[name] = true
	}
	if o.Classes != nil {
		return checkClassCount(len(o.Classes))
	}
	return nil
}

// checkClassCount returns an error unless a field may have that number of classes.
func checkClassCount(n int) error {
	if n < 2 || n > maxClasses {
		return mistake.Newf(ErrLabel, "got %d classes, want at least 2 to tell apart, and at most %d", n, maxClasses)
	}
	return nil
}
