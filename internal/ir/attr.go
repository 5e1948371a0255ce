package ir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Attr is one named constant of an operator's application. Val is a bool, int, float64,
// string or []int.
type Attr struct {
	Key string
	Val any
}

// Attrs are the constants of one application, sorted by key. Nil is none. Nothing changes
// an Attrs after it is made, so values may share it.
type Attrs []Attr

// A makes an Attrs from alternating keys and values: A("axis", 1, "keep", true). It panics
// on a value of a type that Attr does not allow: a mistake in an operator's row.
func A(kv ...any) Attrs {
	a := make(Attrs, 0, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		switch kv[i+1].(type) {
		case bool, int, float64, string, []int:
		default:
			panic(fmt.Sprintf("ir: attribute %v has the type %T", kv[i], kv[i+1]))
		}
		a = append(a, Attr{kv[i].(string), kv[i+1]})
	}
	slices.SortFunc(a, func(x, y Attr) int { return strings.Compare(x.Key, y.Key) })
	return a
}

// Get returns the value of key, nil if there is none.
func (a Attrs) Get(key string) any {
	for i := range a {
		if a[i].Key == key {
			return a[i].Val
		}
	}
	return nil
}

// Int returns the integer of key, 0 if there is none.
func (a Attrs) Int(key string) int { v, _ := a.Get(key).(int); return v }

// Float returns the float of key, 0 if there is none.
func (a Attrs) Float(key string) float64 { v, _ := a.Get(key).(float64); return v }

// Bool returns the boolean of key, false if there is none.
func (a Attrs) Bool(key string) bool { v, _ := a.Get(key).(bool); return v }

// Str returns the string of key, "" if there is none.
func (a Attrs) Str(key string) string { v, _ := a.Get(key).(string); return v }

// Ints returns the integers of key, nil if there are none. The caller must not change them.
func (a Attrs) Ints(key string) []int { v, _ := a.Get(key).([]int); return v }

// With returns a copy of a in which key has the value val.
func (a Attrs) With(key string, val any) Attrs {
	kv := make([]any, 0, 2*len(a)+2)
	for _, x := range a {
		if x.Key != key {
			kv = append(kv, x.Key, x.Val)
		}
	}
	return A(append(kv, key, val)...)
}

// Equal reports whether both hold the same keys with the same values. It compares floats
// by their bits: NaN equals itself, and 0 differs from -0.
func (a Attrs) Equal(b Attrs) bool { return a.String() == b.String() }

// String writes a as {axes=[0,2] keep=true scale=0.5}, sorted by key, so that Parse reads
// floats back exactly. It returns "" for no attributes.
func (a Attrs) String() string {
	if len(a) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, x := range a {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(x.Key)
		b.WriteByte('=')
		b.WriteString(formatAttr(x.Val))
	}
	b.WriteByte('}')
	return b.String()
}

func formatAttr(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(s, ".eIN") { // 1 is an int, 1.0 a float
			s += ".0"
		}
		return s
	case string:
		return strconv.Quote(v)
	case []int:
		return Shape(v).compact()
	}
	panic(fmt.Sprintf("ir: attribute of type %T", v))
}
