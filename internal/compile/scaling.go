package compile

import (
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// This file finds what limits a plan on many workers.

// Scale is what limits a plan on some number of workers. Waiting, and fetching what other workers
// have computed, take no time here: so real workers are slower.
type Scale struct {
	Workers int
	Speedup float64 // the time of one worker over that of so many
	Alone   float64 // the share of the work that one worker does alone
	Largest float64 // of the rest: the work of the worker that has most over the mean
	Waits   int     // how often the workers wait for each other
	Passed  int64   // bytes that a kernel reads behind a wait, before which another has computed them
	Took    []Took  // of all kernels, in order
}

// Took is a kernel, or the kernels of a region.
type Took struct {
	First, End int     // of the plan's steps
	Parts      int     // that workers can compute at the same time
	Share      float64 // of the time of so many workers
}

// Nanoseconds estimates the time that each step of the plan takes on one worker.
func Nanoseconds(p *exec.Plan) []float64 {
	out := make([]float64, len(p.Steps))
	for i, s := range p.Steps {
		out[i] = nanoseconds(s.V)
	}
	return out
}

// Scaling returns what limits the plan on that many workers, whose steps are shared as cuts says.
// work is what each step takes on one worker, in any unit.
func Scaling(p *exec.Plan, workers int, cuts []exec.Cut, work []float64) Scale {
	s := Scale{Workers: workers, Speedup: 1, Largest: 1}
	if workers == 1 {
		s.Alone = 1
		return s
	}
	all, alone, took, mean := 0.0, 0.0, 0.0, 0.0
	for _, c := range cuts {
		w := 0.0
		for _, x := range work[c.First:c.End] {
			w += x
		}
		all += w
		t := w * Share(c, workers)
		if c.Parts > 1 {
			took += t
			mean += w / float64(workers)
		} else {
			alone += w
		}
		s.Waits += c.Waits
		s.Took = append(s.Took, Took{First: c.First, End: c.End, Parts: c.Parts, Share: t})
	}
	s.Passed = passed(p, cuts)
	if all > 0 {
		s.Alone, s.Speedup = alone/all, all/(alone+took)
	}
	if mean > 0 {
		s.Largest = took / mean
	}
	for i := range s.Took {
		if all > 0 {
			s.Took[i].Share /= alone + took
		}
	}
	return s
}

// Share returns which share of the work the worker does that does most.
func Share(c exec.Cut, workers int) float64 {
	if c.Parts <= 1 {
		return 1
	}
	return min(1, float64((c.Parts+workers-1)/workers)*c.Largest)
}

// passed returns how many bytes kernels read that several workers have computed, or read, behind a
// wait. Each kernel counts, and each of its operands once.
func passed(p *exec.Plan, cuts []exec.Cut) (bytes int64) {
	maker := map[*ir.Value]int{} // the cut that computes it
	for k, c := range cuts {
		for _, s := range p.Steps[c.First:c.End] {
			maker[s.V] = k
		}
	}
	for k, c := range cuts {
		seen := map[*ir.Value]bool{}
		for _, s := range p.Steps[c.First:c.End] {
			for i, x := range s.V.In {
				for _, m := range made(maker, base(x), nil) {
					from := maker[m]
					if from == k || seen[m] || c.Parts <= 1 && cuts[from].Parts <= 1 {
						continue
					}
					seen[m] = true
					bytes += min(bytesOf(m), bytesOf(s.V.In[i]))
				}
			}
		}
	}
	return bytes
}

// made appends to out the values of steps that v consists of. A value without a step of its own joins
// others that lie in it.
func made(maker map[*ir.Value]int, v *ir.Value, out []*ir.Value) []*ir.Value {
	if _, ok := maker[v]; ok {
		return append(out, v)
	}
	if v.Leaf != ir.NotLeaf {
		return out
	}
	for _, x := range v.In {
		out = made(maker, base(x), out)
	}
	return out
}
