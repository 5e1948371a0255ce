package graph

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/mistake"
)

// rule freezes or thaws the parameters whose names match.
type rule struct {
	match  []string // names, and beginnings of names that end with "/"; nil: all
	frozen bool
}

// Matches reports whether one of match is the name of p, such as "out/bias", or a scope that
// p is in, such as "encoder/".
func (p *Param) Matches(match ...string) bool {
	return p != nil && slices.ContainsFunc(match, func(m string) bool {
		return p.Name == m || strings.HasSuffix(m, "/") && strings.HasPrefix(p.Name, m)
	})
}

func (r rule) covers(q *Param) bool { return r.match == nil || q.Matches(r.match...) }

// Freeze stops the training of parameters. No gradient is computed for them, and neither an
// optimizer nor weight decay changes them. match has names such as "out/bias", and scopes such
// as "encoder/", which stand for all names in them. It may be called before the parameters
// are built. A Trainer compiles its model again after it.
//
// If several calls of Freeze and Thaw match a parameter, the last one counts. Compile
// fails with ErrOption if one of match matches no parameter.
func (p *Params) Freeze(match ...string) { p.addRule(match, true) }

// Thaw undoes Freeze for the parameters that match.
func (p *Params) Thaw(match ...string) { p.addRule(match, false) }

func (p *Params) addRule(match []string, frozen bool) {
	if p != nil && len(match) > 0 {
		p.rules = append(p.rules, rule{slices.Clone(match), frozen})
	}
}

// Only returns Params that share all values with p, and in which all parameters are frozen
// but those that match, see Freeze. Each player of a game gets its own: models and trainers
// with params.Only("generator/") and params.Only("critic/") train their part of one set of
// parameters. Later calls of Freeze and Thaw on one of them do not change the other.
func (p *Params) Only(match ...string) *Params {
	p = p.orEmpty()
	return &Params{values: p.values, rules: append(slices.Clone(p.rules), rule{nil, true}, rule{slices.Clone(match), false})}
}

// Frozen reports whether a parameter is frozen. A state always is.
func (p *Params) Frozen(q *Param) bool {
	if q == nil || q.State {
		return true
	}
	if p == nil {
		return false
	}
	for i := len(p.rules) - 1; i >= 0; i-- {
		if p.rules[i].covers(q) {
			return p.rules[i].frozen
		}
	}
	return false
}

// checkRules returns an error for what Freeze, Thaw or Only was called with and no
// parameter has.
func (p *Params) checkRules() error {
	for _, r := range p.rules {
		for _, m := range r.match {
			if !slices.ContainsFunc(p.trained.list, func(q *Param) bool { return q.Matches(m) }) {
				return mistake.Optionf("Params.Freeze, Thaw or Only: got %q, want the name of a parameter or a scope such as \"encoder/\"", m)
			}
		}
	}
	return nil
}
