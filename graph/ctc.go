package graph

import (
	"github.com/pkg/errors"
	"gorgonia.org/gorgonia"
)

// impossible is the logarithm of the probability of what cannot be: far below
// any that occurs, and finite, so that gradients stay numbers.
const impossible = -1e30

// CTC is the connectionist temporal classification loss of each example: −log
// of the probability that the outputs, once repeats and then blanks are dropped,
// read the labels (Graves et al. 2006, section 3). logProbs: [T, N, C] are
// logarithms of probabilities, as LogSoftmax gives them; labels: Ints [N, L] of
// classes other than blank; result [N]. All examples have T steps and L labels.
func (b *Builder) CTC(logProbs, labels *gorgonia.Node, blank int) *gorgonia.Node {
	s, l := b.c.Shape(logProbs), b.c.Shape(labels)
	if b.c.Err != nil {
		return nil
	}
	if len(s) != 3 || len(l) != 2 || s[0] < 1 || l[0] != s[1] || l[1] < 1 || blank < 0 || blank >= s[2] {
		b.c.Fail("ctc", b.c.Label, gorgonia.Nodes{logProbs, labels}, errors.Wrapf(ErrShape, "got %v, labels %v and the blank %d, want [T, N, C], [N, L] and one of the classes", s, l, blank))
		return nil
	}
	steps, n, classes, length := s[0], s[1], s[2], l[1]
	hot := b.OneHot(labels, classes) // [N, L, C]
	var skip *gorgonia.Node          // 0 where a label may follow the one before without a blank
	if length > 1 {
		same := b.Sum(b.Mul(b.along(hot, 1, Range(1, length)), b.along(hot, 1, Range(0, length-1))), 2)
		skip = b.Scale(same, impossible)
	}
	never := func(k int) *gorgonia.Node { return b.AddConst(b.zeros([]int{n, k}), impossible) }
	var blanks, marks *gorgonia.Node // log probabilities of the prefixes that end in a blank, [N, L+1], or in a label, [N, L]
	for t := range steps {
		p := b.Squeeze(b.along(logProbs, 0, Range(t, t+1)), 0)
		isBlank := b.along(p, 1, Range(blank, blank+1))
		isMark := b.Sum(b.Mul(hot, b.Unsqueeze(p, 1)), 2)
		if t == 0 {
			blanks, marks = b.Concat(1, isBlank, never(length)), b.along(isMark, 1, Range(0, 1))
			if length > 1 {
				marks = b.Concat(1, marks, never(length-1))
			}
			continue
		}
		ways := []*gorgonia.Node{marks, b.along(blanks, 1, Range(0, length))}
		if length > 1 {
			ways = append(ways, b.Concat(1, never(1), b.Add(b.along(marks, 1, Range(0, length-1)), skip)))
		}
		after := b.Add(b.LogSumExp(b.Stack(0, ways...), 0), isMark)
		stay := b.LogSumExp(b.Stack(0, blanks, b.Concat(1, never(1), marks)), 0)
		blanks, marks = b.Add(stay, isBlank), after
	}
	last := func(x *gorgonia.Node, k int) *gorgonia.Node { return b.Squeeze(b.along(x, 1, Range(k, k+1)), 1) }
	return b.Neg(b.LogSumExp(b.Stack(0, last(blanks, length), last(marks, length-1)), 0))
}
