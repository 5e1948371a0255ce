package compile

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// order puts the values into an order that needs less memory. It keeps the present order,
// but computes a value as soon as it can be computed if that needs no more memory than it
// gives back. So the gradient of a weight is computed once both its factors are there,
// which may go then, and not after the walk through all layers.
//
//	v7 = matmul v5 w1 {transB=true}           v8 = matmul h1 v5 {transA=true}
//	v8 = matmul h1 v5 {transA=true}     =>    v7 = matmul v5 w1 {transB=true}
//
// Views stand right behind what they are views of.
func order(f *ir.Func, _ []Target) bool {
	o := &ordering{of: ir.NewTable[step](f)}
	for _, v := range f.Values {
		switch {
		case v.Def == nil:
			o.values = append(o.values, v)
		case isView(v):
			s := o.of.At(v.In[0])
			s.views = append(s.views, v)
		default:
			o.add(v)
		}
	}
	for _, v := range f.Out {
		if s := o.of.At(base(v)); s.v != nil {
			s.size = 0  // lies in memory of its own
			s.waiting++ // for ever
		}
	}
	for _, v := range o.values {
		o.showViews(v)
	}
	for _, v := range f.Values {
		o.run(o.of.At(v))
	}
	changed := !slices.Equal(f.Values, o.values)
	f.Values = o.values
	return changed
}

type ordering struct {
	of     ir.Table[step]
	values []*ir.Value // in the new order
	state  *step       // the last value that has state: these keep their order
}

// step is what order knows of one value.
type step struct {
	views []*ir.Value // of the value

	// The rest is of values that are computed.
	v       *ir.Value
	size    int     // bytes of the result, 0 if it has a place of its own
	reads   []*step // each once
	users   []*step // in the old order
	missing int     // reads that have not run
	waiting int     // users that have not run
	done    bool
}

func (o *ordering) add(v *ir.Value) {
	s := o.of.At(v)
	s.v, s.size = v, roomOf(v)
	for _, x := range v.In {
		r := o.of.At(base(x))
		if r.v == nil || len(r.users) > 0 && r.users[len(r.users)-1] == s {
			continue // a leaf, or read twice
		}
		r.users = append(r.users, s)
		r.waiting++
		s.reads = append(s.reads, r)
	}
	s.missing = len(s.reads)
	if !v.Def.Once {
		return
	}
	if o.state != nil {
		o.state.users = append(o.state.users, s)
		s.missing++
	}
	o.state = s
}

// run computes s, and then all that may follow at once.
func (o *ordering) run(s *step) {
	if s.v == nil {
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

// next adds to todo those of the steps that can run and need no more memory than they
// give back, the first of them on top.
func (o *ordering) next(todo, steps []*step) []*step {
	for i := len(steps) - 1; i >= 0; i-- {
		if s := steps[i]; !s.done && s.missing == 0 && s.gain() >= 0 {
			todo = append(todo, s)
		}
	}
	return todo
}

// gain returns how many bytes s gives back if it runs next.
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
	for _, w := range o.of.At(v).views {
		o.values = append(o.values, w)
		o.showViews(w)
	}
}
