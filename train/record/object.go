package record

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/symgrad/symgrad/train"
)

// lineStart is what every line of JSONLines starts with.
const lineStart = `{"event":"`

// object is a JSON object in the making. Its memory is used again.
type object struct{ b []byte }

// begin starts a new object about an event and the steps made.
func (o *object) begin(event string, step int) {
	o.b = append(o.b[:0], lineStart...)
	o.b = append(o.b, event...)
	o.b = append(o.b, '"')
	o.integer("step", step)
}

// end returns the object as a line.
func (o *object) end() []byte {
	o.b = append(o.b, "}\n"...)
	return o.b
}

func (o *object) key(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(quoted(o.b, name), ':')
}

// quoted appends the text as a JSON string.
func quoted(b []byte, s string) []byte {
	for _, c := range []byte(s) {
		if c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			q, _ := json.Marshal(s) // strings always have a form
			return append(b, q...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func (o *object) integer(name string, v int) {
	o.key(name)
	o.b = strconv.AppendInt(o.b, int64(v), 10)
}

// number adds a number. NaN and infinities are strings.
func (o *object) number(name string, v float64) {
	o.key(name)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		o.b = append(o.b, '"')
		o.b = strconv.AppendFloat(o.b, v, 'g', -1, 64)
		o.b = append(o.b, '"')
		return
	}
	o.b = strconv.AppendFloat(o.b, v, 'g', -1, 64)
}

// values adds an object with the values, nothing if there are none.
func (o *object) values(name string, list []train.Value) {
	if len(list) == 0 {
		return
	}
	o.key(name)
	o.b = append(o.b, '{')
	for _, v := range list {
		o.number(v.Name, v.Value)
	}
	o.b = append(o.b, '}')
}
