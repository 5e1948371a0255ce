package train

import (
	"cmp"
	"math"
	"slices"
)

// ROCAUC returns the metric "roc_auc", the area under the curve of the true positive rate by
// the false positive rate. It is the probability that an example of a class has a larger output
// than one of another class. Equal outputs count half (Hanley and McNeil 1982).
//
//	Σ w⁺·w⁻·([s⁺ > s⁻] + ½·[s⁺ = s⁻]) / Σ w⁺·w⁻      over the pairs of an example of the class and another one
//
// Only the order of outputs matters, so these may be logits. Of several classes each is held
// against all others, and ClassOptions.Average says how their areas become one number; of two
// classes it is class 1 by default. Micro takes all pairs of output and class as one curve. A
// single output has one curve, that of class 1 unless OneClass says 0. Targets that are numbers
// are of the class from 0.5 on.
//
// The value is in [0, 1]; larger is better, and 0.5 is chance. A class without an example, or
// without one of another class, has no area: it is left out of means, and the value is NaN if
// none is left. It is NaN too if an output is. It is scikit-learn's roc_auc_score with
// multi_class="ovr", which fails for a class that is missing.
//
// The Meter keeps 16 bytes for each output until the pass ends, as the curve needs all of them:
// 1.6 MB for 10,000 examples of 10 classes. Value sorts them.
//
// Errors of Check and of New: those of Precision.
func ROCAUC(o ClassOptions) Metric { return curveMetric("roc_auc", o, area) }

// AveragePrecision returns the metric "average_precision", the area under the curve of
// precision by recall, without interpolation:
//
//	Σ (R_k − R_{k−1})·P_k      recall R and precision P of what has at least the k-th largest output
//
// Equal outputs are one point. The value is in [0, 1]; larger is better, and chance is the share
// of the class. A class without an example has 0, and counts in means. Everything else is as
// with ROCAUC, memory too. It is scikit-learn's average_precision_score.
func AveragePrecision(o ClassOptions) Metric {
	return curveMetric("average_precision", o, averagePrecision)
}

func curveMetric(name string, o ClassOptions, f func(points []point) (value, positives float64)) Metric {
	return Metric{Name: o.name(name), Maximize: true, Check: o.check, invalid: o.Validate(), Start: func() Meter {
		return &curveMeter{o: o, f: f, cases: cases{own: o.MultiLabel}}
	}}
}

// point is an output with the weight of its example, negative unless it is of the class.
type point struct{ output, weight float64 }

// curveMeter keeps the points of each class.
type curveMeter struct {
	o ClassOptions
	f func(points []point) (value, positives float64)
	cases
	columns [][]point
	nan     bool
}

func (m *curveMeter) Add(b Scored) {
	if b.N == 0 {
		return
	}
	kind, w := layouts(&b)
	if m.columns == nil {
		m.columns = make([][]point, w)
	}
	n := len(b.Output) / w
	for i := range n {
		if kind == classRows && !m.different && b.WeightAt(i, n) > 0 {
			m.classes(b.Target[i*w : (i+1)*w])
		}
		for k := range w {
			at := i*w + k
			var weight float64
			var is bool
			if kind == classLabels {
				weight, is = b.WeightAt(i, n), b.Label[i] == k
			} else {
				weight, is = b.WeightAt(at, len(b.Output)), isPositive(&b, at)
			}
			if !(weight > 0) {
				continue
			}
			if !is {
				weight = -weight
			}
			m.nan = m.nan || math.IsNaN(b.Output[at])
			m.columns[k] = append(m.columns[k], point{b.Output[at], weight})
		}
	}
	if kind == ownLabels && w > 1 {
		m.different = true
	}
}

func (m *curveMeter) Value() float64 {
	if m.nan || !slices.ContainsFunc(m.columns, func(c []point) bool { return len(c) > 0 }) {
		return math.NaN()
	}
	n := len(m.columns)
	average, class := m.o.resolve(max(2, n), m.different)
	switch {
	case n == 1 && average == OneClass && class == 0: // the other class of one output
		v, _ := m.f(turned(m.columns[0]))
		return v
	case n == 1:
		v, _ := m.f(m.columns[0])
		return v
	case average == OneClass:
		v, _ := m.f(m.columns[min(class, n-1)])
		return v
	case average == Micro:
		v, _ := m.f(slices.Concat(m.columns...))
		return v
	}
	var mean weightedMean
	some := false
	for _, c := range m.columns {
		v, positives := m.f(c)
		if math.IsNaN(v) {
			continue
		}
		some = true
		if average != Weighted {
			positives = 1
		}
		mean.add(v, positives)
	}
	if some && mean.weight.value() == 0 { // no example of any class
		return 0
	}
	return mean.value()
}

// Notes returns a note about the classes that do not occur, or that all examples are of.
func (m *curveMeter) Notes() []string {
	average, class := m.o.resolve(max(2, len(m.columns)), m.different)
	var list []int
	for k, c := range m.columns {
		hits := slices.ContainsFunc(c, func(p point) bool { return p.weight > 0 })
		misses := slices.ContainsFunc(c, func(p point) bool { return p.weight < 0 })
		of := k
		if len(m.columns) == 1 && (average != OneClass || class > 0) {
			of = 1 // a single output
		}
		if len(c) > 0 && hits != misses && average != Micro && (average != OneClass || of == class) {
			list = append(list, of)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []string{classesHave(list) + " no curve: all examples are of it, or none is"}
}

// turned returns the points of class 0 by those of class 1.
func turned(points []point) []point {
	out := slices.Clone(points)
	for i := range out {
		out[i] = point{-out[i].output, -out[i].weight}
	}
	return out
}

// walk sorts the points, the largest output first, and calls f after each group of equal ones
// with the weights so far of those of the class and of the others.
func walk(points []point, f func(hits, misses float64)) {
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(b.output, a.output) })
	var hits, misses accumulator
	for i, p := range points {
		if p.weight > 0 {
			hits.add(p.weight)
		} else {
			misses.add(-p.weight)
		}
		if i+1 == len(points) || points[i+1].output != p.output {
			f(hits.value(), misses.value())
		}
	}
}

// area returns the area under the ROC curve, and the weight of the class.
func area(points []point) (value, positives float64) {
	var sum accumulator
	hits, misses := 0.0, 0.0
	walk(points, func(h, m float64) {
		sum.add(float64((m - misses) * (h + hits) / 2))
		hits, misses = h, m
	})
	return sum.value() / float64(hits*misses), hits
}

// averagePrecision returns the sum of precisions by the growth of recall, and the weight of the
// class.
func averagePrecision(points []point) (value, positives float64) {
	var sum accumulator
	hits := 0.0
	walk(points, func(h, m float64) {
		sum.add(float64((h - hits) * h / (h + m)))
		hits = h
	})
	if hits == 0 {
		return 0, 0
	}
	return sum.value() / hits, hits
}
