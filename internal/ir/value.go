package ir

// Leaf is the kind of a value without an operator.
type Leaf uint8

// The kinds of leaf. NotLeaf marks the result of an operator.
const (
	NotLeaf Leaf = iota
	Input        // fed before each run
	Param        // trained; lives in the parameter arena
	State        // written back after a run; lives in the state arena
	Const        // never changes; Data holds its elements
	Arg          // operand of the value whose Body this is; Index says which
)

var leafNames = [...]string{"", "input", "param", "state", "const", "arg"}

// String returns the word that the printer writes for l.
func (l Leaf) String() string { return leafNames[l] }

// Value is one node of a Func: a leaf, or an operator applied to operands.
type Value struct {
	ID    int  // unique in its Func, printed as v7; it says nothing about the position
	Def   *Def // nil for a leaf
	In    []*Value
	Attrs Attrs
	Type  Type
	Body  *Func // what a fused value computes, or the epilogue of a product; else nil

	Leaf  Leaf
	Name  string  // of a leaf, or of the node that an operator comes from, for messages
	Data  any     // of a Const: []float64 (for F32 too) or []int
	Index int     // of an Arg: which operand; of a Param or a State: where it lies
	Made  string  // the public operator that the user called for it, or ""; for messages
	Scope string  // that the node was made within, or ""; for summaries
	PC    uintptr // the user's line that asked for the value, for messages; 0: unknown
}

// ProductArg is the Index of the Arg that is the product, in the Body of a Contract value:
// its epilogue. Other Args are the operands.
const ProductArg = -1

// Func is a computation: values, each behind its operands, and the results among them.
type Func struct {
	Name   string
	Values []*Value
	Out    []*Value
	nextID int
}

// New appends the application of def to the operands. Errors are those of def.Infer.
func (f *Func) New(def *Def, a Attrs, in ...*Value) (*Value, error) {
	v := &Value{Def: def, Attrs: a, In: in}
	types := make([]Type, len(in))
	for i, x := range in {
		types[i] = x.Type
	}
	t, err := def.Infer(types, a)
	if err != nil {
		return nil, err
	}
	v.Type = t
	f.add(v)
	return v, nil
}

// Add appends v under a new ID. Its operands must be in f already.
func (f *Func) Add(v *Value) *Value { f.add(v); return v }

func (f *Func) add(v *Value) {
	v.ID = f.nextID
	f.nextID++
	f.Values = append(f.Values, v)
}

// AddConst appends a constant leaf. data holds the elements in row-major order: []float64
// for a float type, []int for Int. It belongs to f from now on.
func (f *Func) AddConst(t Type, data any) *Value {
	return f.Add(&Value{Leaf: Const, Type: t, Data: data})
}

// Clone returns a copy of f with values of its own, under the same IDs. Both share
// the elements of constants and the bodies: they must not be changed.
func (f *Func) Clone() *Func {
	g := &Func{Name: f.Name, nextID: f.nextID, Values: make([]*Value, len(f.Values))}
	copies := NewTable[*Value](f)
	own := func(list []*Value) []*Value {
		out := make([]*Value, len(list))
		for i, x := range list {
			out[i] = *copies.At(x)
		}
		return out
	}
	for i, v := range f.Values {
		w := *v
		w.In = own(v.In)
		*copies.At(v), g.Values[i] = &w, &w
	}
	g.Out = own(f.Out)
	return g
}

// Sort puts the values that f.Out needs into an order in which operands stand
// before their users. It keeps the present order as far as it can. It drops all
// other values but the Arg leaves, which are the signature of f.
func (f *Func) Sort() {
	seen := NewTable[bool](f)
	out := make([]*Value, 0, len(f.Values))
	type frame struct {
		v *Value
		i int
	}
	var stack []frame
	push := func(v *Value) {
		if s := seen.At(v); !*s {
			*s = true
			stack = append(stack, frame{v, 0})
		}
	}
	visit := func(root *Value) {
		push(root)
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.i < len(top.v.In) {
				top.i++
				push(top.v.In[top.i-1])
				continue
			}
			out = append(out, top.v)
			stack = stack[:len(stack)-1]
		}
	}
	needed := f.needed()
	for _, v := range f.Values {
		if *needed.At(v) || v.Leaf == Arg {
			visit(v)
		}
	}
	for _, v := range f.Out {
		visit(v)
	}
	f.Values = out
}

// needed says of each value whether the results need it.
func (f *Func) needed() Table[bool] {
	needed := NewTable[bool](f)
	stack := append([]*Value(nil), f.Out...)
	for len(stack) > 0 {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if n := needed.At(v); !*n {
			*n = true
			stack = append(stack, v.In...)
		}
	}
	return needed
}
