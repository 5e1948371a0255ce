package ir

import (
	"math"
	"strconv"
	"strings"
)

// String writes f, one value a line, so that Parse reads back the same function:
//
//	func "main" {
//	  v0 = input f32[64,784] "x"
//	  v1 = param f32[784,128] 0 "dense0/weight"
//	  v2 = const f32[128] [0 ...]
//	  v3 = matmul f32[64,128] v0 v1 {transA=false transB=false} "h"
//	  v4 = fused f32[64,128] v3 v2 func "body" {
//	    v0 = arg f32[64,128] 0
//	    v1 = relu f32[64,128] v0
//	    return v1
//	  }
//	  return v4
//	}
//
// A line has the value's ID, its operator or kind of leaf, its type, and then what there is
// of operands, attributes, name and body. A parameter has its place in the parameter
// memory. An argument has its index, or the word product. A constant has its elements in
// brackets: [0 ...] if all are zero. A body is a function with IDs of its own.
func (f *Func) String() string { return f.text(-1) }

// Short writes f as String does, but only the first elements of large constants. Parse
// refuses constants that are cut short.
func (f *Func) Short() string { return f.text(8) }

func (f *Func) text(most int) string {
	p := printer{most: most}
	p.WriteString("func " + strconv.Quote(f.Name) + " {\n")
	p.body(f, "  ")
	p.WriteString("}\n")
	return p.Builder.String()
}

type printer struct {
	strings.Builder
	most int // elements of a constant to write; negative: all
}

func (p *printer) body(f *Func, indent string) {
	for _, v := range f.Values {
		p.WriteString(indent)
		p.value(v, indent)
		p.WriteByte('\n')
	}
	p.WriteString(indent + "return")
	for _, v := range f.Out {
		p.ref(v)
	}
	p.WriteByte('\n')
}

func (p *printer) ref(v *Value) {
	if v == nil { // a pass has broken the function
		p.WriteString(" nil")
		return
	}
	p.WriteString(" v" + strconv.Itoa(v.ID))
}

func (p *printer) value(v *Value, indent string) {
	word := v.Leaf.String()
	if v.Def != nil {
		word = v.Def.Name
	}
	p.WriteString("v" + strconv.Itoa(v.ID) + " = " + word + " " + v.Type.String())
	switch v.Leaf {
	case NotLeaf:
		for _, x := range v.In {
			p.ref(x)
		}
	case Param, State:
		p.WriteString(" " + strconv.Itoa(v.Index))
	case Arg:
		if v.Index == ProductArg {
			p.WriteString(" product")
		} else {
			p.WriteString(" " + strconv.Itoa(v.Index))
		}
	case Const:
		p.data(v)
	}
	if len(v.Attrs) > 0 {
		p.WriteString(" " + v.Attrs.String())
	}
	if v.Name != "" {
		p.WriteString(" " + strconv.Quote(v.Name))
	}
	if v.Body != nil {
		p.WriteString(" func " + strconv.Quote(v.Body.Name) + " {\n")
		p.body(v.Body, indent+"  ")
		p.WriteString(indent + "}")
	}
}

// data writes the elements of a constant.
func (p *printer) data(v *Value) {
	switch d := v.Data.(type) {
	case []float64:
		elements(p, v, d, func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) },
			func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
	case []int:
		elements(p, v, d, strconv.Itoa, func(x, y int) bool { return x == y })
	}
}

func elements[T any](p *printer, v *Value, d []T, text func(T) string, same func(x, y T) bool) {
	p.WriteString(" [")
	uniform := len(d) > 1 && len(d) == v.Type.Shape.Size()
	for i := 1; i < len(d) && uniform; i++ {
		uniform = same(d[i], d[0])
	}
	for i, x := range d {
		if i > 0 {
			p.WriteByte(' ')
		}
		if i == 1 && uniform {
			p.WriteString("...")
			break
		}
		if p.most >= 0 && i == p.most {
			p.WriteString("... " + strconv.Itoa(len(d)-i) + " more")
			break
		}
		p.WriteString(text(x))
	}
	p.WriteByte(']')
}
