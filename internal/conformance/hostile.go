package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train/data"
)

const (
	// manifestName lists the files of a folder that readers must accept or refuse.
	manifestName = "MANIFEST.tsv"
	// mostMemory is what a reader may take for a hostile file.
	mostMemory = 64 << 20
)

// mostTime is how long a reader may take for a hostile file. Tests give it longer, for the race
// detector.
var mostTime = 2 * time.Second

// hostileFile is a line of the manifest.
type hostileFile struct {
	path    string // below the folder of the manifest
	verdict string // accept, reject or either
	why     string
	others  string // what another reader said
}

// manifestOf returns the folder of the manifest that lists the files of dir, which is dir or
// the folder that it lies in, and the part of the paths in it that leads to dir.
func manifestOf(dir string) (root, under string, ok bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", "", false
	}
	for _, f := range []struct{ root, under string }{{abs, ""}, {filepath.Dir(abs), filepath.Base(abs) + "/"}} {
		if hasVerdicts(filepath.Join(f.root, manifestName)) {
			return f.root, f.under, true
		}
	}
	return "", "", false
}

// hasVerdicts says whether a file lists files with verdicts. Other folders have manifests too, with
// other columns.
func hasVerdicts(path string) bool {
	text, err := os.ReadFile(path)
	head, _, _ := strings.Cut(string(text), "\n")
	columns := strings.Split(strings.TrimSpace(head), "\t")
	return err == nil && slices.Contains(columns, "file") && slices.Contains(columns, "verdict")
}

// readManifest reads the lines of a manifest by the names of its columns.
func readManifest(root string) ([]hostileFile, error) {
	text, err := os.ReadFile(filepath.Join(root, manifestName))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	head := strings.Split(lines[0], "\t")
	var files []hostileFile
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		cell := func(name string) string {
			if k := slices.Index(head, name); k >= 0 && k < len(cells) {
				return strings.TrimSpace(cells[k])
			}
			return ""
		}
		f := hostileFile{cell("file"), cell("verdict"), cell("why"), cell("reference_reader")}
		if !filepath.IsLocal(filepath.FromSlash(f.path)) || !slices.Contains([]string{"accept", "reject", "either"}, f.verdict) {
			return nil, fmt.Errorf("%s:%d: got the file %q with the verdict %q, want accept, reject or either", manifestName, i+2, f.path, f.verdict)
		}
		files = append(files, f)
	}
	return files, nil
}

// runHostile compares what readers say of the files under root with the verdicts of its
// manifest, and returns how many differ.
func runHostile(w io.Writer, root, under string, verbose bool) (failed int, err error) {
	files, err := readManifest(root)
	if err != nil {
		return 0, err
	}
	r := newRecord(w, verbose)
	listed := map[string]bool{}
	for _, f := range files {
		if strings.HasPrefix(f.path, under) {
			listed[f.path] = true
			r.add(path.Dir(f.path), path.Base(f.path), f.judge(root), nil)
		}
	}
	err = fs.WalkDir(os.DirFS(root), path.Clean("./"+under), func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !listed[name] && path.Base(name) != manifestName {
			r.add(path.Dir(name), path.Base(name), verdict{open: errors.New("not in the manifest")}, nil)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if len(listed) == 0 {
		return 0, errors.New("the manifest lists no file of the directory")
	}
	return r.table(), nil
}

// judge reads the file and compares what came with the manifest.
func (f hostileFile) judge(root string) verdict {
	read := hostileReaders[path.Dir(f.path)]
	name := filepath.Join(root, filepath.FromSlash(f.path))
	if read == nil {
		return verdict{open: fmt.Errorf("no reader of the kind %s", path.Dir(f.path))}
	}
	for _, name := range append([]string{name}, f.partner(name)...) {
		if _, err := os.Stat(name); err != nil {
			return verdict{open: err}
		}
	}
	var check func() error
	err := bounded(func() (err error) {
		check, err = read(f, name)
		return err
	})
	if check != nil && !errors.As(err, new(*overrun)) {
		err = cmp.Or(check(), err)
	}
	var wrong *wrongValues
	switch {
	case errors.As(err, new(*overrun)), errors.As(err, &wrong):
		return verdict{failed: err}
	case err != nil && !slices.ContainsFunc(errorKinds, func(kind error) bool { return errors.Is(err, kind) }):
		return verdict{failed: fmt.Errorf("an error of no kind: %w", err)}
	case f.verdict == "reject" && err == nil:
		return verdict{failed: fmt.Errorf("was accepted, want it refused: %s", f.why)}
	case f.verdict == "accept" && err != nil && !wellFormed(path.Dir(f.path), err):
		return verdict{failed: fmt.Errorf("was refused, want it accepted (%s): %w", f.why, err)}
	}
	return verdict{}
}

// errorKinds are those of the packages that read files.
var errorKinds = []error{graph.ErrUnsupported, graph.ErrMemory, data.ErrCSV, data.ErrIDX, data.ErrFormat, data.ErrDType, data.ErrEmpty, data.ErrShape, data.ErrNotFinite, data.ErrLabel, data.ErrField, data.ErrOption}

// wellFormed says whether an error about a file of arrays is not about its format: arrays
// without rows or of different lengths make no data set, but such files are legal.
func wellFormed(kind string, err error) bool {
	return kind != "csv" && kind != "onnx" && !errors.Is(err, data.ErrFormat) && !errors.Is(err, data.ErrIDX)
}

// overrun is the error about a reader that took too much, or panicked.
type overrun struct{ what string }

func (e *overrun) Error() string { return e.what }

// bounded calls read, which may take mostTime and mostMemory.
func bounded(read func() error) error {
	debug.FreeOSMemory()
	before := held()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- &overrun{fmt.Sprintf("panic: %v", p)}
			}
		}()
		done <- read()
	}()
	select {
	case err := <-done:
		if took := held() - before; took > mostMemory {
			return &overrun{fmt.Sprintf("took %d bytes of memory, want at most %d (%v)", took, mostMemory, err)}
		}
		return err
	case <-time.After(mostTime):
		return &overrun{fmt.Sprintf("took longer than %v", mostTime)}
	}
}

// held is how many bytes the process has taken from the system and not given back. It gives
// back slowly, so what was taken for a moment is in it.
func held() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys - m.HeapReleased)
}

// hostileReaders read the files of a kind. What they return checks the values.
var hostileReaders = map[string]func(f hostileFile, name string) (check func() error, err error){
	"csv":  hostileFile.readCSV,
	"idx":  hostileFile.readIDX,
	"npy":  hostileFile.readNPY,
	"onnx": hostileFile.readONNX,
	"npz":  func(f hostileFile, name string) (func() error, error) { return f.readArrays(name, data.ReadNPZ) },
	"safetensors": func(f hostileFile, name string) (func() error, error) {
		return f.readArrays(name, data.ReadSafetensors)
	},
}

// What a manifest says of tables and arrays.
var (
	saysLabels   = regexp.MustCompile(`(?i)\b(labels?|class(es)?)\b`)
	saysNoHeader = regexp.MustCompile(`(?i)\b(no header|without (a )?header|headerless)\b`)
	saysPartner  = regexp.MustCompile(`^with (\w+)`)
	saysArray    = regexp.MustCompile(`\b(\w+)=(\[[-0-9.e, \[\]]*\])`)
	saysShape    = regexp.MustCompile(`'([^']+)': '\(([0-9, ]*)\)'`)
	saysValue    = regexp.MustCompile(`: accept (\[.*\]|[-0-9.e]+)$`)
)

// readCSV reads a table whose last column is the target, and standardises it.
func (f hostileFile) readCSV(name string) (check func() error, err error) {
	d, err := data.ReadCSVFile(name, data.CSVOptions{TargetIndex: []int{-1}, Labels: saysLabels.MatchString(f.why),
		NoHeader: saysNoHeader.MatchString(f.why), MaxBytes: mostMemory})
	if err != nil {
		return nil, err
	}
	return func() error {
		var s data.Scaler
		err := s.Fit(d)
		if err == nil {
			_, err = s.Apply(d) // which refuses what is not finite
		}
		if err != nil {
			return &wrongValues{fmt.Sprintf("standardise: %v", err)}
		}
		return nil
	}, nil
}

// partner returns the path of the file that belongs to an array, by what the manifest says.
func (f hostileFile) partner(name string) []string {
	if m := saysPartner.FindStringSubmatch(f.why); m != nil && path.Dir(f.path) == "idx" {
		return []string{filepath.Join(filepath.Dir(name), m[1])}
	}
	return nil
}

// readIDX reads an array, and makes a data set of it and the one that it belongs to.
func (f hostileFile) readIDX(name string) (check func() error, err error) {
	opts := data.IDXOptions{MaxBytes: mostMemory}
	x, err := data.ReadIDXFile(name, opts)
	if err != nil {
		return nil, err
	}
	x.Name, x.AllowNonFinite = "x", true
	fields := []data.Field{x}
	for _, partner := range f.partner(name) {
		y, err := data.ReadIDXFile(partner, opts)
		if err != nil {
			return nil, err
		}
		y.Name, y.AllowNonFinite = "y", true
		fields = append(fields, y)
	}
	_, err = data.New(fields...)
	return nil, err
}

func (f hostileFile) readNPY(name string) (check func() error, err error) {
	x, err := data.ReadNPYFile(name, data.NPYOptions{MaxBytes: mostMemory})
	if err != nil {
		return nil, err
	}
	return func() error {
		if m := saysValue.FindStringSubmatch(f.others); m != nil {
			return compareField("the array", x, m[1])
		}
		return nil
	}, nil
}

// readArrays reads all arrays of a file, and checks those alone that the manifest speaks of.
func (f hostileFile) readArrays(name string, read func(string, data.ArrayOptions) (*data.Dataset, error)) (check func() error, err error) {
	opts := data.ArrayOptions{AllowNonFinite: true, MaxBytes: mostMemory}
	if _, err = read(name, opts); err != nil && !wellFormed("", err) {
		return nil, err
	}
	return func() error {
		for _, says := range []*regexp.Regexp{saysArray, saysShape} {
			for _, m := range says.FindAllStringSubmatch(f.why+"\n"+f.others, -1) {
				opts.Fields = []data.ArrayField{{Name: "x", Array: m[1]}}
				d, err := read(name, opts)
				if err != nil {
					return &wrongValues{fmt.Sprintf("%s alone: %v", m[1], err)}
				}
				x, _ := d.Field("x")
				if says == saysArray {
					err = compareField(m[1], x, m[2])
				} else {
					err = compareAxes(m[1], x, m[2])
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	}, err
}

// compareAxes compares the axes of an array that has become a field with those that Python
// prints, which are none for a single number.
func compareAxes(name string, x data.Field, text string) error {
	got := fmt.Sprint(append([]int{x.Len()}, x.Shape...))
	if want := fmt.Sprint(strings.Fields(strings.ReplaceAll(text, ",", " "))); got != want && (text != "" || got != "[1]") {
		return &wrongValues{name + ": got the axes " + got + ", want " + want}
	}
	return nil
}

// wrongValues is the error about what was read and is not what the manifest says.
type wrongValues struct{ what string }

func (e *wrongValues) Error() string { return e.what }

// compareField compares a field with numbers as Python prints them, in lists of lists. What
// cannot be read as such is no claim.
func compareField(name string, x data.Field, text string) error {
	text = strings.NewReplacer("True", "1", "False", "0").Replace(text)
	var list any
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	var want []float64
	flatten(list, &want)
	var got []float64
	for i := range x.Len() {
		for k := range x.Size() {
			got = append(got, x.At(i, k))
		}
	}
	if !slices.Equal(got, want) {
		return &wrongValues{name + ": got " + listOf(got) + ", want " + listOf(want)}
	}
	return nil
}

func flatten(v any, into *[]float64) {
	switch v := v.(type) {
	case float64:
		*into = append(*into, v)
	case []any:
		for _, x := range v {
			flatten(x, into)
		}
	}
}

func listOf(v []float64) string {
	var b strings.Builder
	for _, x := range v[:min(len(v), 20)] {
		b.WriteString(" " + strconv.FormatFloat(x, 'g', -1, 64))
	}
	return b.String()
}
