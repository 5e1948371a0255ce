package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stripDepth is how many rows of a transposed A are packed at a time.
const stripDepth = 4

func init() {
	generators = append(generators, func(out files) error {
		return out.avo("gemm", "strips_amd64", "amd64,!noasm", func(c *build.Context) {
			for _, s := range []struct {
				name        string
				bytes, next int // of a piece as it is copied, and to the next piece
			}{{"strips256x32", 32, 24}, {"strips256x64", 48, 48}, {"strips512x32", 48, 48}, {"strips512x64", 96, 96}} {
				stripsFunc(c, s.name, s.bytes, s.next)
			}
		})
	})
}

// stripsFunc emits a function that cuts stripDepth rows of src into pieces. Those of the
// same place in all rows lie side by side in dst.
func stripsFunc(c *build.Context, name string, bytes, next int) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.SignatureExpr("func(dst, src *byte, dstStep, srcStride, pieces int)")
	c.Doc(fmt.Sprintf("%s copies pieces of %d bytes, %d bytes apart, of %d rows of src.", name, bytes, next, stripDepth),
		"Those of one place in the rows lie side by side in dst, those of the next place dstStep bytes on.")
	c.Pragma("noescape")
	param := func(p string) reg.GPVirtual { return c.Load(c.Param(p), c.GP64()).(reg.GPVirtual) }
	dst, step, pieces := param("dst"), param("dstStep"), param("pieces")
	src := rowsFrom(c, param("src"), param("srcStride"), stripDepth)
	c.Label("piece")
	for r := range stripDepth {
		for off := 0; off < bytes; {
			var x reg.VecVirtual
			switch {
			case bytes-off >= 32:
				x = c.YMM()
			default:
				x = c.XMM()
			}
			c.VMOVUPS(src.at(r, off), x)
			c.VMOVUPS(x, operand.Mem{Base: dst, Disp: r*bytes + off})
			off += int(x.Size())
		}
	}
	c.ADDQ(step, dst)
	c.ADDQ(operand.U8(next), src.ptr[0])
	c.DECQ(pieces)
	c.JNZ(operand.LabelRef("piece"))
	c.VZEROUPPER()
	c.RET()
}
