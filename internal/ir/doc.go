// Package ir is the intermediate representation of a computation: a function of typed
// values. Each value is a leaf, or the result of an operator applied to earlier values.
//
// The package owns Func, Value, Type and Attrs; Def, which is what the compiler knows of an
// operator; Call, which is what a kernel gets; the printer, the parser and the verifier. It
// names no operator: internal/op registers them and hands their Defs to the parser. It does
// not know gorgonia. Importers: op, compile, exec and graph. Read value.go first, then
// def.go.
package ir
