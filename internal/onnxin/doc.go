// Package onnxin builds models of ONNX files with the library's own operators.
//
// A file becomes a Graph: its nodes in order, its initializers as parameters or constants, its
// inputs. Graph.Build adds the nodes to a Builder. What is known then, such as the shapes of
// tensors and what is computed from them, is a Known value and makes no node. Everything else is
// a node of the Builder.
//
// Each operator has a rule in a table of its file: arithmetic.go, products.go and so on. To add
// an operator, add a row to the table of a file, and the table to rules in rules.go. A row says
// how many operands there are, and which of them are special:
//
//	"Clip": {least: 1, most: 3, settings: []int{1, 2}, make: clip},
//
// Settings are operands that the rule reads as numbers, with call.ints or call.known: initializers
// there are no parameters. Indices are operands that it reads with call.index: inputs of integers
// stay indices if nothing reads them in another way. States are operands that are states, such as
// the running mean of a normalization. The function make returns the results in order:
//
//	func clip(c *call) []Value {
//		lo, hi := c.number(1, math.Inf(-1)), c.number(2, math.Inf(1))
//		return c.floats(c.Clamp(c.float(0), lo, hi))
//	}
//
// A call is the Builder, with the node's operands and attributes; see call.go. Every attribute
// and operand of the node must be read: what a rule does not read is refused afterwards. A rule
// ends with call.refuse where it cannot go on; mistakes of the Builder are found after it. An
// operator that changed between versions asks call.version. Truth values are floats of 1 and 0 in
// the Builder. If all operands are Known, a rule of the operators that shapes are made of
// computes a Known value: see known.go.
//
// The package owns no bytes: those are onnxfile's. Importers: graph/onnx. Read graph.go first, then
// build.go, call.go, rules.go.
package onnxin
