package exec

import "github.com/symgrad/symgrad/internal/ir"

// Arena is a role of memory.
type Arena uint8

// The arenas. Parameters and gradients are shared by the programs of one model,
// the others belong to one program.
const (
	Input Arena = iota
	Param
	Grad
	Const
	Temp
	Output
	Arenas // how many there are
)

var arenaNames = [...]string{"input", "param", "grad", "const", "temp", "output"}

// String is the arena's name.
func (a Arena) String() string { return arenaNames[a] }

// Buffer is a place in an arena, in elements. Values of the type Int lie in
// arenas of their own.
type Buffer struct {
	Arena  Arena
	Offset int
	Len    int
}

// Slot is an input or an output of a program: what lies where.
type Slot struct {
	Name  string
	Type  ir.Type
	Where Buffer
	Range int // of an Int input: elements must lie in [0, Range); 0: any
}

// Step is the application of one operator to buffers.
type Step struct {
	V    *ir.Value
	Out  Buffer
	Rows Rows // of the result of a loop
	In   []Buffer
}

// Rows says that a result lies in rows of Len elements, each Stride elements
// after the one before. A Stride of 0 means all elements one after another.
type Rows struct{ Len, Stride int }

// Region is a run of steps that can be done for some of their rows alone: of what
// a step reads, the same rows only were written in the region. So workers need not
// wait for each other between the steps.
type Region struct {
	First, End int // of the Steps
	Rows       int // equal parts of all results along axis 0
}

// Plan is a computation with its memory laid out. It is not changed after it is
// made and may be shared.
type Plan struct {
	DType   ir.DType // of all floats
	Func    *ir.Func
	Steps   []Step
	Regions []Region    // in order
	Gate    int         // first of the Steps that change parameters, -1: none does
	Floats  [Arenas]int // sizes of the arenas in elements
	Ints    [Arenas]int
	Inputs  []Slot
	Outputs []Slot
	Consts  []Slot // with the values that Data holds
	Data    []any  // []float64 or []int for each of Consts
	Live    int    // bytes of the Temp arena that are needed at once at most: it has some more

	// Between is about how many nanoseconds one worker works, alone, from one place
	// where several would have to wait for each other to the next.
	Between float64
}
