package vec

// Lt is 1 where a < b, else 0.
func (l *Loops[T]) Lt(dst, a, b []T) { l.lt(dst, a[:len(dst)], b[:len(dst)]) }

// LtS is 1 where a < s, else 0.
func (l *Loops[T]) LtS(dst, a []T, s T) { l.ltS(dst, a[:len(dst)], s) }

// Le is 1 where a <= b, else 0.
func (l *Loops[T]) Le(dst, a, b []T) { l.le(dst, a[:len(dst)], b[:len(dst)]) }

// LeS is 1 where a <= s, else 0.
func (l *Loops[T]) LeS(dst, a []T, s T) { l.leS(dst, a[:len(dst)], s) }

// Gt is 1 where a > b, else 0.
func (l *Loops[T]) Gt(dst, a, b []T) { l.gt(dst, a[:len(dst)], b[:len(dst)]) }

// GtS is 1 where a > s, else 0.
func (l *Loops[T]) GtS(dst, a []T, s T) { l.gtS(dst, a[:len(dst)], s) }

// Ge is 1 where a >= b, else 0.
func (l *Loops[T]) Ge(dst, a, b []T) { l.ge(dst, a[:len(dst)], b[:len(dst)]) }

// GeS is 1 where a >= s, else 0.
func (l *Loops[T]) GeS(dst, a []T, s T) { l.geS(dst, a[:len(dst)], s) }

// Eq is 1 where a == b, else 0.
func (l *Loops[T]) Eq(dst, a, b []T) { l.eq(dst, a[:len(dst)], b[:len(dst)]) }

// EqS is 1 where a == s, else 0.
func (l *Loops[T]) EqS(dst, a []T, s T) { l.eqS(dst, a[:len(dst)], s) }

// Ne is 1 where a != b, else 0.
func (l *Loops[T]) Ne(dst, a, b []T) { l.ne(dst, a[:len(dst)], b[:len(dst)]) }

// NeS is 1 where a != s, else 0.
func (l *Loops[T]) NeS(dst, a []T, s T) { l.neS(dst, a[:len(dst)], s) }

// truth is 1 for true and 0 for false.
func truth[T Float](b bool) T {
	if b {
		return 1
	}
	return 0
}

func lt[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x < b[i])
	}
}

func ltS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x < s)
	}
}

func le[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x <= b[i])
	}
}

func leS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x <= s)
	}
}

func gt[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x > b[i])
	}
}

func gtS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x > s)
	}
}

func ge[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x >= b[i])
	}
}

func geS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x >= s)
	}
}

func eq[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x == b[i])
	}
}

func eqS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x == s)
	}
}

func ne[T Float](dst, a, b []T) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i, x := range a {
		dst[i] = truth[T](x != b[i])
	}
}

func neS[T Float](dst, a []T, s T) {
	for i, x := range a[:len(dst)] {
		dst[i] = truth[T](x != s)
	}
}
