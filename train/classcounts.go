package train

import (
	"fmt"
	"math"
	"strconv"
)

// ratio is a number made of the counts of one class: how often it was predicted right, how
// often predicted, and how often it was in the targets. It returns numerator and denominator.
type ratio func(hit, predicted, wanted float64) (over, under float64)

// classMetric returns the metric of the name that averages the ratio.
func classMetric(name string, o ClassOptions, r ratio) Metric {
	return Metric{Name: o.name(name), Maximize: true, Check: o.check, invalid: o.Validate(), Start: func() Meter {
		return &classMeter{o: o, ratio: r, cases: cases{own: o.MultiLabel}, threshold: or(o.Threshold, 0.5), undefined: or(o.ZeroDivision, 0)}
	}}
}

// classMeter counts predictions of classes, and those of labels of their own: rows of numbers
// are both until one shows which.
type classMeter struct {
	o ClassOptions
	ratio
	cases
	threshold, undefined float64

	rows, own classCounts
	counted   bool // anything

	wantedOnly bool // leave out classes that are in no target
}

// classCounts are the sums of weights for each class.
type classCounts struct{ hit, predicted, wanted []float64 }

// grow makes room for n classes.
func (c *classCounts) grow(n int) {
	if len(c.hit) < n {
		c.hit, c.predicted, c.wanted = make([]float64, n), make([]float64, n), make([]float64, n)
	}
}

// add counts a prediction. A class of -1 is none.
func (c *classCounts) add(predicted, wanted int, weight float64) {
	if predicted >= 0 {
		c.predicted[predicted] += weight
	}
	if uint(wanted) < uint(len(c.wanted)) {
		c.wanted[wanted] += weight
		if predicted == wanted {
			c.hit[wanted] += weight
		}
	}
}

// beyond returns 1 or 0 for an output of its own, -1 for NaN.
func (m *classMeter) beyond(v float64) int {
	switch {
	case math.IsNaN(v):
		return -1
	case v >= m.threshold:
		return 1
	}
	return 0
}

func (m *classMeter) Add(b Scored) {
	if b.N == 0 {
		return
	}
	kind, w := layouts(&b)
	if kind == classLabels {
		m.rows.grow(w)
		for i, weight := range b.counted(len(b.Label)) {
			m.counted = true
			m.rows.add(Predicted(b.Output[i*w:(i+1)*w]), b.Label[i], weight)
		}
		return
	}
	if kind == classRows && !m.different {
		m.addRows(&b, w)
	}
	if w == 1 {
		m.rows.grow(2)
	} else {
		m.own.grow(w)
	}
	for i, weight := range b.counted(len(b.Output)) {
		m.counted = true
		predicted, wanted := m.beyond(b.Output[i]), isPositive(&b, i)
		if w == 1 {
			m.rows.add(predicted, int(one(wanted)), weight)
			continue
		}
		k := i % w
		if predicted == 1 {
			m.own.predicted[k] += weight
		}
		if wanted {
			m.own.wanted[k] += weight
			if predicted == 1 {
				m.own.hit[k] += weight
			}
		}
	}
	if kind == ownLabels && w > 1 {
		m.different = true
	}
}

// addRows counts rows of numbers as classes.
func (m *classMeter) addRows(b *Scored, w int) {
	m.rows.grow(w)
	for i, weight := range b.counted(len(b.Target) / w) {
		want := b.Target[i*w : (i+1)*w]
		if !m.classes(want) {
			return
		}
		m.rows.add(Predicted(b.Output[i*w:(i+1)*w]), Predicted(want), weight)
	}
}

// of returns the ratio, which is m.undefined for 0/0.
func (m *classMeter) of(hit, predicted, wanted float64) float64 {
	over, under := m.ratio(hit, predicted, wanted)
	if under == 0 {
		return m.undefined
	}
	return over / under
}

func (m *classMeter) Value() float64 {
	c, own := &m.rows, m.different
	if own {
		c = &m.own
	}
	average, class := m.o.resolve(len(c.hit), own)
	var hit, predicted, wanted accumulator
	var mean weightedMean
	for k := range c.hit {
		if m.left(c, k, average, class) {
			continue
		}
		hit.add(c.hit[k])
		predicted.add(c.predicted[k])
		wanted.add(c.wanted[k])
		weight := 1.0
		if average == Weighted {
			weight = c.wanted[k]
		}
		mean.add(m.of(c.hit[k], c.predicted[k], c.wanted[k]), weight)
	}
	switch {
	case !m.counted:
		return math.NaN()
	case average == Micro || average == Weighted && wanted.value() == 0:
		return m.of(hit.value(), predicted.value(), wanted.value())
	}
	return mean.value()
}

// left reports whether class k is left out of the average.
func (m *classMeter) left(c *classCounts, k int, average Average, class int) bool {
	switch missing := c.predicted[k] == 0 && c.wanted[k] == 0; {
	case average == OneClass:
		return k != class
	case missing && !m.different: // scikit-learn does not know of such classes
		return true
	}
	return m.wantedOnly && c.wanted[k] == 0
}

// Notes returns a note about the classes that have 0/0.
func (m *classMeter) Notes() []string {
	c := &m.rows
	if m.different {
		c = &m.own
	}
	average, class := m.o.resolve(len(c.hit), m.different)
	var list []int
	for k := range c.hit {
		if _, under := m.ratio(c.hit[k], c.predicted[k], c.wanted[k]); under == 0 && average != Micro && !m.left(c, k, average, class) {
			list = append(list, k)
		}
	}
	if len(list) == 0 || !m.counted {
		return nil
	}
	return []string{fmt.Sprintf("%s 0/0, which is taken for %v: no prediction or no target is of it", classesHave(list), m.undefined)}
}

// classesHave returns "class 1 has" or "classes 1, 2 have".
func classesHave(list []int) string {
	if len(list) == 1 {
		return fmt.Sprintf("class %d has", list[0])
	}
	var names []string
	for _, k := range list {
		names = append(names, strconv.Itoa(k))
	}
	return "classes " + firstOf(names) + " have"
}
