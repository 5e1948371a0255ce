package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// answer is the body of a good response: for each row a prediction.
type answer struct {
	Predictions []prediction `json:"predictions"`
}

// prediction is the output of the model for a row, and the class that it stands for, if any.
type prediction struct {
	Class  string    `json:"class,omitempty"`
	Output []float64 `json:"output"`
}

// predict asks the model.
func predict(ctx context.Context, p *train.Predictor, rows []row) (a answer, err error) {
	if len(rows) > mostRows {
		return a, errRows
	}
	var out []float64
	if len(rows) > 0 && rows[0].columns != nil {
		out, err = predictObjects(ctx, p, rows)
	} else {
		out, err = predictArrays(ctx, p, rows)
	}
	if err != nil {
		return a, err
	}
	for n := len(out) / len(rows); len(out) > 0; out = out[n:] {
		for _, v := range out[:n] {
			if math.IsNaN(v) || math.IsInf(v, 0) { // which JSON does not have
				return a, fmt.Errorf("row %d: got the output %v: %w", len(a.Predictions), v, train.ErrNotFinite)
			}
		}
		a.Predictions = append(a.Predictions, prediction{p.Label(out[:n]), out[:n]})
	}
	return a, nil
}

// predictObjects asks about the rows of a table.
func predictObjects(ctx context.Context, p *train.Predictor, rows []row) ([]float64, error) {
	columns, point := rows[0].columns, "."
	if plan := p.Info().Plan; plan != nil && plan.Options.DecimalComma { // numbers are written as in the table
		point = ","
	}
	records := make([][]string, len(rows))
	for i, r := range rows {
		if len(r.cells) != len(columns) {
			return nil, fmt.Errorf("row %d: got %d keys, want the %d of row 0: %w", i, len(r.cells), len(columns), graph.ErrShape)
		}
		for _, name := range columns {
			v, ok := r.cells[name]
			if !ok {
				return nil, fmt.Errorf("row %d: got no key %.40q, want those of row 0: %w", i, name, graph.ErrShape)
			}
			records[i] = append(records[i], cell(v, point))
		}
	}
	return p.PredictRecords(ctx, columns, records)
}

// cell returns a value as it is written in a table.
func cell(v any, point string) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return strings.Replace(v.String(), ".", point, 1)
	}
	return "" // which is missing
}

// predictArrays asks about rows of numbers.
func predictArrays(ctx context.Context, p *train.Predictor, rows []row) ([]float64, error) {
	var may []bool // of each element: whether it may be missing
	for _, in := range p.Inputs() {
		for k := range elements(in.Shape) {
			may = append(may, p.Info().Recipe.Imputes(in.Name, k))
		}
	}
	var flat []float64
	for i, r := range rows {
		if len(r.list) != len(may) {
			return nil, fmt.Errorf("row %d: got %d numbers, want %d: %w", i, len(r.list), len(may), graph.ErrShape)
		}
		for k, v := range r.list {
			x := math.NaN()
			if text, ok := v.(json.Number); ok {
				var err error
				if x, err = text.Float64(); err != nil {
					return nil, fmt.Errorf("%w: row %d, element %d: got %.40s, want a number in the range of float64", errJSON, i, k, text)
				}
			} else if v != nil || !may[k] {
				return nil, fmt.Errorf("%w: row %d, element %d: got %s, want a number", errJSON, i, k, show(v))
			}
			flat = append(flat, x)
		}
	}
	return p.PredictRowsContext(ctx, flat)
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
