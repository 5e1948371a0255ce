package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/symgrad/symgrad/train/data"
)

// readAnswer is what serveRead prints.
type readAnswer struct {
	Bytes  int64 // of the file
	Values int64 // bytes of the numbers that were read
	Sum    float64
	Ns     float64
	Memory int64
	Error  string
}

// tableReaders read a table of numbers.
var tableReaders = []string{"ReadCSVFile", "OpenCSV", "encoding/csv"}

// serveRead reads once and prints a readAnswer.
func serveRead(w io.Writer, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("got reads %q, want reads NAME PATH", args)
	}
	var a readAnswer
	if info, err := os.Stat(args[1]); err == nil {
		a.Bytes = info.Size()
	}
	before, start := peakMemory(), time.Now()
	var err error
	a.Values, a.Sum, err = readBy(args[0], args[1])
	a.Ns = float64(time.Since(start))
	if after := peakMemory(); before > 0 {
		a.Memory = after - before
	}
	if err != nil {
		a.Error = err.Error()
	}
	return json.NewEncoder(w).Encode(a)
}

// readBy reads, and returns the bytes and the sum of the numbers.
func readBy(name, path string) (bytes int64, sum float64, err error) {
	switch name {
	case "ReadCSVFile":
		d, err := data.ReadCSVFile(path, data.CSVOptions{MaxBytes: 1 << 40})
		if err != nil {
			return 0, 0, err
		}
		x, _ := d.Field("x")
		return total(0, 0, x.Floats)
	case "OpenCSV":
		return sumRows(path)
	case "encoding/csv":
		values, err := readPlain(path)
		if err != nil {
			return 0, 0, err
		}
		return total(0, 0, values)
	case "FashionMNIST":
		train, test, err := data.FashionMNIST(path)
		if err != nil {
			return 0, 0, err
		}
		return int64(train.Len()+test.Len()) * (28*28 + 1), 0, nil
	}
	return 0, 0, fmt.Errorf("got the reader %q, want one of %q or FashionMNIST", name, tableReaders)
}

// total adds values to what was summed before.
func total(bytes int64, sum float64, values []float64) (int64, float64, error) {
	for _, v := range values {
		sum += v
	}
	return bytes + 8*int64(len(values)), sum, nil
}

// sumRows opens the table and reads it some rows at a time.
func sumRows(path string) (bytes int64, sum float64, err error) {
	f, err := data.OpenCSV(path, data.CSVOptions{})
	if err != nil {
		return 0, 0, err
	}
	s, err := f.Open(0)
	if err != nil {
		return 0, 0, err
	}
	defer s.Close()
	for {
		d, err := s.Next(1 << 12)
		if err == io.EOF {
			return bytes, sum, nil
		}
		if err != nil {
			return 0, 0, err
		}
		x, _ := d.Field("x")
		bytes, sum, _ = total(bytes, sum, x.Floats)
	}
}

// readPlain reads the table as one does without a library for it.
func readPlain(path string) (values []float64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<20))
	r.ReuseRecord = true
	for header := true; ; header = false {
		row, err := r.Read()
		if err == io.EOF {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		if header {
			continue
		}
		for _, cell := range row {
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
	}
}

// peakMemory returns the largest size in memory that the process had, in bytes; 0 where the system
// does not tell.
func peakMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}
