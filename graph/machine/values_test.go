package machine_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/graph/machine"
	"github.com/symgrad/symgrad/internal/graphtest"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// kindOf is the type of a node's operator, "" of a leaf.
func kindOf(n *G.Node) string {
	if n.Op() == nil {
		return ""
	}
	return reflect.Indirect(reflect.ValueOf(n.Op())).Type().Name()
}

// TestMachineLeavesValues runs every program and every kind of operator, with the
// gradients of gorgonia.Grad in the graph and more nodes behind them: all nodes
// that calls gave the user have the values that they have where nothing else is
// computed, and what gorgonia.Grad built on the way to gradients is not kept.
func TestMachineLeavesValues(t *testing.T) {
	for _, p := range programs {
		valuesOf(t, p.name, func() (*G.ExprGraph, *G.Node, G.Nodes) {
			w := &written{t: t, g: G.NewGraph(), dt: tensor.Float64}
			cost := p.make(w)
			for i, n := range w.feeds {
				v := graphtest.Wave(n.Shape().TotalSize(), float64(i))
				for j := range v {
					v[j] = (v[j] + 1) / 2
				}
				w.let(n, v)
			}
			return w.g, cost, w.params
		})
	}
	for _, k := range kinds {
		if k.flags&(panics|opaque) != 0 {
			continue
		}
		valuesOf(t, k.name, func() (*G.ExprGraph, *G.Node, G.Nodes) {
			p := buildKind(t, k, k.flags&flat == 0)
			for i, v := range k.draw(rand.New(rand.NewPCG(3, 4))) {
				p.leaf(t, i, v)
			}
			if k.flags&flat != 0 {
				return p.g, nil, nil
			}
			return p.g, p.cost, p.floats()
		})
	}
}

// valuesOf checks the values of the graphs that build makes, all alike.
func valuesOf(t *testing.T, name string, build func() (g *G.ExprGraph, cost *G.Node, params G.Nodes)) {
	t.Helper()
	g, cost, params := build()
	users := slices.Clone(g.AllNodes())
	var grads G.Nodes
	if cost != nil {
		grads = grad(t, cost, params...)
	}
	built := slices.Clone(g.AllNodes()[len(users):])
	if cost != nil { // users go on where they have gradients
		users = append(users, G.Must(G.Neg(G.Must(G.Square(cost)))))
		users = append(users, G.Must(G.Square(grads[0])))
	}
	vm := runMachine(t, g)
	for _, n := range built {
		if n.Value() != nil && !slices.Contains(grads, n) && len(n.DerivOf()) == 0 && kindOf(n) != "constantScalar" && kindOf(n) != "constantTensor" {
			t.Errorf("%s: node %v, which gorgonia.Grad built, has a value", name, n)
		}
	}
	f := len(vm.Stats().Fallbacks)
	for i, n := range users {
		switch kindOf(n) {
		case "", "constantScalar", "constantTensor", "readOp", "letOp":
			continue
		}
		if n.Value() == nil {
			if !isInner(g, n) {
				t.Errorf("%s: node %v has no value", name, n)
			}
			continue
		}
		got := numbers(t, n.Value())
		if f > 0 || i >= len(users)-2 && cost != nil {
			continue
		}
		alone, _, _ := build()
		m := alone.AllNodes()[i]
		vm := machine.New(alone)
		if err := vm.KeepOnly(m); err != nil {
			t.Fatal(err)
		}
		if err := vm.RunAll(); err != nil {
			t.Fatal(err)
		}
		want := numbers(t, m.Value())
		if len(got) != len(want) {
			t.Errorf("%s: node %v has %d elements, want %d", name, n, len(got), len(want))
			continue
		}
		for j := range want {
			near(t, fmt.Sprintf("%s: node %v", name, n), got[j], want[j], 1e-11)
		}
	}
	if cost == nil {
		return
	}
	c := numbers(t, cost.Value())[0]
	near(t, name+": what is built of the cost", numbers(t, users[len(users)-2].Value())[0], -c*c, 1e-11)
	for j, v := range numbers(t, grads[0].Value()) {
		near(t, name+": what is built of a gradient", numbers(t, users[len(users)-1].Value())[j], v*v, 1e-11)
	}
}

// isInner says whether no call gives its caller a node such as n: it is a step
// inside of one of gorgonia's functions.
func isInner(g *G.ExprGraph, n *G.Node) bool {
	switch kindOf(n) {
	case "repeatOp", "sizeOp", "im2colOp":
		return true
	case "elemBinOp": // the comparison of a rectifier
		return n.Op().String() == ">= true"
	case "reshapeOp", "linAlgBinOp": // of a convolution
		for _, m := range g.AllNodes() {
			if kindOf(m) == "im2colOp" {
				return true
			}
		}
	}
	return false
}
