package op

import (
	"slices"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// This file makes Einstein sums of transposes and batched matrix products. They have
// no row in the table.

// term is an operand whose axes have labels.
type term struct {
	x      *gorgonia.Node
	labels []rune
}

// Einsum is the sum of products that the equation describes, as NumPy's einsum:
// "ij,jk->ik" is a matrix product, "ii->i" a diagonal, "...ij->...ji" a
// transpose. Without "->" the result has the labels that occur once, sorted.
// Labels are letters; equal labels have equal extents, and axes under an
// ellipsis broadcast.
func (c *Ctx) Einsum(equation string, xs ...*gorgonia.Node) *gorgonia.Node {
	if c.Err != nil {
		return nil
	}
	terms, out, err := c.parseEinsum(equation, xs)
	if err != nil {
		c.Fail("einsum", "", xs, err)
		return nil
	}
	for i := range terms {
		terms[i] = c.diagonals(terms[i])
	}
	acc := terms[0]
	for i := range terms {
		keep := func(l rune) bool {
			return slices.Contains(out, l) || slices.ContainsFunc(terms[i+1:], func(t term) bool { return slices.Contains(t.labels, l) })
		}
		if i > 0 {
			acc = c.contract(acc, terms[i], keep)
		}
		acc = c.sumOut(acc, keep)
	}
	if c.Err != nil {
		return nil
	}
	perm := make([]int, len(out))
	for i, l := range out {
		perm[i] = slices.Index(acc.labels, l)
	}
	return c.Transpose(acc.x, perm)
}

// ellipsisLabel stands for the k-th axis from the last under an ellipsis.
func ellipsisLabel(k int) rune { return rune(0x10000 + k) }

func (c *Ctx) parseEinsum(equation string, xs []*gorgonia.Node) (terms []term, out []rune, err error) {
	eq := strings.ReplaceAll(equation, " ", "")
	left, right, arrow := strings.Cut(eq, "->")
	parts := strings.Split(left, ",")
	if len(parts) != len(xs) {
		return nil, nil, shapef("got the equation %q for %d operands, want one part for each", equation, len(xs))
	}
	most := 0
	extent := map[rune]int{}
	for i, p := range parts {
		s := c.Shape(xs[i])
		if c.Err != nil {
			return nil, nil, c.Err
		}
		labels, dots, err := expand(equation, p, len(s))
		if err != nil {
			return nil, nil, err
		}
		most = max(most, dots)
		for j, l := range labels {
			n, seen := extent[l]
			switch {
			case !seen || n == 1 && l >= ellipsisLabel(0):
				extent[l] = s[j]
			case n != s[j] && !(s[j] == 1 && l >= ellipsisLabel(0)):
				return nil, nil, shapef("got the extents %d and %d for %q in the equation %q, want equal ones", n, s[j], string(l), equation)
			}
		}
		terms = append(terms, term{xs[i], labels})
	}
	for i, t := range terms { // axes under an ellipsis broadcast
		s := c.Shape(t.x).Clone()
		for j, l := range t.labels {
			s[j] = extent[l]
		}
		terms[i].x = c.Broadcast(t.x, s)
	}
	if !arrow {
		return terms, implicitOut(terms, most), nil
	}
	letters := len([]rune(strings.ReplaceAll(right, "...", "")))
	if out, _, err = expand(equation, right, letters+most*strings.Count(right, "...")); err != nil {
		return nil, nil, err
	}
	for i, l := range out {
		if _, ok := extent[l]; !ok || slices.Contains(out[:i], l) {
			return nil, nil, shapef("got %q in the result of the equation %q, want each label once, and only labels of the operands", string(l), equation)
		}
	}
	return terms, out, nil
}

// expand turns a part of the equation into labels for a rank, and says how many
// axes the ellipsis stands for.
func expand(equation, part string, rank int) (labels []rune, dots int, err error) {
	before, after, has := strings.Cut(part, "...")
	letters := []rune(before + after)
	dots = rank - len(letters)
	if dots < 0 || dots > 0 && !has {
		return nil, 0, shapef("got %q in the equation %q for an operand with %d axes, want one label for each axis", part, equation, rank)
	}
	for _, l := range letters {
		if !('a' <= l && l <= 'z' || 'A' <= l && l <= 'Z') {
			return nil, 0, shapef("got the label %q in the equation %q, want letters", string(l), equation)
		}
	}
	labels = []rune(before)
	for k := dots - 1; k >= 0; k-- {
		labels = append(labels, ellipsisLabel(k))
	}
	return append(labels, []rune(after)...), dots, nil
}

// implicitOut are the ellipsis and the labels that occur once, sorted.
func implicitOut(terms []term, dots int) []rune {
	count := map[rune]int{}
	for _, t := range terms {
		for _, l := range t.labels {
			count[l]++
		}
	}
	var letters, out []rune
	for l, n := range count {
		if n == 1 && l < ellipsisLabel(0) {
			letters = append(letters, l)
		}
	}
	slices.Sort(letters)
	for k := dots - 1; k >= 0; k-- {
		out = append(out, ellipsisLabel(k))
	}
	return append(out, letters...)
}

// diagonals replaces two axes of one label by their diagonal, until no label is
// repeated.
func (c *Ctx) diagonals(t term) term {
	for i, l := range t.labels {
		j := slices.Index(t.labels[i+1:], l)
		if j < 0 {
			continue
		}
		j += i + 1
		labels := append(slices.Delete(slices.Delete(slices.Clone(t.labels), j, j+1), i, i+1), l)
		return c.diagonals(term{c.Diagonal(t.x, i, j), labels})
	}
	return t
}

// sumOut adds over the axes whose labels are not kept.
func (c *Ctx) sumOut(t term, keep func(rune) bool) term {
	var axes []int
	var labels []rune
	for i, l := range t.labels {
		if keep(l) {
			labels = append(labels, l)
		} else {
			axes = append(axes, i)
		}
	}
	if len(axes) == 0 {
		return t
	}
	return term{c.Sum(t.x, axes, false), labels}
}

// contract multiplies two terms and adds over the labels of both that are not
// kept, as a batched matrix product.
func (c *Ctx) contract(a, b term, keep func(rune) bool) term {
	var batch, over, left, right []rune
	for _, l := range a.labels {
		switch {
		case !slices.Contains(b.labels, l):
			left = append(left, l)
		case keep(l):
			batch = append(batch, l)
		default:
			over = append(over, l)
		}
	}
	for _, l := range b.labels {
		if !slices.Contains(a.labels, l) {
			right = append(right, l)
		}
	}
	x, sx := c.grouped(a, batch, left, over)
	y, sy := c.grouped(b, batch, over, right)
	if c.Err != nil {
		return term{}
	}
	z := c.MatMulT(x, y, false, false)
	shape := append(sx[:len(batch)+len(left)].Clone(), sy[len(batch)+len(over):]...)
	return term{c.Reshape(z, shape), slices.Concat(batch, left, right)}
}

// grouped transposes t to the groups of labels and joins each group to one axis;
// it returns the shape before joining too.
func (c *Ctx) grouped(t term, groups ...[]rune) (*gorgonia.Node, ir.Shape) {
	var perm []int
	for _, g := range groups {
		for _, l := range g {
			perm = append(perm, slices.Index(t.labels, l))
		}
	}
	x := c.Transpose(t.x, append([]int{}, perm...))
	s := c.Shape(x)
	if c.Err != nil {
		return nil, nil
	}
	var joined ir.Shape
	at := 0
	for _, g := range groups {
		joined = append(joined, s[at:at+len(g)].Size())
		at += len(g)
	}
	return c.Reshape(x, joined), s
}
