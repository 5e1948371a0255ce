package data

import "github.com/symgrad/symgrad/internal/mistake"

// JSONLinesOptions says how to read JSON lines. The zero value reads lines all of whose values
// are numbers, truth values or arrays of numbers, and inputs.
//
// The words are those of CSVOptions, and a column is a key. What the options do not settle is
// not guessed. It is refused, and the error names the option. Options survive JSON.
type JSONLinesOptions struct {
	// Inputs lists the keys that make field "x", in this order. By default they are all keys of
	// the first line that no other option takes or leaves out, and other lines may have no
	// further ones. With Inputs, or "x" among Fields, the keys that no option names are left out.
	Inputs []string `json:",omitempty"`
	// Target lists the keys that make field "y".
	Target []string `json:",omitempty"`
	// Labels: the target is one key with class labels: texts, numbers or truth values. They are
	// mapped to 0..Classes-1 as CSVOptions.Labels says.
	Labels bool `json:",omitempty"`
	// Classes fixes the class names and their order, as CSVOptions.Classes does.
	Classes []string `json:",omitempty"`
	// Fields lists further fields. A key is in one field at most. When one of them is
	// named "x" or "y" it takes the place of Inputs or Target.
	Fields []CSVField `json:",omitempty"`
	// Drop lists keys that are left out. Their values may be anything, objects too.
	Drop []string `json:",omitempty"`
	// Columns says how keys are read whose values are not plain numbers.
	Columns map[string]CSVColumn `json:",omitempty"`
	// Text is the kind of the keys that have no entry in Columns and whose first value, other
	// than null, is a text. Category, OneHot and LeftOut have a meaning here. By default such a
	// key is an error.
	Text ColumnKind `json:",omitempty"`
	// OnMissing says what becomes of missing cells. By default they are an error. With
	// KeepMissing an array may be missing in any line but the first, which gives its shape.
	OnMissing MissingCells `json:",omitempty"`
	// DropUnlabelled leaves out the rows without a target, as CSVOptions.DropUnlabelled does.
	DropUnlabelled bool `json:",omitempty"`
	// AllowNonFinite accepts NaN, Infinity and -Infinity as numbers, which are not JSON, but
	// which some programs write.
	AllowNonFinite bool `json:",omitempty"`
	// MaxLine is the largest size of a line in bytes, 4 MiB when zero.
	MaxLine int `json:",omitempty"`
	// MaxBytes is the largest size of the text, and of the elements that missing arrays
	// make; 1 GiB when zero.
	MaxBytes int64 `json:",omitempty"`
}

// Validate says whether the options have a meaning, before any text is there.
//
// Errors: ErrOption.
func (o JSONLinesOptions) Validate() error {
	if o.MaxLine < 0 {
		return mistake.Optionf("got MaxLine %d, want at least 0", o.MaxLine)
	}
	return o.table().Validate()
}

// table returns the options of the table whose columns are the keys.
func (o JSONLinesOptions) table() CSVOptions {
	return CSVOptions{Header: true, Missing: []string{}, Inputs: o.Inputs, Target: o.Target, Labels: o.Labels, Classes: o.Classes,
		Fields: o.Fields, Drop: o.Drop, Columns: o.Columns, Text: o.Text, OnMissing: o.OnMissing, DropUnlabelled: o.DropUnlabelled,
		AllowNonFinite: o.AllowNonFinite, MaxBytes: o.MaxBytes}
}

// maxLine returns the largest size of a line.
func (o JSONLinesOptions) maxLine() int {
	if o.MaxLine == 0 {
		return 4 << 20
	}
	return o.MaxLine
}
