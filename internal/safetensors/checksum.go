package safetensors

import (
	"fmt"
	"hash/crc32"
	"strings"
)

// crcKey is the metadata entry with the checksum of a file: "file:" and the CRC-32C
// (Castagnoli) of the whole file as Encode writes it, in eight hexadecimal digits,
// with zeros in their place. So a changed name, shape or type is noticed, and a
// header that another program has only spaced differently is not. Eight digits
// alone, of older files, are of the data.
const (
	crcKey    = "symgrad.crc32c"
	crcPrefix = "file:"
)

// writerMark stands in the metadata of all files that this module writes.
const writerMark = "symgrad"

// castagnoli is the table of CRC-32C, which the first call makes: it takes longer
// than all else that a program without files does for this package.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func checksum(sum uint32) string { return fmt.Sprintf("%08x", sum) }

// stored is the checksum that stands in a file, empty if there is none.
type stored string

// takeChecksum takes the checksum out of the metadata of f. It refuses a file that
// was written with one and has none: no single byte of a header can change so that
// both the key and what else tells of it are gone.
func takeChecksum(f *File) (stored, error) {
	want, ok := f.Meta[crcKey]
	if !ok {
		for key, value := range f.Meta {
			if strings.HasPrefix(key, writerMark) || strings.Contains(key, "crc32c") || value == writerMark {
				return "", fmt.Errorf("%w: got %q in the header, but no %q; want both", ErrChecksum, clip(key), crcKey)
			}
		}
		return "", nil
	}
	if digits := strings.TrimPrefix(want, crcPrefix); len(digits) != 8 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", fmt.Errorf("%w: got %q, want a CRC-32C", ErrChecksum, clip(want))
	}
	delete(f.Meta, crcKey)
	if len(f.Meta) == 0 {
		f.Meta = nil
	}
	return stored(want), nil
}

// verify checks f, whose tensors hold data, against the checksum.
func (s stored) verify(f *File, data []byte) error {
	if s == "" {
		return nil
	}
	of, want, sum := "data", string(s), uint32(0)
	if digits, ok := strings.CutPrefix(want, crcPrefix); ok {
		head, err := encodeHeader(f, noChecksum)
		if err != nil {
			return err
		}
		of, want, sum = "file", digits, crc32.Checksum(head, castagnoli())
	}
	if got := checksum(crc32.Update(sum, castagnoli(), data)); got != want {
		return fmt.Errorf("%w: got the CRC-32C %s of the %s, want %s as in the header", ErrChecksum, got, of, want)
	}
	return nil
}
