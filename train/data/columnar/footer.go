package columnar

import (
	"encoding/binary"
	"io"

	flatbuffers "github.com/google/flatbuffers/go"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/train/data"
)

// The library takes memory for as many elements as a vector of an Arrow file says it has, and goes
// as deep as its fields do. This file checks first that the file holds them.

// The numbers of fields in the tables of Arrow, as its Schema.fbs, File.fbs and Message.fbs have
// them, in the way in which flatbuffers counts.
const (
	footerSchema, footerDictionaries, footerBatches, footerMetadata = 6, 8, 10, 12
	schemaFields, schemaMetadata                                    = 6, 8
	fieldChildren, fieldMetadata                                    = 14, 16
	messageMetadata                                                 = 12
)

// mostDepth is how deep fields are in each other at most.
const mostDepth = 64

// checkArrow returns an error unless the vectors of the footer and of the messages of an Arrow
// file can be as long as they say. It is called under guard: flatbuffers panics where an offset
// leads out of a table.
func checkArrow(r io.ReaderAt, size int64) error {
	const mark = "ARROW1"
	end := make([]byte, 4+len(mark))
	if size < int64(len(end)) {
		return mistake.Newf(data.ErrFormat, "got a file of %d bytes, want an Arrow file", size)
	}
	if _, err := r.ReadAt(end, size-int64(len(end))); err != nil {
		return err
	}
	if string(end[4:]) != mark {
		return mistake.Newf(data.ErrFormat, "got the last bytes %q, want %q as an Arrow file has (Feather version 2, no stream)", end[4:], mark)
	}
	length := int64(binary.LittleEndian.Uint32(end))
	if length < 4 || length > size-int64(len(end)) {
		return mistake.Newf(data.ErrFormat, "got a footer of %d bytes in a file of %d, want one that it holds", length, size)
	}
	footer := make([]byte, length)
	if _, err := r.ReadAt(footer, size-int64(len(end))-length); err != nil {
		return err
	}
	c := checker{buf: footer}
	root := c.root(0)
	if schema, ok := c.table(root, footerSchema); ok {
		c.vector(schema, schemaMetadata)
		c.fields(schema, schemaFields, 0)
	}
	c.vector(root, footerMetadata)
	for _, list := range []flatbuffers.VOffsetT{footerDictionaries, footerBatches} {
		if err := c.messages(root, list, r, size); err != nil {
			return err
		}
	}
	return nil
}

// checker walks through tables in a buffer. It panics where they do not fit.
type checker struct {
	buf     []byte
	visited int // fields
}

// root returns the table that begins at a position.
func (c *checker) root(at int) flatbuffers.Table {
	return flatbuffers.Table{Bytes: c.buf, Pos: flatbuffers.UOffsetT(at) + flatbuffers.GetUOffsetT(c.buf[at:])}
}

// table returns a table in t.
func (c *checker) table(t flatbuffers.Table, slot flatbuffers.VOffsetT) (flatbuffers.Table, bool) {
	at := t.Offset(slot)
	if at == 0 {
		return t, false
	}
	return flatbuffers.Table{Bytes: c.buf, Pos: t.Indirect(t.Pos + flatbuffers.UOffsetT(at))}, true
}

// vector returns where the elements of a vector in t are, of at least 4 bytes each, and how many.
func (c *checker) vector(t flatbuffers.Table, slot flatbuffers.VOffsetT) (at flatbuffers.UOffsetT, n int) {
	o := flatbuffers.UOffsetT(t.Offset(slot))
	if o == 0 {
		return 0, 0
	}
	at, n = t.Vector(o), t.VectorLen(o)
	if n < 0 || n > (len(c.buf)-int(at))/4 {
		panic("a vector that is longer than the file")
	}
	return at, n
}

// fields walks through the fields in t and those in them.
func (c *checker) fields(t flatbuffers.Table, slot flatbuffers.VOffsetT, depth int) {
	at, n := c.vector(t, slot)
	for i := range n {
		field := flatbuffers.Table{Bytes: c.buf, Pos: t.Indirect(at + flatbuffers.UOffsetT(4*i))}
		if c.visited++; depth == mostDepth || c.visited > len(c.buf)/8 {
			panic("fields that are too deep in each other")
		}
		c.vector(field, fieldMetadata)
		c.fields(field, fieldChildren, depth+1)
	}
}

// messages checks the messages of the blocks in a vector of the footer. A block has 24 bytes:
// where it is, the bytes of its message, and those of its body.
func (c *checker) messages(footer flatbuffers.Table, slot flatbuffers.VOffsetT, r io.ReaderAt, size int64) error {
	at, n := c.vector(footer, slot)
	for i := range n {
		block := c.buf[int(at)+24*i:][:24]
		from, length := int64(binary.LittleEndian.Uint64(block)), int64(int32(binary.LittleEndian.Uint32(block[8:])))
		if length < 8 || from < 0 || from > size-length {
			return mistake.Newf(data.ErrFormat, "got a message of %d bytes at %d in a file of %d, want one that it holds", length, from, size)
		}
		message := make([]byte, length)
		if _, err := r.ReadAt(message, from); err != nil {
			return err
		}
		start := 4 // of files before Arrow 0.15
		if binary.LittleEndian.Uint32(message) == 0xffffffff {
			start = 8
		}
		m := checker{buf: message}
		m.vector(m.root(start), messageMetadata)
	}
	return nil
}
