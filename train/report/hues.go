package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/symgrad/symgrad/graph"
)

// hues is how many colours the operators have. The last one is shared by those that matter least,
// if there are more operators than colours.
const hues = 8

// coloured are the operators with colours of their own, and the rest.
type coloured struct {
	class map[string]string
	keys  []key
}

// key is a line of a legend.
type key struct{ Class, Name string }

// huesOf gives colours to the operators: first to those with most of the time and of the memory.
func huesOf(plan *graph.Plan, profile *graph.Profile) coloured {
	weight := map[string]float64{}
	if plan != nil {
		all := 0.0
		for _, p := range plan.Pieces {
			all += float64(areaOf(p))
		}
		for _, p := range plan.Pieces {
			weight[p.Op] += float64(areaOf(p)) / max(all, 1)
		}
	}
	if profile != nil {
		for _, k := range profile.Kernels {
			weight[k.Op] += float64(k.PerRun) / float64(max(profile.PerRun, 1))
		}
	}
	names := slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
		return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b))
	})
	c := coloured{class: map[string]string{}}
	for i, name := range names {
		own := i < hues-1 || len(names) == hues
		class := fmt.Sprint("hue", min(i, hues-1))
		c.class[name] = class
		if own {
			c.keys = append(c.keys, key{class, shortened(name, 40)})
		}
	}
	if len(names) > hues {
		c.keys = append(c.keys, key{fmt.Sprint("hue", hues-1), fmt.Sprintf("%d others", len(names)-hues+1)})
	}
	return c
}

// legend returns the keys of the colours that shown operators have.
func (c coloured) legend(ops []string) (out []key) {
	for _, k := range c.keys {
		if slices.ContainsFunc(ops, func(op string) bool { return c.class[op] == k.Class }) {
			out = append(out, k)
		}
	}
	return out
}
