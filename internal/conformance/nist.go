package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
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

// checkRegression checks the Jacobian of a nonlinear model against one computed
// with 80 digits, and that Levenberg-Marquardt with it reaches four certified
// digits from both starts; for a linear one, that a QR factorisation reaches the
// digits that the condition of its design leaves.
func checkRegression(text []byte) (covered bool, err error) {
	var r regression
	if err := json.Unmarshal(text, &r); err != nil {
		return true, err
	}
	if r.Kind == "linear" {
		return checkDesign(&r)
	}
	b := graph.New(nil)
	y, err := modelOf(b, r.Model, len(r.X), len(r.Certified.Params))
	if errors.Is(err, graph.ErrUnsupported) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	params := gorgonia.Nodes{}
	for i := range r.Certified.Params {
		params = append(params, b.InputNodes()[i])
	}
	outs := gorgonia.Nodes{y}
	for i := range params { // a column of the Jacobian at a time
		dir := gorgonia.Nodes{b.Scalar(1)}
		col, err := autograd.JVP(gorgonia.Nodes{y}, params[i:i+1], dir)
		if err != nil {
			return true, err
		}
		outs = append(outs, col...)
	}
	p, err := b.Compile(graph.Config{Outputs: outs})
	if err != nil {
		return true, err
	}
	for k := range r.X[0] {
		column := make([]float64, len(r.X))
		for i, row := range r.X {
			column[i] = row[k]
		}
		if err := feedIfAsked(p, fmt.Sprint("x", k+1), column); err != nil {
			return true, err
		}
	}
	f := &fit{p: p, y: r.Y, log: strings.HasPrefix(strings.ReplaceAll(r.Model, " ", ""), "log[y]")}
	if f.log {
		f.y = make([]float64, len(r.Y))
		for i, v := range r.Y {
			f.y[i] = math.Log(v)
		}
	}
	at := make([]float64, len(params))
	for i, v := range r.Polished.Params {
		if at[i], err = v.Float64(); err != nil {
			return true, err
		}
	}
	_, j, err := f.at(at)
	if err != nil {
		return true, err
	}
	if err := sameJacobian(j, r.Jacobian); err != nil {
		return true, err
	}
	for i, start := range [][]float64{r.Start1, r.Start2} {
		got, err := f.minimize(start)
		if err != nil {
			return true, err
		}
		if d := digits(got, r.Certified.Params); d < 4 {
			return true, fmt.Errorf("start %d: %.1f certified digits: got %v, want %v", i+1, d, got, r.Certified.Params)
		}
	}
	return true, nil
}

func feedIfAsked(p *graph.Program, name string, v []float64) error {
	if p.InputShape(name) == nil {
		return nil
	}
	return p.Feed(name, v)
}

// sameJacobian compares relative to the largest element of each column.
func sameJacobian(j *mat.Dense, want [][]float64) error {
	for k := range want[0] {
		scale := 0.0
		for _, row := range want {
			scale = max(scale, math.Abs(row[k]))
		}
		for i, row := range want {
			if d := math.Abs(j.At(i, k) - row[k]); !(d <= 1e-10*scale+1e-10*math.Abs(row[k])) {
				return fmt.Errorf("the Jacobian at [%d,%d]: got %v, want %v", i, k, j.At(i, k), row[k])
			}
		}
	}
	return nil
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

// fit is a model with data.
type fit struct {
	p   *graph.Program
	y   []float64
	log bool
}

// at is the residuals y − f and the Jacobian of f.
func (f *fit) at(params []float64) (r *mat.VecDense, j *mat.Dense, err error) {
	for i, v := range params {
		if err := feedIfAsked(f.p, fmt.Sprint("b", i+1), []float64{v}); err != nil {
			return nil, nil, err
		}
	}
	if err := f.p.Run(); err != nil {
		return nil, nil, err
	}
	r, j = mat.NewVecDense(len(f.y), nil), mat.NewDense(len(f.y), len(params), nil)
	for i, v := range f.p.Output(0, nil) {
		r.SetVec(i, f.y[i]-v)
	}
	for k := range params {
		j.SetCol(k, f.p.Output(1+k, nil))
	}
	return r, j, nil
}

// minimize is the best of several Levenberg-Marquardt fits from one start, which
// differ in the damping they begin with: far from the minimum, too long a first
// step ends where the model is flat.
func (f *fit) minimize(start []float64) ([]float64, error) {
	var best []float64
	least := math.Inf(1)
	for _, damp := range []float64{1e-3, 1, 1e2, 1e4, 1e7} {
		for _, raise := range []bool{true, false} {
			x, sum, err := f.levenbergMarquardt(start, damp, raise)
			if err != nil {
				return nil, err
			}
			if sum < least {
				best, least = x, sum
			}
		}
	}
	return best, nil
}

// levenbergMarquardt minimises the sum of squared residuals (Marquardt 1963). The
// damping is scaled by the norms of the Jacobian's columns, the largest ones so
// far (Moré 1978) or the present ones.
func (f *fit) levenbergMarquardt(start []float64, damp float64, largest bool) (x []float64, norm float64, err error) {
	x = append([]float64(nil), start...)
	r, j, err := f.at(x)
	if err != nil {
		return nil, 0, err
	}
	m, n := len(f.y), len(x)
	scale := make([]float64, n)
	a, rhs := mat.NewDense(m+n, n, nil), mat.NewVecDense(m+n, nil)
	for range 20000 {
		for k := range scale {
			s := mat.Norm(j.ColView(k), 2)
			if largest {
				s = max(s, scale[k])
			}
			scale[k] = s
		}
		// the least squares solution of (J; √damp·D)·step = (r; 0)
		a.Zero()
		a.Slice(0, m, 0, n).(*mat.Dense).Copy(j)
		for k, s := range scale {
			a.Set(m+k, k, math.Sqrt(damp)*s)
		}
		rhs.Zero()
		rhs.SliceVec(0, m).(*mat.VecDense).CopyVec(r)
		var step mat.VecDense
		next := append([]float64(nil), x...)
		if err := step.SolveVec(a, rhs); err == nil || errors.As(err, new(mat.Condition)) {
			for k := range next {
				next[k] += step.AtVec(k)
			}
		}
		r2, j2, err := f.at(next)
		if err != nil {
			return nil, 0, err
		}
		if mat.Norm(r2, 2) < mat.Norm(r, 2) {
			x, r, j = next, r2, j2
			damp = max(damp/5, 1e-25)
		} else if damp *= 3; damp > 1e25 {
			break
		}
	}
	return x, mat.Norm(r, 2), nil
}

// checkDesign solves a linear problem by QR.
func checkDesign(r *regression) (covered bool, err error) {
	a := mat.NewDense(len(r.Y), len(r.Terms), nil)
	for i, row := range r.X {
		for k, term := range r.Terms {
			v := 1.0
			if term != "1" {
				which, power := 0, 1
				if n, _ := fmt.Sscanf(term, "x%d^%d", &which, &power); n < 1 {
					return false, nil
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
		return true, err
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
		return true, fmt.Errorf("%.1f certified digits, want %.1f at the condition %.1e", got, want, r.Condition)
	}
	return true, nil
}
