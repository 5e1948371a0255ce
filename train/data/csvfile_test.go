package data

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
)

// tableFile returns the path of a file with a text.
func tableFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "table.csv")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// longTable returns a table of n rows with numbers, texts, times, missing cells and quotes over
// several lines.
func longTable(n int) string {
	var b strings.Builder
	b.WriteString("\ufeffa,k,when,y,note\n")
	for i := range n {
		a := fmt.Sprintf("%g", float64(i)/8)
		if i%97 == 5 {
			a = "NA"
		}
		k := string(rune('p' + i%3))
		if i > n/2 && i%7 == 0 {
			k = "\"late,\n text\""
		}
		fmt.Fprintf(&b, "%s,%s,2020-01-%02d,%s,\"row \"\"%d\"\"\"\n", a, k, i%28+1, []string{"no", "yes"}[i/5%2], i)
	}
	return b.String()
}

// fileOptions read a longTable.
var fileOptions = map[string]CSVOptions{
	"kept": {Drop: []string{"note"}, OnMissing: KeepMissing, Columns: map[string]CSVColumn{"k": {Kind: OneHot}, "when": {Kind: Time}, "y": {Kind: Boolean}}},
	"dropped": {Drop: []string{"note"}, OnMissing: DropRows, Text: Category, Target: []string{"y"}, Labels: true,
		Columns: map[string]CSVColumn{"when": {Kind: Time, Unit: Seconds}}},
	"fields": {Drop: []string{"note", "when"}, OnMissing: KeepMissing, Target: []string{"a"},
		Fields: []CSVField{{"x", []string{"y", "k"}, true}}, Columns: map[string]CSVColumn{"k": {Kind: Category}, "y": {Kind: Boolean}}},
	"left out": {Inputs: []string{"y"}, Target: []string{"k"}, Labels: true, Columns: map[string]CSVColumn{"y": {Kind: Category, Other: "?!"}}},
	"no header": {NoHeader: true, SkipLines: 1, Names: []string{"a", "b", "c", "d", "e"}, Inputs: []string{"b"},
		Columns: map[string]CSVColumn{"b": {Kind: OneHot}}},
}

// A CSVFile has the examples of ReadCSVFile, whether they are read as a whole, from any row on, or
// by a Loader.
func TestOpenCSVLikeRead(t *testing.T) {
	path := tableFile(t, longTable(9_000))
	for name, opts := range fileOptions {
		t.Run(name, func(t *testing.T) {
			want, plan, err := ReadCSVPlanFile(path, opts)
			if err != nil {
				t.Fatal(err)
			}
			f, err := OpenCSV(path, opts)
			if err != nil {
				t.Fatal(err)
			}
			if f.Len() != want.Len() || len(f.points.list) < 2 {
				t.Errorf("got %d rows and %d places, want %d and more", f.Len(), len(f.points.list), want.Len())
			}
			if got, want := asJSON(t, f.Plan()), asJSON(t, plan); got != want {
				t.Errorf("got the plan\n%s\nwant\n%s", got, want)
			}
			if got, want := asJSON(t, f.Info()), asJSON(t, want.Info()); got != want {
				t.Errorf("got the fields\n%s\nwant\n%s", got, want)
			}
			all := must(t)(Take(f, -1))
			if all.Fingerprint() != want.Fingerprint() {
				t.Fatalf("got other examples than by ReadCSVFile")
			}
			for _, from := range []int{0, 4095, 4097, 8500, f.Len() - 1, f.Len(), f.Len() + 5} {
				for _, n := range []int{1, 700} {
					sameFrom(t, f, want, from, n)
				}
			}
			sameLoaded(t, f, want)
			again, err := f.Plan().Open(path)
			if err != nil {
				t.Fatal(err)
			}
			if again.Fingerprint() != f.Fingerprint() || must(t)(Take(again, -1)).Fingerprint() != want.Fingerprint() {
				t.Error("the plan of a file opens it to other examples")
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sameFrom checks that Open(from) gives the rows of want from there on, n at most at once.
func sameFrom(t *testing.T, f *CSVFile, want *Dataset, from, n int) {
	t.Helper()
	s, err := f.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var parts []*Dataset
	for {
		d, err := s.Next(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if d.Len() > n {
			t.Fatalf("got %d rows, want at most %d", d.Len(), n)
		}
		if parts = append(parts, d); n == 1 && len(parts) == 3 {
			break
		}
	}
	if from >= want.Len() {
		if parts != nil {
			t.Errorf("got rows behind the last one")
		}
		return
	}
	got := must(t)(Concat(parts...))
	part := want.between(from, min(from+got.Len(), want.Len()))
	if n > 1 && got.Len() != want.Len()-from || inRows(t, part).Fingerprint() != got.Fingerprint() {
		t.Errorf("Open(%d) gives %d other rows", from, got.Len())
	}
}

// inRows returns d with rows that follow each other.
func inRows(t *testing.T, d *Dataset) *Dataset {
	t.Helper()
	fields := d.Fields()
	for k := range fields {
		fields[k] = fields[k].dense()
	}
	return must(t)(New(fields...))
}

// sameLoaded checks that a Loader without shuffling gives the rows of want.
func sameLoaded(t *testing.T, f *CSVFile, want *Dataset) {
	t.Helper()
	l, err := NewLoader(f, LoaderOptions{Batch: 700, Window: 1400})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for epoch := range 2 {
		l.Begin(epoch, 0)
		var parts []*Dataset
		for {
			b, err := l.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			parts = append(parts, must(t)(b.Set.View(b.Index)))
		}
		if got := inRows(t, must(t)(Concat(parts...))); got.Fingerprint() != want.Fingerprint() {
			t.Errorf("epoch %d: a Loader gives other examples", epoch)
		}
	}
}

// Whatever ReadCSVFile refuses, OpenCSV does in the same words.
func TestOpenCSVRefuses(t *testing.T) {
	for _, c := range csvFaults {
		path := tableFile(t, c.text)
		_, want := ReadCSVFile(path, c.opts)
		_, err := OpenCSV(path, c.opts)
		if err == nil || strings.Replace(err.Error(), "data: OpenCSV", "data: ReadCSVFile", 1) != want.Error() {
			t.Errorf("%s: got %v, want %v", c.name, err, want)
		}
	}
	for _, c := range kindFaults {
		if c.opts.MaxBytes > 0 {
			continue
		}
		path := tableFile(t, c.text)
		_, err := OpenCSV(path, c.opts)
		wantError(t, err, c.kind, c.part)
	}
	_, err := OpenCSV(t.TempDir(), CSVOptions{})
	wantError(t, err, ErrCSV, "regular file")
	_, err = OpenCSV(filepath.Join(t.TempDir(), "none"), CSVOptions{})
	wantError(t, err, os.ErrNotExist, "OpenCSV")
	_, err = OpenCSV(tableFile(t, "a\n1\n"), CSVOptions{SkipLines: -1})
	wantError(t, err, ErrOption, "SkipLines")
	_, err = OpenCSV(tableFile(t, "a,k\n1,p\n2,p\n"), CSVOptions{Fields: []CSVField{{"k", []string{"k"}, true}}, Text: Category})
	wantError(t, err, ErrLabel, "one class")
	var plan *CSVPlan
	_, err = plan.Open("")
	wantError(t, err, ErrOption, "nil plan")
	var none *CSVFile
	_, err = none.Open(0)
	wantError(t, err, ErrOption, "nil file")
	if none.Len() != 0 || none.Info() != nil || none.Plan() != nil || none.Fingerprint() != "" {
		t.Error("a nil CSVFile has something")
	}
	f, err := OpenCSV(tableFile(t, "a\n1\n"), CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Open(-1)
	wantError(t, err, ErrIndex, "-1")
	s, err := f.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.Next(0)
	wantError(t, err, ErrOption, "0 rows")
}

// rewrite writes another text of the same length, as if at the same time.
func rewrite(t *testing.T, path, text string) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err == nil {
		err = os.Chtimes(path, info.ModTime(), info.ModTime())
	}
	if err != nil {
		t.Fatal(err)
	}
	if now, err := os.Stat(path); err != nil || !now.ModTime().Equal(info.ModTime()) {
		t.Skipf("this system does not keep the time of a file: %v", err)
	}
}

// An error names its line wherever reading began.
func TestCSVFileLines(t *testing.T) {
	text := longTable(9000)
	path := tableFile(t, text)
	f, err := OpenCSV(path, fileOptions["kept"])
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(text, `,no,"row ""8502""`)
	if at < 0 {
		t.Fatal("no such row")
	}
	rewrite(t, path, text[:at+1]+"on"+text[at+3:])
	line := strings.Count(text[:at], "\n") + 1
	for _, from := range []int{0, 4096, 8300, 8502} {
		s, err := f.Open(from)
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = s.Next(1000)
		}
		s.Close()
		var where *CSVError
		if !errors.As(err, &where) || where.Line != line || where.Column != 4 || where.Path != path {
			t.Errorf("from %d: got %v, want line %d, column 4", from, err, line)
		}
	}
}

// A file that is not as it was is refused, when it is opened and while it is read.
func TestCSVFileChanged(t *testing.T) {
	text := longTable(9000)
	later := func(t *testing.T, path string) {
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	longer := func(t *testing.T, path string) { rewrite(t, path, text+"1,p,2020-01-01,no,\n") }
	for name, c := range map[string]struct {
		change func(t *testing.T, path string)
		part   string
	}{"size": {longer, "bytes"}, "time": {later, "got a file of"}} {
		t.Run(name, func(t *testing.T) {
			path := tableFile(t, text)
			f, err := OpenCSV(path, fileOptions["kept"])
			if err != nil {
				t.Fatal(err)
			}
			s, err := f.Open(0)
			if err == nil {
				_, err = s.Next(10)
			}
			if err != nil {
				t.Fatal(err)
			}
			c.change(t, path)
			_, err = s.Next(10)
			wantError(t, err, ErrChanged, c.part)
			s.Close()
			_, err = f.Open(0)
			wantError(t, err, ErrChanged, c.part)
			_, err = Take(f, -1)
			wantError(t, err, ErrChanged, path)
		})
	}
	path := tableFile(t, "a\n1\n2\n")
	f, err := OpenCSV(path, CSVOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, path, "a\n123\n")
	_, err = Take(f, -1)
	wantError(t, err, ErrChanged, "1 rows, want 2")
}

// The fingerprint tells files and settings from others.
func TestCSVFileFingerprint(t *testing.T) {
	seen := map[string]string{}
	for name, c := range map[string]struct {
		text string
		opts CSVOptions
	}{
		"first":    {"a,b\n1,2\n3,4\n", CSVOptions{}},
		"value":    {"a,b\n1,2\n3,5\n", CSVOptions{}},
		"target":   {"a,b\n1,2\n3,4\n", CSVOptions{Target: []string{"b"}}},
		"labels":   {"a,b\n1,2\n3,4\n", CSVOptions{Target: []string{"b"}, Labels: true}},
		"category": {"a,b\n1,2\n3,4\n", CSVOptions{Columns: map[string]CSVColumn{"a": {Kind: Category}}}},
	} {
		f, err := OpenCSV(tableFile(t, c.text), c.opts)
		if err != nil {
			t.Fatal(err)
		}
		if other, ok := seen[f.Fingerprint()]; ok || len(f.Fingerprint()) != 64 {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[f.Fingerprint()] = name
	}
	f, err := OpenCSV(tableFile(t, "a,b\n1,2\n3,4\n"), CSVOptions{Header: true, MaxBytes: 100, Inputs: []string{"a", "b"}})
	if err != nil || seen[f.Fingerprint()] != "first" {
		t.Errorf("got %v, want the fingerprint of the same settings", err)
	}
}

// Several streams of a file may be read at the same time.
func TestCSVFileStreams(t *testing.T) {
	f, err := OpenCSV(tableFile(t, longTable(6000)), fileOptions["dropped"])
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	prints := make([]string, 4)
	for i := range prints {
		wait.Go(func() {
			if d, err := Take(f, -1); err == nil {
				prints[i] = d.Fingerprint()
			}
		})
	}
	wait.Wait()
	for _, p := range prints {
		if p == "" || p != prints[0] {
			t.Fatalf("got %q, want one fingerprint", prints)
		}
	}
}
