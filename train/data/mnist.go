package data

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// imageSet is a set of images of 28x28 in four files in the form of MNIST.
type imageSet struct {
	call    string // the function that returns it
	env     string // the variable that names its folder
	folder  string // its folder in a folder of data sets
	classes []string
	get     string // how to get it
}

// MNIST returns the handwritten digits of the MNIST database: 60,000 images to train
// on and 10,000 to test. Field "x" has the shape [1, 28, 28], in Bytes that are scaled
// to 0..1, and field "y" the digit. Together they take 55 MB.
//
// It reads train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
// t10k-labels-idx1-ubyte, raw or with .gz, from the folder dir. With "" for dir it takes
// the folder that the environment variable SYMGRAD_MNIST names. Without that it takes
// the first of these with all four files: symgrad/mnist in the user's cache
// (os.UserCacheDir), /usr/local/share/datasets/mnist, /usr/share/datasets/mnist.
// Nothing is downloaded. Every call reads the files and returns datasets of its own.
//
// Errors: fs.ErrNotExist when the files are not found, which says how to get them;
// ErrShape for images of another size; those of ReadIDXFile and New.
//
// Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Gradient-based learning applied to
// document recognition, 1998.
func MNIST(dir string) (train, test *Dataset, err error) {
	return imageSet{"MNIST", "SYMGRAD_MNIST", "mnist", strings.Split("0123456789", ""),
		"download the four files of the MNIST database"}.load(dir, systemFolders())
}

// FashionMNIST returns the pictures of clothes of Fashion-MNIST: 60,000 images to train
// on and 10,000 to test, 6,000 and 1,000 of each of ten classes. Fields and files are
// those of MNIST. The environment variable is SYMGRAD_FASHION_MNIST, and the folders
// are named fashion-mnist. Debian's package dataset-fashion-mnist puts the files in
// /usr/share/datasets/fashion-mnist, where they are found.
//
// Errors as for MNIST.
//
// Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset for
// Benchmarking Machine Learning Algorithms, 2017.
func FashionMNIST(dir string) (train, test *Dataset, err error) {
	return imageSet{"FashionMNIST", "SYMGRAD_FASHION_MNIST", "fashion-mnist",
		[]string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
		"install Debian's package dataset-fashion-mnist, or download the four files of Fashion-MNIST"}.load(dir, systemFolders())
}

// systemFolders are the folders where systems keep data sets.
func systemFolders() []string { return []string{"/usr/local/share/datasets", "/usr/share/datasets"} }

// load finds the files and reads them.
func (s imageSet) load(dir string, system []string) (train, test *Dataset, err error) {
	files, err := s.find(dir, system)
	if err == nil {
		train, err = s.read(files[0], files[1])
	}
	if err == nil {
		test, err = s.read(files[2], files[3])
	}
	if err != nil {
		return nil, nil, errors.WithMessagef(err, "data: %s", s.call)
	}
	return train, test, nil
}

// find returns the paths of images and labels for training, and of those for testing.
func (s imageSet) find(dir string, system []string) ([]string, error) {
	names := []string{"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}
	folders := s.folders(dir, system)
	for _, folder := range folders {
		var paths []string
		for _, name := range names {
			path := filepath.Join(folder, name)
			for _, path := range []string{path, path + ".gz"} {
				if _, err := os.Stat(path); err == nil {
					paths = append(paths, path)
					break
				}
			}
		}
		if len(paths) == len(names) {
			return paths, nil
		}
	}
	return nil, mistake.Newf(fs.ErrNotExist, "got no folder with %s, raw or with .gz, among %q; %s, and name their folder in the call or in %s",
		strings.Join(names, ", "), folders, s.get, s.env)
}

// folders returns where to look, first to last.
func (s imageSet) folders(dir string, system []string) []string {
	if dir != "" {
		return []string{dir}
	}
	if named := os.Getenv(s.env); named != "" {
		return []string{named}
	}
	var out []string
	if cache, err := os.UserCacheDir(); err == nil { // a user without a home has no cache
		out = append(out, filepath.Join(cache, "symgrad", s.folder))
	}
	for _, folder := range system {
		out = append(out, filepath.Join(folder, s.folder))
	}
	return out
}

// read returns the dataset of two files.
func (s imageSet) read(images, labels string) (*Dataset, error) {
	x, err := readIDXFile(images, IDXOptions{})
	if err != nil {
		return nil, err
	}
	y, err := readIDXFile(labels, IDXOptions{})
	if err != nil {
		return nil, err
	}
	if x.Bytes == nil || !slices.Equal(x.Shape, []int{28, 28}) {
		return nil, mistake.Shapef("%q: got examples of the shape %v in %s, want images [28, 28] in Bytes", images, x.Shape, x.kinds()[0])
	}
	if y.Bytes == nil || y.Shape != nil {
		return nil, mistake.Shapef("%q: got examples of the shape %v in %s, want one label each in Bytes", labels, y.Shape, y.kinds()[0])
	}
	x.Name, x.Shape, x.Scale = "x", []int{1, 28, 28}, 1.0/255
	y.Name, y.Classes, y.ClassNames = "y", len(s.classes), s.classes
	return New(x, y)
}
