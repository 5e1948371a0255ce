// Package ir is the intermediate representation of a computation: a function
// of typed values, each the result of an operator applied to earlier values.
//
// It owns Func, Value, Type, Attrs, the operator contract Def with its kernel
// call Call, the printer, the parser and the verifier. It knows no operator by
// name and no gorgonia: operators register themselves in internal/op, which
// hands their Defs to the parser. Importers: op, compile, exec and graph.
package ir
