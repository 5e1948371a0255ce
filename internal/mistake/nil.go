package mistake

import "reflect"

// IsNil reports whether v is nil, or a nil pointer or function in an interface: what a user
// has given in place of a value.
func IsNil(v any) bool {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func:
		return r.IsNil()
	}
	return false
}
