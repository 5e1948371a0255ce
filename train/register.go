package train

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Described is a Model that can stand in a file by itself: see SaveModel. All models of
// package models are Described.
type Described interface {
	Model

	// Settings returns the name that Register knows the model by, and the settings that
	// make it again. They are written to JSON. The first weights need not be the same:
	// Open replaces them.
	Settings() (name string, settings any)
}

// Register makes the models of the name known to SaveModel and Open. f makes a model from
// the JSON of its settings, with ReadSettings. A package calls Register when it is
// initialized, as image formats do:
//
//	func init() {
//		train.Register("mine.Net", func(settings json.RawMessage) (train.Model, error) {
//			var o NetOptions
//			if err := train.ReadSettings(settings, &o); err != nil {
//				return nil, err
//			}
//			return NewNet(o)
//		})
//	}
//
// Names have the form package.Type. They are looked up and nothing else: a name in a file
// never becomes a path and never runs code that is not registered.
//
// A name that is registered twice, an empty one, and a nil f are mistakes. SaveModel and Open
// report them when they meet the name (ErrOption). Register may be called by many goroutines.
func Register(name string, f func(settings json.RawMessage) (Model, error)) {
	r := registration{make: f, at: "an unknown place"}
	if _, file, line, ok := runtime.Caller(1); ok {
		r.at = fmt.Sprintf("%s:%d", filepath.Base(file), line)
	}
	registry.Lock()
	defer registry.Unlock()
	switch first, twice := registry.of[name]; {
	case twice:
		r.err = mistake.Optionf("train: Register: %q: got the name at %s and at %s, want it once", name, first.at, r.at)
	case name == "":
		r.err = mistake.Optionf("train: Register: got no name at %s, want one such as \"mine.Net\"", r.at)
	case f == nil:
		r.err = mistake.Optionf("train: Register: %q: got a nil function at %s, want one that makes the model", name, r.at)
	}
	registry.of[name] = r
}

// registration is what Register was given.
type registration struct {
	make func(json.RawMessage) (Model, error)
	at   string // file:line of the call
	err  error  // what is wrong with it
}

var registry = struct {
	sync.Mutex
	of map[string]registration
}{of: map[string]registration{}}

// makeRegistered makes the model of the name. from is the package that the model came from
// when it was saved, for the error if nothing has registered the name.
func makeRegistered(name, from string, settings json.RawMessage) (m Model, err error) {
	registry.Lock()
	r, ok := registry.of[name]
	known := slices.Sorted(maps.Keys(registry.of))
	registry.Unlock()
	switch {
	case !ok:
		return nil, notRegistered(name, from, known)
	case r.err != nil:
		return nil, r.err
	}
	err = try("the function that Register was given", func() (err error) { m, err = r.make(settings); return err })
	if err == nil && mistake.IsNil(m) {
		err = mistake.Optionf("got a nil model from the function that is registered at %s, want a value", r.at)
	}
	return m, errors.Wrapf(err, "the model %q", mistake.Clip(name))
}

// notRegistered returns the error about a name that nothing has registered.
func notRegistered(name, from string, known []string) error {
	want := fmt.Sprintf("call train.Register(%q, ...) in this program before Open", mistake.Clip(name))
	if from != "" && from != "main" {
		want = fmt.Sprintf("import the package that does, such as _ %q, or %s", mistake.Clip(from), want)
	}
	names := "none"
	if len(known) > 0 {
		names = strings.Join(known, ", ")
	}
	return &ModelFileError{Kind: ErrNotRegistered, Wrong: []string{fmt.Sprintf("got the model %q, which nothing in this program registers; %s (registered: %s)", mistake.Clip(name), want, names)}}
}

// packageOf returns the path of the package of m's type.
func packageOf(m Model) string {
	t := reflect.TypeOf(m)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.PkgPath()
}

// ReadSettings reads the settings of a model from JSON into what into points to. It is for
// functions that are given to Register.
//
// Errors: ErrOption for a text that is not one JSON object, a field that into has not, a field
// that stands twice, and a value that does not fit its field.
func ReadSettings(settings json.RawMessage, into any) error {
	if err := readStrict(settings, into); err != nil {
		return errors.Wrap(ofKind(err, ErrOption), "train: ReadSettings")
	}
	return nil
}

// readStrict decodes one JSON object. It refuses what encoding/json passes over: fields that
// are unknown or stand twice, and text after the object.
func readStrict(text []byte, into any) error {
	if t := bytes.TrimLeft(text, " \t\r\n"); len(t) == 0 || t[0] != '{' {
		return mistake.Optionf("got %q, want a JSON object", mistake.Clip(string(text)))
	}
	if err := noneTwice(json.NewDecoder(bytes.NewReader(text))); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return mistake.Optionf("got text after the JSON object, want none")
	}
	return nil
}

// noneTwice returns an error if an object of the next value has a key twice.
func noneTwice(d *json.Decoder) error {
	var open []map[string]bool // the keys of the objects that are open; nil for an array
	var keys []bool            // whether a key comes next
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		last := len(open) - 1
		switch t := t.(type) {
		case json.Delim:
			switch t {
			case '{':
				open, keys = append(open, map[string]bool{}), append(keys, true)
				continue
			case '[':
				open, keys = append(open, nil), append(keys, false)
				continue
			}
			open, keys = open[:last], keys[:last]
			last--
		case string:
			if last >= 0 && open[last] != nil && keys[last] {
				if open[last][t] {
					return mistake.Optionf("got the field %q twice, want it once", mistake.Clip(t))
				}
				open[last][t], keys[last] = true, false
				continue
			}
		}
		if last < 0 {
			return nil
		}
		if open[last] != nil {
			keys[last] = true // a value has ended
		}
	}
}
