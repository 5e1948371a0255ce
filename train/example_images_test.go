package train_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"github.com/symgrad/symgrad/models"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// paint writes count images of one colour into dir.
func paint(dir string, count int, c color.Color) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range count {
		m := image.NewRGBA(image.Rect(0, 0, 20+i, 15))
		for p := range m.Bounds().Dx() * 15 {
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

// A folder with a folder of images for each class. Rare classes are drawn as often as others.
func Example_images() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "images")
	check(err)
	defer os.RemoveAll(dir)
	check(paint(filepath.Join(dir, "sea"), 12, color.RGBA{0, 51, 255, 255}))
	check(paint(filepath.Join(dir, "sand"), 4, color.RGBA{255, 204, 102, 255}))

	//docs:images
	options := data.ImageOptions{Height: 12, Width: 16, Crop: true}
	images, err := data.OpenImages(dir, options)
	check(err)
	part, test, err := images.SplitStratified(0.25, 1)
	check(err)
	model, err := models.NewCNN(models.CNNOptions{Channels: 3, Height: 12, Width: 16, Blocks: []models.ConvBlock{{Channels: 4, Kernel: 3, Pool: 2}}, Out: len(images.ClassNames())})
	check(err)
	trainer, err := train.New(model, train.Options{Epochs: 10, BatchSize: 4, Validation: test, Sampling: train.Sampling{Balanced: true}}) // each class as often as the others
	check(err)
	_, err = trainer.Fit(ctx, part)
	check(err)
	one, err := options.ReadFile(filepath.Join(dir, "sea", "3.png")) // options.Read takes an image.Image
	check(err)
	probs, err := trainer.Predict(ctx, one)
	check(err)
	fmt.Println(images.ClassNames()[train.Predicted(probs)])
	//docs:end
	// Output: sea
}
