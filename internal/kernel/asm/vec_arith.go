package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

type v = reg.VecVirtual

// one and its like make formulas of functions of vectors.
func one(name, doc string, f func(m *lanes, a v) v) formula {
	return formula{name: name, out: "dst", in: "a", doc: doc,
		body: func(m *lanes, x, _ []v) []v { return []v{f(m, x[0])} }}
}

func two(name, doc string, f func(m *lanes, a, b v) v) formula {
	return formula{name: name, out: "dst", in: "a b", doc: doc,
		body: func(m *lanes, x, _ []v) []v { return []v{f(m, x[0], x[1])} }}
}

func three(name, doc string, f func(m *lanes, a, b, c v) v) formula {
	return formula{name: name, out: "dst", in: "a b c", doc: doc,
		body: func(m *lanes, x, _ []v) []v { return []v{f(m, x[0], x[1], x[2])} }}
}

func scalar(name, doc string, f func(m *lanes, a, s v) v) formula {
	return formula{name: name, out: "dst", in: "a", numbers: "s", doc: doc,
		body: func(m *lanes, x, s []v) []v { return []v{f(m, x[0], s[0])} }}
}

// grouped is f in a loop that takes several vectors at a time.
func grouped(f formula) formula {
	f.group = true
	return f
}

// largest is the larger one, NaN if either is.
func largest(m *lanes, a, b v) v {
	return m.choose(m.compare(isUnord, a, a), a, m.upper(a, b))
}

// smallest is the smaller one, NaN if either is.
func smallest(m *lanes, a, b v) v {
	return m.choose(m.compare(isUnord, a, a), a, m.lower(a, b))
}

// truth is 1 where the relation p holds, else 0.
func truth(p operand.U8) func(m *lanes, a, b v) v {
	return func(m *lanes, a, b v) v { return m.choose(m.compare(p, a, b), m.num(1), m.zero()) }
}

// arithmetic are the loops without approximations: they equal the Go loops to
// the bit, but for the sign of a zero and where one rounds a·b + c once.
var arithmetic = []formula{
	two("add", "dst[i] = a[i] + b[i].", (*lanes).add),
	two("sub", "dst[i] = a[i] - b[i].", (*lanes).sub),
	two("mul", "dst[i] = a[i] * b[i].", (*lanes).mul),
	two("div", "dst[i] = a[i] / b[i].", (*lanes).div),
	two("max", "dst[i] = max(a[i], b[i]).", largest),
	two("min", "dst[i] = min(a[i], b[i]).", smallest),
	two("squaredDiff", "dst[i] = (a[i] - b[i]) * (a[i] - b[i]).", func(m *lanes, a, b v) v {
		d := m.sub(a, b)
		return m.mul(d, d)
	}),
	two("lt", "dst[i] = truth(a[i] < b[i]).", truth(isLt)),
	two("le", "dst[i] = truth(a[i] <= b[i]).", truth(isLe)),
	two("gt", "dst[i] = truth(a[i] > b[i]).", truth(isGt)),
	two("ge", "dst[i] = truth(a[i] >= b[i]).", truth(isGe)),
	two("eq", "dst[i] = truth(a[i] == b[i]).", truth(isEq)),
	two("ne", "dst[i] = truth(a[i] != b[i]).", truth(isNe)),
	two("reluGrad", "dst[i] = a[i], or 0 where b[i] <= 0.", func(m *lanes, g, x v) v {
		return m.choose(m.compare(isLe, x, m.zero()), m.zero(), g)
	}),
	two("tanhGrad", "dst[i] = a[i] * (1 - b[i]*b[i]).", func(m *lanes, g, y v) v {
		return m.mul(g, m.sub(m.num(1), m.mul(y, y)))
	}),
	two("sigmoidGrad", "dst[i] = a[i] * b[i] * (1 - b[i]).", func(m *lanes, g, y v) v {
		return m.mul(m.mul(g, y), m.sub(m.num(1), y))
	}),
	two("tanhSlope", "dst[i] = a[i] times the slope of the tanh with the tail b[i].", (*lanes).tanhSlope),
	two("sigmoidSlope", "dst[i] = a[i] times the slope of the sigmoid with the tail b[i].", (*lanes).sigmoidSlope),
	one("tanhOpen", "dst[i] = the tanh with the tail a[i].", (*lanes).tanhOpen),
	one("sigmoidOpen", "dst[i] = the sigmoid with the tail a[i].", (*lanes).sigmoidOpen),

	scalar("addS", "dst[i] = a[i] + s.", (*lanes).add),
	scalar("subS", "dst[i] = a[i] - s.", (*lanes).sub),
	scalar("rsubS", "dst[i] = s - a[i].", func(m *lanes, a, s v) v { return m.sub(s, a) }),
	grouped(scalar("mulS", "dst[i] = a[i] * s.", (*lanes).mul)),
	scalar("divS", "dst[i] = a[i] / s.", (*lanes).div),
	scalar("rdivS", "dst[i] = s / a[i].", func(m *lanes, a, s v) v { return m.div(s, a) }),
	scalar("maxS", "dst[i] = max(a[i], s).", largest),
	scalar("minS", "dst[i] = min(a[i], s).", smallest),
	scalar("ltS", "dst[i] = truth(a[i] < s).", truth(isLt)),
	scalar("leS", "dst[i] = truth(a[i] <= s).", truth(isLe)),
	scalar("gtS", "dst[i] = truth(a[i] > s).", truth(isGt)),
	scalar("geS", "dst[i] = truth(a[i] >= s).", truth(isGe)),
	scalar("eqS", "dst[i] = truth(a[i] == s).", truth(isEq)),
	scalar("neS", "dst[i] = truth(a[i] != s).", truth(isNe)),

	one("neg", "dst[i] = -a[i].", (*lanes).negate),
	one("abs", "dst[i] = |a[i]|.", (*lanes).abs),
	one("square", "dst[i] = a[i] * a[i].", func(m *lanes, a v) v { return m.mul(a, a) }),
	one("cube", "dst[i] = a[i] * a[i] * a[i].", func(m *lanes, a v) v { return m.mul(m.mul(a, a), a) }),
	one("sqrt", "dst[i] = √a[i].", (*lanes).sqrt),
	one("rsqrt", "dst[i] = 1 / √a[i].", func(m *lanes, a v) v { return m.div(m.num(1), m.sqrt(a)) }),
	one("reciprocal", "dst[i] = 1 / a[i].", func(m *lanes, a v) v { return m.div(m.num(1), a) }),
	one("relu", "dst[i] = max(a[i], 0).", func(m *lanes, a v) v { return m.upper(m.zero(), a) }),
	one("floor", "dst[i] = a[i] rounded down.", func(m *lanes, a v) v { return m.round(down, a) }),
	one("ceil", "dst[i] = a[i] rounded up.", func(m *lanes, a v) v { return m.round(up, a) }),
	one("roundEven", "dst[i] = a[i] rounded to the nearest, halves to even.", func(m *lanes, a v) v { return m.round(toEven, a) }),
	one("trunc", "dst[i] = a[i] rounded towards 0.", func(m *lanes, a v) v { return m.round(towards, a) }),
	one("sign", "dst[i] = -1, 0 or 1 by the sign of a[i].", func(m *lanes, a v) v {
		unit := m.or(m.sign(a), m.num(1))
		y := m.choose(m.compare(isEq, a, m.zero()), a, unit)
		return m.choose(m.compare(isUnord, a, a), a, y)
	}),

	three("fma", "dst[i] = a[i]*b[i] + c[i], rounded once.", (*lanes).fma),
	three("choose", "dst[i] = b[i] where a[i] != 0, else c[i].", func(m *lanes, k, a, b v) v {
		return m.choose(m.compare(isNe, k, m.zero()), a, b)
	}),
	three("lerp", "dst[i] = a[i] + c[i]*(b[i]-a[i]), rounded once.", func(m *lanes, a, b, w v) v {
		return m.fma(w, m.sub(b, a), a)
	}),
	{name: "clamp", out: "dst", in: "a", numbers: "lo hi", doc: "dst[i] = min(max(a[i], lo), hi).",
		body: func(m *lanes, x, s []v) []v { return []v{m.lower(s[1], m.upper(s[0], x[0]))} }},
	{name: "axpy", out: "dst", in: "dst a", numbers: "s", doc: "dst[i] += s * a[i], rounded once.",
		body: func(m *lanes, x, s []v) []v { return []v{m.fma(s[0], x[1], x[0])} }},
	{name: "affine", out: "dst", in: "a", numbers: "m k c", doc: "dst[i] = (a[i]-m)*k + c, rounded once.",
		body: func(m *lanes, x, s []v) []v { return []v{m.fma(m.sub(x[0], s[0]), s[1], s[2])} }},
	{name: "affines", out: "dst", in: "a m k c", doc: "dst[i] = (a[i]-m[i])*k[i] + c[i], rounded once.",
		body: func(m *lanes, x, _ []v) []v { return []v{m.fma(m.sub(x[0], x[1]), x[2], x[3])} }},
	{name: "blend", out: "dst", in: "a b", numbers: "m k c l", doc: "dst[i] = (a[i]-m)*k + c + b[i]*l, rounded twice.",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.fma(x[1], s[3], m.fma(m.sub(x[0], s[0]), s[1], s[2]))}
		}},
	{name: "blends", out: "dst", in: "a m k c b l", doc: "dst[i] = (a[i]-m[i])*k[i] + c[i] + b[i]*l[i], rounded twice.",
		body: func(m *lanes, x, _ []v) []v {
			return []v{m.fma(x[4], x[5], m.fma(m.sub(x[0], x[1]), x[2], x[3]))}
		}},
	{name: "gain", out: "dst", in: "a g c", numbers: "m k h", doc: "dst[i] = ((a[i]-m)*k + h)*g[i] + c[i], rounded twice.",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.fma(m.fma(m.sub(x[0], s[0]), s[1], s[2]), x[1], x[2])}
		}},
	{name: "blendGain", out: "dst", in: "a b g", numbers: "m k c l", doc: "dst[i] = (a[i]-m)*k + c + b[i]*g[i]*l, rounded twice.",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.fma(m.mul(x[1], x[2]), s[3], m.fma(m.sub(x[0], s[0]), s[1], s[2]))}
		}},
	{name: "addGain", out: "q", in: "q a b", numbers: "m k h", doc: "q[i] += b[i] * ((a[i]-m)*k + h).",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.fma(m.fma(m.sub(x[1], s[0]), s[1], s[2]), x[2], x[0])}
		}},
	{name: "addMoments", out: "s q", in: "s q a m", doc: "s[i] += a[i] - m[i] and q[i] += (a[i]-m[i])^2.",
		body: func(m *lanes, x, _ []v) []v {
			d := m.sub(x[2], x[3])
			return []v{m.add(x[0], d), m.fma(d, d, x[1])}
		}},
	{name: "addComoments", out: "s q", in: "s q a b m", doc: "s[i] += a[i] and q[i] += a[i] * (b[i]-m[i]).",
		body: func(m *lanes, x, _ []v) []v {
			return []v{m.add(x[0], x[2]), m.fma(x[2], m.sub(x[3], x[4]), x[1])}
		}},

	{name: "sgd", out: "p", in: "p g", numbers: "lr decay", doc: "p[i] -= lr * (g[i] + decay*p[i]).",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.fnma(s[0], m.fma(s[1], x[0], x[1]), x[0])}
		}},
	{name: "momentum", out: "p v", in: "p g v", numbers: "lr mu in decay now kept",
		doc: "d := g[i] + decay*p[i]; v[i] = mu*v[i] + in*d; p[i] -= lr * (now*d + kept*v[i]).",
		body: func(m *lanes, x, s []v) []v {
			d := m.fma(s[3], x[0], x[1])
			vel := m.fma(s[1], x[2], m.mul(s[2], d))
			return []v{m.fnma(s[0], m.fma(s[4], d, m.mul(s[5], vel)), x[0]), vel}
		}},
}
