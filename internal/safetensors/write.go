package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/symgrad/symgrad/internal/atomicfile"
)

// Write replaces the file at path by f, atomically (see atomicfile.WriteFile).
// The bytes are those of Encode.
func Write(path string, f *File) error {
	if err := atomicfile.WriteFile(path, func(w io.Writer) error { return Encode(w, f) }); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

// Encode writes f to w: the same f gives the same bytes. The tensors keep their
// order, the metadata are sorted and gain the entry of crcKey, which replaces one of
// that name. The header is padded with spaces so that the data begin at a multiple
// of eight bytes.
//
// Nothing is written and an error returned when f or w is nil, when a tensor's name
// is not valid UTF-8, "__metadata__" or used twice, when its element type is unknown,
// or when its data do not have the length that its shape asks for.
func Encode(w io.Writer, f *File) error {
	if f == nil || w == nil {
		return errors.New("safetensors: got a nil File or writer, want values")
	}
	seen := make(map[string]struct{}, len(f.Tensors))
	for _, t := range f.Tensors {
		if err := check(t); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", t.Name, err)
		}
		if _, twice := seen[t.Name]; twice {
			return fmt.Errorf("safetensors: got two tensors of the name %q, want different names", t.Name)
		}
		seen[t.Name] = struct{}{}
	}
	head, err := encodeHeader(f, noChecksum)
	if err != nil {
		return err
	}
	sum := crc32.Checksum(head, castagnoli())
	for _, t := range f.Tensors {
		sum = crc32.Update(sum, castagnoli(), t.Data)
	}
	if head, err = encodeHeader(f, crcPrefix+checksum(sum)); err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return fmt.Errorf("safetensors: write the header: %w", err)
	}
	for _, t := range f.Tensors {
		if _, err := w.Write(t.Data); err != nil {
			return fmt.Errorf("safetensors: write tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// check says whether t can stand in a file.
func check(t Tensor) error {
	if t.Name == metaKey {
		return errors.New("got this name, which the format keeps for its metadata; want another")
	}
	if !utf8.ValidString(t.Name) {
		return errors.New("got a name that is not valid UTF-8, want UTF-8")
	}
	if len(t.Shape) > maxRank {
		return fmt.Errorf("got %d axes, want at most %d", len(t.Shape), maxRank)
	}
	return t.filled()
}

// noChecksum stands where the checksum will, while that is computed.
const noChecksum = crcPrefix + "00000000"

// encodeHeader returns the length and the padded JSON header with the checksum.
func encodeHeader(f *File, sum string) ([]byte, error) {
	meta := maps.Clone(f.Meta)
	if meta == nil {
		meta = map[string]string{}
	}
	meta[crcKey] = sum
	for key, value := range meta {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("safetensors: metadata %q: got text that is not valid UTF-8, want UTF-8", key)
		}
	}
	var head bytes.Buffer
	head.Write(make([]byte, lengthSize))
	head.WriteString(`{"` + metaKey + `":` + quoteMap(meta))
	at := 0
	for _, t := range f.Tensors {
		fmt.Fprintf(&head, `,%s:{"dtype":%s,"shape":%s,"data_offsets":[%d,%d]}`,
			quote(t.Name), quote(t.DType), list(t.Shape), at, at+len(t.Data))
		at += len(t.Data)
	}
	head.WriteByte('}')
	for head.Len()%8 != 0 {
		head.WriteByte(' ')
	}
	length := head.Len() - lengthSize
	if length > maxHeader {
		return nil, fmt.Errorf("safetensors: got a header of %d bytes, want at most %d", length, maxHeader)
	}
	binary.LittleEndian.PutUint64(head.Bytes(), uint64(length))
	return head.Bytes(), nil
}

// quote returns the JSON text of a string of valid UTF-8.
func quote(text string) string {
	out := make([]byte, 0, len(text)+2)
	out = append(out, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c < ' ':
			out = fmt.Appendf(out, "\\u%04x", c)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, '"'))
}

// quoteMap returns the JSON text of a map of strings, its keys sorted.
func quoteMap(m map[string]string) string {
	pairs := make([]string, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		pairs = append(pairs, quote(key)+":"+quote(m[key]))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

// list returns the JSON text of a list of integers.
func list(shape []int) string {
	numbers := make([]string, len(shape))
	for i, n := range shape {
		numbers[i] = strconv.Itoa(n)
	}
	return "[" + strings.Join(numbers, ",") + "]"
}

// axes returns a shape as messages have it: [2, 3].
func axes(shape []int) string { return strings.ReplaceAll(list(shape), ",", ", ") }
