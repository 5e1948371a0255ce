package models

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/internal/mistake"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/gorgonia"
)

// LinRegOptions are the settings of a linear regression.
type LinRegOptions struct {
	In    int         // features, ≥ 1
	Out   int         // outputs; 0: 1
	L2    float64     // adds L2/2·‖W‖² to the loss (ridge regression), without the bias; ≥ 0
	DType graph.DType // the zero value is Float64
	Seed  uint64      // of the first weights
}

// LinReg is linear regression: ŷ = x·W + b, with the mean squared error over all examples
// and outputs as its loss.
//
// The inputs are "x": [N, In] and the targets "y": [N, Out]. The parameters are "weight":
// [In, Out] and "bias": [Out]. The output is ŷ: [N, Out].
type LinReg struct {
	o LinRegOptions
	p *graph.Params
}

// NewLinReg returns a linear regression that is not fitted yet.
//
// Errors: ErrOption for settings that are out of range.
func NewLinReg(o LinRegOptions) (*LinReg, error) {
	if o.Out == 0 {
		o.Out = 1
	}
	err := shared{head: Regression, out: o.Out, l2: o.L2, dtype: o.DType}.check()
	if o.In < 1 {
		err = mistake.Optionf("got %d features, want at least 1", o.In)
	}
	if err != nil {
		return nil, fail("NewLinReg", err)
	}
	return &LinReg{o, graph.NewParams(o.DType, o.Seed)}, nil
}

// Params returns the weight and the bias.
func (m *LinReg) Params() *graph.Params { return m.p }

// Loss builds the graph for n examples. It returns the loss, the mean squared error plus
// the penalty, and the output ŷ.
func (m *LinReg) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := b.Input("x", n, m.o.In)
	w := b.Param("weight", graph.XavierUniform(), m.o.In, m.o.Out)
	bias := b.Param("bias", graph.Zeros(), m.o.Out)
	output = b.Name("output", b.Add(b.MatMul(x, w), bias))
	l = b.Name("loss", loss.MSE(b, output, b.Input("y", n, m.o.Out)))
	return penalized(b, l, m.o.L2, w), output
}

// Solve sets the parameters to the exact minimum of the mean squared error over
// x: [N, In] and y: [N, Out], both row-major, by a QR factorization of [x 1]. It is for
// L2 = 0.
//
// Errors: ErrShape for sizes that do not fit or fewer examples than parameters of an
// output; ErrNotFinite for a NaN or infinite element; gonum's mat.Condition for columns of
// x that depend on each other; ErrOption for a penalty.
func (m *LinReg) Solve(x, y []float64) error {
	if err := m.solvable(x, y); err != nil {
		return fail("Solve", err)
	}
	n := len(x) / m.o.In
	a := mat.NewDense(n, m.o.In+1, nil)
	for i := range n {
		for j := range m.o.In {
			a.Set(i, j, x[i*m.o.In+j])
		}
		a.Set(i, m.o.In, 1)
	}
	var qr mat.QR
	qr.Factorize(a)
	var w mat.Dense
	if err := qr.SolveTo(&w, false, mat.NewDense(n, m.o.Out, append([]float64(nil), y...))); err != nil {
		return fail("Solve", errors.Wrap(err, "the columns of x depend on each other"))
	}
	if err := m.build(); err != nil {
		return err
	}
	weight := make([]float64, m.o.In*m.o.Out)
	bias := make([]float64, m.o.Out)
	for j := range m.o.Out {
		for i := range m.o.In {
			weight[i*m.o.Out+j] = w.At(i, j)
		}
		bias[j] = w.At(m.o.In, j)
	}
	if err := m.p.Set("weight", weight); err != nil {
		return err
	}
	return m.p.Set("bias", bias)
}

// solvable says what is wrong with the data, or with the model, for Solve.
func (m *LinReg) solvable(x, y []float64) error {
	if m.o.In < 1 {
		return mistake.Optionf("got a zero LinReg, want one that NewLinReg has made")
	}
	n := len(x) / m.o.In
	switch {
	case m.o.L2 != 0:
		return mistake.Optionf("got the L2 penalty %v, want 0", m.o.L2)
	case n*m.o.In != len(x) || n*m.o.Out != len(y):
		return mistake.Shapef("got %d elements of x and %d of y, want N·%d and N·%d", len(x), len(y), m.o.In, m.o.Out)
	case n < m.o.In+1:
		return mistake.Shapef("got %d examples for %d parameters of each output, want at least one for each", n, m.o.In+1)
	}
	for i, v := range slices.Concat(x, y) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return mistake.Newf(mistake.ErrNotFinite, "got %v at element %d of x and y, want finite numbers", v, i)
		}
	}
	return nil
}

// build makes the parameters exist.
func (m *LinReg) build() error {
	b := graph.New(m.p)
	m.Loss(b, 1)
	return b.Err()
}
