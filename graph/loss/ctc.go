package loss

import (
	"fmt"
	"math"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/build"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// CTC returns the connectionist temporal classification loss, the mean over the examples
// of
//
//	−log p(labels)
//
// where p is the probability that the outputs read the labels, once repeats and then
// blanks are dropped (Graves et al. 2006, section 3). Logarithms of probabilities x: [T, N,
// C], as from LogSoftmax; labels: Ints [N, L] of classes other than blank. All examples
// have T steps and L labels. Each returns [N]; Mean divides by the number of labels N·L,
// as in PyTorch.
//
// A class of probability 0 (-Inf) has no influence on examples without it. The loss is
// +Inf, and the example's gradient 0, where no alignment is possible: there are too few
// steps for the labels and the blanks between equal ones, or a label has the probability
// 0.
func CTC(b *graph.Builder, x, labels *gorgonia.Node, blank int, r ...Reduction) *gorgonia.Node {
	c := build.Enter(b, "loss.CTC", x, labels)
	defer c.Leave()
	s, l := c.Shape(x), c.Shape(labels)
	if !c.Checks().Optional(len(r)).OK() {
		return nil
	}
	if len(s) != 3 || len(l) != 2 || s[0] < 1 || l[0] != s[1] || l[1] < 1 {
		c.Refuse(mistake.Shapef("got %v and labels %v, want [T, N, C] and [N, L] with T and L of at least 1", s, l))
		return nil
	}
	if !c.Checks().Choice("blank", blank, blank >= 0 && blank < s[2], fmt.Sprintf("a class in [0, %d)", s[2])).Classes(x, labels, 2, nil).OK() {
		return nil
	}
	if !c.Unrolls(s[0]) {
		return nil
	}
	each := ctc(b, x, labels, blank)
	if first(r) == Mean {
		each = b.Scale(each, 1/float64(l[1]))
	}
	return reduce(b, each, first(r))
}

// ctc returns the loss of each example, [N].
func ctc(b *graph.Builder, x, labels *gorgonia.Node, blank int) *gorgonia.Node {
	c := build.Of(b)
	s := c.Shape(x)
	steps, n, length := s[0], s[1], c.Shape(labels)[1]
	marked := b.Gather(x, b.Broadcast(labels, steps, n, length), 2) // [T, N, L]
	never := func(k int) *gorgonia.Node { return b.Broadcast(b.Scalar(math.Inf(-1)), n, k) }
	var blanks, marks *gorgonia.Node // log probabilities of the prefixes that end in a blank, [N, L+1], or in a label, [N, L]
	if c.Err != nil {
		return nil
	}
	repeats := repeats(b, labels, s[2])
	for t := range steps {
		isBlank := c.Along(c.At(x, 0, t), 1, graph.Range(blank, blank+1))
		isMark := c.At(marked, 0, t)
		if t == 0 {
			blanks, marks = b.Concat(1, isBlank, never(length)), c.Along(isMark, 1, graph.Range(0, 1))
			if length > 1 {
				marks = b.Concat(1, marks, never(length-1))
			}
			continue
		}
		ways := []*gorgonia.Node{marks, c.Along(blanks, 1, graph.Range(0, length))}
		if length > 1 { // a label may follow another one without a blank
			skips := b.Where(repeats, never(length-1), c.Along(marks, 1, graph.Range(0, length-1)))
			ways = append(ways, b.Concat(1, never(1), skips))
		}
		after := b.Add(b.LogSumExp(b.Stack(0, ways...), 0), isMark)
		stay := b.LogSumExp(b.Stack(0, blanks, b.Concat(1, never(1), marks)), 0)
		blanks, marks = b.Add(stay, isBlank), after
	}
	return b.Neg(b.LogSumExp(b.Stack(0, c.At(blanks, 1, length), c.At(marks, 1, length-1)), 0))
}

// repeats returns 1 where a label equals the one before it, 0 elsewhere: labels: [N, L];
// result [N, L−1], nil for L = 1.
func repeats(b *graph.Builder, labels *gorgonia.Node, classes int) *gorgonia.Node {
	c := build.Of(b)
	length := c.Shape(labels)[1]
	if length < 2 {
		return nil
	}
	hot := b.OneHot(labels, classes) // [N, L, C]
	return b.Sum(b.Mul(c.Along(hot, 1, graph.Range(1, length)), c.Along(hot, 1, graph.Range(0, length-1))), 2)
}
