package foreign_test

import (
	"hash"
	"reflect"
	"strings"
	"testing"

	"github.com/chewxy/hm"
	"github.com/symgrad/symgrad/internal/foreign"
	"github.com/symgrad/symgrad/internal/op"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// halve is an operator of somebody's own.
type halve struct{}

func (halve) Arity() int                                       { return 1 }
func (halve) Type() hm.Type                                    { return hm.NewFnType(hm.TypeVariable('a'), hm.TypeVariable('a')) }
func (halve) InferShape(s ...G.DimSizer) (tensor.Shape, error) { return s[0].(tensor.Shape), nil }
func (halve) ReturnsPtr() bool                                 { return false }
func (halve) CallsExtern() bool                                { return false }
func (halve) OverwritesInput() int                             { return -1 }
func (halve) WriteHash(h hash.Hash)                            { h.Write([]byte("halve")) }
func (halve) Hashcode() uint32                                 { return 12345 }
func (halve) String() string                                   { return "halve" }
func (halve) Do(v ...G.Value) (G.Value, error)                 { return v[0].(*tensor.Dense).DivScalar(2.0, true) }

// These are operators by the names of gorgonia's, with other fields than its
// version 0.9.18 has: none, or of other types; or with fewer operands. All of them
// halve.
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
	concatOp      struct{ halve }
	repeatOp      struct{ halve }
	sliceOp       struct{ halve }
	im2colOp      struct{ halve }
	col2imOp      struct{ halve }
	dropoutOp     struct{ halve }
	maxPoolOp     struct{ halve }
	avgPoolOp     struct{ halve }
	avgPoolDiffOp struct{ halve }
	upsampleOp    struct{ halve }
	sparsemaxOp   struct{ halve }
	GroupNormOp   struct{ halve }
	reshapeOp     struct{ halve }
	linAlgBinOp   struct{ halve }
)

// TestUnread reads operators of another gorgonia: they run by their own Do, and the
// row says what could not be read. Doubts has it of those that it looks into.
func TestUnread(t *testing.T) {
	defer foreign.SetHome(foreign.SetHome(reflect.TypeFor[halve]().PkgPath()))
	for _, c := range []struct {
		op      G.Op
		what    string
		doubted bool
	}{
		{sumOp{}, "the field along of gorgonia's sumOp cannot be read: it is of the type string", true},
		{transposeOp{pattern: []string{"a"}}, "the field pattern of gorgonia's transposeOp cannot be read: it is of the type []string", false},
		{softmaxOp{}, "the field axis of", false},
		{avgPoolDiffOp{}, "gorgonia's avgPoolDiffOp has 1 operands here, want 3", false},
		{concatOp{}, "the field axis of gorgonia's concatOp cannot be read: there is none", false},
		{repeatOp{}, "the field along of", false},
		{sliceOp{}, "the field along of", true},
		{im2colOp{}, "the field h of", false},
		{col2imOp{}, "the field h of", false},
		{dropoutOp{}, "the field probability of", false},
		{maxPoolOp{}, "the field h of", true},
		{avgPoolOp{}, "the field h of", true},
		{upsampleOp{}, "the field stride of", false},
		{sparsemaxOp{}, "the field axis of", false},
		{GroupNormOp{}, "the field epsilon of", false},
		{linAlgBinOp{}, "gorgonia's linAlgBinOp has 1 operands here, want 2", true},
	} {
		y := halved(t, c.op)
		a := describe(t, y)
		if got := a.Attrs.Str("op"); !strings.HasPrefix(got, "halve: "+c.what) || !strings.HasSuffix(got, ", so this is another gorgonia than v0.9.18") {
			t.Errorf("%T: got %q, want that it says %q", c.op, got, c.what)
		}
		doubted := false
		for _, r := range foreign.Doubts(y) {
			doubted = doubted || r.Doubt == foreign.Unread && strings.Contains(r.Text, "another gorgonia")
		}
		if doubted != c.doubted {
			t.Errorf("%T: got the doubts %v, want one that it could not be read: %t", c.op, foreign.Doubts(y), c.doubted)
		}
	}
}

// TestHomonym reads an operator of somebody's own that has the name of one of
// gorgonia's: it is no such operator.
func TestHomonym(t *testing.T) {
	for _, o := range []G.Op{reshapeOp{}, sumOp{}} {
		y := halved(t, o)
		a := describe(t, y)
		if got := a.Attrs.Str("op"); got != "halve" {
			t.Errorf("%T: got %q, want halve", o, got)
		}
		if d := foreign.Doubts(y); d != nil {
			t.Errorf("%T: got the doubts %v, want none", o, d)
		}
	}
}

// TestRefused reads a softmax along an axis that there is not, which our rows refuse:
// it runs by its own Do, and the row says why.
func TestRefused(t *testing.T) {
	x := G.NewMatrix(G.NewGraph(), tensor.Float64, G.WithShape(2, 3), G.WithName("x"))
	y, err := G.SoftMax(x, 3)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(t, y).Attrs.Str("op"); !strings.Contains(got, "axis 3: want one of 0, 1") {
		t.Errorf("got %q, want that there is no axis 3", got)
	}
}

// halved applies an operator to a tensor with four axes.
func halved(t *testing.T, o G.Op) *G.Node {
	t.Helper()
	x := G.NewTensor(G.NewGraph(), tensor.Float64, 4, G.WithShape(2, 2, 2, 2), G.WithName("x"))
	y, err := G.ApplyOp(o, x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// describe reads y, which must be opaque.
func describe(t *testing.T, y *G.Node) op.Applied {
	t.Helper()
	a, isOp, err := foreign.Describe(op.NewCtx(y.Graph()), y)
	if err != nil || !isOp || a.Entry.Name != foreign.OpaqueName {
		t.Fatalf("%T: got the row %v, an operator: %t, the error %v; want an opaque row", y.Op(), a.Entry, isOp, err)
	}
	return a
}
