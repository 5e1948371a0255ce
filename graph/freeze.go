package graph

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// rule freezes or thaws the parameters and states whose names match.
type rule struct {
	match  []string // names, and beginnings of names that end with "/"; nil: all
	frozen bool
}

// Matches reports whether one of match is the name of p, such as "out/bias", or a scope that
// p is in, such as "encoder/".
func (p *Param) Matches(match ...string) bool {
	return p != nil && slices.ContainsFunc(match, func(m string) bool { return matches(p.Name, m) })
}

// matches reports whether m is the name, or a scope that the name is in.
func matches(name, m string) bool {
	return name == m || strings.HasSuffix(m, "/") && strings.HasPrefix(name, m)
}

func (r rule) covers(q *Param) bool { return r.match == nil || q.Matches(r.match...) }

// Freeze stops the training of parameters and the updates of states. No gradient is computed
// for such a parameter, and neither an optimizer nor weight decay changes it. A state keeps
// its values: nn.BatchNorm does not move running statistics that are frozen.
//
// match has names such as "out/bias", and scopes such as "encoder/", which stand for all
// names in them. It may be called before the parameters are built. If several calls of Freeze
// and Thaw match a name, the last one counts.
//
// A Trainer compiles its model again after it. A Program or a train.View that exists already
// does not change. Compile fails with ErrOption if one of match matches nothing, and so does
// the next step of a Trainer: see Err.
func (p *Params) Freeze(match ...string) { p.addRule(match, true) }

// Thaw undoes Freeze for the parameters and states that match.
func (p *Params) Thaw(match ...string) { p.addRule(match, false) }

// addRule adds a rule in place of those that it covers, and of those that were reported as a
// mistake.
func (p *Params) addRule(match []string, frozen bool) {
	if p == nil || len(match) == 0 {
		return
	}
	covered := func(m string) bool {
		return slices.ContainsFunc(match, func(by string) bool { return matches(m, by) })
	}
	p.rules = slices.DeleteFunc(p.rules, func(r rule) bool {
		wrong := p.reported && slices.ContainsFunc(r.match, func(m string) bool { return !p.has(m) })
		return wrong || r.match != nil && !slices.ContainsFunc(r.match, func(m string) bool { return !covered(m) })
	})
	p.reported = false
	p.rules = append(p.rules, rule{slices.Clone(match), frozen})
	p.checked = false
}

// Only returns Params that share all values with p, and in which everything is frozen but
// what matches, see Freeze. Each player of a game gets its own: models and trainers with
// params.Only("generator/") and params.Only("critic/") train their part of one set of
// parameters. Later calls of Freeze and Thaw on one of them do not change the other.
func (p *Params) Only(match ...string) *Params {
	p = p.orEmpty()
	return &Params{values: p.values, rules: append(slices.Clone(p.rules), rule{nil, true}, rule{slices.Clone(match), false})}
}

// Frozen reports whether a parameter or a state is frozen.
func (p *Params) Frozen(q *Param) bool {
	if p == nil || q == nil {
		return false
	}
	for i := len(p.rules) - 1; i >= 0; i-- {
		if p.rules[i].covers(q) {
			return p.rules[i].frozen
		}
	}
	return false
}

// Err returns the first mistake of NewParams, Freeze, Thaw and Only, or nil. While the model
// is not built, it says nothing of names that nothing has. A call of Freeze or Thaw after it
// takes the place of the one with the mistake.
func (p *Params) Err() error {
	p = p.orEmpty()
	if p.mistake != nil || p.checked || len(p.names) == 0 {
		return p.mistake
	}
	for _, r := range p.rules {
		for _, m := range r.match {
			if !p.has(m) {
				p.reported = true
				return mistake.Optionf("Params.Freeze, Thaw or Only: got %q, want a scope that ends with / or %s", m, p.known())
			}
		}
	}
	p.checked = p.fixed
	return nil
}

// has reports whether m matches a parameter or a state.
func (p *Params) has(m string) bool {
	for name := range p.names {
		if matches(name, m) {
			return true
		}
	}
	return false
}
