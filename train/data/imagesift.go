package data

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pkg/errors"
)

// settleSize takes the size of the first image that can be read, if none is given.
func (im *Images) settleSize() error {
	im.o.resized = im.o.Height > 0
	if im.o.resized {
		return nil
	}
	for i, f := range im.list {
		img, err := im.decode(i)
		if err == nil {
			im.o.Height, im.o.Width, im.o.like = img.Rect.Dy(), img.Rect.Dx(), f.name
			return nil
		}
		if !im.o.SkipBad {
			return err
		}
	}
	return nil // sift finds that no image is left
}

// sift reads all images, some at the same time, and leaves out those that cannot be read.
func (im *Images) sift() error {
	if !im.o.SkipBad {
		return nil
	}
	errs := make([]error, im.Len())
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(errs)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(errs); i = int(next.Add(1)) - 1 {
				_, errs[i] = im.example(i)
			}
		})
	}
	wait.Wait()
	var good []imageFile
	for i, err := range errs {
		switch {
		case err == nil:
			good = append(good, im.list[i])
		case errors.Is(err, ErrShape):
			return err
		default:
			im.skipped = append(im.skipped, SkippedImage{im.list[i].name, err})
		}
	}
	im.list = good
	slices.SortFunc(im.skipped, func(a, b SkippedImage) int { return strings.Compare(a.Name, b.Name) })
	return im.checkSome()
}
