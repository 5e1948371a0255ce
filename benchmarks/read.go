package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// readFlags are the flags of the command read.
type readFlags struct {
	megabytes int // of the table
	columns   int
	rounds    int
	dir       string   // where it is written
	json      bool     // print lines of JSON
	child     []string // starts serveRead in another process
}

// readLine is what the command read prints.
type readLine struct {
	Read   string  `json:"read"`             // what was read, or by whom
	Bytes  int64   `json:"bytes,omitempty"`  // of the file
	Ns     float64 `json:"ns"`               // elapsed
	CPU    float64 `json:"cpu_ns"`           // of all processors, for the process as a whole
	Ratio  float64 `json:"ratio,omitempty"`  // of the CPU time of encoding/csv to this
	Values int64   `json:"values,omitempty"` // bytes of the numbers that were read
	Memory int64   `json:"memory,omitempty"` // largest resident size, above that before reading
	sum    float64
}

func (l readLine) String() string {
	text := fmt.Sprintf("read %-13s %10s, %10s of processors", l.Read, duration(l.Ns), duration(l.CPU))
	if l.Bytes > 0 {
		text += fmt.Sprintf(", %4.0f MB/s", float64(l.Bytes)/l.Ns*1e3)
	}
	if l.Ratio > 0 {
		text += fmt.Sprintf(", %.2f times as quick as encoding/csv", l.Ratio)
	}
	if l.Memory > 0 {
		text += fmt.Sprintf(", %s of memory", bytesText(l.Memory))
	}
	if l.Values > 0 && l.Memory > 0 {
		text += fmt.Sprintf(" (%.2f times the numbers)", float64(l.Memory)/float64(l.Values))
	}
	return text
}

// runRead measures how a table of numbers is read, and how much memory that takes: by
// data.ReadCSVFile, by data.OpenCSV row after row, and by encoding/csv with strconv. It also
// measures the memory that data.FashionMNIST takes, if its files are there. Each reading is a
// process of its own.
func runRead(w io.Writer, args []string) error {
	var o readFlags
	f := flag.NewFlagSet("benchmarks read", flag.ExitOnError)
	f.IntVar(&o.megabytes, "megabytes", 100, "size of the table")
	f.IntVar(&o.columns, "columns", 10, "its columns")
	f.IntVar(&o.rounds, "rounds", 3, "turns of each, of which the median counts")
	f.StringVar(&o.dir, "dir", "", "folder for the table; empty: that of temporary files")
	f.BoolVar(&o.json, "json", false, "print lines of JSON")
	if err := f.Parse(args); err != nil {
		return err
	}
	if o.megabytes < 1 || o.columns < 1 || o.rounds < 1 {
		return fmt.Errorf("got %d MB of %d columns and %d rounds, want at least one of each", o.megabytes, o.columns, o.rounds)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o.child = []string{program, "reads"}
	if err := thisMachine(append([]string{"read"}, args...)).head(w, o.json); err != nil {
		return err
	}
	return o.run(report{w: w, json: o.json})
}

// run writes the table and has it read.
func (o readFlags) run(out report) error {
	dir, err := os.MkdirTemp(o.dir, "read")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "table.csv")
	if err := writeTable(path, int64(o.megabytes)*1e6, o.columns); err != nil {
		return err
	}
	turns := map[string][]readLine{}
	for range o.rounds {
		for _, by := range tableReaders {
			l, err := o.start(by, path)
			if err != nil {
				return fmt.Errorf("%s: %w", by, err)
			}
			turns[by] = append(turns[by], l)
			if first := turns[tableReaders[0]][0]; l.sum != first.sum || l.Values != first.Values {
				return fmt.Errorf("%s: got the sum %v of %d bytes, want %v of %d as by %s", by, l.sum, l.Values, first.sum, first.Values, tableReaders[0])
			}
		}
	}
	against := middle(turns["encoding/csv"])
	for _, by := range tableReaders {
		l := middle(turns[by])
		l.Ratio = against.CPU / l.CPU
		o.print(out, l)
	}
	l, err := o.start("FashionMNIST", "")
	if err != nil {
		out.note(fmt.Sprintf("FashionMNIST is left out: %v", err))
		return nil
	}
	o.print(out, l)
	return nil
}

// middle returns the medians of the turns.
func middle(turns []readLine) readLine {
	var ns, cpu, memory []float64
	for _, l := range turns {
		ns, cpu, memory = append(ns, l.Ns), append(cpu, l.CPU), append(memory, float64(l.Memory))
	}
	l := turns[0]
	l.Ns, l.CPU, l.Memory = median(ns), median(cpu), int64(median(memory))
	return l
}

func (o readFlags) print(out report, l readLine) {
	printLine(out.w, o.json, l)
}

// writeTable writes a table of random numbers with six digits behind the point.
func writeTable(path string, size int64, columns int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	r := rand.New(rand.NewPCG(1, 2))
	var row []byte
	for k := range columns {
		row = append(strconv.AppendInt(append(row, 'c'), int64(k), 10), ',')
	}
	for at := int64(0); at < size && err == nil; {
		row[len(row)-1] = '\n'
		var n int
		n, err = w.Write(row)
		at, row = at+int64(n), row[:0]
		for range columns {
			row = append(strconv.AppendFloat(row, 10*r.NormFloat64(), 'f', 6, 64), ',')
		}
	}
	if err == nil {
		err = w.Flush()
	}
	if bad := f.Close(); err == nil {
		err = bad
	}
	return err
}

// start runs serveRead in another process.
func (o readFlags) start(by, path string) (l readLine, err error) {
	cmd := exec.Command(o.child[0], append(o.child[1:len(o.child):len(o.child)], by, path)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return l, err
	}
	if err := cmd.Start(); err != nil {
		return l, err
	}
	var a readAnswer
	failed := json.NewDecoder(out).Decode(&a)
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil {
		return l, err
	}
	if failed == nil && a.Error != "" {
		failed = fmt.Errorf("%s", a.Error)
	}
	l = readLine{Read: by, Bytes: a.Bytes, Ns: a.Ns, Values: a.Values, Memory: a.Memory, sum: a.Sum}
	l.CPU = float64(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime())
	return l, failed
}
