package data

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"

	"github.com/pkg/errors"
)

// Fingerprint returns a SHA-256 of the data set in hexadecimal: of the fields in their
// order, with their names, shapes, classes, settings and values. Data sets with the same
// fingerprint have the same examples in the same order. It takes a second for about a
// gigabyte, and is the same on every processor.
func (d *Dataset) Fingerprint() string {
	h := sha256.New()
	for _, f := range d.Fields() {
		fmt.Fprintf(h, "%q %v %d %q %q %x %x %d %d %d %d %d\n", f.Name, f.Shape, f.Classes, f.ClassNames, f.Columns,
			math.Float64bits(f.Scale), math.Float64bits(f.Shift), len(f.Floats), len(f.Floats32), len(f.Ints), len(f.Bytes), len(f.Starts))
		if f.Categories != nil {
			fmt.Fprintf(h, "%q\n", f.Categories)
		}
		inBlocks(h, f.Floats, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) })
		inBlocks(h, f.Floats32, func(b []byte, v float32) []byte { return binary.LittleEndian.AppendUint32(b, math.Float32bits(v)) })
		inBlocks(h, f.Ints, func(b []byte, v int) []byte { return binary.LittleEndian.AppendUint64(b, uint64(v)) })
		inBlocks(h, f.Starts, func(b []byte, v int32) []byte { return binary.LittleEndian.AppendUint32(b, uint32(v)) })
		h.Write(f.Bytes)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Fingerprint returns a SHA-256 in hexadecimal that tells sources apart. A Dataset has its own. Of
// another source it is made of Info and Len, and of its method Fingerprint() string. Without such a
// method it is made of the first 64 examples. What Through changes does not count.
//
// Errors: those of Take.
func Fingerprint(src Source) (string, error) {
	switch s := src.(type) {
	case *Dataset:
		if s != nil {
			return s.Fingerprint(), nil
		}
	case interface{ source() Source }:
		return Fingerprint(s.source())
	case interface{ Fingerprint() string }:
		return hashed(src, s.Fingerprint()), nil
	}
	first, err := Take(src, 64)
	if err != nil {
		return "", errors.WithMessage(err, "data: Fingerprint")
	}
	return hashed(src, first.Fingerprint()), nil
}

// hashed returns the fingerprint of a source that has one of its examples.
func hashed(src Source, of string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%d %+v %s", src.Len(), src.Info(), of)
	return hex.EncodeToString(h.Sum(nil))
}

// inBlocks writes the values to h, some at a time.
func inBlocks[T any](h hash.Hash, values []T, add func([]byte, T) []byte) {
	var room [1 << 12]byte
	b := room[:0]
	for _, v := range values {
		if len(b) > len(room)-8 {
			h.Write(b)
			b = b[:0]
		}
		b = add(b, v)
	}
	h.Write(b)
}
