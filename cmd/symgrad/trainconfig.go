package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// trainConfig is what a run does: the flags of symgrad train, with all that was decided. Its file has
// paths as they are from the folder of the file.
type trainConfig struct {
	Table      string       `json:"table"`
	Target     string       `json:"target"`
	Task       string       `json:"task"` // classes or numbers
	Model      string       `json:"model"`
	Validation float64      `json:"validation"`
	Seed       uint64       `json:"seed"`
	Workers    int          `json:"workers"`
	Out        string       `json:"out"`
	Report     string       `json:"report,omitempty"` // the page; none without
	CSV        tableOptions `json:"csv"`

	wishes wishes
	kept   bool // the file is there: it is what was read
}

// tableOptions are the options of a table, whose characters are texts in JSON. Numbers are read too.
type tableOptions data.CSVOptions

// plainOptions have no methods.
type plainOptions data.CSVOptions

// MarshalJSON returns the options.
func (o tableOptions) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		plainOptions
		Comma     character `json:",omitempty"`
		Thousands character `json:",omitempty"`
	}{plainOptions(o), character(o.Comma), character(o.Thousands)})
}

// UnmarshalJSON reads what MarshalJSON returns. A key that is unknown is an error.
func (o *tableOptions) UnmarshalJSON(text []byte) error {
	var j struct {
		plainOptions
		Comma, Thousands character
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return err
	}
	*o = tableOptions(j.plainOptions)
	o.Comma, o.Thousands = rune(j.Comma), rune(j.Thousands)
	return nil
}

// character is a character that is a text in JSON.
type character rune

// MarshalText returns the character.
func (c character) MarshalText() ([]byte, error) {
	if c == 0 {
		return nil, nil
	}
	return []byte(string(rune(c))), nil
}

// UnmarshalJSON reads a text of one character, or its number.
func (c *character) UnmarshalJSON(text []byte) error {
	var number rune
	if json.Unmarshal(text, &number) == nil {
		*c = character(number)
		return nil
	}
	var word string
	if err := json.Unmarshal(text, &word); err != nil || len([]rune(word)) > 1 {
		return errors.Errorf("got %s, want one character in quotes", text)
	}
	*c = 0
	for _, r := range word {
		*c = character(r)
	}
	return nil
}

// runFile returns where the settings of the run are written: beside the model file.
func (c *trainConfig) runFile() string {
	return strings.TrimSuffix(c.Out, filepath.Ext(c.Out)) + ".run.json"
}

// write writes the settings, with paths from the folder of the file.
func (c trainConfig) write() error {
	path := c.runFile()
	c.Table = fromFolder(filepath.Dir(path), c.Table)
	c.Out = filepath.Base(c.Out)
	if c.Report != "" {
		c.Report = fromFolder(filepath.Dir(path), c.Report)
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// fromFolder returns a path from a folder. A path from the root stays as it is.
func fromFolder(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	base, err := filepath.Abs(folder)
	if err != nil {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(base, abs); err == nil {
		return filepath.ToSlash(rel)
	}
	return abs
}

// toFolder returns the path that fromFolder has made another of.
func toFolder(folder, path string) string {
	if path = filepath.FromSlash(path); path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// read reads a run.json. Keys that it does not know are an error.
func (c *trainConfig) read(path string) error {
	if err := readable(path); err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	*c = trainConfig{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return errors.WithMessage(explained(err, text), path)
	}
	if d.More() {
		return errors.Errorf("%s: got more than one value", path)
	}
	missing := ""
	for _, key := range []struct{ name, value string }{{"table", c.Table}, {"target", c.Target}, {"model", c.Model}, {"out", c.Out}} {
		if key.value == "" {
			missing += " " + key.name
		}
	}
	switch {
	case missing != "":
		return errors.Errorf("%s: got no%s, want table, target, model and out", path, missing)
	case c.Task != classes && c.Task != numbers:
		return errors.Errorf("%s: task: got %q, want %s or %s", path, c.Task, classes, numbers)
	case !(c.Validation > 0 && c.Validation < 1):
		return errors.Errorf("%s: validation: got %v, want a share between 0 and 1", path, c.Validation)
	case c.Workers < 0:
		return errors.Errorf("%s: workers: got %d, want at least 0", path, c.Workers)
	}
	folder := filepath.Dir(path)
	c.Table, c.Out, c.Report = toFolder(folder, c.Table), toFolder(folder, c.Out), toFolder(folder, c.Report)
	if _, err = parseModel(c.Model); err != nil {
		return errors.WithMessage(err, path)
	}
	return nil
}

var unknownKey = regexp.MustCompile(`unknown field "(.*)"`)

// explained says on which line of a JSON text an error is, and which keys there are.
func explained(err error, text []byte) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	line := func(offset int) int { return 1 + bytes.Count(text[:max(0, min(offset, len(text)))], []byte("\n")) }
	switch found := unknownKey.FindStringSubmatch(err.Error()); {
	case found != nil:
		at := regexp.MustCompile(`"` + regexp.QuoteMeta(found[1]) + `"\s*:`).FindIndex(text)
		where := ""
		if at != nil {
			where = fmt.Sprintf("line %d: ", line(at[0]))
		}
		keys := keysOf(reflect.TypeFor[trainConfig]())
		if within := bytes.Index(text, []byte(`"csv"`)); within >= 0 && at != nil && at[0] > within {
			keys = keysOf(reflect.TypeFor[plainOptions]())
		}
		return errors.Errorf("%sgot the unknown key %q, want one of %s%s", where, found[1], strings.Join(keys, ", "), meant(found[1], keys))
	case errors.As(err, &syntax):
		return errors.Errorf("line %d: %v", line(int(syntax.Offset)), syntax)
	case errors.As(err, &kind):
		return errors.Errorf("line %d: %s: got a %s, want a %v", line(int(kind.Offset)), kind.Field, kind.Value, kind.Type)
	}
	return err
}

// keysOf returns the keys of a struct in JSON.
func keysOf(t reflect.Type) (keys []string) {
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || len(f.Index) > 1 {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		keys = append(keys, name)
	}
	return keys
}
