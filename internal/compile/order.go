package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
)

// order puts the values into an order that needs less memory: the present one,
// but that a value is computed as soon as it can be if that needs no more memory
// than it gives back. So the gradient of a
// weight is computed once both its factors are there, which may then go, and not
// when the walk through all layers has ended.
//
//	v7 = matmul v5 w1 {transB=true}           v8 = matmul h1 v5 {transA=true}
//	v8 = matmul h1 v5 {transA=true}     =>    v7 = matmul v5 w1 {transB=true}
//
// Views stand behind what they are views of.
func order(f *ir.Func) bool {
	o := &ordering{step: map[*ir.Value]*step{}, views: map[*ir.Value][]*ir.Value{}}
	for _, v := range f.Values {
		switch {
		case v.Def == nil:
			o.values = append(o.values, v)
		case v.Def.Class == ir.Move:
			o.views[v.In[0]] = append(o.views[v.In[0]], v)
		default:
			o.add(v)
		}
	}
	for _, v := range f.Out {
		if s := o.step[base(v)]; s != nil {
			s.size = 0  // lies in memory of its own
			s.waiting++ // for ever
		}
	}
	for _, v := range o.values {
		o.showViews(v)
	}
	for _, s := range o.steps {
		o.run(s)
	}
	changed := !slices.Equal(f.Values, o.values)
	f.Values = o.values
	return changed
}

type ordering struct {
	steps  []*step
	step   map[*ir.Value]*step
	views  map[*ir.Value][]*ir.Value // of a value
	values []*ir.Value               // in the new order
}

// step is a value that is computed.
type step struct {
	v       *ir.Value
	size    int     // bytes of the result, 0 where it has a place of its own
	reads   []*step // each once
	users   []*step // in the old order
	missing int     // reads that have not run
	waiting int     // users that have not run
	done    bool
}

func (o *ordering) add(v *ir.Value) {
	s := &step{v: v, size: exec.Align(v.Type.Shape.Size()) * v.Type.DType.Size()}
	for _, x := range v.In {
		r := o.step[base(x)]
		if r == nil || len(r.users) > 0 && r.users[len(r.users)-1] == s {
			continue // a leaf, or read twice
		}
		r.users = append(r.users, s)
		r.waiting++
		s.reads = append(s.reads, r)
	}
	s.missing = len(s.reads)
	o.step[v] = s
	o.steps = append(o.steps, s)
}

// run computes s, and then all that may follow at once.
func (o *ordering) run(s *step) {
	if s.done {
		return
	}
	for todo := []*step{s}; len(todo) > 0; {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.done {
			continue
		}
		s.done = true
		o.values = append(o.values, s.v)
		o.showViews(s.v)
		for _, u := range s.users {
			u.missing--
		}
		for _, r := range s.reads {
			r.waiting--
		}
		todo = o.next(todo, s.users)
		for _, r := range s.reads {
			if r.waiting == 1 {
				todo = o.next(todo, r.users)
			}
		}
	}
}

// next adds to todo those of the steps that may run and need no more memory than
// they give back, the first of them on top.
func (o *ordering) next(todo, steps []*step) []*step {
	for i := len(steps) - 1; i >= 0; i-- {
		if s := steps[i]; !s.done && s.missing == 0 && s.gain() >= 0 {
			todo = append(todo, s)
		}
	}
	return todo
}

// gain is how many bytes s gives back when it runs next.
func (s *step) gain() int {
	n := -s.size
	for _, r := range s.reads {
		if r.waiting == 1 {
			n += r.size
		}
	}
	return n
}

func (o *ordering) showViews(v *ir.Value) {
	for _, w := range o.views[v] {
		o.values = append(o.values, w)
		o.showViews(w)
	}
}
