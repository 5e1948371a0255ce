package data

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Subset returns the images with the given indices, in that order; an index may stand several
// times. It reads none.
//
// Errors: ErrEmpty for no index, ErrIndex for an index that is not in 0..Len()-1.
func (im *Images) Subset(index []int) (*Images, error) {
	if err := checkIndex("Images.Subset", index, im.Len()); err != nil {
		return nil, err
	}
	part := *im
	part.list = pick(im.list, 1, index)
	return &part, nil
}

// Split parts the images at random into train and test, as Dataset.Split does with the same seed.
// It reads none.
//
// Errors: as for Dataset.Split.
func (im *Images) Split(testFrac float64, seed uint64) (train, test *Images, err error) {
	return im.split(func(d *Dataset) (*Dataset, *Dataset, error) { return d.Split(testFrac, seed) })
}

// SplitStratified is Split with each class in both parts in its share, as Dataset.SplitStratified
// does with the same seed. It reads no image.
//
// Errors: as for Dataset.SplitStratified; ErrField with NoLabels.
func (im *Images) SplitStratified(testFrac float64, seed uint64) (train, test *Images, err error) {
	return im.split(func(d *Dataset) (*Dataset, *Dataset, error) { return d.SplitStratified(testFrac, seed) })
}

// split parts a dataset of the numbers and the labels of the images, and the images like it.
func (im *Images) split(by func(*Dataset) (train, test *Dataset, err error)) (train, test *Images, err error) {
	if im.Len() == 0 {
		return nil, nil, mistake.Newf(ErrEmpty, "data: Images: got none, want those of OpenImages")
	}
	fields := []Field{{Name: "number", Ints: identity(im.Len())}}
	if !im.o.NoLabels {
		fields = append(fields, Field{Name: "y", Ints: im.Labels(), Classes: len(im.o.Classes)})
	}
	d, err := New(fields...)
	if err != nil {
		return nil, nil, err
	}
	first, second, err := by(d)
	if err != nil {
		return nil, nil, errors.WithMessage(err, "data: Images")
	}
	if train, err = im.Subset(numbersIn(first)); err != nil {
		return nil, nil, err
	}
	test, err = im.Subset(numbersIn(second))
	return train, test, err
}

// numbersIn returns the field of numbers of a part.
func numbersIn(d *Dataset) []int {
	f := d.fields[0].dense()
	return f.Ints
}

// Fingerprint returns a SHA-256 in hexadecimal of the names of the files, their sizes in bytes,
// their labels and their order, and of the options that the examples depend on. It reads no file:
// it does not notice a file that was replaced by one of the same size. It is the same for the same
// files in another folder, and on every system.
func (im *Images) Fingerprint() string {
	h := sha256.New()
	im = im.orNone()
	o := im.o
	fmt.Fprintf(h, "images %d %d %d %t %t %d %t %q\n", o.Channels, o.Height, o.Width, o.resized, o.Crop, o.Background, o.NoLabels, o.Classes)
	for _, f := range im.list {
		fmt.Fprintf(h, "%q %d %d\n", f.name, f.size, f.label)
	}
	return hex.EncodeToString(h.Sum(nil))
}
