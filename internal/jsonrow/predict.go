package jsonrow

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
	"github.com/symgrad/symgrad/train/data"
)

// Predict returns the outputs for the rows, which are all arrays or all objects.
//
// Errors: an *Error where one row is wrong; those of the Predictor.
func Predict(ctx context.Context, p *train.Predictor, t *Table, rows []Row) ([]float64, error) {
	if len(rows) == 0 {
		return nil, errors.Wrap(data.ErrEmpty, "got no rows, want at least one")
	}
	if rows[0].List != nil {
		flat, err := numbers(p, rows)
		if err != nil {
			return nil, err
		}
		out, err := p.PredictRowsContext(ctx, flat)
		return out, where(p, err)
	}
	if len(t.Columns) == 0 {
		return nil, &Error{Err: errors.Wrap(graph.ErrUnsupported, "got an object, want an array of numbers: the model does not know how its table was read")}
	}
	records, err := t.Records(rows)
	if err != nil {
		return nil, err
	}
	out, err := p.PredictRecords(ctx, t.Columns, records)
	return out, where(p, err)
}

// Read returns the data set of rows that are objects, by a plan with the table's columns.
func (t *Table) Read(plan *data.CSVPlan, rows []Row) (*data.Dataset, error) {
	records, err := t.Records(rows)
	if err != nil {
		return nil, err
	}
	d, err := plan.ReadRecords(t.Columns, records)
	return d, where(nil, err)
}

// where makes an *Error of an error that has a row.
func where(p *train.Predictor, err error) error {
	var cell *data.CSVError
	var number *train.NumberError
	switch {
	case errors.As(err, &cell) && cell.Err != nil:
		return &Error{cell.Line, cell.Name, cell.Err}
	case errors.As(err, &number):
		is := fmt.Sprint(number.Value)
		if math.IsNaN(number.Value) {
			is = "null"
		}
		return &Error{number.Row, nameOf(p, number.Field, number.Element), errors.Wrapf(train.ErrNotFinite, "got %s, want a value that the model has an output for", is)}
	}
	return err
}

// nameOf returns the name of an element of an input.
func nameOf(p *train.Predictor, input string, k int) string {
	if p != nil {
		for _, in := range p.Inputs() {
			if in.Name == input {
				return elementOf(in, k)
			}
		}
	}
	return fmt.Sprintf("%s[%d]", input, k)
}

func elementOf(in train.InputInfo, k int) string {
	if k < len(in.Columns) {
		return in.Columns[k]
	}
	if len(in.Shape) == 0 {
		return in.Name
	}
	return fmt.Sprintf("%s[%d]", in.Name, k)
}

// element is a place in the rows of numbers.
type element struct {
	in    train.InputInfo
	k     int
	gaps  bool // null is taken
	plain bool // the model gets the number as it is
}

// elementsOf returns all places of a row.
func elementsOf(p *train.Predictor) (out []element) {
	info := p.Info()
	prepared := map[string]bool{}
	for _, name := range info.Recipe.Reads() {
		prepared[name] = true
	}
	for _, in := range p.Inputs() {
		n := 1
		for _, d := range in.Shape {
			n *= d
		}
		for k := range n {
			out = append(out, element{in, k, info.Recipe.Imputes(in.Name, k), !prepared[in.Name] && in.Scale == 0 && info.DType == graph.Float32})
		}
	}
	return out
}

// numbers returns the rows that are arrays one behind the other.
func numbers(p *train.Predictor, rows []Row) ([]float64, error) {
	places := elementsOf(p)
	flat := make([]float64, 0, len(rows)*len(places))
	for i, r := range rows {
		switch {
		case r.List == nil:
			return nil, &Error{Row: i, Err: errors.New("got an object, want an array as the rows before")}
		case len(r.List) != len(places):
			return nil, &Error{Row: i, Err: errors.Wrapf(graph.ErrShape, "got %d numbers, want %d", len(r.List), len(places))}
		}
		for k, v := range r.List {
			x, err := places[k].number(v)
			if err != nil {
				return nil, &Error{i, elementOf(places[k].in, places[k].k), err}
			}
			flat = append(flat, x)
		}
	}
	return flat, nil
}

// number returns the number of a value.
func (e element) number(v any) (float64, error) {
	text, ok := v.(json.Number)
	if !ok {
		if v == nil && e.gaps {
			return math.NaN(), nil
		}
		return 0, errors.Errorf("got %s, want a number", show(v))
	}
	x, err := text.Float64()
	switch {
	case err != nil:
		return 0, errors.Errorf("got %.40s, want a number in the range of float64", text)
	case e.plain && !e.in.Integers && math.Abs(x) > math.MaxFloat32:
		return 0, errors.Errorf("got %v, want a number in the range of float32", x)
	case e.in.Integers && x != math.Trunc(x):
		return 0, errors.Errorf("got %v, want an integer", x)
	case e.in.Integers && e.in.Below > 0 && (x < 0 || x >= float64(e.in.Below)):
		return 0, errors.Errorf("got %v, want an integer from 0 to %d", x, e.in.Below-1)
	}
	return x, nil
}
