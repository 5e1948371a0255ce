package data_test

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/symgrad/symgrad/train/data"
)

// An array of NumPy, of two rows in Fortran order.
func ExampleReadNPY() {
	f, err := data.ReadNPY(strings.NewReader("\x93NUMPY\x01\x00\x3b\x00"+
		"{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n"+
		"\x00\x03\x01\x04\x02\x05"), data.NPYOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Len(), f.Shape, f.Bytes)
	// Output: 2 [3] [0 1 2 3 4 5]
}

// Two arrays of a file that numpy.savez has written.
func ExampleReadNPZ() {
	folder, err := os.MkdirTemp("", "npz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "example.npz")
	if err := writeExample(path); err != nil {
		fmt.Println(err)
		return
	}
	//docs:npz
	d, err := data.ReadNPZ(path, data.ArrayOptions{Fields: []data.ArrayField{
		{Name: "x", Array: "x_train", Shape: []int{1, 2, 2}, Scale: 1.0 / 255},
		{Name: "y", Array: "y_train", ClassNames: []string{"cat", "dog"}},
	}})
	//docs:end
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := d.Field("x")
	fmt.Println(d.Len(), x.Shape, x.Bytes, d.ClassCounts())
	// Output: 2 [1 2 2] [0 51 102 255 255 0 0 255] [1 1]
}

// writeExample writes an npz file of two images and their labels.
func writeExample(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	w := zip.NewWriter(file)
	for name, content := range map[string]string{
		"x_train.npy": "\x93NUMPY\x01\x00\x3f\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 2), }\n" + "\x00\x33\x66\xff\xff\x00\x00\xff",
		"y_train.npy": "\x93NUMPY\x01\x00\x3a\x00{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n" + "\x00\x01",
	} {
		member, err := w.Create(name)
		if err == nil {
			_, err = member.Write([]byte(content))
		}
		if err != nil {
			return err
		}
	}
	return w.Close()
}
