package data

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/symgrad/symgrad/internal/mistake"
)

// sortedKeys returns the keys of a map in alphabetical order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// header takes the column names from the first record, or makes them up.
func (t *csvTable) header() error {
	n := len(t.scan.cells)
	t.names, t.original = make([]string, n), make([]string, n)
	for i := range t.names {
		if t.opts.NoHeader {
			t.names[i] = "c" + strconv.Itoa(i)
			continue
		}
		name := string(t.scan.cell(i))
		if !utf8.ValidString(name) {
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got the name %q, want valid UTF-8", mistake.Clip(name)))
		}
		t.names[i], t.original[i] = name, name
	}
	if t.opts.Names != nil {
		if err := t.takeNames(); err != nil {
			return err
		}
	}
	if err := t.rename(); err != nil {
		return err
	}
	if err := t.distinct(); err != nil {
		return err
	}
	known := t.plan != nil && n == 1 && slices.Contains(t.plan.names(), t.names[0])
	if n == 1 && !known && !t.opts.NoHeader && t.opts.Names == nil && strings.ContainsAny(t.names[0], ";\t|,") {
		return t.scan.fail(1, mistake.Newf(ErrCSV, "got one column with the name %q, want a name without separators; is the separator another one (Comma)?", mistake.Clip(t.names[0])))
	}
	return nil
}

// withoutHint names the first field of the plan without whose columns the table has as many as were
// read; "" for none.
func (t *csvTable) withoutHint() string {
	if t.plan == nil {
		return ""
	}
	columns := map[string]int{} // of each field
	for _, c := range t.plan.Columns {
		columns[c.Field]++
	}
	for _, c := range t.plan.Columns {
		read := len(t.plan.Columns) - columns[c.Field]
		if c.Field != "" && c.Field != "x" && (len(t.names) == read || len(t.names) == read-columns[""]) {
			return withoutHint(c.Field)
		}
	}
	return ""
}

// takeNames takes the names of the options. By a plan the columns that it leaves out may be
// missing, all of them.
func (t *csvTable) takeNames() error {
	names := t.opts.Names
	if t.plan != nil && len(names) != len(t.names) {
		names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(t.opts.Drop, name) })
	}
	if len(names) != len(t.names) {
		want := strconv.Itoa(len(t.opts.Names))
		if n := len(names); n != len(t.opts.Names) {
			want += " or " + strconv.Itoa(n)
		}
		return t.scan.fail(0, mistake.Newf(ErrCSV, "got %d cells, want %s as there are Names%s", len(t.names), want, t.withoutHint()))
	}
	copy(t.names, names)
	return nil
}

// rename gives the columns their new names.
func (t *csvTable) rename() error {
	for _, old := range sortedKeys(t.opts.Rename) {
		i := slices.Index(t.original, old)
		if i < 0 && t.plan != nil {
			continue // match says whether it is needed
		}
		if i < 0 {
			return t.optionf("got the column %q to Rename, want one of the header's %s", old, mistake.Names(t.original))
		}
		t.names[i] = t.opts.Rename[old]
		t.named = true
	}
	return nil
}

// distinct notes the place of each name, which must be there once.
func (t *csvTable) distinct() error {
	seen := make(map[string]int, len(t.names))
	known := t.plan.known()
	for i, name := range t.names {
		first, twice := seen[name]
		switch {
		case t.plan != nil && t.opts.Names == nil && !known[name]:
			continue // passed over
		case t.opts.Names != nil && (name == "" || twice):
			return t.optionf("got the name %q in Names, want a name, and each once", name)
		case name == "" && !slices.Contains(t.opts.Drop, ""):
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, `got no name, want one; is the first line data (NoHeader), or has the column no name (Drop or Rename "")?`))
		case twice:
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got the name %q as for column %d, want another; is the first line data (NoHeader), or do the columns need other names (Names)?", mistake.Clip(name), first+1))
		}
		seen[name] = i
	}
	t.position = seen
	return nil
}

// doubt refuses a first line that nobody has said to be the header and that has a
// number where data has one: in a column that is read and no target.
func (t *csvTable) doubt(isTarget []bool) error {
	if t.opts.Header || t.opts.NoHeader || t.named {
		return nil
	}
	for i, name := range t.original {
		if (isTarget == nil || !isTarget[i]) && isNumber(name) {
			return t.scan.fail(i+1, mistake.Newf(ErrCSV, "got the number %s in the first line, want a name; is it data (NoHeader) or the name of the column (Header)?", mistake.Clip(name)))
		}
	}
	return nil
}

// optionf returns an error about an option that the table contradicts.
func (t *csvTable) optionf(format string, a ...any) error {
	return mistake.Optionf("%s: "+format, append([]any{t.who}, a...)...)
}
