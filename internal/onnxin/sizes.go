package onnxin

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// This file gives the extents of inputs their numbers.

// multiple is an extent such as "4*N" or "4*N+2".
var multiple = regexp.MustCompile(`^(?:(\d{1,9})\*)?([^*+\s-]+?)([+-]\d{1,9})?$`)

// extent is the number c + k·(the size of the name).
type extent struct {
	name string
	k, c int
}

// Shapes returns the shapes of the inputs for a batch of n. sizes gives names their numbers.
//
// Errors: an *export.Error with the input, of the kind ErrOption for a size that is not given and
// for another batch than the file fixes.
func (g *Graph) Shapes(n int, sizes map[string]int) (map[string][]int, error) {
	batch := g.batch()
	if fixed := g.Batch(); n < 0 || fixed != 0 && fixed != n {
		return nil, wrong("file", g.Name, mistake.ErrOption, "got a batch of %d, want the %d that the file fixes; or at least 0 if it fixes none", n, fixed)
	}
	out := map[string][]int{}
	for _, p := range g.Inputs {
		shape := []int{}
		for i, name := range p.Axes() {
			if p.Dims[i].N >= 0 {
				shape = append(shape, clip(p.Dims[i].N))
				continue
			}
			e := parse(name)
			size, ok := sizes[e.name]
			if !ok && slices.Contains(batch, e.name) {
				size, ok = n, true
			}
			if !ok {
				return nil, wrong("input", p.Name, mistake.ErrOption, "got the shape %v without a number for %q, want one: see Imported.SetSize", p.Axes(), e.name)
			}
			d := int64(e.k)*int64(size) + int64(e.c)
			if d < 0 || d > int64(g.limits.Elements) {
				return nil, wrong("input", p.Name, mistake.ErrMemory, "got the extent %d for %q, want 0 to %d", d, name, g.limits.Elements)
			}
			shape = append(shape, int(d))
		}
		if size64(shape) > int64(g.limits.Elements) {
			return nil, wrong("input", p.Name, mistake.ErrMemory, "got the shape %v, want at most %d elements", shape, g.limits.Elements)
		}
		out[p.Name] = shape
	}
	return out, nil
}

// Batch returns the batch that the file fixes: the first extent of the first input that has axes,
// if no extent is a name. It is 0 if the file fixes none.
func (g *Graph) Batch() int {
	if len(g.batch()) > 0 {
		return 0
	}
	for _, p := range g.Inputs {
		if len(p.Dims) > 0 && p.Dims[0].N >= 0 {
			return clip(p.Dims[0].N)
		}
	}
	return 0
}

// Sizes returns the names of the sizes that inputs have, without those of the batch.
func (g *Graph) Sizes() (names []string) {
	batch := g.batch()
	for _, p := range g.Inputs {
		for i, name := range p.Axes() {
			if e := parse(name); p.Dims[i].N < 0 && !slices.Contains(names, e.name) && !slices.Contains(batch, e.name) {
				names = append(names, e.name)
			}
		}
	}
	return names
}

// batch returns the names that stand for the batch: those of first axes. Without one it is the
// only name that there is.
func (g *Graph) batch() (names []string) {
	var all []string
	for _, p := range g.Inputs {
		for i, name := range p.Axes() {
			if p.Dims[i].N >= 0 {
				continue
			}
			if e := parse(name); i == 0 {
				names = append(names, e.name)
			} else if !slices.Contains(all, e.name) {
				all = append(all, e.name)
			}
		}
	}
	if len(names) == 0 && len(all) == 1 {
		return all
	}
	return names
}

// parse reads an extent that has a name.
func parse(text string) extent {
	m := multiple.FindStringSubmatch(text)
	if m == nil {
		return extent{name: text, k: 1}
	}
	e := extent{name: m[2], k: 1}
	if m[1] != "" {
		e.k, _ = strconv.Atoi(m[1])
	}
	if m[3] != "" {
		e.c, _ = strconv.Atoi(m[3])
	}
	return e
}

// Nodes returns values as nodes of the Builder.
func Nodes(b *graph.Builder, values []Value) []*gorgonia.Node {
	out := make([]*gorgonia.Node, len(values))
	for i, v := range values {
		switch {
		case v.Node != nil:
			out[i] = v.Node
		case v.Kind.IsInt():
			ints := make([]int, len(v.Known.Ints))
			for k, x := range v.Known.Ints {
				ints[k] = clip(x)
			}
			out[i] = b.ConstInts(ints, v.Known.Shape...)
		default:
			out[i] = b.Const(v.Known.numbers(), v.Known.Shape...)
		}
	}
	return out
}
