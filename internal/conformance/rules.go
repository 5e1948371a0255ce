package main

import (
	"gorgonia.org/gorgonia"
)

// find returns the rule of a case's formula.
func find(k *testCase) rule {
	if f := formulas[k.Formula]; f != nil {
		return f
	}
	return understand(k)
}

// one wraps a rule with a single output.
func one(f func(b *bench) *gorgonia.Node) rule {
	return func(b *bench) []*gorgonia.Node { return []*gorgonia.Node{f(b)} }
}

// unary is the rule of a function of the only input.
func unary(f func(b *bench, x *gorgonia.Node) *gorgonia.Node) rule {
	return one(func(b *bench) *gorgonia.Node { return f(b, b.first()) })
}

// binary is the rule of a function of the first two inputs.
func binary(f func(b *bench, x, y *gorgonia.Node) *gorgonia.Node) rule {
	return one(func(b *bench) *gorgonia.Node {
		names := b.k.Inputs.Names
		return f(b, b.at(names[0]), b.at(names[1]))
	})
}

// formulas are the rules by formula; the files rules_*.go add theirs.
var formulas = map[string]rule{}

func add(table, more map[string]rule) {
	for name, f := range more {
		if table[name] != nil {
			panic("two rules for " + name)
		}
		table[name] = f
	}
}
