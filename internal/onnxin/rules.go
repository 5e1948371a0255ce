package onnxin

import (
	"maps"

	"github.com/symgrad/symgrad/internal/onnxfile"
)

// rule says how an operator is read.
type rule struct {
	least, most int   // how many operands there are; most of -1: any number
	settings    []int // operands that are read as numbers while the graph is built
	indices     []int // operands that are read with call.index, or whose shape alone is read
	states      []int // operands that are states, not parameters, if they are initializers
	draws       bool  // results are random numbers
	moves       bool  // other operands are moved as they are: integers stay indices
	since       int64 // the first version of ONNX's operators that has it; 0: any
	make        func(c *call) []Value
}

// rules are those of all operators, by name.
var rules = join(arithmeticRules, elementwiseRules, activationRules, compareRules, reduceRules, softmaxRules, constantRules, makingRules, shapeRules, moveRules,
	indexRules, pickRules, productRules, windowRules, poolRules, normRules, recurrentRules, resizeRules, lossRules, randomRules, bitRules, quantizedRules, spectrumRules, attentionRules, regionRules, deformRules)

// init adds the operators that have graphs, whose rules look rules up.
func init() { maps.Copy(rules, controlRules) }

func join(tables ...map[string]rule) map[string]rule {
	all := map[string]rule{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

// The versions of ONNX's operators that are read, and of the file format.
const (
	FirstOpset, LastOpset = 1, 28
	firstIR, lastIR       = 3, 14
)

// ruleOf returns the rule of a node.
//
// Errors: an *export.Error if there is none.
func (g *Graph) ruleOf(n *onnxfile.Node) (*rule, error) {
	if n.Domain != "" {
		return nil, refuse(n, "got an operator of the domain %q, want one of ONNX's own", n.Domain)
	}
	r, ok := rules[n.Op]
	switch {
	case !ok && refusals[n.Op] != "":
		return nil, refuse(n, "got %s", refusals[n.Op])
	case !ok:
		return nil, refuse(n, "got an operator that is not read")
	case g.Opset < r.since:
		return nil, refuse(n, "got the operator in a file of opset %d, want opset %d or later, which has it", g.Opset, r.since)
	case len(n.In) < r.least:
		return nil, malformed(n, "got %d operands, want at least %d", len(n.In), r.least)
	case r.most >= 0 && len(n.In) > r.most: // later versions may have more
		return nil, refuse(n, "got %d operands, want at most %d", len(n.In), r.most)
	}
	return &r, nil
}
