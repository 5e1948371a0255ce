package vec

// Moments returns Σ (a − m) and Σ (a − m)². It adds in float64 what chains of T leave.
func (l *Loops[T]) Moments(a []T, m T) (sum, squares float64) {
	for at := 0; at < len(a); at += leaf {
		s, q := l.moments(a[at:min(at+leaf, len(a))], m)
		sum, squares = sum+float64(s), squares+float64(q)
	}
	return sum, squares
}

// Comoments returns Σ a and Σ a·(b − m), as Moments does.
func (l *Loops[T]) Comoments(a, b []T, m T) (sum, with float64) {
	for at := 0; at < len(a); at += leaf {
		end := min(at+leaf, len(a))
		s, q := l.comoments(a[at:end], b[at:end], m)
		sum, with = sum+float64(s), with+float64(q)
	}
	return sum, with
}

// ComomentsGain returns Σ a·g and Σ a·g·(b − m), as Moments does.
func (l *Loops[T]) ComomentsGain(a, g, b []T, m T) (sum, with float64) {
	for at := 0; at < len(a); at += leaf {
		end := min(at+leaf, len(a))
		s, q := l.comomentsGain(a[at:end], g[at:end], b[at:end], m)
		sum, with = sum+float64(s), with+float64(q)
	}
	return sum, with
}

// AddMoments adds a − m to s, and its square to q.
func (l *Loops[T]) AddMoments(s, q, a, m []T) {
	n := len(s)
	l.addMoments(s, q[:n], a[:n], m[:n])
}

// AddComoments adds a to s, and a·(b − m) to q.
func (l *Loops[T]) AddComoments(s, q, a, b, m []T) {
	n := len(s)
	l.addComoments(s, q[:n], a[:n], b[:n], m[:n])
}

// Affine is dst = (a − m)·k + c.
func (l *Loops[T]) Affine(dst, a []T, m, k, c T) { l.affine(dst, a[:len(dst)], m, k, c) }

// Affines is Affine by a number for each element.
func (l *Loops[T]) Affines(dst, a, m, k, c []T) {
	n := len(dst)
	l.affines(dst, a[:n], m[:n], k[:n], c[:n])
}

// Blend is dst = (a − m)·k + c + b·h.
func (l *Loops[T]) Blend(dst, a, b []T, m, k, c, h T) {
	l.blend(dst, a[:len(dst)], b[:len(dst)], m, k, c, h)
}

// Blends is Blend by a number for each element.
func (l *Loops[T]) Blends(dst, a, m, k, c, b, h []T) {
	n := len(dst)
	l.blends(dst, a[:n], m[:n], k[:n], c[:n], b[:n], h[:n])
}

// Gain is dst = ((a − m)·k + h)·g + c.
func (l *Loops[T]) Gain(dst, a, g, c []T, m, k, h T) {
	n := len(dst)
	l.gain(dst, a[:n], g[:n], c[:n], m, k, h)
}

// BlendGain is dst = (a − m)·k + c + b·g·h.
func (l *Loops[T]) BlendGain(dst, a, b, g []T, m, k, c, h T) {
	n := len(dst)
	l.blendGain(dst, a[:n], b[:n], g[:n], m, k, c, h)
}

// AddGain adds ((a − m)·k + h)·b to dst.
func (l *Loops[T]) AddGain(dst, a, b []T, m, k, h T) {
	n := len(dst)
	l.addGain(dst, a[:n], b[:n], m, k, h)
}

func shortMoments[T Float](a []T, m T) (sum, squares T) {
	var s, q [8]T
	for ; len(a) >= 8; a = a[8:] {
		for j := range s {
			d := a[j] - m
			s[j] += d
			q[j] += d * d
		}
	}
	for j, x := range a {
		d := x - m
		s[j] += d
		q[j] += d * d
	}
	return shortSum(s[:]), shortSum(q[:])
}

func shortComoments[T Float](a, b []T, m T) (sum, with T) {
	var s, q [8]T
	for ; len(a) >= 8; a, b = a[8:], b[8:] {
		for j := range s {
			s[j] += a[j]
			q[j] += a[j] * (b[j] - m)
		}
	}
	for j, x := range a {
		s[j] += x
		q[j] += x * (b[j] - m)
	}
	return shortSum(s[:]), shortSum(q[:])
}

func shortComomentsGain[T Float](a, g, b []T, m T) (sum, with T) {
	var s, q [8]T
	for ; len(a) >= 8; a, g, b = a[8:], g[8:], b[8:] {
		for j := range s {
			t := a[j] * g[j]
			s[j] += t
			q[j] += t * (b[j] - m)
		}
	}
	for j, x := range a {
		t := x * g[j]
		s[j] += t
		q[j] += t * (b[j] - m)
	}
	return shortSum(s[:]), shortSum(q[:])
}

func addMoments[T Float](s, q, a, m []T) {
	q, a, m = q[:len(s)], a[:len(s)], m[:len(s)]
	for i := range s {
		d := a[i] - m[i]
		s[i] += d
		q[i] += d * d
	}
}

func addComoments[T Float](s, q, a, b, m []T) {
	q, a, b, m = q[:len(s)], a[:len(s)], b[:len(s)], m[:len(s)]
	for i := range s {
		s[i] += a[i]
		q[i] += a[i] * (b[i] - m[i])
	}
}

func affine[T Float](dst, a []T, m, k, c T) {
	for i, x := range a[:len(dst)] {
		dst[i] = (x-m)*k + c
	}
}

func affines[T Float](dst, a, m, k, c []T) {
	a, m, k, c = a[:len(dst)], m[:len(dst)], k[:len(dst)], c[:len(dst)]
	for i, x := range a {
		dst[i] = (x-m[i])*k[i] + c[i]
	}
}

func blend[T Float](dst, a, b []T, m, k, c, h T) {
	b = b[:len(dst)]
	for i, x := range a[:len(dst)] {
		dst[i] = (x-m)*k + c + b[i]*h
	}
}

func blends[T Float](dst, a, m, k, c, b, h []T) {
	a, m, k, c, b, h = a[:len(dst)], m[:len(dst)], k[:len(dst)], c[:len(dst)], b[:len(dst)], h[:len(dst)]
	for i, x := range a {
		dst[i] = (x-m[i])*k[i] + c[i] + b[i]*h[i]
	}
}

func gain[T Float](dst, a, g, c []T, m, k, h T) {
	a, g, c = a[:len(dst)], g[:len(dst)], c[:len(dst)]
	for i, x := range a {
		dst[i] = ((x-m)*k+h)*g[i] + c[i]
	}
}

func blendGain[T Float](dst, a, b, g []T, m, k, c, h T) {
	a, b, g = a[:len(dst)], b[:len(dst)], g[:len(dst)]
	for i, x := range a {
		dst[i] = (x-m)*k + c + b[i]*g[i]*h
	}
}

func addGain[T Float](dst, a, b []T, m, k, h T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] += ((x-m)*k + h) * b[i]
	}
}
