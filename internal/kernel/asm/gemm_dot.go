package main

import (
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "dot_amd64", "amd64,!noasm", func(c *build.Context) {
			eachVec(c, func(v vec, suffix string) { dotFunc(v, "dot"+suffix) })
		})
	})
}

// dotSums is the number of sums of a dot product.
const dotSums = 4

// dotAhead is how many bytes ahead rows of b are fetched: processors do so by
// themselves, but only to the end of a page.
const dotAhead = 8 << 10

// dotFunc emits the dot kernel: for each row of b, groups of four vectors into
// four sums, then single vectors and a partial one into the first sum.
func dotFunc(v vec, name string) {
	c := v.ctx()
	args := openKernel(c, name, "dot kernel")
	vecs, groups, cols := c.GP64(), c.GP64(), c.GP64()
	b, to := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileK), vecs)
	v.setMask(vecs)
	v.partial()
	beforeLast(v, vecs)
	c.MOVQ(vecs, groups)
	c.SHRQ(operand.U8(2), groups)
	c.ANDQ(operand.U8(dotSums-1), vecs)
	c.MOVQ(args.Offset(tileCols), cols)
	c.MOVQ(args.Offset(tileB), b)
	c.MOVQ(args.Offset(tileC), to)
	alpha, beta := v.reg(), v.reg()
	v.scalar(args.Offset(tileAlpha), alpha)
	v.scalar(args.Offset(tileBeta), beta)

	c.Label("row")
	s := dotSum(v, args, b, [2]reg.GPVirtual{vecs, groups})
	s = reduce(v, s)
	v.scale(args.Offset(tileBeta), operand.Mem{Base: to}, s, alpha, beta)
	c.ADDQ(args.Offset(tileLDB), b)
	c.ADDQ(operand.U8(v.elem()), to)
	c.DECQ(cols)
	c.JNZ(operand.LabelRef("row"))
	v.end()
	c.RET()
}

// dotSum emits the sums of one row and returns their vector sum; n holds the
// numbers of single vectors and of groups before the last vector.
func dotSum(v vec, args operand.Mem, b reg.GPVirtual, n [2]reg.GPVirtual) reg.VecVirtual {
	c := v.ctx()
	x, y := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(tileA), x)
	c.MOVQ(b, y)
	sums := zeroSums(v, dotSums)
	bytes := v.width() * v.elem()
	step := func(i int, part bool) {
		p, q := v.reg(), v.reg()
		v.loadC(operand.Mem{Base: x, Disp: i * bytes}, p, part)
		v.loadC(operand.Mem{Base: y, Disp: i * bytes}, q, part)
		c.PREFETCHT0(operand.Mem{Base: y, Disp: i*bytes + dotAhead})
		v.fma(p, q, sums[i])
	}
	loop := func(name string, count reg.GPVirtual, steps int) {
		left := c.GP64()
		c.MOVQ(count, left)
		c.TESTQ(left, left)
		c.JZ(operand.LabelRef(name + "end"))
		c.Label(name)
		for i := range steps {
			step(i, false)
		}
		c.ADDQ(operand.U32(steps*bytes), x)
		c.ADDQ(operand.U32(steps*bytes), y)
		c.DECQ(left)
		c.JNZ(operand.LabelRef(name))
		c.Label(name + "end")
	}
	loop("group", n[1], dotSums)
	loop("single", n[0], 1)
	step(0, true)
	v.add(sums[1], sums[0])
	v.add(sums[3], sums[2])
	v.add(sums[2], sums[0])
	return sums[0]
}

// reduce emits the sum of the elements of a vector into its first element.
func reduce(v vec, s reg.VecVirtual) reg.VecVirtual {
	c := v.ctx()
	y, half := s.AsY(), c.YMM()
	if v.width()*v.elem() == 64 {
		c.VEXTRACTF64X4(operand.U8(1), s.AsZ(), half)
		if v.elem() == 8 {
			c.VADDPD(half, y, y)
		} else {
			c.VADDPS(half, y, y)
		}
	}
	x := s.AsX()
	c.VEXTRACTF128(operand.U8(1), y, half.AsX())
	if v.elem() == 8 {
		c.VADDPD(half.AsX(), x, x)
		c.VHADDPD(x, x, x)
	} else {
		c.VADDPS(half.AsX(), x, x)
		c.VHADDPS(x, x, x)
		c.VHADDPS(x, x, x)
	}
	return s
}

// add emits to += x.
func (s *simd) add(x, to reg.VecVirtual) {
	if s.double() {
		s.c.VADDPD(x, to, to)
	} else {
		s.c.VADDPS(x, to, to)
	}
}

// scale emits to = alpha·s + beta·to for the first elements; old to is not
// read if beta, which lies at bits as a float64, is 0.
func (s *simd) scale(bits, to operand.Mem, sum, alpha, beta reg.VecVirtual) {
	c, x, old := s.c, sum.AsX(), s.c.XMM()
	b := c.GP64()
	c.MOVQ(bits, b)
	c.ADDQ(b, b) // drops the sign
	if s.double() {
		c.VMULSD(alpha.AsX(), x, x)
		c.JZ(operand.LabelRef("store"))
		c.VMOVSD(to, old)
		c.VFMADD231SD(beta.AsX(), old, x)
		c.Label("store")
		c.VMOVSD(x, to)
		return
	}
	c.VMULSS(alpha.AsX(), x, x)
	c.JZ(operand.LabelRef("store"))
	c.VMOVSS(to, old)
	c.VFMADD231SS(beta.AsX(), old, x)
	c.Label("store")
	c.VMOVSS(x, to)
}
