package main

import "strings"

// equivalents are mutants that compute the same, and why: their file, a part of
// their line, and what replaces what.
var equivalents = []struct{ file, line, from, with, why string }{
	{"forward.go", "d := c.Fill(a.Out, 0)", "0", "(0)+1", "what is linear in d does not depend on d"},
	{"broadcast.go", "c.Sum(x, axes, true)", "true", "!(true)", "the sum is reshaped whether it keeps its axes or not"},
	{"matmul.go", "len(sx) > 2", "2", "3", "the walk sums the products of a batch"},
	{"matmul.go", "s[:last].Size()", "c.Reshape(z, ir.Shape{s[:last].Size(), s[last]})", "mutated.neg(c.Reshape(z, ir.Shape{s[:last].Size(), s[last]}))", "both factors change their sign"},
	{"hypot.go", "c.Fill(n.Out, 1)", "n.Out", "n.In[0]", "of the same shape"},
	{"hypot.go", "c.Fill(n.Out, 1)", "1", "(1)+1", "0 is divided by it"},
	{"cumprod.go", "dx := c.Sum(each", "false", "!(false)", "the sum is reshaped whether it keeps its axes or not"},
	{"pow.go", "c.Fill(n.Out, 0)", "n.Out", "n.In[0]", "of the same shape"},
	{"pow.go", "flat :=", "c.EqConst(x, 0)", "mutated.twice(c.EqConst(x, 0))", "Select asks for what is not 0"},
	{"pow.go", "flat :=", "c.GeConst(y, 0)", "mutated.twice(c.GeConst(y, 0))", "Select asks for what is not 0"},
	{"pow.go", "safe :=", "1", "(1)+1", "its logarithm is not selected"},
	{"gradients.go", "append(g[:0:0], s)", "0", "1", "a capacity"},
	{"logcumsumexp.go", "seen :=", "math.Inf(1)", "(math.Inf(1))+1", "the same infinity"},
	{"logcumsumexp.go", "seen :=", "c.Ne(apart, c.Fill(apart, math.Inf(1)))", "mutated.twice(c.Ne(apart, c.Fill(apart, math.Inf(1))))", "Select asks for what is not 0"},
	{"products.go", "c.Concat(0, rows...)", "0", "1", "rows of one line are joined and reshaped"},
	{"products.go", "c.Slice(zeros, []op.Range{{Start: 0, Stop: 1, Step: 1}})", "1", "2", "a step within one element"},
	{"products.go", "if m <= n", "m <= n", "!(m <= n)", "both modes give the Jacobian"},
}

// equivalent says why m computes what the original does, or "".
func (m *mutant) equivalent() string {
	text := m.s.text
	line := text[strings.LastIndexByte(text[:m.start], '\n')+1:]
	line, _, _ = strings.Cut(line, "\n")
	for _, e := range equivalents {
		if strings.HasSuffix(m.s.path, "/"+e.file) && strings.Contains(line, e.line) && e.from == text[m.start:m.end] && e.with == m.with {
			return e.why
		}
	}
	return ""
}
