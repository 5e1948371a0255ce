package data

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// CSVOptions says how to read a table. The zero value reads a comma-separated
// text with a header line, all of whose columns are numbers and inputs.
//
// Columns go by their names: those of the header after Rename, or Names. What the
// options do not settle is not guessed. It is refused, and the error names the option.
// Options survive JSON.
type CSVOptions struct {
	// NoHeader: the first line is data; the columns are named "c0", "c1", ...
	NoHeader bool `json:",omitempty"`
	// Header: the first line holds names, even where they look like numbers. With
	// neither Header nor NoHeader the first line is taken for names when another option
	// finds its columns there, or when no input column has a number in it.
	// Otherwise it may be data, and the table is refused. So is a table without a column
	// of numbers, whose first line looks like all others.
	Header bool `json:",omitempty"`
	// Names are the names of all columns in the order of the file, in place of those
	// that Header or NoHeader give. One of these two must be set.
	Names []string `json:",omitempty"`
	// Rename gives columns of the header other names, by their old ones. The old name of
	// a column without a name is "". All other options use the new names.
	Rename map[string]string `json:",omitempty"`
	// SkipLines is how many lines before the table are passed over.
	SkipLines int `json:",omitempty"`
	// Comment is what lines begin with that are passed over, such as "#". By default
	// there are none.
	Comment string `json:",omitempty"`
	// Comma is the separator, ',' when zero; an ASCII character. With ' ' any run of
	// spaces and tabs separates cells.
	Comma rune `json:",omitempty"`
	// DecimalComma: numbers have a ',' for the decimal point.
	DecimalComma bool `json:",omitempty"`
	// Thousands is the separator of thousands in numbers. It stands before groups of three
	// digits, as in 1,234,567. By default there is none.
	Thousands rune `json:",omitempty"`
	// Missing lists the texts of missing cells. By default they are "NA", "N/A", "?", "null"
	// and "NULL". Where one of these is a value, such as "NA" for Namibia, give the others
	// here, or an empty list. An empty cell is always missing.
	Missing []string `json:",omitzero"`
	// OnMissing says what becomes of missing cells. By default they are an error.
	OnMissing MissingCells `json:",omitempty"`
	// DropUnlabelled leaves out the rows with a missing cell in the target, field "y". What
	// becomes of missing cells in other columns OnMissing says.
	DropUnlabelled bool `json:",omitempty"`
	// Inputs lists the columns that make field "x", in this order. By default they are
	// all columns that no other option takes or leaves out. With Inputs the columns that
	// no option names are left out.
	Inputs []string `json:",omitempty"`
	// Target lists the columns that make field "y", by their names.
	Target []string `json:",omitempty"`
	// TargetIndex lists them by position instead: 0 is the first column, -1 the
	// last. Only one of Target and TargetIndex may be given.
	TargetIndex []int `json:",omitempty"`
	// Labels: the target is one column of class labels. A class is a text: 7, 007
	// and 7.0 are three. They are mapped to 0..Classes-1, in numeric order when all
	// are finite numbers and in alphabetical order else, and the text of label c is
	// kept as ClassNames[c]. Where every label reads as a number, a fraction or a
	// NaN is refused: the column may hold a number to predict.
	Labels bool `json:",omitempty"`
	// Classes fixes the class names and their order, for a second table to be
	// read with the labels of a first one, or for names that Labels alone would
	// refuse. A label is the class of the same text; other labels are an error.
	Classes []string `json:",omitempty"`
	// Fields lists further fields. A column is in one field at most. When one of them is
	// named "x" or "y" it takes the place of Inputs or Target.
	Fields []CSVField `json:",omitempty"`
	// Drop lists columns that are left out. Their cells may hold anything; "" is the
	// column without a name.
	Drop []string `json:",omitempty"`
	// Columns says how columns are read that are not plain numbers, by their names.
	Columns map[string]CSVColumn `json:",omitempty"`
	// Text is the kind of the columns that have no entry in Columns and begin with a
	// text: the first cell that is not missing is no number. Category, OneHot and
	// LeftOut have a meaning here. By default such a column is an error. A text
	// further down in a column that began with a number always is.
	Text ColumnKind `json:",omitempty"`
	// AllowNonFinite accepts NaN, Inf and Infinity, in any case, as numbers, and
	// as labels among numbers.
	AllowNonFinite bool `json:",omitempty"`
	// MaxBytes is the largest size of the text. When zero it is 1 GiB, and OpenCSV takes any.
	MaxBytes int64 `json:",omitempty"`
}

// CSVField is a field that columns of a table make.
type CSVField struct {
	// Name is the name of the field.
	Name string
	// Columns lists its columns, in the order of the field.
	Columns []string
	// Integers: the field holds Ints, such as the indices that an embedding takes. Its
	// columns are Category, Boolean, or Number with whole numbers below 2^53 in size and
	// no missing cells. One column makes a field of shape nil, and K make [K]. One column
	// of categories makes class labels, with ClassNames.
	// By default the field holds Floats of shape [K].
	Integers bool `json:",omitempty"`
}

// MissingTexts returns the texts of missing cells, those of Missing or the default ones. An empty
// cell is missing too.
func (o CSVOptions) MissingTexts() []string {
	if o.Missing == nil {
		return []string{"NA", "N/A", "?", "null", "NULL"}
	}
	return slices.Clone(o.Missing)
}

// Validate says whether the options have a meaning, before any table is there.
//
// Errors: ErrOption.
func (o CSVOptions) Validate() error {
	for _, check := range []func() error{o.checkForm, o.checkNumbers, o.checkTargets, o.checkFields, o.checkColumns} {
		if err := check(); err != nil {
			return err
		}
	}
	_, err := sizeLimit(o.MaxBytes)
	return err
}

func (o CSVOptions) checkForm() error {
	switch {
	case o.Comma < 0 || o.Comma >= utf8.RuneSelf || strings.ContainsRune("\"\r\n+-.", o.Comma) || ('0' <= o.Comma && o.Comma <= '9'):
		return mistake.Optionf("got the Comma %q, want an ASCII character that separates cells", o.Comma)
	case o.NoHeader && o.Header:
		return mistake.Optionf("got Header and NoHeader, want one of them")
	case o.Names != nil && !o.NoHeader && !o.Header:
		return mistake.Optionf("got Names with neither Header nor NoHeader, want one of them; is the first line of the file data?")
	case o.Rename != nil && (o.Names != nil || o.NoHeader):
		return mistake.Optionf("got Rename without a header to rename, want Names")
	case o.SkipLines < 0:
		return mistake.Optionf("got SkipLines %d, want at least 0", o.SkipLines)
	case strings.ContainsAny(o.Comment, "\r\n\x00") || len(o.Comment) > 100:
		return mistake.Optionf("got the Comment %q, want the short text that comments begin with", mistake.Clip(o.Comment))
	}
	return nil
}

func (o CSVOptions) checkNumbers() error {
	point, comma := '.', o.Comma
	if comma == 0 {
		comma = ','
	}
	if o.DecimalComma {
		point = ','
	}
	switch {
	case o.DecimalComma && comma == ',':
		return mistake.Optionf("got DecimalComma with the separator ',', want another Comma, such as ';'")
	case o.Thousands == 0:
	case o.Thousands == point || unicode.IsDigit(o.Thousands) || unicode.IsLetter(o.Thousands) || !utf8.ValidRune(o.Thousands) || strings.ContainsRune("+-\"\r\n\x00\t", o.Thousands):
		return mistake.Optionf("got the Thousands %q, want a separator that is no part of a number", o.Thousands)
	case o.Thousands == ' ' && comma == ' ':
		return mistake.Optionf("got spaces for Comma and Thousands, want different ones")
	}
	if o.OnMissing < RefuseMissing || o.OnMissing > DropRows {
		return mistake.Optionf("got OnMissing %d, want RefuseMissing, KeepMissing or DropRows", o.OnMissing)
	}
	for _, text := range o.Missing {
		if text != trim([]byte(text)) {
			return mistake.Optionf("got the Missing text %q, want one without spaces around it, as cells have", text)
		}
	}
	return nil
}

func (o CSVOptions) checkTargets() error {
	targets := len(o.Target) + len(o.TargetIndex)
	switch {
	case o.Target != nil && o.TargetIndex != nil:
		return mistake.Optionf("got Target %q and TargetIndex %v, want one of them", o.Target, o.TargetIndex)
	case o.NoHeader && o.Names == nil && o.Target != nil:
		return mistake.Optionf("got the Target %q and NoHeader, want a TargetIndex, or Names", o.Target)
	case o.DropUnlabelled && targets == 0 && !slices.ContainsFunc(o.Fields, func(f CSVField) bool { return f.Name == "y" }):
		return mistake.Optionf("got DropUnlabelled without a target, want one (Target)")
	case o.Labels && targets != 1:
		return mistake.Optionf("got Labels and %d target columns, want one", targets)
	case o.Classes != nil && !o.Labels:
		return mistake.Optionf("got Classes without Labels, want both")
	case o.Classes != nil && (len(o.Classes) < 2 || len(o.Classes) > maxClasses):
		return mistake.Optionf("got %d Classes, want at least 2 and at most %d", len(o.Classes), maxClasses)
	}
	return nil
}

func (o CSVOptions) checkFields() error {
	seen := map[string]bool{"x": o.Inputs != nil, "y": o.Target != nil || o.TargetIndex != nil}
	for _, f := range o.Fields {
		switch {
		case f.Name == "":
			return mistake.Optionf("got one of Fields without a Name, want one")
		case seen[f.Name]:
			return mistake.Optionf("got the field %q twice, want it once (Inputs makes \"x\", Target \"y\")", f.Name)
		case len(f.Columns) == 0:
			return mistake.Optionf("got the field %q without Columns, want at least one", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

func (o CSVOptions) checkColumns() error {
	if o.Text != Number && o.Text != Category && o.Text != OneHot && o.Text != LeftOut {
		return mistake.Optionf("got the Text %v, want Category, OneHot or LeftOut", o.Text)
	}
	for name, c := range o.Columns {
		if err := c.Validate(); err != nil {
			return errors.WithMessagef(err, "Columns[%q]", name)
		}
	}
	return nil
}
