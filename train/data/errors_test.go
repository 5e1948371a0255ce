package data

import (
	"bytes"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/symgrad/symgrad/internal/golden"
)

// mistakes are what users do wrong with data.
func mistakes() []golden.Mistake {
	of := func(fields ...Field) func(*testing.T) error {
		return func(*testing.T) error { _, err := New(fields...); return err }
	}
	one := func(f Field) func(*testing.T) error { f.Name = "x"; return of(f) }
	table := func(text string, opts CSVOptions) func(*testing.T) error {
		return func(*testing.T) error { _, err := ReadCSV(strings.NewReader(text), opts); return err }
	}
	array := func(raw []byte) func(*testing.T) error {
		return func(*testing.T) error { _, err := ReadIDX(bytes.NewReader(raw), IDXOptions{}); return err }
	}
	set := func(do func(d *Dataset) error) func(*testing.T) error {
		return func(t *testing.T) error { return do(numbered(t, 5, 3)) }
	}
	copied := func(do func(x, y Rows) error) func(*testing.T) error {
		return func(t *testing.T) error { d := numbered(t, 5, 3); return do(rows(t, d, "x"), rows(t, d, "y")) }
	}
	images := func(content, file string) func(*testing.T) error {
		return func(t *testing.T) error {
			t.Chdir(t.TempDir())
			writeImages(t, ".", 1, 0)
			if err := os.Rename(content, file); err != nil {
				t.Fatal(err)
			}
			writeImages(t, "whole", 1, 0)
			if err := os.Rename(filepath.Join("whole", content), content); err != nil {
				t.Fatal(err)
			}
			_, _, err := MNIST(".")
			return err
		}
	}
	words := func(do func(v *Vocabulary) error) func(*testing.T) error {
		return func(t *testing.T) error { return do(vocabulary(t, "abc")) }
	}
	padding := func(sequences [][]int, opts SequenceOptions) func(*testing.T) error {
		return func(*testing.T) error { _, _, err := Sequences("x", sequences, opts); return err }
	}
	floats := []float64{1, 2, 3, 4}
	return []golden.Mistake{
		{"no field", ErrField, of()},
		{"no name", ErrField, of(Field{Ints: []int{1}})},
		{"one name twice", ErrField, of(Field{Name: "x", Floats: floats}, Field{Name: "x", Floats: floats})},
		{"two lists", ErrField, one(Field{Floats: floats, Bytes: []uint8{1}})},
		{"no values", ErrEmpty, one(Field{})},
		{"half an example", ErrShape, one(Field{Shape: []int{3}, Floats: floats})},
		{"axis of 0", ErrShape, one(Field{Shape: []int{2, 0}, Floats: floats})},
		{"shape beyond memory", ErrShape, one(Field{Shape: []int{1 << 30, 1 << 30, 1 << 30}, Floats: floats})},
		{"fields of different lengths", ErrShape, of(Field{Name: "x", Floats: floats}, Field{Name: "y", Ints: []int{0, 1}})},
		{"column names", ErrShape, one(Field{Shape: []int{2}, Floats: floats, Columns: []string{"a"}})},
		{"NaN", ErrNotFinite, one(Field{Shape: []int{2}, Columns: []string{"a", "b"}, Floats: []float64{1, 2, math.NaN(), 4}})},
		{"infinity in an image", ErrNotFinite, one(Field{Shape: []int{2, 2}, Floats: []float64{1, 2, math.Inf(1), 4}})},
		{"Scale that is NaN", ErrOption, one(Field{Floats: floats, Scale: math.NaN()})},
		{"Shift without Scale", ErrOption, one(Field{Floats: floats, Shift: 1})},
		{"Scale of labels", ErrOption, one(Field{Bytes: []uint8{1}, Scale: 2, Classes: 2})},
		{"start of no row", ErrShape, one(Field{Shape: []int{2}, Floats: floats, Starts: []int32{0, 3}})},
		{"no start", ErrEmpty, one(Field{Floats: floats, Starts: []int32{}})},
		{"row longer than the values", ErrShape, one(Field{Shape: []int{5}, Floats: floats, Starts: []int32{0}})},
		{"classes of floats", ErrField, one(Field{Floats: floats, Classes: 5})},
		{"one class", ErrLabel, one(Field{Ints: []int{0}, Classes: 1})},
		{"-1 classes", ErrOption, one(Field{Ints: []int{0}, Classes: -1})},
		{"class names", ErrShape, one(Field{Ints: []int{0}, Classes: 2, ClassNames: []string{"a"}})},
		{"class names without classes", ErrOption, one(Field{Ints: []int{0}, ClassNames: []string{"a"}})},
		{"label out of range", ErrLabel, one(Field{Ints: []int{0, 2}, Classes: 2})},
		{"no inputs", ErrEmpty, func(*testing.T) error { _, err := XY(nil, 1, nil, 1); return err }},
		{"table of 0 columns", ErrShape, func(*testing.T) error { _, err := XY(floats, 0, floats, 1); return err }},
		{"half a row", ErrShape, func(*testing.T) error { _, err := XY(floats, 3, floats, 1); return err }},
		{"no labels", ErrEmpty, func(*testing.T) error { _, err := XLabels(floats, 1, nil); return err }},
		{"the same label", ErrLabel, func(*testing.T) error { _, err := XLabels(floats, 2, []int{1, 1}); return err }},
		{"nil dataset", ErrEmpty, func(*testing.T) error { _, err := (*Dataset)(nil).Rows("x"); return err }},
		{"field that is not there", ErrField, set(func(d *Dataset) error { _, err := d.Rows("z"); return err })},
		{"labels of floats", ErrField, set(func(d *Dataset) error { return d.CheckLabels("x", 3) })},
		{"labels of too few classes", ErrLabel, set(func(d *Dataset) error { return d.CheckLabels("y", 2) })},
		{"labels of no classes", ErrOption, set(func(d *Dataset) error { return d.CheckLabels("y", 0) })},
		{"rows of no field", ErrField, func(*testing.T) error { return Rows{}.F64(nil, nil) }},
		{"buffer of another size", ErrShape, copied(func(x, _ Rows) error { return x.F64(make([]float64, 3), []int{0}) })},
		{"example that is not there", ErrIndex, copied(func(x, _ Rows) error { return x.F64(make([]float64, 2), []int{5}) })},
		{"ints of floats", ErrField, copied(func(x, _ Rows) error { return x.Ints(make([]int, 2), []int{0}) })},
		{"number beyond float32", ErrNotFinite, func(t *testing.T) error {
			d := must(t)(New(Field{Name: "x", Floats: []float64{1, 1e39}}))
			return rows(t, d, "x").F32(make([]float32, 1), []int{0})
		}},
		{"integer beyond float32", ErrNotFinite, func(t *testing.T) error {
			d := must(t)(New(Field{Name: "x", Ints: []int{1, 1<<24 + 1}}))
			return rows(t, d, "x").F32(make([]float32, 1), []int{0})
		}},
		{"subset of nothing", ErrEmpty, set(func(d *Dataset) error { _, err := d.Subset(nil); return err })},
		{"split by 1", ErrOption, set(func(d *Dataset) error { _, _, err := d.Split(1, 1); return err })},
		{"split of one example", ErrEmpty, func(t *testing.T) error { _, _, err := numbered(t, 1, 2).Split(0.5, 1); return err }},
		{"stratified split without labels", ErrField, func(t *testing.T) error {
			_, _, err := must(t)(XY(floats, 1, floats, 1)).SplitStratified(0.5, 1)
			return err
		}},
		{"stratified split of sequences", ErrField, func(t *testing.T) error {
			_, _, err := must(t)(New(Field{Name: "y", Shape: []int{2}, Ints: []int{0, 1}, Classes: 2})).SplitStratified(0.5, 1)
			return err
		}},
		{"stratified split of single examples", ErrEmpty, func(t *testing.T) error {
			_, _, err := must(t)(XLabels([]float64{1, 2}, 1, []int{0, 1})).SplitStratified(0.5, 1)
			return err
		}},
		{"nothing to concatenate", ErrEmpty, func(*testing.T) error { _, err := Concat(); return err }},
		{"nil to concatenate", ErrEmpty, set(func(d *Dataset) error { _, err := Concat(d, nil); return err })},
		{"other fields to concatenate", ErrShape, set(func(d *Dataset) error {
			_, err := Concat(d, &Dataset{fields: d.fields[:1], n: d.n})
			return err
		})},
		{"other names to concatenate", ErrShape, set(func(d *Dataset) error {
			_, err := Concat(d, &Dataset{fields: []Field{d.fields[1], d.fields[0]}, n: d.n})
			return err
		})},
		{"other types to concatenate", ErrShape, func(t *testing.T) error {
			_, err := Concat(must(t)(New(Field{Name: "x", Ints: []int{1}})), must(t)(New(Field{Name: "x", Bytes: []uint8{1}})))
			return err
		}},
		{"batches of nothing", ErrEmpty, func(*testing.T) error { _, err := NewBatches(0, 1, true, 1); return err }},
		{"batches by 0", ErrOption, func(*testing.T) error { _, err := NewBatches(5, 0, true, 1); return err }},
		{"nil scaler", ErrOption, set((*Scaler)(nil).Fit)},
		{"scaler of labels", ErrField, set((&Scaler{Field: "y"}).Fit)},
		{"scaler of NaN", ErrNotFinite, func(t *testing.T) error {
			return new(Scaler).Fit(must(t)(New(Field{Name: "x", Floats: []float64{1, math.NaN()}, AllowNonFinite: true})))
		}},
		{"scaler that is not fitted", ErrOption, func(*testing.T) error { return new(Scaler).Transform(floats) }},
		{"scaler of other columns", ErrShape, set(func(d *Dataset) error {
			_, err := (&MinMax{Min: []float64{0}, Max: []float64{1}}).Apply(d)
			return err
		})},
		{"half a row to scale", ErrShape, func(*testing.T) error {
			return (&Scaler{Mean: []float64{0, 0, 0}, Std: []float64{1, 1, 1}}).Transform([]float64{1, 2, 3, 4})
		}},
		{"scaled beyond float64", ErrNotFinite, func(*testing.T) error {
			return (&Scaler{Mean: []float64{0}, Std: []float64{1e-10}}).Transform([]float64{1, 1e300})
		}},
		{"no reader of a table", ErrOption, func(*testing.T) error { _, err := ReadCSV(nil, CSVOptions{}); return err }},
		{"table that is not there", nil, func(*testing.T) error { _, err := ReadCSVFile("none.csv", CSVOptions{}); return err }},
		{"empty table", ErrEmpty, table("", CSVOptions{})},
		{"table without rows", ErrEmpty, table("a,b\n", CSVOptions{})},
		{"Comma that is a quote", ErrOption, table("", CSVOptions{Comma: '"'})},
		{"Target and TargetIndex", ErrOption, table("", CSVOptions{Target: []string{"a"}, TargetIndex: []int{0}})},
		{"Header and NoHeader", ErrOption, table("", CSVOptions{Header: true, NoHeader: true})},
		{"Target and NoHeader", ErrOption, table("", CSVOptions{NoHeader: true, Target: []string{"a"}})},
		{"Labels in two columns", ErrOption, table("", CSVOptions{Labels: true, TargetIndex: []int{0, 1}})},
		{"Classes without Labels", ErrOption, table("", CSVOptions{Classes: []string{"a", "b"}})},
		{"one of Classes", ErrOption, table("", CSVOptions{Labels: true, TargetIndex: []int{0}, Classes: []string{"a"}})},
		{"a class twice", ErrOption, table("a,b\n", CSVOptions{Labels: true, TargetIndex: []int{0}, Classes: []string{"a", "a"}})},
		{"a class with spaces", ErrOption, table("a,b\n", CSVOptions{Labels: true, TargetIndex: []int{0}, Classes: []string{"a", " b"}})},
		{"MaxBytes of -1", ErrOption, table("", CSVOptions{MaxBytes: -1})},
		{"target that is not there", ErrOption, table("a,b\n1,2\n", CSVOptions{Target: []string{"y"}})},
		{"target outside of the table", ErrOption, table("a,b\n1,2\n", CSVOptions{TargetIndex: []int{2}})},
		{"target twice", ErrOption, table("a,b\n1,2\n", CSVOptions{TargetIndex: []int{1, -1}})},
		{"targets only", ErrOption, table("a,b\n1,2\n", CSVOptions{TargetIndex: []int{0, 1}})},
		{"labels of one class", ErrLabel, table("a,y\n1,0\n2,0\n", lastLabel)},
		{"embedded dataset that is not there", ErrOption, func(*testing.T) error { _, _, err := ReferenceSplit("diabetes"); return err }},
		{"no reader of an array", ErrOption, func(*testing.T) error { _, err := ReadIDX(nil, IDXOptions{}); return err }},
		{"array that is not there", nil, func(*testing.T) error { _, err := ReadIDXFile("none", IDXOptions{}); return err }},
		{"array that is text", ErrIDX, array([]byte("a,b\n1,2\n"))},
		{"array that is short", ErrIDX, array(idx(8, []int{2, 2}, 1))},
		{"array that is long", ErrIDX, array(idx(8, []int{2, 2}, 1, 2, 3, 4, 5))},
		{"array without examples", ErrEmpty, array(idx(8, []int{0, 2}))},
		{"array beyond the limit", ErrIDX, array(idx(8, []int{1 << 20, 1 << 20}))},
		{"array in a damaged file", ErrIDX, array([]byte("\x1f\x8b\x00\x00\x00\x00\x00\x00\x00\x00\x00"))},
		{"labels for images", ErrShape, images("train-labels-idx1-ubyte", "t10k-images-idx3-ubyte")},
		{"images for labels", ErrShape, images("t10k-images-idx3-ubyte", "train-labels-idx1-ubyte")},
		{"images that are not there", fs.ErrNotExist, func(*testing.T) error { _, _, err := MNIST("none"); return err }},
		{"text of one character", ErrLabel, func(*testing.T) error { _, err := NewVocabulary("aaa"); return err }},
		{"text that is not UTF-8", ErrOption, func(*testing.T) error { _, err := NewVocabulary("ab\xff"); return err }},
		{"character that is not there", ErrLabel, words(func(v *Vocabulary) error { _, err := v.Encode("aé"); return err })},
		{"code that is not there", ErrLabel, words(func(v *Vocabulary) error { _, err := v.Decode([]int{0, 3}); return err })},
		{"nil vocabulary", ErrOption, func(*testing.T) error { _, err := (*Vocabulary)(nil).Encode("a"); return err }},
		{"windows of 0 characters", ErrOption, words(func(v *Vocabulary) error { _, err := v.Windows("abc", WindowOptions{}); return err })},
		{"windows with gaps", ErrOption, words(func(v *Vocabulary) error { _, err := v.Windows("abc", WindowOptions{Length: 1, Step: 2}); return err })},
		{"text shorter than a window", ErrEmpty, words(func(v *Vocabulary) error { _, err := v.Windows("abc", WindowOptions{Length: 3}); return err })},
		{"no sequences", ErrEmpty, padding(nil, SequenceOptions{})},
		{"sequences without steps", ErrEmpty, padding([][]int{{}}, SequenceOptions{})},
		{"half a step", ErrShape, padding([][]int{{1, 2, 3}}, SequenceOptions{Step: []int{2}})},
		{"steps of nothing", ErrShape, padding([][]int{{1}}, SequenceOptions{Step: []int{0}})},
		{"sequence that is too long", ErrShape, padding([][]int{{1}, {1, 2, 3}}, SequenceOptions{Length: 2})},
		{"sequences of length -1", ErrOption, padding([][]int{{1}}, SequenceOptions{Length: -1})},
		{"padding of another type", ErrOption, padding([][]int{{1}}, SequenceOptions{Pad: 0.5})},
		{"no synthetic examples", ErrOption, func(*testing.T) error { _, err := Shapes(0, 1); return err }},
	}
}

// TestMistakes lists what every mistake is answered with.
func TestMistakes(t *testing.T) {
	text := golden.Errors(t, mistakes())
	for _, c := range append(slices.Clip(csvFaults), kindFaults...) {
		_, err := read(c.text, c.opts)
		text += c.name + " (table):\n\t" + err.Error() + "\n"
	}
	golden.Check(t, "testdata/errors.golden", text)
}
