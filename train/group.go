package train

import (
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
)

// Group holds the factors of one parameter: what its learning rate and its weight decay are
// multiplied by. Options.Groups gives each parameter its Group:
//
//	// The layers of the encoder learn ten times slower, and the head does not decay.
//	Groups: func(name string) train.Group {
//		switch {
//		case strings.HasPrefix(name, "encoder/"):
//			return train.Group{Rate: 0.1}
//		case strings.HasPrefix(name, "head/"):
//			return train.Group{Decay: train.Zero}
//		}
//		return train.Group{}
//	},
//
// After train.Build(model) the names are those of model.Params().List(). The types of package
// models, such as models.CNN, say what theirs are. A function that gives all parameters factors of 1
// is an ErrOption: its names are then none of the model's.
//
// A parameter whose Rate is Zero stays as it is, like a frozen one: it is no part of the
// View, so it has no share in the norm of the gradients either.
type Group struct {
	Rate  float64 // factor of the learning rate; at least 0; default 1; Zero for 0
	Decay float64 // factor of the weight decay, if the parameter decays; at least 0; default 1; Zero for 0
}

// Rate returns the learning rate of the step s for these elements: s.Rate times the factor
// of the parameter's Group. Formulas take this one, and not Step.Rate.
func (x Span[T]) Rate(s Step) float64 { return s.Rate * x.rate }

// Decay returns the rate of weight decay for these elements: rate times the factor of the
// parameter's Group, or 0 if the parameter does not decay (graph.Param.Decay).
func (x Span[T]) Decay(rate float64) float64 {
	if x.Of.Decay {
		return rate * x.decay
	}
	return 0
}

// grouping has the factors of all parameters. The zero value stands for factors of 1.
type grouping struct {
	of       map[*graph.Param]Group // with the numbers that defaults stand for
	mostRate float64                // the largest factor of a rate; 0 for no groups
	decays   bool                   // a factor of a decay is above 1
}

// groupsOf asks f once for each of the parameters. A nil f is no groups.
func groupsOf(f func(name string) Group, list []*graph.Param) (g grouping, err error) {
	if f == nil {
		return g, nil
	}
	g.of = map[*graph.Param]Group{}
	changes := false
	err = try("Options.Groups", func() error {
		for _, q := range list {
			k := f(q.Name)
			for _, c := range []struct {
				name string
				v    float64
			}{{"Rate", k.Rate}, {"Decay", k.Decay}} {
				if !(c.v >= 0 && c.v <= math.MaxFloat32) {
					return mistake.Optionf("Options.Groups: parameter %q: got the factor Group.%s of %v, want a finite number of at least 0", q.Name, c.name, c.v)
				}
			}
			k = Group{or(k.Rate, 1), or(k.Decay, 1)}
			changes = changes || k != Group{1, 1}
			g.of[q], g.mostRate, g.decays = k, max(g.mostRate, k.Rate), g.decays || k.Decay > 1
		}
		return nil
	})
	if err == nil && !changes && len(list) > 0 {
		err = mistake.Optionf("Options.Groups: got factors of 1 for all parameters, want others for some of %s", namesOf(list))
	}
	return g, err
}

// namesOf lists the names of parameters for a message.
func namesOf(list []*graph.Param) string {
	var names []string
	for _, q := range list {
		names = append(names, q.Name)
	}
	return mistake.Names(names)
}

// get returns the factors of q.
func (g *grouping) get(q *graph.Param) Group {
	if g.of == nil {
		return Group{1, 1}
	}
	return g.of[q]
}

// bound returns what is known about steps of o with the rate, for all groups.
func (g *grouping) bound(o Optimizer, rate float64) Bound {
	if g.of != nil {
		rate *= g.mostRate
	}
	b := boundOf(o, rate)
	b.Safe = b.Safe && !g.decays // Bound knows the decay of its settings
	return b
}
