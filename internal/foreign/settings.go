package foreign

import (
	"fmt"
	"reflect"

	"gorgonia.org/gorgonia"
)

// Settings are what users may change inside of a graph's operators between two
// runs: whether dropout and batch normalisation train, and the bounds of slices.
type Settings struct {
	read []func() int
	last []int
}

// SettingsOf are those of g, as they are now.
func SettingsOf(g *gorgonia.ExprGraph) *Settings {
	s := &Settings{}
	for _, x := range g.AllNodes() {
		if x.Op() == nil {
			continue
		}
		if r := rowOf(x.Op()); r.settings != nil {
			s.read = append(s.read, r.settings(nodeOf(x))...)
		}
	}
	s.last = make([]int, len(s.read))
	s.Changed()
	return s
}

// flag is the setting that an operator has in a field.
func flag(key string) func(n node) []func() int {
	return func(n node) []func() int {
		v := n.field(key, is(reflect.Bool))
		if !v.IsValid() {
			return nil
		}
		return []func() int{func() int {
			if v.Bool() {
				return 1
			}
			return 0
		}}
	}
}

// Changed reads the settings anew and says whether they differ from before. It
// allocates nothing.
func (s *Settings) Changed() bool {
	changed := false
	for i, f := range s.read {
		if v := f(); v != s.last[i] {
			s.last[i], changed = v, true
		}
	}
	return changed
}

// Key is a text that differs for other settings.
func (s *Settings) Key() string { return fmt.Sprint(s.last) }

// SetTraining tells every operator of g that knows the difference whether it
// trains.
func SetTraining(g *gorgonia.ExprGraph, training bool) error {
	for _, n := range g.AllNodes() {
		if o, ok := n.Op().(gorgonia.TrainModeOp); ok {
			if err := o.SetTraining(training); err != nil {
				return err
			}
		}
	}
	return nil
}
