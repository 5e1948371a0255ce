package onnxfile

import (
	"encoding/binary"
	"math"
)

// Tensor is an array of the file. Its numbers are read when they are asked for.
type Tensor struct {
	Name  string
	Kind  Kind
	Shape []int
	Size  int    // the number of elements
	Doc   string // what the tensor is: see Constant and State

	External map[string]string // where the data are if not in the file: "location", "offset", "length"
	Absent   bool              // there are no numbers, see Structure; they count as 0

	raw     []byte // little-endian; nil: in one of the lists
	floats  []float32
	doubles []float64
	ints    []int64
}

// The texts by which a file of this project tells initializers from parameters.
const (
	Constant = "constant" // it is no weight
	State    = "state"    // it is not trained by gradients
)

// tensorIn reads a tensor that is a field.
func (r *reader) tensorIn(x field) (*Tensor, error) {
	var b []byte
	if err := x.raw(&b); err != nil {
		return nil, err
	}
	return r.tensor(b)
}

// tensor reads a tensor and checks that it has as many numbers as its shape says.
func (r *reader) tensor(message []byte) (*Tensor, error) {
	if err := r.part(); err != nil {
		return nil, err
	}
	t := &Tensor{Size: 1}
	var dims []int64
	var external bool
	err := r.each(message, func(x field) error {
		switch x.number {
		case 1:
			return x.integers(&dims)
		case 3:
			return unsupportedf("got a tensor in segments, want one in one piece")
		case 13:
			key, value, err := r.entry(x)
			if t.External == nil {
				t.External = map[string]string{}
			}
			t.External[key] = value
			return err
		case 14:
			var where int64
			err := x.integer(&where)
			external = where == 1
			return err
		}
		return t.field(x)
	})
	if err == nil {
		err = t.Kind.Check()
	}
	if err == nil {
		err = t.extents(dims, r.limits)
	}
	switch {
	case err != nil:
	case !external:
		t.External = nil
		err = t.complete()
	case t.External["location"] == "":
		err = formatf("got external data without a location, want one")
	}
	if err != nil && t.Name != "" {
		err = named{"tensor", t.Name, err}
	}
	return t, err
}

// field reads what holds the numbers.
func (t *Tensor) field(x field) error {
	switch x.number {
	case 2:
		var kind int64
		err := x.integer(&kind)
		if kind < 0 || kind > 1<<16 {
			kind = 1 << 16
		}
		t.Kind = Kind(kind)
		return err
	case 4:
		return x.floats(&t.floats)
	case 5, 7, 11:
		return x.integers(&t.ints)
	case 8:
		return x.text(&t.Name)
	case 9:
		err := x.raw(&t.raw)
		if t.raw == nil {
			t.raw = []byte{}
		}
		return err
	case 10:
		return x.doubles(&t.doubles)
	case 12:
		return x.text(&t.Doc)
	}
	return nil
}

// extents takes the shape.
func (t *Tensor) extents(dims []int64, l Limits) error {
	for _, d := range dims {
		if d < 0 {
			return formatf("got the extents %v, want none below 0", dims)
		}
	}
	for _, d := range dims {
		if d > int64(l.Elements) || t.Size > 0 && d > int64(l.Elements/t.Size) {
			return tooMuchf("got the extents %v, want at most %d elements", dims, l.Elements)
		}
		t.Size *= int(d)
		t.Shape = append(t.Shape, int(d))
	}
	return nil
}

// complete checks how many numbers there are.
func (t *Tensor) complete() error {
	if t.raw != nil {
		if want := int64(t.Size) * int64(kinds[t.Kind].size); int64(len(t.raw)) != want {
			return formatf("got %d bytes for %v of %v, want %d", len(t.raw), t.Kind, t.Shape, want)
		}
		return nil
	}
	got := len(t.ints)
	switch t.Kind {
	case Float:
		got = len(t.floats)
	case Double:
		got = len(t.doubles)
	}
	if got != t.Size {
		return formatf("got %d numbers for %v of %v, want %d", got, t.Kind, t.Shape, t.Size)
	}
	return nil
}

// Floats returns the elements as floats, in row-major order. Booleans are 0 and 1.
func (t *Tensor) Floats() []float64 {
	out := make([]float64, t.Size)
	if t.Kind.IsFloat() {
		for i := range out {
			out[i] = t.at(i)
		}
		return out
	}
	for i, v := range t.Ints() {
		out[i] = float64(v)
	}
	return out
}

// Finite reports whether all elements of a tensor of floats are finite numbers.
func (t *Tensor) Finite() bool {
	if t.Absent {
		return true
	}
	for i := range t.Size {
		if x := t.at(i); math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// at returns element i of a tensor of floats.
func (t *Tensor) at(i int) float64 {
	switch {
	case t.Absent:
		return 0
	case t.raw == nil && t.Kind == Float:
		return float64(t.floats[i])
	case t.raw == nil && t.Kind == Double:
		return t.doubles[i]
	}
	switch v := t.bits(i); t.Kind {
	case Float:
		return float64(math.Float32frombits(uint32(v)))
	case Double:
		return math.Float64frombits(v)
	case BFloat16:
		return float64(math.Float32frombits(uint32(v) << 16))
	default:
		return half(uint16(v))
	}
}

// Ints returns the elements of integers and booleans, in row-major order. What is beyond int64
// wraps around.
func (t *Tensor) Ints() []int64 {
	out := make([]int64, t.Size)
	for i := range out {
		v := t.bits(i)
		switch t.Kind {
		case Bool:
			if v != 0 {
				v = 1
			}
		case Uint8:
			v = uint64(uint8(v))
		case Int8:
			v = uint64(int8(v))
		case Uint16:
			v = uint64(uint16(v))
		case Int16:
			v = uint64(int16(v))
		case Uint32:
			v = uint64(uint32(v))
		case Int32:
			v = uint64(int32(v))
		}
		out[i] = int64(v)
	}
	return out
}

// bits returns the bits of element i.
func (t *Tensor) bits(i int) uint64 {
	if t.raw == nil {
		return uint64(t.ints[i])
	}
	switch kinds[t.Kind].size {
	case 1:
		return uint64(t.raw[i])
	case 2:
		return uint64(binary.LittleEndian.Uint16(t.raw[2*i:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(t.raw[4*i:]))
	}
	return binary.LittleEndian.Uint64(t.raw[8*i:])
}

// half returns the number that 16 bits stand for: a sign, 5 bits of exponent, 10 of fraction.
func half(b uint16) float64 {
	sign, exponent, fraction := 1.0, int(b>>10&31), float64(b&1023)
	if b>>15 != 0 {
		sign = -1
	}
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}
