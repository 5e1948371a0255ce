package exec

import (
	"slices"

	"github.com/symgrad/symgrad/internal/ir"
)

// Arena is a part of memory, named by what it is for.
type Arena uint8

// The arenas. The programs of one model share parameters, gradients and states. The other
// arenas belong to one program.
const (
	Input Arena = iota
	Param
	Grad
	State
	Const
	Temp
	Output
	Kept   // the outputs of Plan.Once
	Arenas // the number of arenas
)

var arenaNames = [...]string{"input", "param", "grad", "state", "const", "temp", "output", "kept"}

// String returns the name of the arena.
func (a Arena) String() string { return arenaNames[a] }

// shared says whether programs share the arena.
func (a Arena) shared() bool { return a == Param || a == Grad || a == State }

// Buffer is a part of an arena, in elements. Each arena has memory for floats and memory
// for Ints, which are counted apart.
type Buffer struct {
	Arena  Arena
	Offset int
	Len    int
}

// Slot is an input, an output or a constant of a program.
type Slot struct {
	Name  string
	Type  ir.Type
	Where Buffer
	Range int // of an Int: elements must lie in [0, Range); 0: any
}

// Update is a copy that ends a run: of a value to its place in the State arena.
type Update struct{ From, To Buffer }

// Step is the application of one operator to buffers.
type Step struct {
	V    *ir.Value
	Out  Buffer
	Rows Rows // how the result of a loop lies in Out
	In   []Buffer
}

// Rows says that a result lies in rows of Len elements, whose starts are Stride elements
// apart. A Stride of 0 means that all elements lie one after another.
type Rows struct{ Len, Stride int }

// Region is a run of steps that can be computed for some rows alone: of what the region
// has written, a row reads only the same row. So workers need not wait for each other
// between the steps.
type Region struct {
	First, End int // of the Steps
	Rows       int // into how many equal parts all results can be cut along axis 0
	Apart      int // how many workers the steps can use one by one, at most
}

// Block is a part of the Temp arena that is needed from one of the Steps to another, both
// included. No two blocks overlap in both place and time.
type Block struct {
	Of       *ir.Value // the first value in it; later ones may overwrite it in place
	Offset   int       // in elements
	Len      int
	From, To int
}

// Plan is a computation with its memory laid out. Nothing changes it after it is made, so
// programs may share it.
type Plan struct {
	DType   ir.DType // of all floats
	Func    *ir.Func
	Steps   []Step
	Regions []Region    // in order
	Gate    int         // the first of the Steps that changes parameters; -1: none does
	Floats  [Arenas]int // sizes of the arenas in elements
	Ints    [Arenas]int
	Inputs  []Slot
	Outputs []Slot
	Updates []Update // made if nothing has failed
	Consts  []Slot
	Data    []any // []float64 or []int for each of Consts
	Blocks  []Block
	Live    int // bytes of the Temp arena, at most, that are needed at once: it may be larger

	// Once computes, from parameters and states alone, what a run reads besides: its Output arena is
	// the Kept arena. nil: there is nothing.
	Once *Plan

	// Between estimates the time of one worker, in nanoseconds, between two points at
	// which several would wait for each other.
	Between float64
}

// Writes says whether a run writes to an arena that programs share.
func (p *Plan) Writes() bool {
	return len(p.Updates) > 0 || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Out.Arena.shared() })
}
