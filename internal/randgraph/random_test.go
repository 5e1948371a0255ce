package randgraph

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/kernel/pool"
	"gorgonia.org/gorgonia"
)

var (
	graphs = flag.Int("graphs", 60, "how many random graphs")
	from   = flag.Uint64("seed", 0, "seed of the first random graph")
)

// How near results must be, relative to 1, the value and what it was summed from.
const (
	tolValue  = 1e-10 // rounding of some dozen operations, some of which cancel
	tolNarrow = 2e-3  // the same in float32
	tolPasses = 1e-8  // of derivatives: they have more and larger terms
	tolFirst  = 1e-5  // of differences of step epsilon
	tolSecond = 1e-3
	epsilon   = 1e-6
)

// TestRandomGraphs checks values, first and second derivatives of random graphs.
// The first graph that fails is cut to the fewest steps that fail, and printed.
func TestRandomGraphs(t *testing.T) {
	pools := []*pool.Pool{nil, pool.New(2), pool.New(3), pool.New(3)}
	pools[3].Close() // runs parts one after another
	for _, p := range pools[1:] {
		defer p.Close()
	}
	kinks, once := 0, 0
	for seed := *from; seed < *from+uint64(*graphs); seed++ {
		c := &checks{pools: pools}
		steps := 3 + int(seed%17)
		g := draw(seed, steps)
		if testing.Verbose() && *graphs == 1 {
			t.Logf("seed %d:\n%v", seed, g)
		}
		err := c.all(g, seed)
		for n := 1; err != nil && n < steps; n++ {
			if h := draw(seed, n); c.all(h, seed) != nil {
				g, err = h, c.all(h, seed)
				break
			}
		}
		if err != nil {
			t.Fatalf("seed %d: %v\nagain: go test ./internal/randgraph -graphs 1 -seed %d -v\n%v", seed, err, seed, g)
		}
		if c.kinked {
			kinks++
		}
		if c.once {
			once++
		}
	}
	if once < *graphs/4 {
		t.Errorf("%d of %d graphs have a part that is computed once, want a quarter", once, *graphs)
	}
	if kinks > 1+*graphs/50 {
		t.Errorf("%d of %d graphs have kinks where differences were to be taken", kinks, *graphs)
	}
	if testing.Verbose() {
		t.Logf("%d graphs, of which %d were not compared with differences for their kinks", *graphs, kinks)
	}
}

// checks are what is held of one graph.
type checks struct {
	pools  []*pool.Pool
	kinked bool
	once   bool // a part was computed once
}

// subject is a graph with a loss and its derivatives.
type subject struct {
	g      *recipe
	steps  []*gorgonia.Node
	out    []*gorgonia.Node // some values, the gradients, then loss, slope and curvature
	values []int            // which values the first of out are
	weight [][]float64      // of the values in the loss
	u, w   []array          // directions of the first and of the second derivative
	feed   map[string][]float64
}

func (c *checks) all(g *recipe, seed uint64) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	s, err := newSubject(g, seed)
	if err != nil {
		return err
	}
	s64, err := lowered(s.out)
	if err != nil {
		return err
	}
	p, err := newProgram[float64](s64, s, compile.Options{}, nil)
	if err != nil {
		return err
	}
	if err := checkMemory(p.Plan()); err != nil {
		return err
	}
	base, err := p.run(g.feed)
	if err != nil {
		return err
	}
	if err := s.compareNaive(base); err != nil {
		return err
	}
	if err := c.variants(s, base, seed); err != nil {
		return err
	}
	return c.differences(s, p, base)
}

// newSubject builds the graph of g, a loss of some of its values and derivatives
// of first and second order along random directions.
func newSubject(g *recipe, seed uint64) (*subject, error) {
	r := rand.New(rand.NewPCG(seed, 1))
	c, nodes := g.build(ir.F64)
	s := &subject{g: g, steps: nodes, feed: map[string][]float64{}}
	constant := func(shape []int) (*gorgonia.Node, array) {
		v := fill(shape, func([]int) float64 { return r.NormFloat64() })
		name := fmt.Sprintf("c%d", len(s.feed))
		s.feed[name] = v.v
		return c.Leaf(ir.Type{DType: ir.F64, Shape: shape}, name), v
	}
	dot := func(sum, x, y *gorgonia.Node) *gorgonia.Node {
		d := c.Sum(c.Mul(x, y), nil, false)
		if sum == nil {
			return d
		}
		return c.Add(sum, d)
	}
	var loss *gorgonia.Node
	s.values = []int{len(nodes) - 1}
	for range 3 {
		if k := r.IntN(len(nodes)); !slices.Contains(s.values, k) {
			s.values = append(s.values, k)
		}
	}
	for _, k := range s.values {
		s.out = append(s.out, nodes[k])
		w, v := constant(g.shape(k))
		s.weight = append(s.weight, v.v)
		loss = dot(loss, nodes[k], w)
	}
	wrt := nodes[:len(g.feed)]
	slopeOf := func(y *gorgonia.Node) (slope *gorgonia.Node, grads []*gorgonia.Node, dir []array, err error) {
		if c.Err != nil {
			return nil, nil, nil, c.Err
		}
		grads, err = autograd.GradientsWith(autograd.Options{AllowUnconnected: true}, y, wrt...)
		for i, d := range grads {
			u, v := constant(g.shape(i))
			dir = append(dir, v)
			slope = dot(slope, d, u)
		}
		return slope, grads, dir, err
	}
	slope, grads, u, err := slopeOf(loss)
	if err != nil {
		return nil, err
	}
	curve, _, w, err := slopeOf(slope)
	if err != nil {
		return nil, err
	}
	s.u, s.w = u, w
	s.out = append(append(s.out, grads...), loss, slope, curve)
	return s, c.Err
}

// loss is the interpreter's, with the inputs moved by t along dir, and the ways
// that its comparisons went.
func (s *subject) loss(t float64, dir []array) (loss, scale float64, ways uint64) {
	values, ways := s.g.interpret(s.moved(t, dir))
	for i, k := range s.values {
		for j, x := range values[k].v {
			loss += s.weight[i][j] * x
			scale += math.Abs(s.weight[i][j] * x)
		}
	}
	return loss, scale, ways
}

func (s *subject) moved(t float64, dir []array) []array {
	feed := slices.Clone(s.g.feed)
	for i, x := range feed {
		y := slices.Clone(x.v)
		for j := range y {
			y[j] += t * dir[i].v[j]
		}
		feed[i].v = y
	}
	return feed
}

// compareNaive compares values and loss with the interpreter's.
func (s *subject) compareNaive(got [][]float64) error {
	for i, k := range s.values {
		if err := near(fmt.Sprintf("v%d", k), got[i], s.g.values[k].v, tolValue, s.g.rounding); err != nil {
			return err
		}
	}
	loss, scale, _ := s.loss(0, s.u)
	return near("loss", got[len(got)-3], []float64{loss}, tolValue, scale*s.g.rounding)
}

// variants runs the program with each optional pass left out, with each alone, with
// none, on any number of workers, and from another order of its values.
func (c *checks) variants(s *subject, want [][]float64, seed uint64) error {
	r := rand.New(rand.NewPCG(seed, 2))
	compare := func(what string, o compile.Options, w *pool.Pool, shuffle bool, tol float64) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("%s: panic: %v\n%s", what, r, debug.Stack())
			}
		}()
		f, err := lowered(s.out)
		if err != nil {
			return err
		}
		o.Verify = ir.Verify
		if shuffle {
			o.Verify = func(f *ir.Func) error { return reread(f, r) }
		}
		p, err := newProgram[float64](f, s, o, w)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		got, err := p.run(s.g.feed)
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nearAll(what, got, want, tol)
	}
	for i, w := range c.pools {
		if err := compare(fmt.Sprintf("pool %d", i), compile.Options{Regions: compile.AllRegions}, w, false, 0); err != nil {
			return err
		}
	}
	if err := compare("another order", compile.Options{}, nil, true, tolPasses); err != nil {
		return err
	}
	optional := map[string]bool{}
	for _, p := range compile.Passes {
		if !p.Required {
			optional[p.Name] = true
		}
	}
	if err := compare("no optional pass", compile.Options{Skip: optional}, nil, false, tolPasses); err != nil {
		return err
	}
	for name := range optional {
		others := map[string]bool{}
		for o := range optional {
			others[o] = o != name
		}
		if err := compare("without "+name, compile.Options{Skip: map[string]bool{name: true}}, nil, false, tolPasses); err != nil {
			return err
		}
		if err := compare(name+" alone", compile.Options{Skip: others}, c.pools[1], true, tolPasses); err != nil {
			return err
		}
	}
	if err := c.fixed(s); err != nil {
		return err
	}
	return c.narrow(s)
}

// narrow compares the values in float32 with the interpreter's.
func (c *checks) narrow(s *subject) error {
	ctx, nodes := s.g.build(ir.F32)
	if ctx.Err != nil {
		return ctx.Err
	}
	var out []*gorgonia.Node
	for _, k := range s.values {
		out = append(out, nodes[k])
	}
	f, err := lowered(out)
	if err != nil {
		return err
	}
	p, err := newProgram[float32](f, s, compile.Options{}, c.pools[2])
	if err != nil {
		return fmt.Errorf("float32: %w", err)
	}
	got, err := p.run(s.g.feed)
	if err != nil {
		return fmt.Errorf("float32: %w", err)
	}
	for i, k := range s.values {
		if err := near(fmt.Sprintf("float32: v%d", k), got[i], s.g.values[k].v, tolNarrow, s.g.value); err != nil {
			return err
		}
	}
	return nil
}

// differences compares the slope with a central difference of the interpreter's
// loss, and the curvature with one of the slope.
func (c *checks) differences(s *subject, p *program[float64], base [][]float64) error {
	n := len(base)
	_, terms, here := s.loss(0, s.u)
	after, _, way1 := s.loss(epsilon, s.u)
	before, _, way2 := s.loss(-epsilon, s.u)
	_, _, way3 := s.loss(epsilon, s.w)
	_, _, way4 := s.loss(-epsilon, s.w)
	if way1 != here || way2 != here || way3 != here || way4 != here {
		c.kinked = true
		return nil
	}
	scale := 1e-5 * terms // the differences' rounding, then the terms of the slope
	for i, u := range s.u {
		for j, d := range base[len(s.values)+i] {
			scale += math.Abs(d * u.v[j])
		}
	}
	if err := near("slope against a difference", base[n-2], []float64{(after - before) / (2 * epsilon)}, tolFirst, scale); err != nil {
		return err
	}
	var slope [2]float64
	for i, t := range []float64{-epsilon, epsilon} {
		out, err := p.run(s.moved(t, s.w))
		if err != nil {
			return err
		}
		slope[i] = out[n-2][0]
	}
	return near("curvature against a difference", base[n-1], []float64{(slope[1] - slope[0]) / (2 * epsilon)}, tolSecond, scale)
}

// near compares numbers, relative to 1, to them and to scale.
func near(what string, got, want []float64, tol, scale float64) error {
	if len(got) != len(want) {
		return fmt.Errorf("%s: got %d elements, want %d", what, len(got), len(want))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= tol*max(1, math.Abs(w), scale)) {
			return fmt.Errorf("%s: element %d: got %v, want %v", what, i, got[i], w)
		}
	}
	return nil
}

// nearAll compares results with those of another program, relative to the largest
// of each; with tol 0 bit by bit.
func nearAll(what string, got, want [][]float64, tol float64) error {
	for i := range want {
		scale := 0.0
		for _, w := range want[i] {
			scale = max(scale, math.Abs(w))
		}
		if err := near(fmt.Sprintf("%s: result %d", what, i), got[i], want[i], tol, scale); err != nil {
			return err
		}
	}
	return nil
}

// lowered reads the nodes into a Func whose inputs are the leaves.
func lowered(out []*gorgonia.Node) (*ir.Func, error) {
	return compile.Lower(compile.Source{Name: "random", Out: out, Leaf: func(n *gorgonia.Node) (compile.Leaf, error) {
		return compile.Leaf{Kind: ir.Input, Name: n.Name()}, nil
	}})
}

// reread verifies what a pass made, reads it as printed, and lets the next pass
// see the values in another order.
func reread(f *ir.Func, r *rand.Rand) error {
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
	shuffled(f, r)
	return ir.Verify(f)
}

// shuffled puts the values into another order in which operands come first.
func shuffled(f *ir.Func, r *rand.Rand) {
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
		ready[i], ready = ready[last], ready[:last]
		f.Values = append(f.Values, v)
		for _, u := range users[v] {
			if waits[u]--; waits[u] == 0 {
				ready = append(ready, u)
			}
		}
	}
}

// program is a compiled subject.
type program[T ir.Float] struct {
	*exec.Program[T]
	s *subject
}

func newProgram[T ir.Float](f *ir.Func, s *subject, o compile.Options, w *pool.Pool) (*program[T], error) {
	plan, err := compile.Compile(f, make([]compile.Target, len(f.Out)), o)
	if err != nil {
		return nil, err
	}
	if err := checkPlan(plan); err != nil {
		return nil, err
	}
	return &program[T]{exec.New(plan, w, exec.Shared[T]{}), s}, nil
}

// run feeds the inputs and returns the results; twice, since a run must not see
// what another left.
func (p *program[T]) run(feed []array) ([][]float64, error) {
	var first [][]float64
	for range 2 {
		for _, in := range p.Plan().Inputs {
			p.feed(in, feed)
		}
		if err := p.Run(); err != nil {
			return nil, err
		}
		var got [][]float64
		for _, o := range p.Plan().Outputs {
			var v []float64
			for _, x := range p.Floats(o.Where) {
				v = append(v, float64(x))
			}
			got = append(got, v)
		}
		if first != nil {
			if err := nearAll("the second run", got, first, 0); err != nil {
				return nil, err
			}
		}
		first = got
	}
	return first, nil
}

func (p *program[T]) feed(in exec.Slot, feed []array) {
	if in.Type.DType == ir.Int {
		copy(p.Ints(in.Where), p.s.g.ints[in.Name])
		return
	}
	v, ok := p.s.feed[in.Name]
	if !ok {
		var i int
		fmt.Sscanf(in.Name, "x%d", &i)
		v = feed[i].v
	}
	for i, x := range v {
		p.Floats(in.Where)[i] = T(x)
	}
}
