package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"testing"
)

// readBytes returns the elements of the array a, in the type that holds them.
func readBytes(a *Archive, x Array) (n int, err error) {
	switch {
	case x.DType[0] == 'F':
		v, err := ReadAll[float64](a, x.Name)
		return len(v), err
	case x.DType == "BOOL":
		v, err := ReadAll[uint8](a, x.Name)
		return len(v), err
	}
	v, err := ReadAll[int](a, x.Name)
	return len(v), err
}

func TestReadAll(t *testing.T) {
	a, err := opened(archive(t,
		member{"i.npy", array(1, head(">i2", "True", "(2, 3)"), 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 255, 255), zip.Deflate},
		member{"b.npy", array(1, head("|b1", "False", "(2,)"), 1, 2), zip.Store},
		member{"u.npy", array(1, head("|u1", "False", "(0, 2)")), zip.Store},
	))
	if err != nil {
		t.Fatal(err)
	}
	if v, err := ReadAll[int](a, "i"); err != nil || !slices.Equal(v, []int{1, 3, 5, 2, 4, -1}) {
		t.Errorf("integers in Fortran order: %v, %v", v, err)
	}
	if v, err := ReadAll[uint8](a, "b"); !errors.Is(err, ErrFormat) || v != nil {
		t.Errorf("a boolean of 2: %v, %v", v, err)
	}
	if v, err := ReadAll[uint8](a, "u"); err != nil || len(v) != 0 {
		t.Errorf("no elements: %v, %v", v, err)
	}
	for _, read := range []func() error{
		func() error { _, err := ReadAll[float32](a, "i"); return err },
		func() error { _, err := ReadAll[uint8](a, "i"); return err },
		func() error { _, err := ReadAll[int](a, "b"); return err },
		func() error { _, err := ReadAll[int](a, "x"); return err },
	} {
		if read() == nil {
			t.Error("an array was read into another type, or by another name")
		}
	}
}

// The place of a member before the file is damage, and no error of the reader.
func TestMemberBeforeFile(t *testing.T) {
	const directory = "PK\x01\x020000000000000000000000\x00\x00\x05\x00\x00\x00\x00\x00000000000\x00\x00\x0000000PK\x01\x020000000000000000000000\x00\x00\x05\x00\x00\x00\x00\x0000000000000000000PK\x05\x06000000\x02\x00f\x00\x00\x000000\x00\x00"
	if _, err := opened([]byte(directory)); !errors.Is(err, ErrFormat) {
		t.Errorf("got %v, want ErrFormat", err)
	}
}

// An array alone is read as within an archive.
func TestReadRest(t *testing.T) {
	in := bytes.NewReader(array(2, head("<f4", "True", "(2, 2)"), counting("<f4", 4)...))
	x, err := ReadHeader(in)
	if err != nil || x.DType != "F32" || !slices.Equal(x.Shape, []int{2, 2}) || x.Size() != 4 {
		t.Fatalf("got %+v, %v", x, err)
	}
	if v, err := ReadRest[float32](in, x); err != nil || !slices.Equal(v, []float32{0, 2, 1, 3}) {
		t.Errorf("got %v, %v", v, err)
	}
	in = bytes.NewReader(append(array(1, head("|u1", "False", "(1,)"), 1), 2))
	if x, err = ReadHeader(in); err != nil {
		t.Fatal(err)
	}
	if v, err := ReadRest[uint8](in, x); !errors.Is(err, ErrFormat) || v != nil {
		t.Errorf("a byte more: got %v, %v", v, err)
	}
}
