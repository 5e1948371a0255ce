package main

// weighing are the steps of the derivative of softmax along a row of weights.
var weighing = []formula{
	grouped(formula{name: "weigh", out: "dst", in: "a b", numbers: "t w u", doc: "dst[i] = a[i] * ((b[i]-t)*w - u).",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.mul(x[0], m.sub(m.mul(m.sub(x[1], s[0]), s[1]), s[2]))}
		}}),
	{name: "seek", in: "a", numbers: "s", long: true, doc: "a search for s: it stops at a vector that has it, and returns how many elements it has passed.",
		body: func(*lanes, []v, []v) []v { return nil },
		stop: func(m *lanes, x, s []v) cond { return m.compare(isEq, x[0], s[0]) }},
}
