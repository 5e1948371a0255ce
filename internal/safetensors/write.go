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

// View is a Tensor whose data are memory that the caller goes on using: see BytesOf.
type View = Tensor

// WriteOptions are the settings of WriteTensors. The zero value writes to the disk of
// the system.
type WriteOptions struct {
	Disk atomicfile.Disk // nil for atomicfile.OS
}

// Write replaces the file at path by f. See WriteTensors.
func Write(path string, f *File) error {
	if f == nil {
		return errors.New("safetensors: got a nil File, want a value")
	}
	return WriteTensors(path, f.Meta, f.Tensors, WriteOptions{})
}

// WriteTensors replaces the file at path, atomically (see atomicfile.Replace), by one
// with the metadata and the tensors. It makes no copy of the data, which must not
// change meanwhile. The bytes are those of Encode.
func WriteTensors(path string, meta map[string]string, tensors []View, o WriteOptions) error {
	disk := o.Disk
	if disk == nil {
		disk = atomicfile.OS
	}
	l, err := newLayout(meta, tensors)
	if err == nil {
		err = atomicfile.Replace(disk, path, l.write)
	}
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	return nil
}

// Encode writes f to w: the same f gives the same bytes. The tensors keep their
// order, the metadata are sorted and gain the two entries of checksums, which replace
// those of that name. The header is padded with spaces so that the data begin at a
// multiple of eight bytes. It goes twice over the data.
//
// Nothing is written and an error returned when f or w is nil, when a tensor's name
// is not valid UTF-8, "__metadata__" or used twice, when its element type is unknown,
// or when its data do not have the length that its shape asks for.
func Encode(w io.Writer, f *File) error {
	if f == nil || w == nil {
		return errors.New("safetensors: got a nil File or writer, want values")
	}
	l, err := newLayout(f.Meta, f.Tensors)
	if err == nil {
		err = l.write(w)
	}
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
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

// layout is a file that is about to be written.
type layout struct {
	meta    map[string]string
	tensors []Tensor
}

// newLayout checks what is to be written.
func newLayout(meta map[string]string, tensors []Tensor) (*layout, error) {
	seen := make(map[string]struct{}, len(tensors))
	for _, t := range tensors {
		if err := check(t); err != nil {
			return nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if _, twice := seen[t.Name]; twice {
			return nil, fmt.Errorf("got two tensors of the name %q, want different names", t.Name)
		}
		seen[t.Name] = struct{}{}
	}
	for key, value := range meta {
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, fmt.Errorf("metadata %q: got text that is not valid UTF-8, want UTF-8", key)
		}
	}
	l := &layout{meta: maps.Clone(meta), tensors: tensors}
	if l.meta == nil {
		l.meta = map[string]string{}
	}
	if length := len(l.header(make([]uint32, len(tensors)))) - lengthSize; length > maxHeader {
		return nil, fmt.Errorf("got a header of %d bytes, want at most %d", length, maxHeader)
	}
	return l, nil
}

// write writes the file, from its first byte to its last: some systems cannot come
// back to the header. So the checksums are taken in a pass of their own, which is much
// faster than a disk.
func (l *layout) write(w io.Writer) error {
	sums := make([]uint32, len(l.tensors))
	for i, t := range l.tensors {
		sums[i] = crc32.Checksum(t.Data, castagnoli())
	}
	if _, err := w.Write(l.header(sums)); err != nil {
		return fmt.Errorf("write the header: %w", err)
	}
	for _, t := range l.tensors {
		if _, err := w.Write(t.Data); err != nil {
			return fmt.Errorf("write tensor %q: %w", t.Name, err)
		}
	}
	return nil
}

// header returns the length and the padded JSON header, with the checksums of the
// tensors and its own.
func (l *layout) header(of []uint32) []byte {
	sums := make(map[string]string, len(l.tensors))
	for i, t := range l.tensors {
		sums[t.Name] = checksum(of[i])
	}
	l.meta[crcKey], l.meta[headerKey] = quoteMap(sums), zeros
	var head bytes.Buffer
	head.Write(make([]byte, lengthSize))
	head.WriteString(`{"` + metaKey + `":` + quoteMap(l.meta))
	at := uint64(0)
	for _, t := range l.tensors {
		end := at + uint64(len(t.Data))
		fmt.Fprintf(&head, `,%s:{"dtype":%s,"shape":%s,"data_offsets":[%d,%d]}`,
			quote(t.Name), quote(t.DType), list(t.Shape), at, end)
		at = end
	}
	head.WriteByte('}')
	for head.Len()%8 != 0 {
		head.WriteByte(' ')
	}
	binary.LittleEndian.PutUint64(head.Bytes(), uint64(head.Len()-lengthSize))
	signHeader(head.Bytes())
	return head.Bytes()
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
