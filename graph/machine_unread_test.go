package graph_test

import (
	"strings"
	"testing"

	"github.com/symgrad/symgrad/graph"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// These are operators by the names of gorgonia's, with other fields than its
// version 0.9.18 has: none, or of other types. All of them halve.
type (
	sumOp struct {
		halve
		along string //lint:ignore U1000 read by reflection
	}
	transposeOp struct {
		halve
		pattern []string
	}
	softmaxOp struct {
		halve
		axis, isLog bool //lint:ignore U1000 read by reflection
	}
	concatOp    struct{ halve }
	repeatOp    struct{ halve }
	im2colOp    struct{ halve }
	col2imOp    struct{ halve }
	dropoutOp   struct{ halve }
	maxPoolOp   struct{ halve }
	avgPoolOp   struct{ halve }
	upsampleOp  struct{ halve }
	sparsemaxOp struct{ halve }
	GroupNormOp struct{ halve }
)

// TestUnreadOperators runs operators of another gorgonia: they run by their own
// Do, which Stats says, with the field that could not be read. Lint says it of
// those that it looks into.
func TestUnreadOperators(t *testing.T) {
	for _, c := range []struct {
		op      G.Op
		field   string
		doubted bool
	}{
		{sumOp{}, "along", true},
		{transposeOp{pattern: []string{"a"}}, "pattern", false},
		{softmaxOp{}, "axis", false},
		{concatOp{}, "axis", false},
		{repeatOp{}, "along", false},
		{im2colOp{}, "h", false},
		{col2imOp{}, "im2colOp", false},
		{dropoutOp{}, "probability", false},
		{maxPoolOp{}, "h", true},
		{avgPoolOp{}, "h", true},
		{upsampleOp{}, "stride", false},
		{sparsemaxOp{}, "axis", false},
		{GroupNormOp{}, "epsilon", false},
	} {
		g := G.NewGraph()
		v := wave(16, 1)
		x := G.NewTensor(g, tensor.Float64, 4, G.WithShape(2, 2, 2, 2), G.WithName("x"), G.WithValue(floatsOf(tensor.Float64, v, 2, 2, 2, 2)))
		y, err := G.ApplyOp(c.op, x)
		if err != nil {
			t.Fatal(err)
		}
		vm := graph.NewMachine(g)
		if err := vm.RunAll(); err != nil {
			t.Errorf("%T: %v", c.op, err)
			continue
		}
		for i, got := range numbers(t, y.Value()) {
			near(t, kindOf(y), got, v[i]/2, 1e-15)
		}
		said := false
		for what, n := range vm.Stats().Fallbacks {
			said = said || n == 1 && strings.HasPrefix(what, "halve: the field "+c.field+" of gorgonia's ")
		}
		if !said {
			t.Errorf("%T: got the fallbacks %v, want one that names the field %q", c.op, vm.Stats().Fallbacks, c.field)
		}
		doubted := false
		for _, f := range graph.Lint(g) {
			doubted = doubted || f.Doubt == graph.Unread && f.Node == y && strings.Contains(f.String(), "not read: the field ")
		}
		if doubted != c.doubted {
			t.Errorf("%T: Lint says %v, want that it could not be read: %t", c.op, graph.Lint(g), c.doubted)
		}
	}
}
