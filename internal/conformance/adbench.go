package main

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// adProblem is a problem of Microsoft's ADBench: a Gaussian mixture or one
// observation of bundle adjustment.
type adProblem struct {
	Problem   string
	D, K, M   int
	Alphas    []float64
	Means     [][]float64
	Icf       [][]float64
	Gamma     float64
	X         json.RawMessage
	Objective float64 `json:"torch_objective"`
	Gradient  struct {
		Alphas     []float64
		Means, Icf [][]float64
	} `json:"torch_gradient"`

	Cam      []float64
	W        float64
	Feat     []float64
	Error    []float64   `json:"torch_reproj_err"`
	WError   float64     `json:"golden_w_err"`
	Jacobian [][]float64 `json:"torch_jacobian_rows_cam11_X3_w1"`
}

func checkADBench(text []byte) error {
	var p adProblem
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	var points [][]float64
	var point []float64
	switch {
	case p.Problem == "gmm" && json.Unmarshal(p.X, &points) == nil:
		return p.checkMixture(points)
	case p.Problem == "ba" && json.Unmarshal(p.X, &point) == nil:
		return p.checkBundle(point)
	}
	return graph.ErrUnsupported // its points lie in a file that is not there
}

func flat(rows [][]float64) (out []float64) {
	for _, r := range rows {
		out = append(out, r...)
	}
	return out
}

// outcome is a node with what it must be.
type outcome struct {
	node *gorgonia.Node
	want []float64
}

// holds compares outcomes to 1e-10, relative to the largest element of each.
func holds(b *graph.Builder, feeds map[string][]float64, list []outcome) error {
	var nodes gorgonia.Nodes
	for _, o := range list {
		nodes = append(nodes, o.node)
	}
	results, err := evaluate(b, feeds, nodes)
	if err != nil {
		return err
	}
	for i, o := range list {
		if len(results[i]) != len(o.want) {
			return fmt.Errorf("result %d: got %d elements, want %d", i, len(results[i]), len(o.want))
		}
		c := claim{want: &array{Floats: o.want}}
		within := 1e-10 * c.want.largest()
		if err := c.holds(results[i], func(int, float64) float64 { return within }); err != nil {
			return fmt.Errorf("result %d: %w", i, err)
		}
	}
	return nil
}

// evaluate returns the elements of nodes. Feeds may have more than the nodes depend on.
func evaluate(b *graph.Builder, feeds map[string][]float64, nodes gorgonia.Nodes) ([][]float64, error) {
	p, err := b.Compile(graph.Options{Outputs: nodes})
	if err != nil {
		return nil, err
	}
	for _, in := range p.Inputs() {
		if err := graph.InputOf[float64](p, in.Name).Set(feeds[in.Name]); err != nil {
			return nil, err
		}
	}
	if err := p.Run(); err != nil {
		return nil, err
	}
	out := make([][]float64, len(nodes))
	for i := range out {
		out[i] = graph.OutputOf[float64](p, i).Read(nil)
	}
	return out, nil
}

// checkMixture is the log-likelihood of a Gaussian mixture with a Wishart prior
// on the inverse covariances, whose factors have the logarithms of the diagonal
// and then the strictly lower triangle, column by column, in a row of icf.
func (p *adProblem) checkMixture(points [][]float64) error {
	b := graph.New(nil)
	d, k, n := p.D, p.K, len(points)
	lower := d * (d - 1) / 2
	alphas, means, icf := b.Input("alphas", k), b.Input("means", k, d), b.Input("icf", k, d+lower)
	logDiag := b.Slice(icf, graph.Range(0, k), graph.Range(0, d))
	diag, sums := b.Exp(logDiag), b.Sum(logDiag, 1)
	below := b.Slice(icf, graph.Range(0, k), graph.Range(d, d+lower))

	x := b.Const(flat(points), n, 1, d)
	centered := b.Sub(x, b.Reshape(means, 1, k, d)) // [n, k, d]
	rows := make([]*gorgonia.Node, d)
	for i := range rows { // of Q·(x − μ)
		y := b.Mul(b.Slice(centered, graph.Range(0, n), graph.Range(0, k), graph.Range(i, i+1)), b.Slice(diag, graph.Range(0, k), graph.Range(i, i+1)))
		at := 0
		for j := range i { // element (i, j) stands in column j
			place := at + i - j - 1
			y = b.Add(y, b.Mul(b.Slice(centered, graph.Range(0, n), graph.Range(0, k), graph.Range(j, j+1)), b.Slice(below, graph.Range(0, k), graph.Range(place, place+1))))
			at += d - j - 1
		}
		rows[i] = y
	}
	q := b.Sum(b.Square(b.Concat(2, rows...)), 2) // [n, k]
	inner := b.Sub(b.Add(alphas, sums), b.Scale(q, 0.5))
	likelihood := b.Sub(b.Sum(b.LogSumExp(inner, 1)), b.Scale(b.LogSumExp(alphas), float64(n)))
	prior := b.Scale(b.Add(b.Sum(b.Square(diag)), b.Sum(b.Square(below))), 0.5*p.Gamma*p.Gamma)
	prior = b.Sub(prior, b.Scale(b.Sum(sums), float64(p.M)))
	freedom := float64(d + p.M + 1)
	c := freedom*float64(d)*(math.Log(p.Gamma)-0.5*math.Log(2)) - float64(d*(d-1))/4*math.Log(math.Pi)
	for j := range d {
		g, _ := math.Lgamma(0.5*freedom - 0.5*float64(j))
		c -= g
	}
	loss := b.AddConst(b.Add(likelihood, prior), -float64(k)*c-float64(n*d)*0.5*math.Log(2*math.Pi))
	grads, err := autograd.Gradients(loss, alphas, means, icf)
	if err != nil {
		return err
	}
	return holds(b, map[string][]float64{"alphas": p.Alphas, "means": flat(p.Means), "icf": flat(p.Icf)}, []outcome{
		{loss, []float64{p.Objective}}, {grads[0], p.Gradient.Alphas}, {grads[1], flat(p.Gradient.Means)}, {grads[2], flat(p.Gradient.Icf)}})
}

// checkBundle is the error of one projected point: a Rodrigues rotation, a
// perspective projection and a radial distortion; and that of its weight.
func (p *adProblem) checkBundle(point []float64) error {
	b := graph.New(nil)
	cam, x, w := b.Input("cam", 11), b.Input("x", 3), b.Input("w")
	y := reprojection(b, cam, x, w, p.Feat)
	outs := []outcome{{y, p.Error}, {b.AddConst(b.Neg(b.Square(w)), 1), []float64{p.WError}}}
	var want [3][]float64 // the Jacobians by cam, x and w, row by row
	for _, row := range p.Jacobian {
		want[0], want[1], want[2] = append(want[0], row[:11]...), append(want[1], row[11:14]...), append(want[2], row[14])
	}
	nodes := gorgonia.Nodes{y}
	for i, in := range []*gorgonia.Node{cam, x, w} {
		j, err := autograd.Jacobian(y, in)
		if err != nil {
			return err
		}
		outs, nodes = append(outs, outcome{j, want[i]}), append(nodes, j)
	}
	feeds := map[string][]float64{"cam": p.Cam, "x": point, "w": {p.W}}
	if err := holds(b, feeds, outs); err != nil {
		return err
	}
	// Without a rotation nothing may become NaN.
	feeds["cam"] = append([]float64{0, 0, 0}, p.Cam[3:]...)
	still, err := evaluate(b, feeds, nodes)
	for i, v := range still {
		if !finite(v) {
			return fmt.Errorf("without rotation, result %d is %v, want finite numbers", i, v)
		}
	}
	return err
}

// reprojection is w·(the projection of x − feat) for the camera's rotation [3],
// centre [3], focal length, principal point [2] and distortion [2].
func reprojection(b *graph.Builder, cam, x, w *gorgonia.Node, feat []float64) *gorgonia.Node {
	part := func(n *gorgonia.Node, lo, hi int) *gorgonia.Node { return b.Slice(n, graph.Range(lo, hi)) }
	rot, v := part(cam, 0, 3), b.Sub(x, part(cam, 3, 6))
	square := b.Sum(b.Square(rot))
	turned := b.Greater(square, b.Scalar(0))
	theta := b.Sqrt(b.Where(turned, square, b.Scalar(1))) // no root of 0
	sine := b.Where(turned, b.Div(b.Sin(theta), theta), b.Scalar(1))
	versine := b.Where(turned, b.Div(b.AddConst(b.Neg(b.Cos(theta)), 1), b.Square(theta)), b.Scalar(0.5))
	cosine := b.Where(turned, b.Cos(theta), b.Scalar(1))
	r := [3]*gorgonia.Node{part(rot, 0, 1), part(rot, 1, 2), part(rot, 2, 3)}
	p := [3]*gorgonia.Node{part(v, 0, 1), part(v, 1, 2), part(v, 2, 3)}
	var cross [3]*gorgonia.Node
	for i := range cross {
		j, k := (i+1)%3, (i+2)%3
		cross[i] = b.Sub(b.Mul(r[j], p[k]), b.Mul(r[k], p[j]))
	}
	along := b.Mul(b.Sum(b.Mul(rot, v)), versine)
	seen := b.Add(b.Add(b.Mul(v, cosine), b.Mul(b.Concat(0, cross[:]...), sine)), b.Mul(rot, along))
	plane := b.Div(part(seen, 0, 2), part(seen, 2, 3))
	r2 := b.Sum(b.Square(plane))
	distortion := b.AddConst(b.Add(b.Mul(part(cam, 9, 10), r2), b.Mul(part(cam, 10, 11), b.Square(r2))), 1)
	at := b.Add(b.Mul(b.Mul(plane, distortion), part(cam, 6, 7)), part(cam, 7, 9))
	return b.Mul(w, b.Sub(at, b.Const(feat, 2)))
}
