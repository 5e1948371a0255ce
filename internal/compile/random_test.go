package compile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// random builds a graph of size nodes over one input by rows whose values stay
// moderate, and returns some of its nodes as results.
func random(seed uint64, size int, d ir.DType) (c *op.Ctx, in, out []*gorgonia.Node) {
	r := rand.New(rand.NewPCG(seed, 0))
	c = op.NewCtx(gorgonia.NewGraph())
	for i := range 2 + r.IntN(2) {
		s := make(ir.Shape, r.IntN(4))
		for j := range s {
			s[j] = []int{1, 2, 3, 5}[r.IntN(4)]
			if seed%10 == 9 && r.IntN(4) == 0 {
				s[j] = 0 // an axis without elements
			}
		}
		in = append(in, c.Leaf(ir.Type{DType: d, Shape: s}, fmt.Sprintf("x%d", i)))
	}
	nodes := append([]*gorgonia.Node(nil), in...)
	pick := func() *gorgonia.Node { // recent nodes more often
		k := len(nodes)
		return nodes[k-1-min(r.IntN(k), r.IntN(k))]
	}
	for len(nodes) < size {
		if n := grow(c, r, pick); n != nil && c.Shape(n).Size() <= 4000 {
			nodes = append(nodes, n)
		}
	}
	out = []*gorgonia.Node{nodes[len(nodes)-1]}
	for range 3 {
		out = append(out, pick())
	}
	return c, in, out
}

// grow applies one row to nodes that pick chooses; nil if they do not fit.
func grow(c *op.Ctx, r *rand.Rand, pick func() *gorgonia.Node) *gorgonia.Node {
	x, y := pick(), pick()
	s := c.Shape(x)
	switch r.IntN(9) {
	case 0, 1:
		if _, err := op.BroadcastShape(s, c.Shape(y)); err == nil {
			return c.Scale(c.Add(x, y), 0.5)
		}
	case 2, 3:
		if _, err := op.BroadcastShape(s, c.Shape(y)); err == nil {
			return c.Mul(c.Tanh(x), c.Tanh(y))
		}
	case 4:
		return c.Sub(c.AddConst(x, 0.25), c.Neg(c.Tanh(x)))
	case 5:
		perm := r.Perm(len(s))
		return c.Transpose(x, perm)
	case 6:
		if len(s) > 0 && s.Size() > 0 {
			return c.Mean(x, []int{r.IntN(len(s))}, r.IntN(2) == 0)
		}
	case 7:
		if len(s) >= 2 {
			return c.Tanh(c.MatMul(x, c.Transpose(x, swap(len(s)))))
		}
	case 8:
		if len(s) > 0 && len(s) < 4 {
			return c.Broadcast(c.Reshape(x, append(s.Clone(), 1)), append(s.Clone(), 1+r.IntN(3)))
		}
		return c.Reshape(x, ir.Shape{s.Size()})
	}
	return nil
}

func swap(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	p[n-1], p[n-2] = n-2, n-1
	return p
}

// lower reads the results into a Func whose inputs are the leaves.
func lower(t *testing.T, out []*gorgonia.Node) *ir.Func {
	t.Helper()
	f, err := compile.Lower(compile.Source{Name: "random", Out: out, Leaf: func(n *gorgonia.Node) (compile.Leaf, error) {
		return compile.Leaf{Kind: ir.Input, Name: n.Name()}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// interpret computes every value of f by the slow formula of its row.
func interpret(f *ir.Func, feed map[string][]float64) [][]float64 {
	val := map[*ir.Value][]float64{}
	for _, v := range f.Values {
		if v.Leaf == ir.Input {
			val[v] = feed[v.Name]
			continue
		}
		c := ir.Call[float64]{V: v, Out: make([]float64, v.Type.Shape.Size()), IntIn: make([][]int, len(v.In))}
		for _, x := range v.In {
			c.In = append(c.In, val[x])
		}
		op.Lookup(v.Def.Name).Ref(&c)
		val[v] = c.Out
	}
	var out [][]float64
	for _, v := range f.Out {
		out = append(out, val[v])
	}
	return out
}

// shuffled lets every pass see the values in another order than the one before
// left them in, verifies what each makes of them, and reads it as printed.
func shuffled(seed uint64) compile.Options {
	r := rand.New(rand.NewPCG(seed, 2))
	return compile.Options{Verify: func(f *ir.Func) error {
		if err := ir.Verify(f); err != nil {
			return err
		}
		g, err := ir.Parse(f.String(), compile.LookupDef)
		if err != nil {
			return err
		}
		if got, want := g.String(), f.String(); got != want {
			return fmt.Errorf("got\n%s, want\n%s", got, want)
		}
		shuffle(r, f)
		return ir.Verify(f)
	}}
}

// shuffle puts the values of f into a random order in which operands stand before
// their users.
func shuffle(r *rand.Rand, f *ir.Func) {
	waits := map[*ir.Value]int{} // operands that do not stand yet
	users := map[*ir.Value][]*ir.Value{}
	var ready []*ir.Value
	for _, v := range f.Values {
		waits[v] = len(v.In)
		for _, x := range v.In {
			users[x] = append(users[x], v)
		}
		if len(v.In) == 0 {
			ready = append(ready, v)
		}
	}
	f.Values = nil
	for len(ready) > 0 {
		i, last := r.IntN(len(ready)), len(ready)-1
		v := ready[i]
		ready[i] = ready[last]
		ready = ready[:last]
		f.Values = append(f.Values, v)
		for _, u := range users[v] {
			if waits[u]--; waits[u] == 0 {
				ready = append(ready, u)
			}
		}
	}
}

func run[T ir.Float](t *testing.T, out []*gorgonia.Node, feed map[string][]float64, o compile.Options, w *pool.Pool) [][]float64 {
	t.Helper()
	f := lower(t, out)
	plan, err := compile.Compile(f, make([]compile.Target, len(out)), o)
	if err != nil {
		t.Fatal(err)
	}
	p := exec.New[T](plan, w, nil, nil)
	for _, s := range plan.Inputs {
		for i, x := range feed[s.Name] {
			p.Floats(s.Where)[i] = T(x)
		}
	}
	var first [][]float64
	for range 2 { // the second run must not see what the first left
		if err := p.Run(); err != nil {
			t.Fatal(err)
		}
		var got [][]float64
		for _, s := range plan.Outputs {
			var v []float64
			for _, x := range p.Floats(s.Where) {
				v = append(v, float64(x))
			}
			got = append(got, v)
		}
		if first != nil && fmt.Sprint(first) != fmt.Sprint(got) {
			t.Fatalf("the second run gives %v, the first %v", got, first)
		}
		first = got
	}
	return first
}

// TestRandomGraphs compares compiled random graphs with the slow formulas: with
// every optional pass left out in turn, with any number of workers, and with the
// values in random order before each pass.
func TestRandomGraphs(t *testing.T) {
	pools := []*pool.Pool{nil, pool.New(2), pool.New(3)}
	for _, p := range pools[1:] {
		defer p.Close()
	}
	for seed := range uint64(150) {
		size := 5 + int(seed%40)
		c, in, out := random(seed, size, ir.F64)
		if c.Err != nil {
			t.Fatalf("seed %d: %v", seed, c.Err)
		}
		feed := map[string][]float64{}
		r := rand.New(rand.NewPCG(seed, 1))
		for _, n := range in {
			v := make([]float64, c.Shape(n).Size())
			for i := range v {
				v[i] = r.NormFloat64()
			}
			feed[n.Name()] = v
		}
		want := interpret(lower(t, out), feed)
		for i, w := range pools {
			near(t, fmt.Sprintf("seed %d, pool %d", seed, i), run[float64](t, out, feed, compile.Options{}, w), want, 1e-11)
		}
		twice := run[float64](t, out, feed, compile.Options{Recompute: true, Verify: ir.Verify}, nil)
		if once := run[float64](t, out, feed, compile.Options{}, nil); fmt.Sprint(once) != fmt.Sprint(twice) {
			t.Errorf("seed %d: computed again it gives %v, once %v", seed, twice, once)
		}
		near(t, fmt.Sprintf("seed %d, shuffled", seed), run[float64](t, out, feed, shuffled(seed), nil), want, 1e-11)
		for _, p := range compile.Passes {
			if !p.Required {
				skip := compile.Options{Skip: map[string]bool{p.Name: true}, Verify: ir.Verify}
				near(t, fmt.Sprintf("seed %d without %s", seed, p.Name), run[float64](t, out, feed, skip, nil), want, 1e-11)
			}
		}
		_, _, narrow := random(seed, size, ir.F32)
		near(t, fmt.Sprintf("seed %d in float32", seed), run[float32](t, narrow, feed, compile.Options{}, nil), want, 1e-3)
		if t.Failed() {
			t.Fatalf("seed %d:\n%v", seed, out)
		}
	}
}

func near(t *testing.T, what string, got, want [][]float64, tol float64) {
	t.Helper()
	for i := range want {
		for j, w := range want[i] {
			if !(math.Abs(got[i][j]-w) <= tol*math.Max(1, math.Abs(w))) {
				t.Errorf("%s: result %d, element %d: got %v, want %v", what, i, j, got[i][j], w)
				return
			}
		}
	}
}

// TestMemory checks that no two values that are alive at once share memory, and
// that there is little more memory than what is alive at once.
func TestMemory(t *testing.T) {
	for seed := range uint64(200) {
		_, _, out := random(seed, 60, ir.F64)
		o := compile.Options{}
		if seed%2 == 1 {
			o = shuffled(seed)
		}
		plan, err := compile.Compile(lower(t, out), make([]compile.Target, len(out)), o)
		if err != nil {
			t.Fatal(err)
		}
		if temp := 8 * (plan.Floats[exec.Temp] + plan.Ints[exec.Temp]); temp < plan.Live || float64(temp) > 1.1*float64(plan.Live) {
			t.Errorf("seed %d: %d bytes hold the %d that are alive at once", seed, temp, plan.Live)
		}
		last := map[*ir.Value]int{}
		for i, s := range plan.Steps {
			for _, x := range s.V.In {
				for x.Def != nil && x.Def.Class == ir.Move {
					x = x.In[0]
				}
				last[x] = i
			}
		}
		for i, s := range plan.Steps {
			if s.Out.Arena != exec.Temp {
				continue
			}
			for j := i + 1; j < len(plan.Steps) && j <= last[s.V]; j++ {
				o := plan.Steps[j].Out
				inPlace := j == last[s.V] && o == s.Out
				if !inPlace && o.Arena == exec.Temp && o.Offset < s.Out.Offset+s.Out.Len && s.Out.Offset < o.Offset+o.Len {
					t.Fatalf("seed %d: step %d writes %v, which step %d still reads as %v", seed, j, o, last[s.V], s.Out)
				}
			}
		}
	}
}
