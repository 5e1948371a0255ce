package graph_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// counting is a graph with the state n, which each training run makes n + x, and the loss
// w·n·x.
func counting(p *graph.Params, o graph.Options) (*graph.Builder, *graph.Program, error) {
	b := graph.New(p)
	x, n := b.Input("x", 3), b.State("n", graph.Zeros(), 3)
	b.Update(n, b.Add(n, x))
	loss := b.Sum(b.Mul(b.Mul(b.Param("w", graph.Ones(), 3), n), x))
	o.Outputs = []*gorgonia.Node{loss, n}
	if o.Wrt != nil || o.Descend {
		var err error
		if o.Grads, err = autograd.Gradients(loss, b.ParamNodes()...); err != nil {
			return nil, nil, err
		}
		o.Wrt = nil
	}
	prog, err := b.Compile(o)
	return b, prog, err
}

// TestState checks which runs write states back, that a run reads the state from before it,
// and that programs of one Params share it.
func TestState(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		for _, c := range []struct {
			name   string
			o      graph.Options
			writes bool
		}{
			{"forward only", graph.Options{}, false},
			{"with Update", graph.Options{Update: true}, true},
			{"with gradients", graph.Options{Wrt: []*gorgonia.Node{}}, true},
			{"with Descend", graph.Options{Descend: true}, true},
			{"with gradients and Recompute", graph.Options{Wrt: []*gorgonia.Node{}, Recompute: true}, true},
		} {
			p := graph.NewParams(d, 1)
			_, prog, err := counting(p, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if s := prog.Stats(); s.Bytes["state"] == 0 {
				t.Errorf("%v, %s: got no bytes of state in %v", d, c.name, s)
			}
			x := graph.InputOf[float64](prog, "x")
			want := make([]float64, 3)
			for step := range 3 {
				in := []float64{1, 2, float64(step)}
				if err := errors.Wrap(x.Set(in), "set"); err != nil {
					t.Fatal(err)
				}
				if err := prog.Run(); err != nil {
					t.Fatal(err)
				}
				if got := graph.OutputOf[float64](prog, 1).Read(nil); !slices.Equal(got, want) {
					t.Errorf("%v, %s: step %d read the state %v, want %v", d, c.name, step, got, want)
				}
				for i := range want {
					if c.writes {
						want[i] += in[i]
					}
				}
				if got := p.Values("n"); !slices.Equal(got, want) {
					t.Errorf("%v, %s: got the state %v after step %d, want %v", d, c.name, got, step, want)
				}
			}
			_, other, err := counting(p, graph.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := graph.InputOf[float64](other, "x").Set([]float64{1, 1, 1}); err != nil {
				t.Fatal(err)
			}
			if err := other.Run(); err != nil {
				t.Fatal(err)
			}
			if got := graph.OutputOf[float64](other, 1).Read(nil); !slices.Equal(got, want) {
				t.Errorf("%v, %s: another program read %v, want %v", d, c.name, got, want)
			}
			if n := testing.AllocsPerRun(10, func() { _ = prog.Run() }); n != 0 {
				t.Errorf("%v, %s: got %v allocations in a run", d, c.name, n)
			}
		}
	}
}

// TestStateOfFailedRun checks that a run that fails writes no state.
func TestStateOfFailedRun(t *testing.T) {
	p := graph.NewParams(graph.Float64, 1)
	_, prog, err := counting(p, graph.Options{Descend: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.InputOf[float64](prog, "x").Set([]float64{1, math.NaN(), 1}); err != nil {
		t.Fatal(err)
	}
	if err := prog.Run(); !errors.Is(err, graph.ErrNotFinite) {
		t.Errorf("got %v, want ErrNotFinite", err)
	}
	if got := p.Values("n"); !slices.Equal(got, []float64{0, 0, 0}) {
		t.Errorf("got the state %v after a failed run, want zeros", got)
	}
}

// TestStatesApart checks that states are listed apart and have no gradient.
func TestStatesApart(t *testing.T) {
	p := graph.NewParams(graph.Float32, 1)
	b, prog, err := counting(p, graph.Options{Descend: true})
	if err != nil {
		t.Fatal(err)
	}
	if l, s := p.List(), p.States(); len(l) != 1 || l[0].Name != "w" || l[0].State || len(s) != 1 || s[0].Name != "n" || !s[0].State || s[0].Decay {
		t.Errorf("got the parameters %v and the states %v", l, s)
	}
	if n := b.ParamNodes(); len(n) != 1 || n[0].Name() != "w" {
		t.Errorf("got the nodes %v", n)
	}
	if p.Grad("n") != nil || p.Frozen(p.Get("n")) || prog == nil {
		t.Error("a state has a gradient, or is frozen")
	}
	if err := p.Set("n", []float64{1, 2, 3}); err != nil || p.State32()[1] != 2 || p.State64() != nil {
		t.Errorf("got %v and %v", err, p.State32())
	}
}

// TestUpdateTwice checks that a second Update must build on the first, and that the last
// one counts.
func TestUpdateTwice(t *testing.T) {
	b := graph.New(nil)
	s := b.State("s", graph.Ones())
	if b.Updated(s) != s {
		t.Error("a state without an update is not its own next value")
	}
	for range 3 {
		b.Update(s, b.Scale(b.Updated(s), 2))
	}
	p, err := b.Compile(graph.Options{Update: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(); err != nil {
		t.Fatal(err)
	}
	if got := b.Params().Values("s")[0]; got != 8 {
		t.Errorf("got %v, want 8", got)
	}
	b.Update(s, b.Scale(s, 2))
	if !errors.Is(b.Err(), graph.ErrOption) {
		t.Errorf("got %v, want ErrOption", b.Err())
	}
}

// quadratic is the loss Σ(a − 1)² + Σ(b − 1)² with the parameters in/a and out/b.
func quadratic(b *graph.Builder) *gorgonia.Node {
	loss := b.Scalar(0)
	for _, name := range []string{"in/a", "out/b"} {
		loss = b.Add(loss, b.Sum(b.Square(b.AddConst(b.Param(name, graph.Zeros(), 2), -1))))
	}
	return loss
}

// TestFreeze checks which parameters are to be trained, and that the gradients of the others
// are left alone.
func TestFreeze(t *testing.T) {
	for _, c := range []struct {
		set  func(p *graph.Params) *graph.Params
		want string
	}{
		{func(p *graph.Params) *graph.Params { return p }, "[in/a out/b]"},
		{func(p *graph.Params) *graph.Params { p.Freeze("in/"); return p }, "[out/b]"},
		{func(p *graph.Params) *graph.Params { p.Freeze("in/a", "out/b"); p.Thaw("in/a"); return p }, "[in/a]"},
		{func(p *graph.Params) *graph.Params { p.Freeze("out/"); p.Thaw("out/b"); return p }, "[in/a out/b]"},
		{func(p *graph.Params) *graph.Params { return p.Only("out/") }, "[out/b]"},
		{func(p *graph.Params) *graph.Params { p.Only("out/").Freeze("in/"); return p }, "[in/a out/b]"},
	} {
		p := c.set(graph.NewParams(graph.Float64, 1))
		b := graph.New(p)
		loss := quadratic(b)
		if got := fmt.Sprint(nodeNames(b.ParamNodes())); got != c.want {
			t.Errorf("got the nodes %s, want %s", got, c.want)
			continue
		}
		grads, err := autograd.Gradients(loss, b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{loss}, Grads: grads})
		if err != nil {
			t.Fatal(err)
		}
		if err := prog.Run(); err != nil {
			t.Fatal(err)
		}
		for _, q := range p.List() {
			want := -2.0
			if p.Frozen(q) {
				want = 0
			}
			if g := p.Grad(q.Name); g[0] != want || g[1] != want {
				t.Errorf("%s: got the gradient %v of %s, want %v", c.want, g, q.Name, want)
			}
		}
	}
}

func nodeNames(list []*gorgonia.Node) (out []string) {
	for _, n := range list {
		out = append(out, n.Name())
	}
	return out
}

// TestWrt compiles gradients by one of two parameters.
func TestWrt(t *testing.T) {
	b := graph.New(nil)
	loss := quadratic(b)
	wrt := b.ParamNodes()[1:]
	grads, err := autograd.Gradients(loss, wrt...)
	if err != nil {
		t.Fatal(err)
	}
	prog, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{loss}, Grads: grads, Wrt: wrt, Descend: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Wrap(prog.SetRate(.25), "rate"); err != nil {
		t.Fatal(err)
	}
	if err := prog.Run(); err != nil {
		t.Fatal(err)
	}
	p := b.Params()
	if a, b := p.Values("in/a"), p.Values("out/b"); a[0] != 0 || b[0] != .5 {
		t.Errorf("got %v and %v, want 0 and 0.5", a, b)
	}
}

// TestPlayers trains two parts of one Params in turn, each with programs of its own.
func TestPlayers(t *testing.T) {
	all := graph.NewParams(graph.Float64, 1)
	players := map[string]*graph.Program{}
	for _, scope := range []string{"in/", "out/"} {
		b := graph.New(all.Only(scope))
		loss := quadratic(b)
		grads, err := autograd.Gradients(loss, b.ParamNodes()...)
		if err != nil {
			t.Fatal(err)
		}
		if players[scope], err = b.Compile(graph.Options{Outputs: []*gorgonia.Node{loss}, Grads: grads, Descend: true}); err != nil {
			t.Fatal(err)
		}
		if err := players[scope].SetRate(.5); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		turn string
		want []float64
	}{{"in/", []float64{1, 0}}, {"out/", []float64{1, 1}}} {
		if err := players[c.turn].Run(); err != nil {
			t.Fatal(err)
		}
		if a, b := all.Values("in/a")[0], all.Values("out/b")[0]; a != c.want[0] || b != c.want[1] {
			t.Errorf("after %s: got %v and %v, want %v", c.turn, a, b, c.want)
		}
	}
}

// TestStateMistakes lists what is refused about states and frozen parameters.
func TestStateMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(b *graph.Builder) error
		want error
	}{
		"gradient by a state": {func(b *graph.Builder) error {
			s := b.State("s", graph.Ones(), 2)
			_, err := autograd.Gradients(b.Sum(b.Square(s)), s)
			return err
		}, graph.ErrOption},
		"update of a parameter": {func(b *graph.Builder) error { w := b.Param("w", graph.Ones(), 2); b.Update(w, w); return b.Err() }, graph.ErrOption},
		"update of another shape": {func(b *graph.Builder) error {
			b.Update(b.State("s", graph.Ones(), 2), b.Input("x", 3))
			return b.Err()
		}, graph.ErrShape},
		"update with integers": {func(b *graph.Builder) error {
			b.Update(b.State("s", graph.Ones(), 2), b.Ints("x", 2))
			return b.Err()
		}, graph.ErrDType},
		"name of a parameter": {func(b *graph.Builder) error {
			b.Param("w", graph.Ones(), 2)
			other := graph.New(b.Params())
			other.State("w", graph.Ones(), 2)
			return other.Err()
		}, graph.ErrOption},
		"update with a node of another graph": {func(b *graph.Builder) error {
			b.Update(b.State("s", graph.Ones(), 2), graph.New(nil).Input("x", 2))
			return b.Err()
		}, graph.ErrOption},
		"state without a name":     {func(b *graph.Builder) error { b.State("", graph.Ones(), 2); return b.Err() }, graph.ErrOption},
		"parameter without a name": {func(b *graph.Builder) error { b.Param("", graph.Ones(), 2); return b.Err() }, graph.ErrOption},
		"Wrt without Grads": {func(b *graph.Builder) error {
			w := b.Param("w", graph.Ones(), 2)
			_, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{w}, Wrt: []*gorgonia.Node{w}})
			return err
		}, graph.ErrOption},
		"only what is not there": {func(b *graph.Builder) error {
			b.Param("w", graph.Ones(), 2)
			return b.Params().Only("v/").Err()
		}, graph.ErrOption},
		"freezing nothing": {func(b *graph.Builder) error {
			b.Params().Freeze("v/")
			_, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{b.Param("w", graph.Ones(), 2)}})
			return err
		}, graph.ErrOption},
		"gradients of a frozen parameter": {func(b *graph.Builder) error {
			w := b.Param("w", graph.Ones(), 2)
			g, err := autograd.Gradients(b.Sum(b.Square(w)), w)
			if err != nil {
				return err
			}
			b.Params().Freeze("w")
			_, err = b.Compile(graph.Options{Grads: g, Wrt: []*gorgonia.Node{w}})
			return err
		}, graph.ErrOption},
	} {
		err := c.f(graph.New(nil))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
		t.Log(name, err)
	}
}

// TestFreezeOften checks that rules do not pile up, and that a frozen state is not written.
func TestFreezeOften(t *testing.T) {
	p := graph.NewParams(graph.Float64, 1)
	_, prog, err := counting(p, graph.Options{Update: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 10000 {
		p.Freeze("n")
		p.Thaw("n")
	}
	p.Freeze("n")
	if n := testing.AllocsPerRun(10, func() { p.Frozen(p.Get("w")) }); n != 0 || !p.Frozen(p.Get("n")) || p.Err() != nil {
		t.Errorf("got %v allocations, frozen %v and %v", n, p.Frozen(p.Get("n")), p.Err())
	}
	if n := graph.Rules(p); n != 1 {
		t.Errorf("got %d rules, want the one that counts", n)
	}
	_, frozen, err := counting(p, graph.Options{Update: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct {
		p    *graph.Program
		want float64
	}{{frozen, 0}, {prog, 1}} {
		if err := graph.InputOf[float64](run.p, "x").Set([]float64{1, 1, 1}); err != nil {
			t.Fatal(err)
		}
		if err := run.p.Run(); err != nil {
			t.Fatal(err)
		}
		if got := p.Values("n")[0]; got != run.want {
			t.Errorf("got the state %v, want %v", got, run.want)
		}
	}
	p.Freeze("m/")
	if err := p.Err(); !errors.Is(err, graph.ErrOption) || !strings.Contains(err.Error(), `got "m/"`) || !strings.Contains(err.Error(), `"n"`) {
		t.Errorf("got %v, want ErrOption with the names that there are", err)
	}
	p.Freeze("w")
	if p.Err() != nil || !p.Frozen(p.Get("w")) {
		t.Errorf("got %v after the mistake was mended", p.Err())
	}
}

// TestProfileChangesNothing profiles a program that descends, updates a state and draws.
func TestProfileChangesNothing(t *testing.T) {
	for _, d := range []graph.DType{graph.Float32, graph.Float64} {
		b := graph.New(graph.NewParams(d, 1))
		w, n := b.Param("w", graph.Ones(), 2), b.State("n", graph.Zeros())
		b.Update(n, b.AddConst(n, 1))
		u := b.Uniform(2)
		loss := b.Sum(b.Square(w))
		grads, err := autograd.Gradients(loss, w)
		if err != nil {
			t.Fatal(err)
		}
		prog, err := b.Compile(graph.Options{Outputs: []*gorgonia.Node{loss, u}, Grads: grads, Descend: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := prog.SetRate(.1); err != nil {
			t.Fatal(err)
		}
		other := prog.Fork()
		if _, err := prog.Profile(3); err != nil {
			t.Fatal(err)
		}
		if p := b.Params(); p.Values("w")[0] != 1 || p.Values("n")[0] != 0 {
			t.Errorf("%v: got the parameter %v and the state %v", d, p.Values("w"), p.Values("n"))
		}
		if err := errors.Wrap(prog.Run(), "run"); err != nil {
			t.Fatal(err)
		}
		if err := other.Run(); err != nil {
			t.Fatal(err)
		}
		if a, b := graph.OutputOf[float64](prog, 1).Read(nil), graph.OutputOf[float64](other, 1).Read(nil); !slices.Equal(a, b) {
			t.Errorf("%v: got the draws %v after a profile, want %v", d, a, b)
		}
	}
}
