package data_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/train/data"
)

// panicky is an image that panics.
type panicky struct{ image.Image }

func (panicky) At(int, int) color.Color { panic("no pixel") }

// A single image, and a single file, become what OpenImages makes of it.
func TestImageOptionsRead(t *testing.T) {
	glass := image.NewNRGBA(image.Rect(0, 0, 30, 20))
	for i := range glass.Pix {
		glass.Pix[i] = uint8(7 * i)
	}
	pictures := []image.Image{speckled(40, 30, 0), glass, image.NewGray(image.Rect(0, 0, 5, 70))}
	files := map[string][]byte{}
	for i, p := range pictures {
		files["in/a"+string(rune('0'+i))+".png"] = pngOf(t, p)
	}
	dir := writeImages(t, folderOf(files))
	var paths []string
	for name := range files {
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(name)))
	}
	slices.Sort(paths)
	for _, o := range []data.ImageOptions{{Height: 8, Width: 6}, {Height: 8, Width: 6, Crop: true}, {Height: 8, Width: 6, Channels: 1, Background: 200}, {Height: 80, Width: 90, Background: 255}} {
		all := o
		all.NoLabels = true
		im, err := data.OpenImages(dir, all)
		if err != nil {
			t.Fatal(err)
		}
		want, err := im.View([]int{0, 1, 2})
		if err != nil {
			t.Fatal(err)
		}
		o.Classes = []string{"a", "b"} // those of the training are in no way
		for name, read := range map[string]func() (*data.Dataset, error){
			"Read":     func() (*data.Dataset, error) { return o.Read(pictures...) },
			"ReadFile": func() (*data.Dataset, error) { return o.ReadFile(paths...) },
		} {
			got, err := read()
			if err != nil || !reflect.DeepEqual(got.Fields(), want.Fields()) {
				t.Errorf("%s: %+v: got %v, want the examples of OpenImages", name, o, err)
			}
		}
	}
	whole := speckled(40, 30, 0).SubImage(image.Rect(3, 4, 20, 20))
	part, err := data.ImageOptions{}.Read(whole)
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := part.Field("x"); !slices.Equal(x.Shape, []int{3, 16, 17}) || x.Scale != 1.0/255 {
		t.Errorf("a part of an image: got %v, scaled by %v", x.Shape, x.Scale)
	}
	for name, c := range map[string]struct {
		o      data.ImageOptions
		images []image.Image
		kind   error
		part   string
	}{
		"nothing":    {data.ImageOptions{}, nil, data.ErrEmpty, "at least one"},
		"nil":        {data.ImageOptions{}, []image.Image{glass, nil}, data.ErrOption, "image 1: got nil"},
		"options":    {data.ImageOptions{Channels: 2}, pictures, data.ErrOption, "channels"},
		"other size": {data.ImageOptions{}, pictures, data.ErrShape, "image 1"},
		"too large":  {data.ImageOptions{MaxPixels: 100}, pictures, data.ErrImage, "MaxPixels"},
		"no pixels":  {data.ImageOptions{}, []image.Image{image.NewGray(image.Rectangle{})}, data.ErrImage, "image 0"},
		"a panic":    {data.ImageOptions{}, []image.Image{panicky{glass}}, data.ErrImage, "no pixel"},
	} {
		if _, err := c.o.Read(c.images...); !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.part) {
			t.Errorf("%s: got %v, want %v with %q", name, err, c.kind, c.part)
		}
	}
	if _, err := (data.ImageOptions{}).ReadFile(dir); !errors.Is(err, data.ErrImage) || !strings.Contains(err.Error(), dir) {
		t.Errorf("a folder: got %v, want ErrImage", err)
	}
}

// A bad image is named with the folder that was opened and its path below it.
func TestImagesNameFolder(t *testing.T) {
	dir := writeImages(t, folderOf(map[string][]byte{"cat/deep/1.png": pngOf(t, speckled(4, 4, 0)), "dog/2.png": bytes.Repeat([]byte("no image"), 9)}))
	im, err := data.OpenImages(dir, data.ImageOptions{Height: 2, Width: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := im.View([]int{0, 1}); !errors.Is(err, data.ErrImage) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), `"dog/2.png"`) {
		t.Errorf("got %v, want the folder %s and dog/2.png", err, dir)
	}
}
