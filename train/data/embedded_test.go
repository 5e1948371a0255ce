package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/golden"
)

// pack is the inverse of unpack, for columns of decimal texts.
func pack(t *testing.T, columns [][]string) []byte {
	t.Helper()
	raw := binary.AppendUvarint(nil, uint64(len(columns[0])))
	raw = binary.AppendUvarint(raw, uint64(len(columns)))
	for _, column := range columns {
		decimals := 0
		for _, text := range column {
			if _, after, ok := strings.Cut(text, "."); ok {
				decimals = max(decimals, len(after))
			}
		}
		numbers, highest := make([]uint64, len(column)), uint64(0)
		for i, text := range column {
			whole, after, _ := strings.Cut(text, ".")
			k, err := strconv.ParseUint(whole+after+strings.Repeat("0", decimals-len(after)), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers[i], highest = k, max(highest, k)
		}
		width := 1
		for highest>>(8*width) > 0 {
			width++
		}
		raw = append(raw, byte(decimals), byte(width))
		for p := range width {
			for _, k := range numbers {
				raw = append(raw, byte(k>>(8*p)))
			}
		}
	}
	var out bytes.Buffer
	zip, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := zip.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// referenceTable returns the columns of a table of the reference folder as texts.
func referenceTable(t *testing.T, root, name string) [][]string {
	t.Helper()
	file := map[string]string{"iris": "iris.csv", "wine": "wine_data.csv", "breast_cancer": "breast_cancer.csv", "digits": "digits.csv.gz"}[name]
	content, err := os.ReadFile(filepath.Join(root, "tabular", file))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(file, ".gz") {
		zip, err := gzip.NewReader(bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		if content, err = io.ReadAll(zip); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Fields(string(content))
	if name != "digits" {
		lines = lines[1:] // counts and class names
	}
	columns := make([][]string, len(strings.Split(lines[0], ",")))
	for _, line := range lines {
		for c, text := range strings.Split(line, ",") {
			columns[c] = append(columns[c], text)
		}
	}
	return columns
}

var embeddedTables = map[string]embeddedTable{
	"iris": irisTable(), "wine": wineTable(), "breast_cancer": breastCancerTable(), "digits": digitsTable(),
}

// With a reference folder, every embedded value must have the bits of the
// decimal text there; -update packs the tables first.
func TestEmbeddedEqualsReference(t *testing.T) {
	root := os.Getenv("SYMGRAD_REFERENCE")
	if root == "" {
		t.Log("SYMGRAD_REFERENCE is not set: the tables are only checked by their counts and sums")
		return
	}
	for name, e := range embeddedTables {
		columns := referenceTable(t, root, name)
		if golden.Update() {
			if err := os.WriteFile(filepath.Join("embedded", name+".bin.gz"), pack(t, columns), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		table, err := unpack(e.packed)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.columns) != len(columns) {
			t.Fatalf("%s: %d columns, want %d", name, len(table.columns), len(columns))
		}
		for c, column := range columns {
			if len(column) != table.rows {
				t.Fatalf("%s: %d rows, want %d", name, table.rows, len(column))
			}
			for i, text := range column {
				want, err := strconv.ParseFloat(text, 64)
				if err != nil {
					t.Fatal(err)
				}
				if got := table.columns[c][i]; math.Float64bits(got) != math.Float64bits(want) {
					t.Errorf("%s: row %d, column %d: %v, want %v", name, i, c, got, want)
				}
			}
		}
	}
}

// The counts and the sums of all values are those of the published tables.
func TestEmbedded(t *testing.T) {
	for _, c := range []struct {
		name    string
		load    func() (*Dataset, error)
		columns int
		counts  []int
		sum     float64
		first   []float64
		names   string
	}{
		{"iris", Iris, 4, []int{50, 50, 50}, 2078.7, []float64{5.1, 3.5, 1.4, 0.2}, "setosa"},
		{"wine", Wine, 13, []int{59, 71, 48}, 159975.296, []float64{14.23, 1.71, 2.43, 15.6}, "class_0"},
		{"breast_cancer", BreastCancer, 30, []int{212, 357}, 1056474.4596356, []float64{17.99, 10.38, 122.8, 1001}, "malignant"},
		{"digits", Digits, 64, []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}, 561718, []float64{0, 0, 5, 13}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := c.load()
			if err != nil {
				t.Fatal(err)
			}
			x, _ := d.Field("x")
			y, _ := d.Field("y")
			if !slices.Equal(x.Shape, []int{c.columns}) || len(x.Columns) != c.columns || x.Len() != d.Len() {
				t.Errorf("x has the shape %v, %d names and %d rows", x.Shape, len(x.Columns), x.Len())
			}
			if !slices.Equal(d.ClassCounts(), c.counts) || d.Classes() != len(c.counts) || y.ClassNames[0] != c.names {
				t.Errorf("counts %v of classes %q, want %v", d.ClassCounts(), y.ClassNames, c.counts)
			}
			sum := 0.0
			for _, v := range x.Floats {
				sum += v
			}
			if math.Abs(sum-c.sum) > 0.01 || !slices.Equal(x.Floats[:4], c.first) {
				t.Errorf("sum %v, want %v; first row %v", sum, c.sum, x.Floats[:4])
			}
			train, test, err := ReferenceSplit(c.name)
			if err != nil {
				t.Fatal(err)
			}
			all := slices.Concat(train, test)
			slices.Sort(all)
			if !slices.Equal(all, identity(d.Len())) || !slices.IsSorted(test) || !slices.IsSorted(train) {
				t.Error("the reference split is not one of all examples")
			}
		})
	}
}

// The sizes are those of the published results; the indices are compared where
// the reference folder is at hand.
func TestReferenceSplit(t *testing.T) {
	reference := map[string]struct {
		N         int   `json:"n"`
		TestIndex []int `json:"test_index"`
	}{}
	if root := os.Getenv("SYMGRAD_REFERENCE"); root != "" {
		content, err := os.ReadFile(filepath.Join(root, "baselines", "splits.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(content, &reference); err != nil {
			t.Fatal(err)
		}
	}
	for name, size := range map[string]int{"iris": 29, "wine": 34, "breast_cancer": 124, "digits": 375} {
		_, test, err := ReferenceSplit(name)
		if err != nil || len(test) != size || !slices.Equal(test[:4], []int{8, 9, 39, 46}) {
			t.Errorf("%s: %d test examples, %v; want %d", name, len(test), err, size)
		}
		if want, ok := reference[name]; ok && !slices.Equal(test, want.TestIndex) {
			t.Errorf("%s: the test examples differ from the reference", name)
		}
	}
	if _, _, err := ReferenceSplit("diabetes"); !errors.Is(err, ErrOption) {
		t.Errorf("unknown name: %v", err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	zip := func(raw ...byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		if _, err := w.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	if table, err := unpack(zip(2, 1, 1, 1, 5, 25)); err != nil || !slices.Equal(table.columns[0], []float64{0.5, 2.5}) {
		t.Fatalf("%v, %v", table, err)
	}
	for name, packed := range map[string][]byte{
		"nothing": nil, "no gzip": {1, 2, 3}, "empty": zip(), "no rows": zip(0, 1), "no columns": zip(1, 0),
		"no column head": zip(1, 1, 0), "short column": zip(2, 1, 0, 1, 5), "long": zip(1, 1, 0, 1, 5, 5),
		"decimals": zip(1, 1, 16, 1, 5), "width": zip(1, 1, 0, 7, 1, 2, 3, 4, 5, 6, 7),
		"many rows": zip(0xff, 0xff, 0xff, 0xff, 0x0f, 1), "truncated": irisPacked[:len(irisPacked)-9],
	} {
		if _, err := unpack(packed); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
