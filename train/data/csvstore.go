package data

import (
	"io"
	"io/fs"
)

// csvRows takes the rows of a field as they are read: all of them, one after the other, in one or
// more calls of add.
type csvRows interface {
	// add takes rows. Read says how many bytes of the text the rows so far were, and total how
	// many it has, 0 if nobody knows.
	add(rows []float64, read, total int64)
	// take returns the next n rows and forgets them.
	take(n int) []float64
}

// csvStore is csvRows that are taken all at once. Their count is not known before. It keeps them in
// blocks: the first is small, and the next has room for all rows that the rest of the
// text is likely to hold. So a table rarely exists twice in memory.
type csvStore struct {
	width int
	last  []float64 // the block that grows
	full  [][]float64
	have  int // numbers
}

func newCSVStore(width int) csvRows { return &csvStore{width: width} }

// firstNumbers is about how many numbers the first block has room for.
const firstNumbers = 1 << 16

func (s *csvStore) add(rows []float64, read, total int64) {
	for len(rows) > 0 {
		if len(s.last) == cap(s.last) {
			s.grow(len(rows), read, total)
		}
		n := min(len(rows), cap(s.last)-len(s.last))
		s.last = append(s.last, rows[:n]...)
		rows, s.have = rows[n:], s.have+n
	}
}

// grow makes a block for the next numbers and those behind them.
func (s *csvStore) grow(next int, read, total int64) {
	room := max(firstNumbers, s.have/4, next)
	if s.have > 0 && read > 0 && total > read {
		// Two percent more than the rows so far promise.
		need := float64(next) + float64(s.have+next)*(float64(total-read)/float64(read))*1.02
		room = max(int(min(need, maxGuess)), next, 16*s.width)
		if s.have <= 4*firstNumbers {
			room += s.have // take moves the first rows in front of them
		}
	}
	if s.last != nil {
		s.full = append(s.full, s.last)
	}
	s.last = make([]float64, 0, room)
}

// maxGuess is the most numbers that a block gets by a guess: 2^28, or 2^20 where
// addresses have 32 bits.
const maxGuess = 1 << (20 + 8*(^uint(0)>>63))

// take returns all rows in one slice.
func (s *csvStore) take(int) []float64 {
	defer func() { *s = csvStore{} }()
	if len(s.full) == 0 {
		return s.last
	}
	n := len(s.last)
	for _, block := range s.full {
		n += len(block)
	}
	// The small first blocks move into the large one behind them where it has room.
	if room := cap(s.last) - len(s.last); room >= n-len(s.last) {
		front := n - len(s.last)
		all := s.last[:n]
		copy(all[front:], s.last)
		s.last = nil
		at := 0
		for _, block := range s.full {
			at += copy(all[at:], block)
		}
		return all
	}
	all := make([]float64, 0, n)
	for i, block := range s.full {
		all = append(all, block...)
		s.full[i] = nil
	}
	return append(all, s.last...)
}

// sizeOf returns how many bytes r will still give, 0 if it does not tell.
func sizeOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := r.Stat(); err == nil && info.Mode().IsRegular() {
			return info.Size()
		}
	}
	return 0
}
