package data_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/train/data"
)

// paint writes count images of one colour into dir.
func paint(dir string, count int, c color.Color) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range count {
		m := image.NewRGBA(image.Rect(0, 0, 40+i, 30))
		for p := range m.Bounds().Dx() * 30 {
			m.Set(p%m.Bounds().Dx(), p/m.Bounds().Dx(), c)
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("%d.png", i)))
		if err != nil {
			return err
		}
		if err := png.Encode(f, m); err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// A folder with a folder of images for each class.
func ExampleOpenImages() {
	dir, err := os.MkdirTemp("", "images")
	check(err)
	defer os.RemoveAll(dir)
	check(paint(filepath.Join(dir, "sea"), 12, color.RGBA{0, 51, 255, 255}))
	check(paint(filepath.Join(dir, "sand"), 4, color.RGBA{255, 204, 102, 255}))

	images, err := data.OpenImages(dir, data.ImageOptions{Height: 24, Width: 32, Crop: true})
	check(err)
	train, test, err := images.SplitStratified(0.25, 1)
	check(err)
	fmt.Println(train.ClassNames(), train.Len(), test.Len())

	one, err := test.View([]int{0})
	check(err)
	x, _ := one.Field("x")
	fmt.Println(test.Names()[0], x.Shape, x.At(0, 0))
	// Output:
	// [sand sea] 12 4
	// sand/2.png [3 24 32] 1
}

// Images without labels, to predict them.
func ExampleImages_Names() {
	dir, err := os.MkdirTemp("", "images")
	check(err)
	defer os.RemoveAll(dir)
	check(paint(dir, 3, color.Gray{51}))

	images, err := data.OpenImages(dir, data.ImageOptions{NoLabels: true, Channels: 1, Height: 2, Width: 2})
	check(err)
	all, err := data.Take(images, -1)
	check(err)
	x, _ := all.Field("x")
	for i, name := range images.Names() {
		fmt.Println(name, x.Shape, x.At(i, 0))
	}
	// Output:
	// 0.png [1 2 2] 0.2
	// 1.png [1 2 2] 0.2
	// 2.png [1 2 2] 0.2
}
