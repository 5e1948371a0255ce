package graph

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/internal/compile"
	"github.com/symgrad/symgrad/internal/exec"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Plan says what a Program will need, before it has any memory. Builder.Plan makes it.
type Plan struct {
	// Layers are the layers of Options.Outputs, each behind those that it reads.
	Layers []LayerPlan

	// Stats are those of the Program that Compile would return.
	Stats Stats

	// Pieces are the parts of the memory between the kernels, Stats.Bytes["temp"], each with
	// the time that it is needed. No two overlap in both.
	Pieces []Piece
}

// Piece is a part of the memory between the kernels of a Program. Kernels are counted from 0,
// in the order in which they run.
type Piece struct {
	Op     string // of the kernel that writes it first, as in KernelProfile
	Node   string // the name of the node that this kernel computes, or ""
	Shape  []int  // of its result; other results may take its place later
	Offset int64  // in bytes
	Bytes  int64
	From   int // the kernel that writes it first
	To     int // the last kernel that needs it
}

// LayerPlan is one layer of a Plan: all values that are made within one scope, such as
// "encoder/dense0". Outside of any scope it is the values of one call of an operator.
type LayerPlan struct {
	Scope  string // the scopes with "/" between them, or ""
	Op     string // the operator that made the last value, as the user called it: "nn.Dense"
	Shape  []int  // of the last value
	Params []*Param
	Flops  int64 // of the forward pass; a multiply-add counts two
	Bytes  int64 // of the last value

	Reads  []int    // indices in Layers of those that it reads, ascending; a later one if layers read each other
	Inputs []string // names of the inputs that it reads
}

// Plan compiles the nodes of o as Compile does, and returns what the Program will need. It
// allocates nothing for the program, and Options.MemoryLimit does not bind it: a Plan also
// tells of programs that are too large for this machine. Later parameters may still be added.
//
// A parameter or a state belongs to the first layer that reads it.
//
// Errors: those of Compile, without a *MemoryError for what would not fit.
func (b *Builder) Plan(o Options) (plan Plan, err error) {
	if b == nil || b.c.Err != nil {
		_, err = b.Compile(o)
		return Plan{}, err
	}
	defer compile.Recover("graph: Plan", &err)
	targets, nodes, err := b.targets(o)
	if err != nil {
		return Plan{}, errors.Wrap(err, "graph: Plan")
	}
	lower := func(nodes []*gorgonia.Node) (*ir.Func, error) {
		return compile.Lower(compile.Source{Name: "main", Out: nodes, PC: op.Caller(), Leaf: b.lookup})
	}
	f, err := lower(nodes)
	if err != nil {
		return Plan{}, errors.Wrap(err, "graph: Plan")
	}
	o.MemoryLimit = math.MaxInt64
	p, err := compileFunc(f, b.params, targets, o)
	if err != nil {
		return Plan{}, errors.Wrap(err, "graph: Plan")
	}
	if f, err = lower(nodes[:len(o.Outputs)]); err != nil { // compileFunc has rewritten the other
		return Plan{}, errors.Wrap(err, "graph: Plan")
	}
	return Plan{Layers: b.layers(f), Stats: p.Stats(), Pieces: piecesOf(p.plan)}, nil
}

// piecesOf returns the blocks of a plan in bytes. Ints lie behind the floats.
func piecesOf(p *exec.Plan) (list []Piece) {
	floats := p.Floats[exec.Temp] * p.DType.Size()
	for _, x := range p.Blocks {
		at, size := 0, p.DType.Size()
		if x.Of.Type.DType == ir.Int {
			at, size = floats, ir.Int.Size()
		}
		list = append(list, Piece{Op: opsOf(x.Of), Node: x.Of.Name, Shape: x.Of.Type.Shape.Clone(),
			Offset: int64(at + x.Offset*size), Bytes: int64(x.Len * size), From: x.From, To: x.To})
	}
	return list
}

// layers returns the layers of a lowered function. Outside of any scope, calls of one operator
// from one line are one layer, as in a loop, until another scope begins.
func (b *Builder) layers(f *ir.Func) []LayerPlan {
	type call struct {
		scope, made string
		pc          uintptr
		scopes      int // that have begun before
	}
	var list []LayerPlan
	at := map[call]int{}
	seen := map[*Param]bool{}
	of := ir.NewTable[int](f)
	scopes, last := 0, call{} // last is what the last layer began with
	for _, v := range f.Values {
		if v.Def == nil {
			continue
		}
		key := call{scope: v.Scope}
		if v.Scope == "" {
			key = call{made: v.Made, pc: v.PC, scopes: scopes}
		}
		i, ok := at[key]
		if !ok {
			if v.Scope != "" {
				scopes++
			}
			if i = len(list); i > 0 && v.Scope != "" && list[i-1].Scope == "" && last == (call{made: v.Made, pc: v.PC}) {
				i-- // the part of the call before its scope
				list[i].Scope = v.Scope
			} else {
				list = append(list, LayerPlan{Scope: v.Scope})
			}
			at[key], last = i, call{made: v.Made, pc: v.PC}
		}
		l := &list[i]
		*of.At(v) = i
		flops, _ := costOf(v)
		l.Op, l.Shape, l.Flops = v.Made, v.Type.Shape.Clone(), l.Flops+flops
		l.Bytes = int64(v.Type.Shape.Size() * v.Type.DType.Size())
		for _, x := range v.In {
			l.reads(x, i, *of.At(x))
			if q := b.params.Get(x.Name); (x.Leaf == ir.Param || x.Leaf == ir.State) && !seen[q] {
				seen[q] = true
				l.Params = append(l.Params, q)
			}
		}
	}
	return slices.Clip(list)
}

// reads notes that l, which is layer i, reads x, which is made in layer from unless it is a leaf.
func (l *LayerPlan) reads(x *ir.Value, i, from int) {
	switch {
	case x.Leaf == ir.Input && !slices.Contains(l.Inputs, x.Name):
		l.Inputs = append(l.Inputs, x.Name)
	case x.Def == nil || from == i:
	default:
		if k, found := slices.BinarySearch(l.Reads, from); !found {
			l.Reads = slices.Insert(l.Reads, k, from)
		}
	}
}
