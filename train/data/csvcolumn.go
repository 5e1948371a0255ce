package data

import (
	"slices"
	"time"

	"github.com/symgrad/symgrad/internal/enum"
	"github.com/symgrad/symgrad/internal/mistake"
)

// ColumnKind is what the cells of a column become.
type ColumnKind int

// The kinds of column.
const (
	// Number: a decimal number is itself.
	Number ColumnKind = iota
	// Category: a text is the index of its category, from 0.
	Category
	// OneHot: a text is a row with one element for each category, 1 for its own and 0
	// for all others. The elements are named "column=category".
	OneHot
	// Boolean: one of two texts is 1, the other 0.
	Boolean
	// Time: a date, with or without a time of day, is the days or seconds since an epoch.
	Time
	// LeftOut: the column is not read.
	LeftOut
)

var kindNames = []string{"Number", "Category", "OneHot", "Boolean", "Time", "LeftOut"}

// String returns the name of the kind.
func (k ColumnKind) String() string { return enum.String("ColumnKind", kindNames, int(k)) }

// MarshalText returns the name of the kind. Errors: ErrOption for a kind that is none.
func (k ColumnKind) MarshalText() ([]byte, error) { return enum.Text("ColumnKind", kindNames, int(k)) }

// UnmarshalText takes the name of a kind. Errors: ErrOption for another text.
func (k *ColumnKind) UnmarshalText(text []byte) error {
	return enum.Read(k, "ColumnKind", kindNames, text)
}

// MissingCells is what becomes of missing cells.
type MissingCells int

// The treatments of missing cells.
const (
	// RefuseMissing: a missing cell is an error with its line and column.
	RefuseMissing MissingCells = iota
	// KeepMissing: a missing cell is NaN, in all elements of a OneHot column. NaN in a
	// column of numbers counts as missing too. The fields have AllowNonFinite; fill the
	// cells before they reach a model. Fields of integers refuse missing cells.
	KeepMissing
	// DropRows: a row with a missing cell in a column that is read is left out.
	DropRows
)

var missingNames = []string{"RefuseMissing", "KeepMissing", "DropRows"}

// String returns the name of the treatment.
func (m MissingCells) String() string { return enum.String("MissingCells", missingNames, int(m)) }

// MarshalText returns the name of the treatment. Errors: ErrOption for one that is none.
func (m MissingCells) MarshalText() ([]byte, error) {
	return enum.Text("MissingCells", missingNames, int(m))
}

// UnmarshalText takes the name of a treatment. Errors: ErrOption for another text.
func (m *MissingCells) UnmarshalText(text []byte) error {
	return enum.Read(m, "MissingCells", missingNames, text)
}

// TimeUnit is the unit of a Time column.
type TimeUnit int

// The units of time.
const (
	// Days of 86400 seconds, with the time of day as a fraction.
	Days TimeUnit = iota
	// Seconds, with fractions down to the rounding of float64.
	Seconds
)

var unitNames = []string{"Days", "Seconds"}

// String returns the name of the unit.
func (u TimeUnit) String() string { return enum.String("TimeUnit", unitNames, int(u)) }

// MarshalText returns the name of the unit. Errors: ErrOption for one that is none.
func (u TimeUnit) MarshalText() ([]byte, error) { return enum.Text("TimeUnit", unitNames, int(u)) }

// UnmarshalText takes the name of a unit. Errors: ErrOption for another text.
func (u *TimeUnit) UnmarshalText(text []byte) error {
	return enum.Read(u, "TimeUnit", unitNames, text)
}

// CSVColumn says how a column is read. The zero value reads numbers.
type CSVColumn struct {
	// Kind is what the cells become.
	Kind ColumnKind `json:",omitempty"`
	// Categories fixes the categories of Category and OneHot and their order. By default
	// they are the texts of the column: in numeric order when all are finite numbers,
	// in alphabetical order (by bytes) otherwise.
	Categories []string `json:",omitempty"`
	// Other names a last category for texts that are in no other. It matters with fixed
	// Categories, as when a second table is read like a first one. By default such
	// a text is an error. A model learns about Other from training examples of it alone: fix
	// fewer Categories than there are, and the rest is Other. A Fit without one notes it.
	Other string `json:",omitempty"`
	// IgnoreUnknown gives a OneHot column a row of zeros for a text that is in none of its
	// fixed Categories, as when a second table is read like a first one. By default such a text is
	// an error. CSVPlan.Unknown counts these texts.
	IgnoreUnknown bool `json:",omitempty"`
	// MaxCategories is the most categories that are accepted, Other included. Zero is 256
	// for OneHot and 2^20, the most there can be, for Category.
	MaxCategories int `json:",omitempty"`
	// True and False list the texts of a Boolean column, in any case of their letters.
	// By default they are true, t, yes, y, 1 and false, f, no, n, 0. Give both or none.
	True  []string `json:",omitempty"`
	False []string `json:",omitempty"`
	// Layout is the form of a Time column, as package time has it: "02.01.2006". By
	// default the form is ISO 8601: 2006-01-02, or this with T or a space and 15:04,
	// 15:04:05 or 15:04:05.999, and Z or +01:00 or neither. A time without a zone is UTC.
	// With a Layout that has no year, times count from the start of their year: a
	// time of day alone counts from midnight.
	Layout string `json:",omitempty"`
	// Unit is the unit of a Time column, Days by default.
	Unit TimeUnit `json:",omitempty"`
	// Epoch is the time 0 of a Time column, 1970-01-01 00:00 UTC when zero.
	Epoch time.Time `json:",omitzero"`
}

// Validate says whether the settings fit the kind.
//
// Errors: ErrOption.
func (c CSVColumn) Validate() error {
	if c.Kind < Number || c.Kind > LeftOut {
		return mistake.Optionf("got the Kind %d, want one of %v", int(c.Kind), kindNames)
	}
	categories, boolean, clock := c.Kind == Category || c.Kind == OneHot, c.Kind == Boolean, c.Kind == Time
	switch {
	case !categories && (c.Categories != nil || c.Other != "" || c.MaxCategories != 0):
		return mistake.Optionf("got settings of categories for the Kind %v, want Category or OneHot", c.Kind)
	case !boolean && (c.True != nil || c.False != nil):
		return mistake.Optionf("got True or False for the Kind %v, want Boolean", c.Kind)
	case !clock && (c.Layout != "" || c.Unit != Days || !c.Epoch.IsZero()):
		return mistake.Optionf("got settings of times for the Kind %v, want Time", c.Kind)
	case c.IgnoreUnknown && (c.Kind != OneHot || c.Other != ""):
		return mistake.Optionf("got IgnoreUnknown for the Kind %v and the Other %q, want OneHot without Other", c.Kind, c.Other)
	case c.Categories != nil && len(c.Categories) == 0:
		return mistake.Optionf("got an empty list of Categories, want at least one, or nil")
	case c.MaxCategories < 0 || c.MaxCategories > maxClasses:
		return mistake.Optionf("got MaxCategories %d, want 0 to %d", c.MaxCategories, maxClasses)
	case categories && len(c.Categories) > c.most():
		return mistake.Optionf("got %d Categories, want at most %d (MaxCategories)", len(c.Categories), c.most())
	case c.Other != "" && slices.Contains(c.Categories, c.Other):
		return mistake.Optionf("got %q for Other and in Categories, want another name", c.Other)
	case c.Other != trim([]byte(c.Other)):
		return mistake.Optionf("got the Other %q, want a text without spaces around it, as cells have", c.Other)
	case (c.True == nil) != (c.False == nil):
		return mistake.Optionf("got True %q and False %q, want both or none", c.True, c.False)
	case c.Unit != Days && c.Unit != Seconds:
		return mistake.Optionf("got the Unit %d, want Days or Seconds", int(c.Unit))
	case c.Layout != "" && !hasElement(c.Layout):
		return mistake.Optionf("got the Layout %q, want one written with the time 2006-01-02 15:04:05 of package time", c.Layout)
	case c.Layout != "" && !hasYear(c.Layout) && !c.Epoch.IsZero():
		return mistake.Optionf("got an Epoch for the Layout %q without a year, want none", c.Layout)
	}
	if boolean {
		_, err := newTruths(c)
		return err
	}
	if categories {
		_, err := newLabelSet(c.Categories)
		return err
	}
	return nil
}

// most is how many categories the column may have.
func (c CSVColumn) most() int {
	switch {
	case c.MaxCategories > 0:
		return c.MaxCategories
	case c.Kind == OneHot:
		return 256
	}
	return maxClasses
}
