package onnxfile

import (
	"fmt"
	"math"
	"strconv"
)

func float32frombits(v uint64) float32 { return math.Float32frombits(uint32(v)) }

// port reads an input or an output of a graph.
func (r *reader) port(to *[]Port, x field) error {
	var p Port
	err := r.message(x, func(x field) error {
		switch x.number {
		case 1:
			return x.text(&p.Name)
		case 2:
			return r.message(x, func(x field) error { return r.portType(&p, x) })
		}
		return nil
	})
	*to = append(*to, p)
	return err
}

// others are the types of values that are no tensors, by their fields.
var others = map[int]string{4: "sequence", 5: "map", 7: "opaque value", 8: "sparse tensor", 9: "optional value"}

func (r *reader) portType(p *Port, x field) error {
	if x.number != 1 {
		p.Other = others[int(x.number)]
		return nil
	}
	return r.message(x, func(x field) error {
		switch x.number {
		case 1:
			var kind int64
			err := x.integer(&kind)
			p.Kind = Kind(kind)
			return err
		case 2:
			p.Shaped = true
			return r.message(x, func(x field) error {
				if x.number != 1 {
					return nil
				}
				d := Dim{N: -1}
				err := r.message(x, func(x field) error {
					switch x.number {
					case 1:
						return x.integer(&d.N)
					case 2:
						return x.text(&d.Name)
					}
					return nil
				})
				if err == nil && d.N < -1 {
					err = formatf("input or output %q: got an extent of %d, want at least 0", p.Name, d.N)
				}
				p.Dims = append(p.Dims, d)
				return err
			})
		}
		return nil
	})
}

// Axes returns the extents as texts: numbers, and names of sizes. One without either is named
// after the input and the axis: "x.1". Without a shape it is nil.
func (p Port) Axes() []string {
	if !p.Shaped {
		return nil
	}
	out := make([]string, len(p.Dims))
	for i, d := range p.Dims {
		switch {
		case d.N >= 0:
			out[i] = strconv.FormatInt(d.N, 10)
		case d.Name != "":
			out[i] = d.Name
		default:
			out[i] = fmt.Sprintf("%s.%d", p.Name, i)
		}
	}
	return out
}
