package data

import (
	"io/fs"
	"math"
	"os"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Images is a Source of the images in a folder. They are read as they are asked for, so that there
// may be more than memory holds. It is Indexed, and may be shared between goroutines.
//
// An example has field "x" of the shape [C, H, W], in Bytes that are scaled to 0..1, and field "y"
// with the label. The pixels are those of Go's decoders, with 8 bits for each channel. Of an
// animation the first picture is read.
// Grey is (19595·R + 38470·G + 7471·B + 2^15) / 2^16, rounded down: 0.299·R + 0.587·G + 0.114·B.
//
// An image of h by w pixels is resized with a triangle filter that is as wide as what one pixel
// comes from. Pixel (y, x) of each channel is
//
//	Σ a(y, i)·b(x, j)·pixel(i, j)
//	b(x, j) = t(x, j) / Σ t(x, k)                       a likewise, of h and Height
//	t(x, j) = max(0, 1 − |j + ½ − (x + ½)·s| / max(s, 1)),  s = w / Width
//
// in float64, rounded to the nearest integer. Larger sizes are interpolated bilinearly, and smaller
// ones have no aliasing. The result is the same on every processor.
type Images struct {
	dir     string // the root, for messages
	files   fs.FS
	o       ImageOptions
	list    []imageFile
	skipped []SkippedImage
}

// imageFile is an image that can be read.
type imageFile struct {
	name  string
	size  int64 // bytes
	label int
}

// SkippedImage is a file that SkipBad leaves out.
type SkippedImage struct {
	Name string // from the folder on, with slashes
	Err  error
}

var _ Indexed = (*Images)(nil)

// OpenImages returns the images in the folder dir, which has a folder for each class: the label of
// DIR/cat/1.png and DIR/cat/more/2.jpg is that of class cat. The classes are the names of these
// folders in the order of their bytes, so that 10 comes before 2. The images are in the order of
// the classes, those of a class in the order of their names' bytes, on every system. Files and
// folders whose names begin with a dot are passed over.
//
// It reads the list of files, their sizes, and the first image if no size is given. What is wrong
// with other images View tells.
//
// Errors: fs.ErrNotExist and others of the system; ErrOption for options that have no meaning;
// ErrEmpty for a folder or a class without images; ErrLabel for fewer than two classes, and for a
// folder that is none of Classes; ErrImage for an image outside of the classes' folders, a link out
// of dir, a link to a folder below a class, and what is no regular file.
func OpenImages(dir string, o ImageOptions) (*Images, error) {
	files, err := imageFolder(dir, o.FollowLinks)
	if err != nil {
		return nil, errors.WithMessage(err, "data: OpenImages")
	}
	im, err := openImages(files, dir, o)
	return im, errors.WithMessagef(err, "data: OpenImages: %q", dir)
}

// imageFolder returns the files below dir. Without links the system keeps each access inside of dir.
func imageFolder(dir string, links bool) (fs.FS, error) {
	if !links {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		return root.FS(), nil
	}
	if _, err := os.ReadDir(dir); err != nil {
		return nil, err
	}
	return os.DirFS(dir), nil
}

// OpenImagesFS is OpenImages of the root of a file system, such as an embed.FS or a zip.Reader. It
// must be safe for several goroutines. It decides itself about links: FollowLinks is an ErrOption.
func OpenImagesFS(files fs.FS, o ImageOptions) (*Images, error) {
	switch {
	case mistake.IsNil(files):
		return nil, mistake.Optionf("data: OpenImagesFS: got no file system, want one")
	case o.FollowLinks:
		return nil, mistake.Optionf("data: OpenImagesFS: got FollowLinks, want a file system that decides about links itself")
	}
	im, err := openImages(files, "", o)
	return im, errors.WithMessage(err, "data: OpenImagesFS")
}

func openImages(files fs.FS, dir string, o ImageOptions) (*Images, error) {
	o, err := o.settled()
	if err != nil {
		return nil, err
	}
	im := &Images{dir: dir, files: files, o: o}
	if err := im.find(); err != nil {
		return nil, err
	}
	if err := im.settleSize(); err != nil {
		return nil, err
	}
	return im, im.sift()
}

// Len returns the number of images.
func (im *Images) Len() int { return len(im.orNone().list) }

// orNone returns im, and one without images for nil.
func (im *Images) orNone() *Images {
	if im == nil {
		return &Images{}
	}
	return im
}

// Info describes field "x", and field "y" unless there are no labels.
func (im *Images) Info() []FieldInfo {
	var out []FieldInfo
	for _, f := range im.orNone().fields([]uint8{}, []int{}) {
		out = append(out, f.info())
	}
	return out
}

// fields returns the fields of examples with these values.
func (im *Images) fields(pixels []uint8, labels []int) []Field {
	x := Field{Name: "x", Shape: []int{im.o.Channels, im.o.Height, im.o.Width}, Bytes: pixels, Scale: 1.0 / 255}
	if im.o.NoLabels {
		return []Field{x}
	}
	return []Field{x, {Name: "y", Ints: labels, Classes: len(im.o.Classes), ClassNames: im.o.Classes}}
}

// View reads the images with the given indices.
//
// Errors: ErrEmpty for no index; ErrIndex for an index that is not in 0..Len()-1; ErrImage for a
// file that is no image, is damaged or has too many pixels; ErrShape for an image of another size
// where none is given; those of the system. Each names the file.
func (im *Images) View(index []int) (*Dataset, error) {
	if err := checkIndex("Images.View", index, im.Len()); err != nil {
		return nil, err
	}
	size := im.o.Channels * im.o.Height * im.o.Width
	if size > math.MaxInt/len(index) {
		return nil, mistake.Optionf("data: Images.View: got %d images of %d bytes, want fewer, that fit in memory", len(index), size)
	}
	labels := make([]int, len(index))
	var pixels []uint8
	for k, i := range index {
		one, err := im.example(i)
		if err != nil {
			return nil, errors.WithMessage(err, of("data: Images.View", im.dir))
		}
		if k == 0 { // there is an image of this size
			pixels = make([]uint8, 0, size*len(index))
		}
		pixels, labels[k] = append(pixels, one...), im.list[i].label
	}
	return New(im.fields(pixels, labels)...)
}

// Names returns the names of the files in the order of the examples, from the folder on and with
// slashes.
func (im *Images) Names() []string {
	out := make([]string, im.Len())
	for i, f := range im.orNone().list {
		out[i] = f.name
	}
	return out
}

// Labels returns the labels in the order of the examples, without reading an image; nil with
// NoLabels. With them Loader.Weigh can draw rare classes more often.
func (im *Images) Labels() []int {
	if im == nil || im.o.NoLabels {
		return nil
	}
	out := make([]int, im.Len())
	for i, f := range im.list {
		out[i] = f.label
	}
	return out
}

// ClassNames returns the names of the classes in the order of the labels; nil with NoLabels.
func (im *Images) ClassNames() []string { return slices.Clone(im.orNone().o.Classes) }

// Skipped returns the files that SkipBad leaves out, with the reasons.
func (im *Images) Skipped() []SkippedImage { return slices.Clone(im.orNone().skipped) }
