package gosource

import (
	"fmt"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/export"
	"github.com/symgrad/symgrad/internal/ir"
)

// generator makes the steps of a program from a computation for one example.
type generator struct {
	*evaluator
	f      *ir.Func
	users  ir.Table[[]*ir.Value]
	root   ir.Table[*ir.Value] // the value in whose loop an elementwise value is computed
	isOut  ir.Table[bool]
	where  ir.Table[*loc]
	inputs map[*ir.Value]*block

	steps  []*step
	blocks []*block
	note   string // of the next step
	sizes  [len(homes)]int
	stored [len(homes)]datum
	kept   map[string]*block

	loops   []loop         // functions that were made for this program
	named   map[string]int // how many loops have a name
	byText  map[string]string
	tables  []string // declarations of tables
	helpers map[string]bool
}

// loop is a function of the program.
type loop struct{ name, text string }

// generate makes the steps of f.
func generate(f *ir.Func, params *graph.Params) (g *generator, err error) {
	defer export.Caught(&err)
	g = &generator{evaluator: newEvaluator(f, params), f: f, users: ir.NewTable[[]*ir.Value](f), root: ir.NewTable[*ir.Value](f),
		isOut: ir.NewTable[bool](f), where: ir.NewTable[*loc](f), inputs: map[*ir.Value]*block{}, kept: map[string]*block{},
		named: map[string]int{}, byText: map[string]string{}, helpers: map[string]bool{}}
	g.check()
	g.fold(f)
	g.fuse()
	for _, v := range f.Values {
		switch {
		case v.Leaf != ir.NotLeaf || *g.known.At(v) != nil || v.Def.Class == ir.Move || *g.root.At(v) != v:
		case v.Type.Shape.Size() == 0:
			panic(export.Refuse(v, "got a result without elements, want at least one"))
		default:
			g.note = describe(v)
			rules[v.Def.Name].make(&call{generator: g, v: v})
		}
	}
	for i, v := range f.Out {
		g.result(i, v)
	}
	g.allot()
	return g, nil
}

// check refuses operators that have no rule.
func (g *generator) check() {
	for _, v := range g.f.Values {
		for _, x := range v.In {
			u := g.users.At(x)
			*u = append(*u, v)
		}
		if v.Def == nil {
			continue
		}
		switch r, ok := rules[v.Def.Name]; {
		case !ok:
			panic(export.Refuse(v, "got an operator that gorgonia's own code runs, want one of the Builder's"))
		case r.why != "" && !g.foldable(v):
			panic(export.Refuse(v, "got an operator without a counterpart in plain Go: %s", r.why))
		}
	}
	for _, v := range g.f.Out {
		*g.isOut.At(v) = true
	}
}

// foldable reports whether v depends on weights alone, so that it is computed now.
func (g *generator) foldable(v *ir.Value) bool {
	if v.Def == nil {
		return v.Leaf == ir.Param || v.Leaf == ir.State || v.Leaf == ir.Const
	}
	for _, x := range v.In {
		if !g.foldable(x) {
			return false
		}
	}
	return len(v.In) > 0 && !v.Def.Once
}

// fuse decides which elementwise values are computed in the loop of another one: those that only
// this loop reads.
func (g *generator) fuse() {
	for i := len(g.f.Values) - 1; i >= 0; i-- {
		v := g.f.Values[i]
		r := g.root.At(v)
		*r = v
		if v.Def == nil || v.Def.Class != ir.Elementwise || *g.isOut.At(v) || len(*g.users.At(v)) == 0 {
			continue
		}
		var to *ir.Value
		for _, u := range *g.users.At(v) {
			loop := *g.root.At(u)
			if u.Def.Class != ir.Elementwise && !folds(u) || *g.known.At(u) != nil || to != nil && to != loop {
				to = nil
				break
			}
			to = loop
		}
		if to != nil {
			*r = to
		}
	}
}

// folds reports whether v is a fold whose loop may compute its operand.
func folds(v *ir.Value) bool { return v.Def.Class == ir.Reduce }

// at returns where the elements of v lie.
func (g *generator) at(v *ir.Value) loc {
	p := g.where.At(v)
	if *p != nil {
		return **p
	}
	var out loc
	switch {
	case *g.known.At(v) != nil:
		d := *g.known.At(v)
		h := weights
		if v.Type.DType == ir.Int {
			h = indices
		}
		out = loc{g.keep(fmt.Sprintf("v%d", v.ID), h, func() *datum { return d }), ir.Dense(v.Type.Shape)}
	case v.Leaf == ir.Input:
		b := &block{home: outside, name: v.Name, size: v.Type.Shape.Size()}
		g.inputs[v] = b
		out = loc{b, ir.Dense(v.Type.Shape)}
	case v.Def != nil && v.Def.Class == ir.Move:
		in := g.at(v.In[0])
		l, ok := v.Def.View(v, in.l)
		if !ok {
			in = g.densely(v.In[0])
			l, _ = v.Def.View(v, in.l)
		}
		out = loc{in.b, l}
	default:
		panic(fmt.Sprintf("gosource: v%d is read before it is computed", v.ID))
	}
	*p = &out
	return out
}

// densely returns v in row-major order without gaps: it is copied if it lies otherwise.
func (g *generator) densely(v *ir.Value) loc {
	p := g.at(v)
	if p.l.IsDense() {
		return p
	}
	to := loc{g.new(homeOf(v), v.Type.Shape.Size()), ir.Dense(v.Type.Shape)}
	note := g.note
	g.note = "// " + shapes(v) + " in row-major order"
	g.copies(to, p, v.Type.DType == ir.Int)
	g.note = note
	return to
}

// homeOf returns the memory of results of the type of v.
func homeOf(v *ir.Value) home {
	if v.Type.DType == ir.Int {
		return integers
	}
	return scratch
}

// made returns the memory of the result of v, which its rule fills.
func (g *generator) made(v *ir.Value) loc {
	p := loc{g.new(homeOf(v), v.Type.Shape.Size()), ir.Dense(v.Type.Shape)}
	*g.where.At(v) = &p
	return p
}

// result copies the output i to where the caller wants it.
func (g *generator) result(i int, v *ir.Value) {
	n := v.Type.Shape.Size()
	if p := g.where.At(v); *p != nil && (*p).b.size == n && (*p).l.IsDense() && (*p).b.home == homeOf(v) {
		(*p).b.home, (*p).b.name = outside, fmt.Sprintf("out%d", i)
		return
	}
	b := &block{home: outside, name: fmt.Sprintf("out%d", i), size: n, first: -1, last: -1}
	g.note = fmt.Sprintf("// output %d: %s", i, shapes(v))
	if u, ok := g.uniform(v); ok && v.Type.DType != ir.Int {
		g.add(&step{call: "fill", dst: ref{b: b, n: n}, in: []any{g.literal(u)}})
		g.use("fill")
		return
	}
	g.copies(loc{b, ir.Dense(v.Type.Shape)}, g.at(v), v.Type.DType == ir.Int)
}

// use adds a function of the folder loops to the program.
func (g *generator) use(name string) string {
	g.helpers[name] = true
	return name
}

// describe says what a value is: its layer, operator and shapes.
func describe(v *ir.Value) string {
	var b strings.Builder
	b.WriteString("// ")
	if v.Name != "" {
		b.WriteString(strings.Map(printable, v.Name) + ": ")
	}
	b.WriteString(v.Def.Name + " ")
	for i, x := range v.In {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(shapes(x))
	}
	b.WriteString(" to " + shapes(v))
	return b.String()
}

// printable replaces what would end a comment.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 || r == 0xfffd || r == 0xfeff {
		return ' '
	}
	return r
}

// shapes writes the shape of a value.
func shapes(v *ir.Value) string { return fmt.Sprint([]int(v.Type.Shape)) }
