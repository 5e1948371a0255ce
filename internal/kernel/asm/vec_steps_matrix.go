package main

// byMatrix are the parts of steps that need the norm of a parameter, or its matrix: what
// is made for one chunk or matrix, and the move after it.
var byMatrix = []formula{
	{name: "lamb", out: "m v u", in: "p g m v", numbers: "b1 c1 b2 c2 scale root eps decay",
		doc: "m[i] = b1*m[i] + c1*g[i]; v[i] = b2*v[i] + c2*g[i]*g[i]; u[i] = scale*m[i]/(√v[i]*root + eps) + decay*p[i].",
		body: func(m *lanes, x, s []v) []v {
			first := mean(m, x[2], s[0], x[1], s[1])
			second := mean(m, x[3], s[2], m.mul(x[1], x[1]), s[3])
			return []v{first, second, lambUpdate(m, x[0], first, second, s[4:])}
		}},
	{name: "lambMove", out: "p", in: "p m v", numbers: "scale root eps decay by",
		doc: "p[i] -= by*(scale*m[i]/(√v[i]*root + eps) + decay*p[i]).",
		body: func(m *lanes, x, s []v) []v {
			return []v{less(m, x[0], s[4], lambUpdate(m, x[0], x[1], x[2], s))}
		}},
	{name: "muon", out: "m u", in: "g m", numbers: "mu take now kept",
		doc: "m[i] = mu*m[i] + take*g[i]; u[i] = now*g[i] + kept*m[i].",
		body: func(m *lanes, x, s []v) []v {
			first := mean(m, x[1], s[0], x[0], s[1])
			return []v{first, mean(m, x[0], s[2], first, s[3])}
		}},
	{name: "muonMove", out: "p", in: "p u", numbers: "shrink by",
		doc: "p[i] -= shrink*p[i] + by*u[i].",
		body: func(m *lanes, x, s []v) []v {
			return []v{m.sub(x[0], mean(m, x[0], s[0], x[1], s[1]))}
		}},
}

// lambUpdate is the update of LAMB before its norm is taken. The numbers are scale, root,
// eps and decay.
func lambUpdate(m *lanes, p, first, second v, s []v) v {
	under := m.add(m.mul(m.sqrt(second), s[1]), s[2])
	return m.add(m.div(m.mul(s[0], first), under), m.mul(s[3], p))
}
