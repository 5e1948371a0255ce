package main

import "slices"

// steps are the updates of optimizers: each is one pass over memory. A formula here
// becomes kernels of every level, the loop in Go, and the method of vec.Loops with its
// struct of numbers (steps_go.go): nothing else is to be written for a new one.
//
// Products are rounded before they are added, so all levels and the loop in Go have the
// same bits: memory, not arithmetic, sets the speed. fma and fnma are refused.
var steps = slices.Concat(adaptive, bySign, byMatrix)

// decayed is the gradient with the L2 decay of p.
func decayed(m *lanes, g, p, decay v) v { return m.add(g, m.mul(decay, p)) }

// mean is keep*old + take*now.
func mean(m *lanes, old, keep, now, take v) v { return m.add(m.mul(keep, old), m.mul(take, now)) }

// less is p - rate*by.
func less(m *lanes, p, rate, by v) v { return m.sub(p, m.mul(rate, by)) }

// adaptive are steps that divide by a root of the squares of gradients, or the like.
var adaptive = []formula{
	{name: "adam", out: "p m v", in: "p g m v", numbers: "b1 c1 b2 c2 step root eps keep decay",
		doc: "d := g[i] + decay*p[i]; m[i] = b1*m[i] + c1*d; v[i] = b2*v[i] + c2*d*d;\n" +
			"p[i] = keep*p[i] - step*m[i]/(√v[i]*root + eps).",
		body: func(m *lanes, x, s []v) []v {
			d := decayed(m, x[1], x[0], s[8])
			first := mean(m, x[2], s[0], d, s[1])
			second := mean(m, x[3], s[2], m.mul(d, d), s[3])
			under := m.add(m.mul(m.sqrt(second), s[5]), s[6])
			return []v{m.sub(m.mul(s[7], x[0]), m.div(m.mul(s[4], first), under)), first, second}
		}},
	{name: "amsgrad", out: "p m v most", in: "p g m v most", numbers: "b1 c1 b2 c2 step root eps keep decay",
		doc: "d := g[i] + decay*p[i]; m[i] = b1*m[i] + c1*d; v[i] = b2*v[i] + c2*d*d; most[i] = max(v[i], most[i]);\n" +
			"p[i] = keep*p[i] - step*m[i]/(√most[i]*root + eps).",
		body: func(m *lanes, x, s []v) []v {
			d := decayed(m, x[1], x[0], s[8])
			first := mean(m, x[2], s[0], d, s[1])
			second := mean(m, x[3], s[2], m.mul(d, d), s[3])
			most := m.upper(second, x[4])
			under := m.add(m.mul(m.sqrt(most), s[5]), s[6])
			return []v{m.sub(m.mul(s[7], x[0]), m.div(m.mul(s[4], first), under)), first, second, most}
		}},
	{name: "nadam", out: "p m v", in: "p g m v", numbers: "b1 c1 b2 c2 now step root eps keep decay",
		doc: "d := g[i] + decay*p[i]; m[i] = b1*m[i] + c1*d; v[i] = b2*v[i] + c2*d*d;\n" +
			"p[i] = keep*p[i] - (now*d + step*m[i])/(√v[i]*root + eps).",
		body: func(m *lanes, x, s []v) []v {
			d := decayed(m, x[1], x[0], s[9])
			first := mean(m, x[2], s[0], d, s[1])
			second := mean(m, x[3], s[2], m.mul(d, d), s[3])
			under := m.add(m.mul(m.sqrt(second), s[6]), s[7])
			over := mean(m, d, s[4], first, s[5])
			return []v{m.sub(m.mul(s[8], x[0]), m.div(over, under)), first, second}
		}},
	{name: "adamax", out: "p m u", in: "p g m u", numbers: "b1 c1 b2 step eps decay",
		doc: "d := g[i] + decay*p[i]; m[i] = b1*m[i] + c1*d; u[i] = max(b2*u[i], |d| + eps);\n" +
			"p[i] -= step*m[i]/u[i].",
		body: func(m *lanes, x, s []v) []v {
			d := decayed(m, x[1], x[0], s[5])
			first := mean(m, x[2], s[0], d, s[1])
			most := m.upper(m.mul(s[2], x[3]), m.add(m.abs(d), s[4]))
			return []v{m.sub(x[0], m.div(m.mul(s[3], first), most)), first, most}
		}},
	{name: "adagrad", out: "p sum", in: "p g sum", numbers: "rate eps decay most",
		doc: "d := g[i] + decay*p[i]; sum[i] = min(sum[i] + d*d, most); p[i] -= rate*(d/(√sum[i] + eps)).",
		body: func(m *lanes, x, s []v) []v {
			d := decayed(m, x[1], x[0], s[2])
			sum := m.lower(s[3], m.add(x[2], m.mul(d, d)))
			return []v{less(m, x[0], s[0], m.div(d, m.add(m.sqrt(sum), s[1]))), sum}
		}},
	{name: "adadelta", out: "p v u", in: "p g v u", numbers: "keep take rate eps decay most",
		doc: "d := g[i] + decay*p[i]; v[i] = keep*v[i] + take*d*d; x := √((u[i] + eps)/(v[i] + eps))*d;\n" +
			"p[i] -= rate*x; u[i] = min(keep*u[i] + take*x*x, most).",
		body: func(m *lanes, x, s []v) []v {
			d := decayed(m, x[1], x[0], s[4])
			second := mean(m, x[2], s[0], m.mul(d, d), s[1])
			by := m.mul(m.sqrt(m.div(m.add(x[3], s[3]), m.add(second, s[3]))), d)
			return []v{less(m, x[0], s[2], by), second, m.lower(s[5], mean(m, x[3], s[0], m.mul(by, by), s[1]))}
		}},
	rmsprop("rmsprop", false, false),
	rmsprop("rmspropCentered", true, false),
	rmsprop("rmspropMomentum", false, true),
	rmsprop("rmspropCenteredMomentum", true, true),
}

// rmsprop is a step of RMSprop, with a mean of gradients that is taken off or without,
// and with momentum or without.
func rmsprop(name string, centered, momentum bool) formula {
	f := formula{name: name, out: "p v", in: "p g v", numbers: "keep take rate eps decay",
		doc: "d := g[i] + decay*p[i]; v[i] = keep*v[i] + take*d*d; "}
	root := "√v[i]"
	if centered {
		f.out, f.in = f.out+" mean", f.in+" mean"
		f.doc += "mean[i] = keep*mean[i] + take*d;\n"
		root = "√max(v[i] - mean[i]*mean[i], 0)"
	}
	if momentum {
		f.out, f.in, f.numbers = f.out+" m", f.in+" m", f.numbers+" mu"
		f.doc += "m[i] = mu*m[i] + d/(" + root + " + eps); p[i] -= rate*m[i]."
	} else {
		f.doc += "p[i] -= rate*(d/(" + root + " + eps))."
	}
	f.body = func(m *lanes, x, s []v) []v {
		d := decayed(m, x[1], x[0], s[4])
		second := mean(m, x[2], s[0], m.mul(d, d), s[1])
		more, under := []v{second}, second
		if centered {
			first := mean(m, x[3], s[0], d, s[1])
			more, under = append(more, first), m.upper(m.zero(), m.sub(second, m.mul(first, first)))
		}
		by := m.div(d, m.add(m.sqrt(under), s[3]))
		if momentum {
			by = m.add(m.mul(s[5], x[len(x)-1]), by)
			more = append(more, by)
		}
		return append([]v{less(m, x[0], s[2], by)}, more...)
	}
	return f
}
