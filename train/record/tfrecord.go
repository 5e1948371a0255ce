package record

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// A file of TFRecords is a row of records:
//
//	length of the data     8 bytes, little-endian
//	masked CRC of length   4 bytes, little-endian
//	data
//	masked CRC of data     4 bytes, little-endian
//
// The format is that of TensorFlow (tensorflow/core/lib/io/record_writer.h).

const (
	recordHead = 12 // bytes before the data
	recordTail = 4  // bytes after it
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked returns the CRC-32C of data, turned and shifted, so that a CRC of data that
// contains CRCs is not a special one.
func masked(data []byte) uint32 {
	c := crc32.Checksum(data, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}

// appendRecord appends data as a record.
func appendRecord(b, data []byte) []byte {
	n := len(b)
	b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b[n:]))
	b = append(b, data...)
	return binary.LittleEndian.AppendUint32(b, masked(data))
}

// readRecord returns the data of the next record of r, in the memory of b if it is large
// enough. The error is io.EOF at the end, and io.ErrUnexpectedEOF for a part of a record
// and for one whose CRC is wrong. A record has at most limit bytes.
func readRecord(r io.Reader, b []byte, limit int64) ([]byte, error) {
	var head [recordHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(head[:8])
	if masked(head[:8]) != binary.LittleEndian.Uint32(head[8:]) || limit < recordTail || n > uint64(limit-recordTail) {
		return nil, io.ErrUnexpectedEOF
	}
	size := int(n) + recordTail
	if cap(b) < size {
		b = make([]byte, size)
	}
	b = b[:size]
	if _, err := io.ReadFull(r, b); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	data := b[:n]
	if masked(data) != binary.LittleEndian.Uint32(b[n:]) {
		return nil, io.ErrUnexpectedEOF
	}
	return data, nil
}
