package main

// bySign are steps that ask for the signs of gradients, or average what was made.
var bySign = []formula{
	{name: "rprop", out: "p prev size", in: "p g prev size", numbers: "rate up down least most",
		doc: "s := size[i], or rate if it is 0; d := g[i]; if d and prev[i] have one sign, s *= up; if they have\n" +
			"different ones, s *= down and d = 0; s = clamp(s, least, most); p[i] -= s*sign(d); prev[i] = d; size[i] = s.",
		body: func(m *lanes, x, s []v) []v {
			zero := m.zero()
			// The product of the gradients would underflow: it is g with the sign of prev.
			same := m.choose(m.compare(isLt, x[2], zero), m.negate(x[1]), x[1])
			same = m.choose(m.compare(isEq, x[2], zero), zero, same)
			size := m.choose(m.compare(isEq, x[3], zero), s[0], x[3])
			by := m.choose(m.compare(isGt, same, zero), s[1], m.num(1))
			by = m.choose(m.compare(isLt, same, zero), s[2], by)
			size = m.lower(m.upper(m.mul(size, by), s[3]), s[4])
			d := m.choose(m.compare(isLt, same, zero), zero, x[1])
			return []v{m.sub(x[0], signed(m, d, size)), d, size}
		}},
	{name: "lion", out: "p m", in: "p g m", numbers: "b1 c1 b2 c2 rate shrink",
		doc: "p[i] -= shrink*p[i] + rate*sign(b1*m[i] + c1*g[i]); m[i] = b2*m[i] + c2*g[i].",
		body: func(m *lanes, x, s []v) []v {
			d := mean(m, x[2], s[0], x[1], s[1])
			return []v{m.sub(x[0], m.add(m.mul(s[5], x[0]), signed(m, d, s[4]))), mean(m, x[2], s[2], x[1], s[3])}
		}},
	{name: "asgd", out: "p ax", in: "p g ax", numbers: "rate decay rest mu",
		doc: "p[i] -= rate*(g[i] + decay*p[i]); ax[i] = rest*ax[i] + mu*p[i].",
		body: func(m *lanes, x, s []v) []v {
			p := less(m, x[0], s[0], decayed(m, x[1], x[0], s[1]))
			return []v{p, mean(m, x[2], s[2], p, s[3])}
		}},
	{name: "approach", out: "mean", in: "mean p", numbers: "by",
		doc:  "mean[i] += by*(p[i] - mean[i]).",
		body: func(m *lanes, x, s []v) []v { return []v{nearer(m, x[0], x[1], s[0])} }},
	{name: "lookahead", out: "p slow", in: "p slow", numbers: "by",
		doc: "slow[i] += by*(p[i] - slow[i]); p[i] = slow[i].",
		body: func(m *lanes, x, s []v) []v {
			slow := nearer(m, x[1], x[0], s[0])
			return []v{slow, slow}
		}},
}

// nearer is a + by*(p - a).
func nearer(m *lanes, a, p, by v) v { return m.add(a, m.mul(by, m.sub(p, a))) }

// signed is by with the sign of d, and 0 where d is 0.
func signed(m *lanes, d, by v) v {
	zero := m.zero()
	y := m.choose(m.compare(isLt, d, zero), m.negate(by), by)
	return m.choose(m.compare(isEq, d, zero), zero, y)
}
