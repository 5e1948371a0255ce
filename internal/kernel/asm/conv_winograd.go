package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Offsets of the fields of conv's pass.
const (
	passMatrix               = 0
	passSrc, passDst         = 8, 16
	passSrcNext, passDstNext = 24, 32
	passSrcItem, passDstItem = 40, 48
	passVecs, passItems      = 56, 64
)

// sums emits the sums of a transform. R is a register; what is returned is a new
// one.
type sums[R any] interface {
	add(x, y R) R
	sub(x, y R) R
	mul(k float64, x R) R    // k·x
	fma(k float64, x, y R) R // k·x + y
}

// transform is the product by a matrix of a Winograd convolution.
type transform struct {
	name    string
	ins     int
	outs    int
	numbers []float64 // the factors that it has
}

// The points of F(4×4, 3×3): 0, ±near, ±far and infinity.
const (
	near, far     = 5. / 8, 3. / 2
	near2, far2   = near * near, far * far
	atNear, atFar = 1 / (2 * near2 * (near2 - far2)), 1 / (2 * far2 * (far2 - near2))
)

// transforms stand in the order of conv's matrix: those of the input, of the
// weights and of the result, and the latter two turned.
var transforms = []transform{
	{"input", 6, 6, []float64{near2 * far2, -near2 - far2, -near2, -far2, near, far}},
	{"weight", 3, 6, []float64{1 / (near2 * far2), atNear, near * atNear, near2 * atNear, atFar, far * atFar, far2 * atFar}},
	{"output", 6, 4, []float64{near, far, near2, far2, near * near2, far * far2}},
	{"outputTurned", 4, 6, []float64{near, far, near2, far2, near * near2, far * far2}},
	{"weightTurned", 6, 3, []float64{1 / (near2 * far2), atNear, near * atNear, near2 * atNear, atFar, far * atFar, far2 * atFar}},
}

// apply emits the product by the matrix.
func apply[R any](t transform, s sums[R], x []R) []R {
	switch t.name {
	case "input":
		a, b := s.fma(-far2, x[2], x[4]), s.mul(near, s.fma(-far2, x[1], x[3]))
		c, d := s.fma(-near2, x[2], x[4]), s.mul(far, s.fma(-near2, x[1], x[3]))
		return []R{s.fma(near2*far2, x[0], s.fma(-near2-far2, x[2], x[4])), s.add(a, b), s.sub(a, b),
			s.add(c, d), s.sub(c, d), s.fma(near2*far2, x[1], s.fma(-near2-far2, x[3], x[5]))}
	case "weight":
		a, b := s.fma(atNear, x[0], s.mul(near2*atNear, x[2])), s.mul(near*atNear, x[1])
		c, d := s.fma(atFar, x[0], s.mul(far2*atFar, x[2])), s.mul(far*atFar, x[1])
		return []R{s.mul(1/(near2*far2), x[0]), s.add(a, b), s.sub(a, b), s.add(c, d), s.sub(c, d), x[2]}
	case "outputTurned":
		a, b := s.fma(near2, x[2], x[0]), s.fma(near*near2, x[3], s.mul(near, x[1]))
		c, d := s.fma(far2, x[2], x[0]), s.fma(far*far2, x[3], s.mul(far, x[1]))
		return []R{x[0], s.add(a, b), s.sub(a, b), s.add(c, d), s.sub(c, d), x[3]}
	}
	a, b := s.add(x[1], x[2]), s.sub(x[1], x[2])
	c, d := s.add(x[3], x[4]), s.sub(x[3], x[4])
	if t.name == "weightTurned" {
		return []R{s.fma(atFar, c, s.fma(atNear, a, s.mul(1/(near2*far2), x[0]))), s.fma(far*atFar, d, s.mul(near*atNear, b)),
			s.fma(far2*atFar, c, s.fma(near2*atNear, a, x[5]))}
	}
	return []R{s.add(s.add(x[0], a), c), s.fma(far, d, s.mul(near, b)), s.fma(far2, c, s.mul(near2, a)),
		s.add(s.fma(far*far2, d, s.mul(near*near2, b)), x[5])}
}

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("conv", "winograd_amd64", "amd64,!noasm", func(c *build.Context) {
			for _, size := range []int{4, 8} {
				numbers := map[string]operand.Mem{}
				for _, t := range transforms {
					numbers[t.name] = numberTable(c, fmt.Sprintf("%s%d", t.name, 8*size), size, t.numbers, size)
				}
				transformFunc(&simd512{simd: simd{c: c, size: size, bytes: 64}}, fmt.Sprintf("transform512x%d", 8*size), numbers)
				transformFunc(&simd256{simd: simd{c: c, size: size, bytes: 32}}, fmt.Sprintf("transform256x%d", 8*size), numbers)
			}
		})
	}, func(out files) error {
		return out.avo("conv", "transpose_amd64", "amd64,!noasm", func(c *build.Context) {
			transposeFunc(c, "transpose256x32", 8, quad32, false)
			transposeFunc(c, "transpose256x64", 4, quad64, false)
			transposeFunc(c, "transposeDown256x32", 8, quad32, true)
			transposeFunc(c, "transposeDown256x64", 4, quad64, true)
		})
	})
}

// numberTable emits numbers of size bytes each, and zeros up to a multiple of
// fill bytes.
func numberTable(c *build.Context, name string, size int, list []float64, fill int) operand.Mem {
	m := c.StaticGlobal(name)
	c.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := 0; i < len(list) || i*size%fill != 0; i++ {
		v := 0.0
		if i < len(list) {
			v = list[i]
		}
		if size == 8 {
			c.AppendDatum(operand.F64(v))
		} else {
			c.AppendDatum(operand.F32(v))
		}
	}
	return m
}

// transformFunc emits the kernel of passes: it branches to the code for the
// matrix.
func transformFunc(v vec, name string, numbers map[string]operand.Mem) {
	c := v.ctx()
	args, which := openKernel(c, name, "kernel of passes"), c.GP64()
	c.MOVQ(args.Offset(passMatrix), which)
	for i, t := range transforms[1:] {
		c.CMPQ(which, operand.U8(i+1))
		c.JE(operand.LabelRef(t.name))
	}
	for _, t := range transforms {
		c.Label(t.name)
		transformLoop(v, args, t, numbers[t.name])
	}
}

// transformLoop emits the loops over items and their vectors.
func transformLoop(v vec, args operand.Mem, t transform, table operand.Mem) {
	c := v.ctx()
	s := &simdSums{v: v, numbers: map[float64]reg.VecVirtual{}}
	for i, k := range t.numbers {
		s.numbers[k] = v.reg()
		v.broadcast(table.Offset(i*v.elem()), s.numbers[k])
	}
	src, dst, items := c.GP64(), c.GP64(), c.GP64()
	c.MOVQ(args.Offset(passSrc), src)
	c.MOVQ(args.Offset(passDst), dst)
	c.MOVQ(args.Offset(passItems), items)
	srcNext, dstNext := c.GP64(), c.GP64()
	c.MOVQ(args.Offset(passSrcNext), srcNext)
	c.MOVQ(args.Offset(passDstNext), dstNext)
	from, to, vecs := rowsFrom(c, src, srcNext, 4), rowsFrom(c, dst, dstNext, 4), c.GP64()
	from.ptr, to.ptr = []reg.GPVirtual{c.GP64(), c.GP64()}, []reg.GPVirtual{c.GP64(), c.GP64()} // of the present vector
	c.Label(t.name + "item")
	c.MOVQ(src, from.ptr[0])
	c.LEAQ(operand.Mem{Base: src, Index: srcNext, Scale: 4}, from.ptr[1])
	c.MOVQ(dst, to.ptr[0])
	c.LEAQ(operand.Mem{Base: dst, Index: dstNext, Scale: 4}, to.ptr[1])
	c.MOVQ(args.Offset(passVecs), vecs)
	c.Label(t.name + "loop")
	x := make([]reg.VecVirtual, t.ins)
	for i := range x {
		x[i] = v.reg()
		v.loadC(from.at(i, 0), x[i], false)
	}
	for i, y := range apply(t, sums[reg.VecVirtual](s), x) {
		v.storeC(to.at(i, 0), y, false)
	}
	for _, p := range append(from.ptr, to.ptr...) {
		c.ADDQ(operand.U8(v.width()*v.elem()), p)
	}
	c.DECQ(vecs)
	c.JNZ(operand.LabelRef(t.name + "loop"))
	c.ADDQ(args.Offset(passSrcItem), src)
	c.ADDQ(args.Offset(passDstItem), dst)
	c.DECQ(items)
	c.JNZ(operand.LabelRef(t.name + "item"))
	v.end()
	c.RET()
}

// simdSums emits sums by the instructions of a level.
type simdSums struct {
	v       vec
	numbers map[float64]reg.VecVirtual
}

func (s *simdSums) add(x, y reg.VecVirtual) reg.VecVirtual {
	z := s.v.reg()
	if s.v.elem() == 8 {
		s.v.ctx().VADDPD(y, x, z)
	} else {
		s.v.ctx().VADDPS(y, x, z)
	}
	return z
}

func (s *simdSums) sub(x, y reg.VecVirtual) reg.VecVirtual {
	z := s.v.reg()
	if s.v.elem() == 8 {
		s.v.ctx().VSUBPD(y, x, z)
	} else {
		s.v.ctx().VSUBPS(y, x, z)
	}
	return z
}

func (s *simdSums) mul(k float64, x reg.VecVirtual) reg.VecVirtual {
	z := s.v.reg()
	s.v.mul(s.numbers[k], x, z)
	return z
}

func (s *simdSums) fma(k float64, x, y reg.VecVirtual) reg.VecVirtual {
	z := s.v.reg()
	s.v.ctx().VMOVAPS(y, z)
	s.v.fma(s.numbers[k], x, z)
	return z
}
