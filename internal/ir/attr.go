package ir

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Attr is one named constant of an operator's application. Val is a bool, int,
// float64, string or []int and nothing else.
type Attr struct {
	Key string
	Val any
}

// Attrs are the constants of one application, sorted by key. The nil Attrs has
// none. An Attrs is never changed after it is made, so it may be shared.
type Attrs []Attr

// A makes an Attrs from alternating keys and values: A("axis", 1, "keep", true).
// It panics on a value of another type: that is a mistake in an operator's row.
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

// Get returns the value of key, or nil.
func (a Attrs) Get(key string) any {
	for i := range a {
		if a[i].Key == key {
			return a[i].Val
		}
	}
	return nil
}

// Int is the integer attribute key, 0 when absent.
func (a Attrs) Int(key string) int { v, _ := a.Get(key).(int); return v }

// Float is the float attribute key, 0 when absent.
func (a Attrs) Float(key string) float64 { v, _ := a.Get(key).(float64); return v }

// Bool is the boolean attribute key, false when absent.
func (a Attrs) Bool(key string) bool { v, _ := a.Get(key).(bool); return v }

// Str is the string attribute key, "" when absent.
func (a Attrs) Str(key string) string { v, _ := a.Get(key).(string); return v }

// Ints is the integer list key, nil when absent. The caller must not change it.
func (a Attrs) Ints(key string) []int { v, _ := a.Get(key).([]int); return v }

// With is a copy of a in which key has the value val.
func (a Attrs) With(key string, val any) Attrs {
	kv := make([]any, 0, 2*len(a)+2)
	for _, x := range a {
		if x.Key != key {
			kv = append(kv, x.Key, x.Val)
		}
	}
	return A(append(kv, key, val)...)
}

// Equal says whether both hold the same keys with the same values. Floats are
// compared by their bits, so that NaN equals itself and 0 differs from -0.
func (a Attrs) Equal(b Attrs) bool { return a.String() == b.String() }

// String writes a as {axes=[0,2] keep=true scale=0.5}, sorted by key; floats
// read back exactly. No attributes: the empty string.
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
