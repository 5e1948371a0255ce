package mistake

import (
	"fmt"
	"slices"
)

// Axes says why an example of the shape got cannot stand for one of the shape want, and what makes
// it right; "" if it can. Both have the same number of elements. A shape of one axis or none stands
// for any other: its elements are taken as they lie. Axes of extent 1 at the front alone, or at the
// end alone, make no difference.
func Axes(got, want []int) string {
	if len(got) < 2 || len(want) < 2 || padded(got, want) || padded(want, got) {
		return ""
	}
	text := fmt.Sprintf("got examples of the shape %s, want %s", list(got), list(want))
	if slices.Equal(withoutOnes(got), withoutOnes(want)) {
		return text + "; their numbers lie in the right order, so give the field this Shape (or Dataset.Map, with copy(out, in))"
	}
	order := orderOf(got, want)
	if order == nil {
		return text
	}
	move := fmt.Sprintf("with its axes in the order %s the field has this shape", list(order))
	switch n := len(got); {
	case n > 2 && slices.Equal(order, append([]int{n - 1}, upTo(n-1)...)):
		move = "with its last axis moved to the front the field has this shape"
	case n > 2 && slices.Equal(order, append(upTo(n)[1:], 0)):
		move = "with its first axis moved to the end the field has this shape"
	}
	return text + "; its numbers lie in another order, so do not change its Shape alone: " + move + ", and Dataset.Map reorders the numbers, as its example for images shows"
}

// padded reports whether long is short with axes of extent 1 at one of its ends.
func padded(long, short []int) bool {
	n := len(long) - len(short)
	ones := func(axes []int) bool { return !slices.ContainsFunc(axes, func(d int) bool { return d != 1 }) }
	return n >= 0 && (slices.Equal(long[n:], short) && ones(long[:n]) || slices.Equal(long[:len(short)], short) && ones(long[len(short):]))
}

func withoutOnes(shape []int) []int {
	return slices.DeleteFunc(slices.Clone(shape), func(d int) bool { return d == 1 })
}

// upTo returns 0, 1 and so on, n of them.
func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// orderOf returns an order of the axes of got that makes it want; nil for none. Axes of the same
// extent keep their order.
func orderOf(got, want []int) []int {
	n := len(got)
	if n != len(want) {
		return nil
	}
	order := make([]int, 0, n)
	for _, d := range want {
		i := slices.IndexFunc(upTo(n), func(i int) bool { return got[i] == d && !slices.Contains(order, i) })
		if i < 0 {
			return nil
		}
		order = append(order, i)
	}
	return order
}
