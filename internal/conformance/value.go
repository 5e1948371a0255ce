package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/symgrad/symgrad/internal/ir"
	"gorgonia.org/gorgonia"
)

// array is a tensor as a file has it. Ints are its elements if they are integers.
type array struct {
	Shape  []int
	Floats []float64
	Ints   []int
	Bools  bool // the elements are truth values: 0 or 1
}

// exact says that no rounding changes the elements: integers and truth values.
func (a *array) exact() bool { return a.Ints != nil || a.Bools }

// UnmarshalJSON reads numbers, the words NaN, Inf and -Inf, and booleans: of a
// tensor, or of a list of the elements alone.
func (a *array) UnmarshalJSON(text []byte) error {
	var raw struct {
		DType string
		Shape []int
		Data  []any
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var to any = &raw
	if len(text) > 0 && text[0] == '[' {
		to = &raw.Data
	}
	if err := d.Decode(to); err != nil {
		return err
	}
	a.Shape, a.Bools = raw.Shape, raw.DType == "bool"
	ints := strings.HasPrefix(raw.DType, "int") || strings.HasPrefix(raw.DType, "uint")
	if ints {
		a.Ints = make([]int, 0, len(raw.Data))
	}
	for _, v := range raw.Data {
		x, err := number(v)
		if err != nil {
			return err
		}
		a.Floats = append(a.Floats, x)
		if ints {
			a.Ints = append(a.Ints, int(x))
		}
	}
	return nil
}

// nonFinite are the words for what JSON has no number for.
var nonFinite = map[string]float64{"NaN": math.NaN(), "Inf": math.Inf(1), "-Inf": math.Inf(-1)}

func number(v any) (float64, error) {
	switch v := v.(type) {
	case json.Number:
		return v.Float64()
	case float64:
		return v, nil
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case string:
		if x, ok := nonFinite[v]; ok {
			return x, nil
		}
	}
	return 0, fmt.Errorf("%v is no number", v)
}

// largest is the largest finite magnitude, at least the smallest normal number of
// float32.
func (a *array) largest() float64 {
	m := 0x1p-126
	for _, x := range a.Floats {
		if x = math.Abs(x); x > m && !math.IsInf(x, 0) {
			m = x
		}
	}
	return m
}

func zeros(shape []int) *array {
	return &array{Shape: shape, Floats: make([]float64, sizeOf(shape))}
}

// integers is a tensor of integers.
func integers(v []int, shape ...int) *array {
	a := zeros(shape)
	a.Ints = v
	for i, x := range v {
		a.Floats[i] = float64(x)
	}
	return a
}

func sizeOf(s []int) int { return ir.Shape(s).Size() }

// named are values by their names, in the order of the file.
type named[T any] struct {
	Names []string
	By    map[string]T
}

func (m *named[T]) add(name string, v T) {
	if m.By == nil {
		m.By = map[string]T{}
	}
	m.Names, m.By[name] = append(m.Names, name), v
}

// UnmarshalJSON keeps the order of the keys.
func (m *named[T]) UnmarshalJSON(text []byte) (err error) {
	if err := json.Unmarshal(text, &m.By); err != nil {
		return err
	}
	m.Names, err = keysOf(text)
	return err
}

// keysOf are the keys of an object in their order.
func keysOf(text []byte) (keys []string, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		keys = append(keys, fmt.Sprint(key))
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// kind is what the elements of a tensor are to PyTorch. The graph has floats for
// all but indices.
type kind int

const (
	ofFloats kind = iota
	ofInts
	ofBools
)

// value is an argument or a result of a call: a tensor, which is a node or
// elements that are known before the graph runs or both; a list; or a plain value:
// nil, a number, a truth value, a text, a dtype, a span.
type value struct {
	tensor *array
	node   *gorgonia.Node
	kind   kind
	fixed  bool // no input that gradients are wanted of has a part in it
	grad   bool // gradients of it are wanted
	absent bool // a result that no rule computes, or an argument that none can take
	list   []value
	isList bool
	plain  any
}

// dtype is the name of a type of elements; span is a slice with its ends and step,
// nil where they are left out.
type (
	dtype string
	span  []any
)

func (v value) isTensor() bool { return v.tensor != nil || v.node != nil }

// isNone says that the value is Python's None.
func (v value) isNone() bool { return !v.isTensor() && !v.isList && !v.absent && v.plain == nil }

// elements are those of a list, also of one that is the only one of any number of
// arguments; of None none; of another value, the value.
func (v value) elements() []value {
	switch {
	case v.isNone():
		return nil
	case !v.isList:
		return []value{v}
	case len(v.list) == 1 && v.list[0].isList:
		return v.list[0].list
	}
	return v.list
}

// visit calls f for a value and all that its lists have.
func (v value) visit(f func(v value)) {
	f(v)
	for _, x := range v.list {
		x.visit(f)
	}
}

// ofArray is the value of a tensor of a file.
func ofArray(a *array) value {
	v := value{tensor: a, fixed: true}
	if a.Ints != nil {
		v.kind = ofInts
	} else if a.Bools {
		v.kind = ofBools
	}
	return v
}

// UnmarshalJSON reads an argument: a list, a plain value, or an object that says what it
// has: {"tensor": ...}, {"list": [...]}, {"number": "-Inf"}, {"dtype": "int64"},
// {"slice": [start, end, step]}. What another one has is absent.
func (v *value) UnmarshalJSON(text []byte) (err error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return v.plainFrom(text)
	}
	if text[0] == '[' {
		v.isList = true
		return json.Unmarshal(text, &v.list)
	}
	var o struct {
		Tensor *array
		Grad   bool `json:"requires_grad"`
		List   *[]value
		Number any
		DType  string
		Slice  span
	}
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	switch {
	case o.List != nil:
		v.list, v.isList = *o.List, true
	case o.Tensor != nil:
		*v = ofArray(o.Tensor)
		v.grad = o.Grad
	case o.Number != nil:
		v.plain, err = number(o.Number)
	case o.DType != "":
		v.plain = dtype(strings.TrimPrefix(o.DType, "torch."))
	case o.Slice != nil:
		v.plain = o.Slice
	default:
		v.absent = true
	}
	return err
}

func (v *value) plainFrom(text []byte) error {
	if err := json.Unmarshal(text, &v.plain); err != nil {
		return err
	}
	if s, ok := v.plain.(string); ok {
		if name, is := strings.CutPrefix(s, "torch."); is {
			v.plain = dtype(name)
		} else if x, is := nonFinite[s]; is {
			v.plain = x
		}
	}
	return nil
}
