package onnx

import (
	"testing"

	"github.com/symgrad/symgrad/internal/op"
)

// TestTable checks that every operator's row is one node for a sample, several nodes for one,
// or has no counterpart, as its rule says.
func TestTable(t *testing.T) {
	least, most := map[string]int{}, map[string]int{}
	for _, s := range allSamples(t, float) {
		if n := least[s.row]; n == 0 || s.nodes < n {
			least[s.row] = s.nodes
		}
		most[s.row] = max(most[s.row], s.nodes)
	}
	counts := map[form]int{}
	rows := map[string]bool{}
	for _, e := range op.All() {
		rows[e.Name] = true
		r, ok := rules[e.Name]
		if !ok {
			t.Errorf("%s has no rule", e.Name)
			continue
		}
		counts[r.form]++
		switch {
		case r.form == none && (r.why == "" || r.make != nil):
			t.Errorf("%s: want a reason and no function", e.Name)
		case r.form == oneNode && least[e.Name] != 1, r.form == composition && most[e.Name] < 2:
			t.Errorf("%s is said to be %v, but takes %d to %d nodes", e.Name, r.form, least[e.Name], most[e.Name])
		}
	}
	for name := range rules {
		if !rows[name] {
			t.Errorf("the rule %s is for no operator", name)
		}
	}
	if counts[oneNode] < 75 || counts[composition] < 30 || counts[none] > 30 {
		t.Errorf("got %d operators of one node, %d of several and %d without a counterpart", counts[oneNode], counts[composition], counts[none])
	}
}

// TestWithout checks that an operator without a counterpart is refused by name.
func TestWithout(t *testing.T) {
	for _, e := range op.All() {
		if rules[e.Name].form != none {
			continue
		}
		_, err := sample(e, e.Samples()[0], float, 1)
		if why, ok := err.(*Error); !ok || why.Op != e.Name || why.Err == nil {
			t.Errorf("%s: got the error %v, want an *Error of the operator", e.Name, err)
		}
	}
}
