package data

import (
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// truths are the texts of a Boolean column in small letters, with their values.
type truths map[string]float64

func newTruths(c CSVColumn) (truths, error) {
	yes, no := c.Truths()
	if len(yes) == 0 || len(no) == 0 {
		return nil, mistake.Optionf("got True %q and False %q, want at least one text each", yes, no)
	}
	t := truths{}
	for value, texts := range [][]string{no, yes} {
		for _, text := range texts {
			key := strings.ToLower(text)
			if other, twice := t[key]; twice && other != float64(value) {
				return nil, mistake.Optionf("got %q in True and in False, want it in one", text)
			}
			t[key] = float64(value)
		}
	}
	return t, nil
}

// Truths returns the texts of a Boolean column that are true, and those that are false: True and
// False, or the defaults if both are nil. The slices must not be changed.
func (c CSVColumn) Truths() (yes, no []string) {
	if c.True == nil && c.False == nil {
		return []string{"true", "t", "yes", "y", "1"}, []string{"false", "f", "no", "n", "0"}
	}
	return c.True, c.False
}

func (t truths) read(cell string) (float64, error) {
	v, ok := t[cell]
	if !ok {
		v, ok = t[strings.ToLower(cell)]
	}
	if !ok {
		return 0, mistake.Newf(ErrCSV, "got %q, want a truth value: one of %s (True, False)", mistake.Clip(cell), mistake.Names(sortedKeys(t)))
	}
	return v, nil
}
