package data

import (
	"slices"
	"strconv"

	"github.com/symgrad/symgrad/internal/mistake"
)

// The owners of columns that are in no field.
const (
	freeColumn    = -1 // no option names it
	droppedColumn = -2
)

// choice gives each column to a field.
type choice struct {
	*csvTable
	owner []int // the field of each column
	hasX  bool  // an option says which columns field "x" has
}

// choose makes the fields and their columns.
func (t *csvTable) choose() error {
	c := &choice{csvTable: t, owner: make([]int, len(t.names))}
	for i := range c.owner {
		c.owner[i] = freeColumn
	}
	t.fields = []csvField{{name: "x"}}
	for _, step := range []func() error{c.drop, c.settings, c.inputs, c.target, c.others} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := c.rest(); err != nil {
		return err
	}
	isTarget := make([]bool, len(t.names))
	for i, field := range c.owner {
		isTarget[i] = field != 0 // left out, too
	}
	return t.doubt(isTarget)
}

// take puts the column at position i into a field.
func (c *choice) take(option string, i, field int) error {
	switch owner := c.owner[i]; {
	case owner == droppedColumn:
		return c.optionf("got the column %q in Drop and in %s, want it in one", c.names[i], option)
	case owner != freeColumn && option == "Target":
		return c.optionf("got the target column %q twice, want it once", c.names[i])
	case owner != freeColumn:
		return c.optionf("got the column %q in the fields %q and %q, want it in one", c.names[i], c.fields[owner].name, c.fields[field].name)
	}
	c.owner[i] = field
	c.fields[field].add(i)
	return nil
}

// takeNamed puts the column of the name into a field. What names it in messages.
func (c *choice) takeNamed(what, option, name string, field int) error {
	i, err := c.find(what, name)
	if err != nil {
		return err
	}
	return c.take(option, i, field)
}

// drop leaves out the columns of Drop.
func (c *choice) drop() error {
	for _, name := range c.opts.Drop {
		if _, ok := c.position[name]; !ok && c.plan != nil {
			continue
		}
		i, err := c.find("column to Drop", name)
		if err != nil {
			return err
		}
		c.owner[i] = droppedColumn
	}
	return nil
}

// settings finds the columns of Columns, and leaves out those that are to be.
func (c *choice) settings() error {
	for _, name := range sortedKeys(c.opts.Columns) {
		i, err := c.find("name in Columns", name)
		if err != nil {
			return err
		}
		if c.opts.Columns[name].Kind == LeftOut {
			c.owner[i] = droppedColumn
		}
	}
	return nil
}

// inputs takes the columns of Inputs.
func (c *choice) inputs() error {
	c.hasX = c.opts.Inputs != nil
	for _, name := range c.opts.Inputs {
		if err := c.takeNamed("column in Inputs", "Inputs", name, 0); err != nil {
			return err
		}
	}
	return nil
}

// target takes the columns of Target or TargetIndex.
func (c *choice) target() error {
	targets, err := c.targets()
	if err != nil || len(targets) == 0 {
		return err
	}
	c.fields = append(c.fields, csvField{name: "y", integers: c.opts.Labels, labels: c.opts.Labels, target: true})
	for _, i := range targets {
		if err := c.take("Target", i, 1); err != nil {
			return err
		}
	}
	return nil
}

// others takes the columns of Fields.
func (c *choice) others() error {
	for _, f := range c.opts.Fields {
		at := len(c.fields)
		if f.Name == "x" {
			at, c.hasX = 0, true
			c.fields[0].integers = f.Integers
		} else {
			c.fields = append(c.fields, csvField{name: f.Name, integers: f.Integers, target: f.Name == "y"})
		}
		for _, name := range f.Columns {
			if err := c.takeNamed("column of field "+strconv.Quote(f.Name), "Fields", name, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest takes for field "x" what is left, unless an option says what it has.
func (c *choice) rest() error {
	if !c.hasX {
		x := &c.fields[0]
		x.positions, x.columns = slices.Grow(x.positions, len(c.owner)), slices.Grow(x.columns, len(c.owner))
		for i, owner := range c.owner {
			if owner == freeColumn {
				c.owner[i] = 0
				c.fields[0].add(i)
			}
		}
	}
	switch {
	case len(c.fields[0].columns) > 0:
		return nil
	case len(c.fields) > 1 && c.fields[1].target && len(c.fields[1].columns) == len(c.names):
		return c.optionf("got all %d columns as targets, want at least one for the input", len(c.names))
	}
	return c.optionf("got no column for the field \"x\" out of %d, want at least one", len(c.names))
}

// find returns the position of a column that an option names.
func (t *csvTable) find(option, name string) (int, error) {
	i, ok := t.position[name]
	if !ok {
		if err := t.doubt(nil); err != nil {
			return 0, err
		}
		return 0, t.optionf("got the %s %q, want one of %s %s", option, name, t.whose, mistake.Names(t.names))
	}
	t.named = true
	return i, nil
}

// targets returns the positions of the target columns in the order of the options.
func (t *csvTable) targets() (targets []int, err error) {
	for _, name := range t.opts.Target {
		i, err := t.find("Target", name)
		if err != nil {
			return nil, err
		}
		targets = append(targets, i)
	}
	for _, index := range t.opts.TargetIndex {
		i := index
		if i < 0 {
			i += len(t.names)
		}
		if i < 0 || i >= len(t.names) {
			return nil, t.optionf("got the TargetIndex %d, want one in -%d..%d", index, len(t.names), len(t.names)-1)
		}
		targets = append(targets, i)
	}
	return targets, nil
}
