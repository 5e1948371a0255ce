package op

import (
	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// StepInput is the name of the Int input by which random operators draw: the
// number of the run.
const StepInput = "symgrad/step"

// DropMask is the mask of a dropout: each element is 1/keep with the probability
// keep, else 0, drawn anew for each value of the Int scalar step. Element i
// depends on (seed, stream, step, i) alone: not on the number of workers, nor
// on what else is drawn. The attributes seed, high (its upper 32 bits) and stream
// tell masks apart. It reads only the shape of its float operand and has no gradient.
var DropMask Entry

func init() {
	define(&DropMask, Entry{
		Def: ir.Def{Name: "dropmask", Class: ir.Opaque, Arity: 2,
			Infer: func(in []ir.Type, a ir.Attrs) (ir.Type, error) {
				if !in[0].DType.IsFloat() || in[1].DType != ir.Int || len(in[1].Shape) != 0 {
					return ir.Type{}, dtypef("got %v and %v, want floats and the Int scalar of the step", in[0], in[1])
				}
				if k := a.Float("keep"); !(k > 0 && k <= 1) {
					return ir.Type{}, shapef("got the probability %v of keeping an element, want it in (0, 1]", k)
				}
				return in[0], nil
			},
			F32: dropMask[float32](), F64: dropMask[float64]()},
		VJP: noGrad,
		Ref: func(c *ir.Call[float64]) { drawMask(c.Out, 0, newDraw(c.V.Attrs, c.IntIn[1][0])) },
		Samples: func() []Sample {
			return []Sample{{In: []ir.Shape{{5, 7}, {}}, Int: []int{0, 100},
				Attrs: ir.A("keep", 0.75, "seed", 1, "stream", 2)}}
		},
	})
}

// draw is a key of the generator and what its numbers are compared with.
type draw struct {
	key   uint64
	below uint64 // keep an element whose upper 53 bits are below it
	value float64
}

// newDraw mixes the key: each part goes through the finalizer, so that
// neighbouring seeds, streams and steps have nothing in common.
func newDraw(a ir.Attrs, step int) draw {
	k := mix((uint64(uint32(a.Int("seed"))) | uint64(a.Int("high"))<<32) + golden)
	k = mix(k ^ uint64(a.Int("stream")) + golden)
	k = mix(k ^ uint64(step) + golden)
	keep := a.Float("keep")
	return draw{key: k, below: uint64(keep * (1 << 53)), value: 1 / keep}
}

const golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// drawMask fills dst with the elements from start on.
func drawMask[T ir.Float](dst []T, start int, d draw) {
	z := d.key + uint64(start)*golden
	for i := range dst {
		z += golden
		dst[i] = 0
		if mix(z)>>11 < d.below {
			dst[i] = T(d.value)
		}
	}
}

// masking is the state of one prepared mask.
type masking[T ir.Float] struct {
	c    *ir.Call[T]
	d    draw
	part func(worker, part int)
}

const maskGrain = 1 << 14 // elements in one part

func dropMask[T ir.Float]() ir.Kernel[T] {
	return ir.Kernel[T]{
		Prepare: func(*ir.Value, int) (any, int) {
			s := &masking[T]{}
			s.part = func(_, p int) {
				lo := p * maskGrain
				drawMask(s.c.Out[lo:min(lo+maskGrain, len(s.c.Out))], lo, s.d)
			}
			return s, 0
		},
		Run: func(c *ir.Call[T]) {
			s := c.State.(*masking[T])
			s.c, s.d = c, newDraw(c.V.Attrs, c.IntIn[1][0])
			c.Pool.Run((len(c.Out)+maskGrain-1)/maskGrain, s.part)
		},
	}
}

// DropMask draws a mask in the shape of x.
func (c *Ctx) DropMask(x, step *gorgonia.Node, keep float64, seed uint64, stream int) *gorgonia.Node {
	low, high := int(int32(seed)), int(int32(seed>>32))
	return c.Apply(&DropMask, ir.A("keep", keep, "seed", low, "high", high, "stream", stream), x, step)
}
