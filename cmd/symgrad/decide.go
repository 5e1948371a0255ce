package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/train/data"
)

// wishes are what flags say about the columns.
type wishes struct {
	drop, inputs, missing []string
}

// decided is how a table is read, and a sentence for each decision.
type decided struct {
	csv    data.CSVOptions
	wishes wishes
	said   []string
}

func (d *decided) say(format string, args ...any) {
	d.said = append(d.said, fmt.Sprintf(format, args...))
}

// firstLine returns an error if the first line, which is taken for names, may be an example.
func firstLine(list []tableColumn, target string, o data.CSVOptions) error {
	if o.Header || o.NoHeader {
		return nil
	}
	if why := likeExample(list, target, o.DecimalComma); why != "" {
		return errors.Errorf("the first line %s: is it an example (-no-header, and the columns are c0 to c%d) or are these the names of the columns (-header)?", why, len(list)-1)
	}
	return nil
}

// likeExample says why the names may be cells of an example; "" if they are names.
func likeExample(list []tableColumn, target string, decimalComma bool) string {
	numbers, names := 0, 0
	for _, c := range list {
		_, number := readNumber(c.name, decimalComma)
		switch {
		case c.name == "" || slices.Contains(missingTexts, c.name):
		case number && strings.ContainsAny(c.name, ".,"):
			return fmt.Sprintf("has the number %s", c.name)
		case number:
			numbers++
		default:
			names++
		}
		if c.name == target && c.texts[c.name] > 0 {
			return fmt.Sprintf("has %q, as other lines have in this column", c.name)
		}
	}
	if numbers > 0 && names == 0 {
		return "has numbers alone"
	}
	return ""
}

// mostlyNumbers returns an error about a column whose cells are numbers, or dates, but for some.
func (c *tableColumn) mostlyNumbers() error {
	if d := &c.dates; d.mostly() {
		return c.butFor("dates", d.bad, d.badCell, d.badLine)
	}
	bad := c.rows - c.numbers
	few := c.texts != nil && len(c.texts) <= mostClasses
	switch {
	case bad == 0 || c.dates.are() || 10*c.numbers < 8*c.rows || few && 10*c.numbers < 9*c.rows:
		return nil
	}
	return c.butFor("numbers", bad, c.badCell, c.badLine)
}

// butFor returns the error about some cells that are not like the others.
func (c *tableColumn) butFor(what string, bad int, cell string, line int) error {
	are := "are"
	if bad == 1 {
		are = "is"
	}
	return errors.Errorf("column %q looks like %s, but %d of %d cells %s not, such as %q in line %d; -missing %s takes this text for a missing cell, and -drop %s leaves the column out",
		c.name, what, bad, c.rows, are, cell, line, shell(cell), shell(c.name))
}

// target settles what the target has, and how it is read.
func (d *decided) target(c *trainConfig, list []tableColumn) error {
	var names []string
	var target *tableColumn
	for i := range list {
		names = append(names, list[i].name)
		if list[i].name == c.Target {
			target = &list[i]
		}
	}
	if target == nil {
		more := meant(c.Target, names)
		if why := likeExample(list, "", d.csv.DecimalComma); why != "" && !d.csv.Header && !d.csv.NoHeader {
			more += fmt.Sprintf("; the first line %s: if it is an example, -no-header makes the columns c0 to c%d", why, len(list)-1)
		}
		return errors.Errorf("got the target %q, want one of the columns: %s%s", c.Target, listed(names), more)
	}
	if err := firstLine(list, c.Target, d.csv); err != nil {
		return err
	}
	switch {
	case slices.Contains(d.wishes.drop, c.Target) || slices.Contains(d.wishes.inputs, c.Target):
		return unclearf("got the target %q in -drop or -inputs too, want it in -target alone", c.Target)
	case target.rows == 0:
		return errors.Errorf("got the target %q without a value", c.Target)
	case target.dates.are():
		return errors.Errorf("the target %q: got dates, want classes or numbers", c.Target)
	}
	if c.Task != classes {
		if err := target.mostlyNumbers(); err != nil {
			return errors.WithMessage(err, "the target")
		}
	}
	if c.Task == "" {
		c.Task = numbers
		few := target.whole && target.texts != nil && len(target.texts) <= mostClasses && len(target.texts)*5 <= target.rows
		if target.numbers < target.rows || few {
			c.Task = classes
		}
	}
	switch {
	case c.Task == classes && target.texts == nil:
		return errors.Errorf("the target %q: got more than %d different texts, want classes", c.Target, 1<<16)
	case c.Task == classes && len(target.texts) == target.rows && target.rows > 1:
		return errors.Errorf("the target %q: got texts that differ in all of %d rows, want classes that several rows have", c.Target, target.rows)
	case c.Task == numbers && target.numbers < target.rows:
		return errors.Errorf("the target %q: got texts that are no numbers, such as %q in line %d, want numbers (-task numbers)", c.Target, target.badCell, target.badLine)
	case c.Task == classes && target.numbers == target.rows:
		d.say("The target %s has %d different whole numbers, which are taken for classes; -task numbers takes them for numbers.", c.Target, len(target.texts))
	case c.Task == classes:
		d.say("The target %s has %d classes.", c.Target, len(target.texts))
	default:
		d.say("The target %s has numbers.", c.Target)
	}
	if c.Task == classes {
		d.rare(target)
	}
	d.csv.Target, d.csv.Labels, d.csv.OnMissing, d.csv.DropUnlabelled = []string{c.Target}, c.Task == classes, data.KeepMissing, true
	return nil
}

// rare tells of classes with a single row.
func (d *decided) rare(target *tableColumn) {
	var rare []string
	for _, text := range slices.Sorted(maps.Keys(target.texts)) {
		if target.texts[text] == 1 {
			rare = append(rare, fmt.Sprintf("%q", text))
		}
	}
	switch len(rare) {
	case 0:
	case 1:
		d.say("The class %s has one row.", rare[0])
	default:
		d.say("%d classes have one row each: %s.", len(rare), listed(rare))
	}
}

// known returns an error about a name of a flag that is no column.
func known(flag string, names []string, list []tableColumn) error {
	var all []string
	for _, c := range list {
		all = append(all, c.name)
	}
	for _, name := range names {
		if !slices.Contains(all, name) {
			return errors.Errorf("-%s: got %q, want one of the columns: %s%s", flag, name, listed(all), meant(name, all))
		}
	}
	return nil
}

// columns settles how the columns beside the target are read.
func (d *decided) columns(list []tableColumn, target string) error {
	if err := first(known("drop", d.wishes.drop, list), known("inputs", d.wishes.inputs, list)); err != nil {
		return err
	}
	for _, name := range d.wishes.inputs {
		if slices.Contains(d.wishes.drop, name) {
			return unclearf("got the column %q in -inputs and in -drop, want it in one of them", name)
		}
	}
	d.csv.Columns = map[string]data.CSVColumn{}
	var numbers, oneHot, others, reasons []string
	dayFirst := d.csv.DecimalComma || d.csv.Comma == ';'
	for _, c := range list {
		wanted := slices.Contains(d.wishes.inputs, c.name)
		switch {
		case c.name == target:
			continue
		case slices.Contains(d.wishes.drop, c.name), d.wishes.inputs != nil && !wanted:
			d.csv.Drop = append(d.csv.Drop, c.name)
			others = append(others, c.name)
			continue
		}
		if err := c.mostlyNumbers(); err != nil {
			return err
		}
		kind, why := c.kind(wanted, dayFirst)
		switch kind {
		case data.LeftOut:
			if wanted {
				return errors.Errorf("-inputs: the column %q cannot be an input: %s", c.name, why)
			}
			d.csv.Drop = append(d.csv.Drop, c.name)
			reasons = append(reasons, fmt.Sprintf("%q is left out: %s", c.name, why))
			d.say("Column %s.", reasons[len(reasons)-1])
		case data.OneHot:
			d.csv.Columns[c.name] = data.CSVColumn{Kind: data.OneHot, IgnoreUnknown: true}
			oneHot = append(oneHot, fmt.Sprintf("%s (%d)", c.name, len(c.texts)))
		case data.Time:
			f, _ := c.dates.form(dayFirst)
			d.csv.Columns[c.name] = data.CSVColumn{Kind: data.Time, Layout: f.layout}
			d.say("Column %q has dates (%s, such as %s), which become days since 1970.", c.name, f.words, c.sample)
			numbers = append(numbers, c.name)
		default:
			numbers = append(numbers, c.name)
			if c.steps && c.whole && c.rows == c.numbers && c.rows > 10 && !wanted {
				d.say("Column %q counts up by 1, from %d: if it only numbers the rows, leave it out by -drop %s.", c.name, c.from, shell(c.name))
			}
		}
	}
	if others != nil {
		d.say("Left out, as the flags say: %s.", listed(others))
		reasons = append(reasons, fmt.Sprintf("left out by flags: %s", listed(others)))
	}
	if len(numbers)+len(oneHot) == 0 {
		text := fmt.Sprintf("got no column that can be an input, want one beside the target %q", target)
		if reasons != nil {
			text += ": " + strings.Join(reasons, "; ")
		}
		return errors.New(text)
	}
	if len(numbers) > 0 {
		d.say("Numbers: %s.", listed(numbers))
	}
	if len(oneHot) > 0 {
		d.say("Texts, with a column of 0 and 1 for each different one: %s. A text that comes later, for a prediction, has 0 in all of them.", listed(oneHot))
	}
	return nil
}

// kind says what the cells of an input become, and why they are left out. A column that is wanted is
// left out only where it must be.
func (c *tableColumn) kind(wanted, dayFirst bool) (data.ColumnKind, string) {
	number, most := c.numbers == c.rows, mostTexts
	if wanted {
		most = mostOneHot
	}
	switch {
	case c.rows == 0:
		return data.LeftOut, "all its cells are empty"
	case len(c.texts) == 1 && !wanted:
		return data.LeftOut, "all its cells are equal"
	case c.counts && c.rows > 2 && !wanted:
		return data.LeftOut, "it counts the rows"
	case number:
		return data.Number, ""
	case c.dates.are():
		if f, clear := c.dates.form(dayFirst); !clear {
			return data.LeftOut, fmt.Sprintf("its dates, such as %s, do not say whether they are %s or %s; dates such as 2024-12-31 do", c.sample, f.words, exchanged(f.words))
		}
		return data.Time, ""
	case c.texts == nil:
		return data.LeftOut, fmt.Sprintf("it has more than %d different texts", 1<<16)
	case len(c.texts) > most:
		return data.LeftOut, fmt.Sprintf("it has %d different texts, and at most %d make columns", len(c.texts), most)
	case wanted:
	case len(c.texts) == c.rows:
		return data.LeftOut, "its texts differ in every row"
	case 2*len(c.texts) > c.rows && c.rows > 10:
		return data.LeftOut, fmt.Sprintf("it has %d different texts in %d rows", len(c.texts), c.rows)
	}
	return data.OneHot, ""
}

// exchanged returns the words of a form with day and month exchanged.
func exchanged(words string) string {
	return strings.NewReplacer("day", "month", "month", "day").Replace(words)
}
