package safetensors

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/strictjson"
)

// A file that this package writes has two metadata entries that tell whether a byte
// has changed. The checksum is CRC-32C (Castagnoli), in eight hexadecimal digits.
const (
	// crcKey holds JSON: the checksum of the data of each tensor by name.
	crcKey = "symgrad.crc32c"
	// headerKey holds the checksum of all bytes before the data, the eight of the
	// length included, with zeros in its own place.
	headerKey = "symgrad.header.crc32c"
)

// headerMark stands before the digits of the checksum of the header. It is not found
// within a string, where a quote has a backslash before it.
const headerMark = `"` + headerKey + `":"`

const (
	digits = 8
	zeros  = "00000000"
)

// castagnoli is the table of CRC-32C, which the first call makes: it takes longer
// than all else that a program without files does for this package.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func checksum(sum uint32) string { return fmt.Sprintf("%08x", sum) }

// parseChecksum reads what checksum writes.
func parseChecksum(text string) (uint32, error) {
	if len(text) != digits || strings.Trim(text, "0123456789abcdef") != "" {
		return 0, fmt.Errorf("%w: got %q, want a CRC-32C", ErrChecksum, mistake.Clip(text))
	}
	n, err := strconv.ParseUint(text, 16, 32)
	return uint32(n), err
}

// signHeader puts the checksum of a header into it.
func signHeader(head []byte) {
	at := bytes.Index(head, []byte(headerMark)) + len(headerMark)
	copy(head[at:], checksum(crc32.Checksum(head, castagnoli())))
}

// takeChecksums takes the checksums out of the metadata of f, whose header is head,
// and checks that of the header. A file without any has no sums. One key alone is
// damage: no single byte can change both.
func takeChecksums(f *File, head []byte) (sums map[string]uint32, err error) {
	list, hasList := f.Meta[crcKey]
	own, hasOwn := f.Meta[headerKey]
	switch {
	case !hasList && !hasOwn:
		return nil, nil
	case !hasList || !hasOwn:
		return nil, fmt.Errorf("%w: got one of the metadata %q and %q, want both or none", ErrChecksum, crcKey, headerKey)
	}
	if err := checkHeader(head, own); err != nil {
		return nil, err
	}
	if sums, err = parseSums(list); err != nil {
		return nil, err
	}
	for _, t := range f.Tensors {
		if _, ok := sums[t.Name]; !ok {
			return nil, fmt.Errorf("%w: got no checksum of tensor %q, want one of each", ErrChecksum, mistake.Clip(t.Name))
		}
	}
	delete(f.Meta, crcKey)
	delete(f.Meta, headerKey)
	if len(f.Meta) == 0 {
		f.Meta = nil
	}
	return sums, nil
}

// checkHeader compares a header with the checksum that stands in it.
func checkHeader(head []byte, want string) error {
	if _, err := parseChecksum(want); err != nil {
		return err
	}
	at := bytes.Index(head, []byte(headerMark+want+`"`))
	if at < 0 {
		return fmt.Errorf("%w: got a header that was written anew, want it as the checksum %q was taken of it, or without this and %q", ErrChecksum, headerKey, crcKey)
	}
	at += len(headerMark)
	sum := crc32.Checksum(head[:at], castagnoli())
	sum = crc32.Update(sum, castagnoli(), []byte(zeros))
	sum = crc32.Update(sum, castagnoli(), head[at+digits:])
	if got := checksum(sum); got != want {
		return fmt.Errorf("%w: got the CRC-32C %s of the header, want %s as in it", ErrChecksum, got, want)
	}
	return nil
}

// parseSums reads the checksums of the tensors.
func parseSums(text string) (map[string]uint32, error) {
	s := strictjson.New([]byte(text))
	words, err := readMeta(s)
	if err == nil {
		err = s.End()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrChecksum, crcKey, err)
	}
	sums := make(map[string]uint32, len(words))
	for name, word := range words {
		if sums[name], err = parseChecksum(word); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// compareSum compares the checksum of a tensor with that of its file.
func compareSum(name string, got, want uint32) error {
	if got == want {
		return nil
	}
	return malformed(fmt.Errorf("%w: tensor %q: got the CRC-32C %s of the data, want %s as in the header", ErrChecksum, mistake.Clip(name), checksum(got), checksum(want)))
}
