package models

import (
	"math"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/loss"
	"gonum.org/v1/gonum/mat"
	"gorgonia.org/gorgonia"
)

// Linear are the settings of a linear regression.
type Linear struct {
	In    int         // features, ≥ 1
	Out   int         // outputs; 0: 1
	DType graph.DType // default Float64
	Seed  uint64      // of the first weights
	// L2 adds L2/2·‖W‖² to the loss (ridge regression); the bias is free. ≥ 0.
	L2 float64
}

// LinReg is linear regression: ŷ = x·W + b with the loss mean((ŷ − y)²), over
// all examples and outputs. x: [N, In] is the input "x", y: [N, Out] the input
// "y", W: [In, Out] the parameter "weight" and b: [Out] the parameter "bias".
type LinReg struct {
	c Linear
	p *graph.Params
}

// NewLinReg is a linear regression whose weights are not fitted yet.
func NewLinReg(c Linear) (*LinReg, error) {
	if c.Out == 0 {
		c.Out = 1
	}
	if c.In < 1 || c.Out < 1 || !(c.L2 >= 0) || math.IsInf(c.L2, 0) || c.DType > graph.Float32 {
		return nil, errors.Wrapf(graph.ErrOption, "models: linear regression: got %d features, %d outputs, the penalty %v and the type %d, want at least 1, 1 and 0, and one of graph's types", c.In, c.Out, c.L2, c.DType)
	}
	return &LinReg{c, graph.NewParams(c.DType, c.Seed)}, nil
}

// Params are the weight and the bias.
func (m *LinReg) Params() *graph.Params { return m.p }

// Loss builds the mean squared error of n examples; the output is ŷ.
func (m *LinReg) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) {
	x := b.Input("x", n, m.c.In)
	w := b.Param("weight", graph.XavierUniform(), m.c.In, m.c.Out)
	bias := b.Param("bias", graph.Zeros(), m.c.Out)
	output = b.Name("output", b.Add(b.MatMul(x, w), bias))
	l = b.Name("loss", loss.MSE(b, output, b.Input("y", n, m.c.Out)))
	return penalized(b, l, m.c.L2, w), output
}

// penalized is loss + l2/2·Σ‖w‖².
func penalized(b *graph.Builder, loss *gorgonia.Node, l2 float64, ws ...*gorgonia.Node) *gorgonia.Node {
	if l2 == 0 {
		return loss
	}
	for _, w := range ws {
		loss = b.Add(loss, b.Scale(b.Sum(b.Square(w)), l2/2))
	}
	return loss
}

// Solve sets the parameters to the exact minimum of the mean squared error over
// x: [N, In] and y: [N, Out], both row-major, by a QR factorization of [x 1].
// It is for L2 = 0.
//
// Errors: ErrShape for sizes that do not fit or fewer examples than parameters,
// ErrNotFinite for NaN or an infinity, gonum's mat.Condition where columns of x
// depend on each other, and ErrOption for a penalty.
func (m *LinReg) Solve(x, y []float64) error {
	if m.c.In < 1 {
		return errors.Wrap(graph.ErrOption, "models: linear regression: NewLinReg has not made it")
	}
	n := len(x) / m.c.In
	if m.c.L2 != 0 {
		return errors.Wrapf(graph.ErrOption, "models: linear regression: Solve minimises the error without the penalty %v", m.c.L2)
	}
	if n*m.c.In != len(x) || n*m.c.Out != len(y) {
		return errors.Wrapf(graph.ErrShape, "models: linear regression: got %d and %d elements, want N·%d and N·%d", len(x), len(y), m.c.In, m.c.Out)
	}
	if n < m.c.In+1 {
		return errors.Wrapf(graph.ErrShape, "models: linear regression: got %d examples for %d parameters of each output, want at least as many", n, m.c.In+1)
	}
	for i, v := range slices.Concat(x, y) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errors.Wrapf(graph.ErrNotFinite, "models: linear regression: element %d of x and y is %v", i, v)
		}
	}
	a := mat.NewDense(n, m.c.In+1, nil)
	for i := range n {
		for j := range m.c.In {
			a.Set(i, j, x[i*m.c.In+j])
		}
		a.Set(i, m.c.In, 1)
	}
	var qr mat.QR
	qr.Factorize(a)
	var w mat.Dense
	if err := qr.SolveTo(&w, false, mat.NewDense(n, m.c.Out, append([]float64(nil), y...))); err != nil {
		return errors.Wrap(err, "models: linear regression: the columns of x depend on each other")
	}
	if err := m.build(); err != nil {
		return err
	}
	weight := make([]float64, m.c.In*m.c.Out)
	bias := make([]float64, m.c.Out)
	for j := range m.c.Out {
		for i := range m.c.In {
			weight[i*m.c.Out+j] = w.At(i, j)
		}
		bias[j] = w.At(m.c.In, j)
	}
	if err := m.p.Set("weight", weight); err != nil {
		return err
	}
	return m.p.Set("bias", bias)
}

// build makes the parameters exist.
func (m *LinReg) build() error {
	b := graph.New(m.p)
	m.Loss(b, 1)
	return b.Err()
}
