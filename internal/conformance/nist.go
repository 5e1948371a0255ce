package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/formula"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/gorgonia"
)

// regression is a problem of the NIST Statistical Reference Datasets.
type regression struct {
	Name, Kind, Model string
	Terms             []string
	Y                 []float64
	X                 [][]float64
	Start1, Start2    []float64
	Certified         struct{ Params []float64 }
	Polished          struct{ Params []json.Number } `json:"polished_80_digits"`
	Jacobian          [][]float64                    `json:"jacobian_at_polished"`
	Condition         float64                        `json:"design_cond_2_unit_columns"`
}

// checkRegression checks the Jacobian of a nonlinear model against one computed with 80
// digits; for a linear one, that a QR factorisation reaches the digits that the condition
// of its design leaves. The fits themselves are examples/nist.
func checkRegression(text []byte) error {
	var r regression
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	if r.Kind == "linear" {
		return checkDesign(&r)
	}
	b := graph.New(nil)
	y, err := modelOf(b, r.Model, len(r.X), len(r.Certified.Params))
	if errors.Is(err, formula.ErrSyntax) {
		return graph.ErrUnsupported
	}
	if err != nil {
		return err
	}
	feeds := map[string][]float64{}
	for k := range r.X[0] {
		feeds[fmt.Sprint("x", k+1)] = column(r.X, k)
	}
	var outs []outcome
	for i := range r.Certified.Params { // a column of the Jacobian at a time
		v, err := r.Polished.Params[i].Float64()
		if err != nil {
			return err
		}
		in := b.InputNodes()[i]
		feeds[in.Name()] = []float64{v}
		col, err := autograd.JVP(gorgonia.Nodes{y}, gorgonia.Nodes{in}, gorgonia.Nodes{b.Scalar(1)})
		if err != nil {
			return err
		}
		outs = append(outs, outcome{col[0], column(r.Jacobian, i)})
	}
	return holds(b, feeds, outs)
}

// column is column k of rows.
func column(rows [][]float64, k int) (out []float64) {
	for _, row := range rows {
		out = append(out, row[k])
	}
	return out
}

// digits is the number of digits that all parameters agree in.
func digits(got, want []float64) float64 {
	least := 11.0
	for i, w := range want {
		off := math.Abs(got[i] - w)
		if w != 0 {
			off /= math.Abs(w)
		}
		if off > 0 {
			least = min(least, -math.Log10(off))
		}
		if math.IsNaN(got[i]) {
			return 0
		}
	}
	return least
}

// modelOf builds the right side of a model such as "y = b1*exp[-b2*x] + e" for n
// observations: the inputs b1, ... are scalars, x or x1, x2, ... vectors [n].
func modelOf(b *graph.Builder, model string, n, params int) (*gorgonia.Node, error) {
	names := map[string]*gorgonia.Node{"e": b.Scalar(0)} // the error term
	for i := range params {
		name := fmt.Sprint("b", i+1)
		names[name] = b.Input(name)
	}
	_, right, _ := strings.Cut(model, "=")
	y, err := formula.Parse(b, right, func(name string) *gorgonia.Node {
		if name == "x" {
			name = "x1"
		}
		if strings.HasPrefix(name, "x") && names[name] == nil {
			names[name] = b.Input(name, n)
		}
		return names[name]
	})
	if err == nil && len(b.Shape(y)) == 0 {
		y = b.Broadcast(y, n)
	}
	return y, err
}

// checkDesign solves a linear problem by QR.
func checkDesign(r *regression) error {
	a := mat.NewDense(len(r.Y), len(r.Terms), nil)
	for i, row := range r.X {
		for k, term := range r.Terms {
			v := 1.0
			if term != "1" {
				which, power := 0, 1
				if n, _ := fmt.Sscanf(term, "x%d^%d", &which, &power); n < 1 {
					return graph.ErrUnsupported
				}
				v = math.Pow(row[which-1], float64(power))
			}
			a.Set(i, k, v)
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	var x mat.VecDense
	if err := qr.SolveVecTo(&x, false, mat.NewVecDense(len(r.Y), r.Y)); err != nil && !errors.As(err, new(mat.Condition)) {
		return err
	}
	// What the conditions of the design and of the residual leave of 16 digits.
	var left mat.VecDense
	left.MulVec(a, &x)
	left.SubVec(mat.NewVecDense(len(r.Y), r.Y), &left)
	size := 0.0
	for k := range r.Terms {
		size = math.Hypot(size, mat.Norm(a.ColView(k), 2)*x.AtVec(k))
	}
	want := -math.Log10(r.Condition*0x1p-52*(1+r.Condition*mat.Norm(&left, 2)/size)) - 2.5
	got := digits(x.RawVector().Data, r.Certified.Params)
	if got < min(want, 11) {
		return fmt.Errorf("%.1f certified digits, want %.1f at the condition %.1e", got, want, r.Condition)
	}
	return nil
}
