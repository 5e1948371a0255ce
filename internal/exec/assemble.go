package exec

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// assembler turns the body of a fused value into the arguments and instructions of a
// loop.
type assembler[T ir.Float] struct {
	*loop[T]
	of   ir.Table[spot]
	free []int // slots
	n    int   // slots in all
}

// spot is where a value of the body is found.
type spot struct {
	isArg   bool // in memory: it is an argument, or a view of one
	operand int  // of an argument: which one
	layout  ir.Layout
	loaded  bool // of an argument: it has a slot
	slot    int  // -1: the result
	reads   int  // how often instructions read it
	last    int  // the position of the last value that reads it, -1 when its slot is free
}

// assemble fills in what l computes and returns the number of slots. A slot is free again
// after the last instruction that reads it.
func assemble[T ir.Float](l *loop[T], body *ir.Func) (slots int) {
	a := assembler[T]{loop: l, of: ir.NewTable[spot](body)}
	for i, v := range body.Values {
		for _, x := range v.In {
			a.of.At(x).last = i
		}
		switch {
		case v.Leaf == ir.Arg:
			*a.of.At(v) = spot{isArg: true, operand: v.Index, layout: ir.Dense(v.Type.Shape)}
		case v.Def.Class == ir.Move:
			x := *a.of.At(v.In[0])
			l, ok := v.Def.View(v, x.layout)
			if !ok {
				panic("exec: " + v.Def.Name + " in a fused body is no view of its operand")
			}
			*a.of.At(v) = spot{isArg: true, operand: x.operand, layout: l}
		}
	}
	for _, v := range body.Values {
		if !a.of.At(v).isArg {
			for _, x := range v.In {
				a.of.At(x).reads++
			}
		}
	}
	result := body.Out[0]
	for i, v := range body.Values {
		if !a.of.At(v).isArg {
			a.instruction(i, v, v == result)
		}
	}
	if len(a.code) == 0 { // a copy
		in := instr[T]{elem: copyElem[T], out: -1}
		a.read(&in, []*ir.Value{result}, true)
		a.code = append(a.code, in)
	}
	return a.n
}

// instruction appends that of v, which stands at position i.
func (a *assembler[T]) instruction(i int, v *ir.Value, isResult bool) {
	a.weight += max(1, v.Def.Weight)
	in := instr[T]{elem: ir.ElemOf[T](v.Def), out: -1}
	operands := v.In
	if k, w := a.numberOf(v); k >= 0 {
		in.elem = ir.ElemOf[T](v.Def.By)
		in.number = &arg{operand: a.of.At(v.In[k]).operand, view: w}
		operands = slices.Concat(v.In[:k], v.In[k+1:])
	}
	if v.Def.Consts != nil {
		for _, k := range v.Def.Consts(v.Attrs) {
			in.consts = append(in.consts, T(k))
		}
	}
	a.read(&in, operands, isResult)
	for _, x := range v.In {
		if p := a.of.At(x); !p.isArg && p.last == i && p.slot >= 0 {
			a.free = append(a.free, p.slot)
			p.last = -1 // an operand that is read twice is freed once
		}
	}
	if !isResult {
		in.out = a.newSlot()
	}
	a.of.At(v).slot = in.out
	a.code = append(a.code, in)
}

// newSlot returns a slot that is free.
func (a *assembler[T]) newSlot() int {
	if k := len(a.free); k > 0 {
		s := a.free[k-1]
		a.free = a.free[:k-1]
		return s
	}
	a.n++
	return a.n - 1
}

// slot returns the slot of an operand. The loop loads an argument into a slot of its own,
// which stays.
func (a *assembler[T]) slot(v *ir.Value) int {
	p := a.of.At(v)
	if p.isArg && !p.loaded {
		p.loaded, p.slot = true, a.n
		a.args = append(a.args, arg{operand: p.operand, slot: a.n, view: newView(p.layout)})
		a.n++
	}
	return p.slot
}

// numberOf returns which operand of v is one number, for all elements or for runs of at
// least a cache line, and its view, if v has an operator for that; -1 if there is none.
func (a *assembler[T]) numberOf(v *ir.Value) (int, view) {
	if v.Def.By == nil {
		return -1, view{}
	}
	may := v.In
	if len(may) == 3 {
		may = may[:1]
	}
	for k, x := range may {
		p := a.of.At(x)
		if !p.isArg || slices.Contains(v.In[k+1:], x) || slices.Contains(v.In[:k], x) {
			continue
		}
		w := newView(p.layout)
		last := len(w.shape) - 1
		if w.kind == uniform || w.kind == strided && w.stride[last] == 0 && w.shape[last] >= lineElems {
			return k, w
		}
	}
	return -1, view{}
}

func copyElem[T ir.Float](dst []T, in [][]T, _ []T) { copy(dst, in[0]) }
