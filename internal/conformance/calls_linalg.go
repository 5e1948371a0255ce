package main

import (
	"encoding/json"
	"math"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file has the rules of torch's products and functions of matrices.

func productRules() {
	products := func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.MatMul(x, y) }
	for _, name := range []string{"matmul", "linalg_matmul", "mm", "bmm", "mv", "dot", "vdot"} {
		torchRules[name] = each2(products)
	}
	torchRules["__rmatmul__"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.MatMul(y, x) })
	torchRules["inner"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Inner(x, y) })
	torchRules["outer"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Outer(x, y) })
	torchRules["ger"] = torchRules["outer"]
	torchRules["kron"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Kron(x, y) })
	plus := func(product func(c *call, x, y *gorgonia.Node) *gorgonia.Node) torchRule {
		return each1(func(c *call, m *gorgonia.Node) *gorgonia.Node {
			p := product(c, c.tensor(0, "batch1"), c.tensor(1, "batch2"))
			return c.Add(c.Scale(m, c.num(-1, "beta", 1)), c.Scale(p, c.num(-1, "alpha", 1)))
		})
	}
	torchRules["addbmm"] = plus(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Sum(c.MatMul(x, y), 0) })
	torchRules["addr"] = plus(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.Outer(x, y) })
	for _, name := range []string{"addmv", "baddbmm", "addmm"} {
		torchRules[name] = plus(products)
	}
	crossed := func(first bool) torchRule { // torch.cross takes the first axis of extent 3
		return each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
			x, y = together(c, x, y)
			a := c.int(1, "dim", -1)
			if first && !c.given(1, "dim") {
				for i, n := range c.Shape(x) {
					if n == 3 {
						a = i
						break
					}
				}
			}
			return c.Cross(x, y, a)
		})
	}
	torchRules["cross"], torchRules["linalg_cross"] = crossed(true), crossed(false)
	torchRules["tensordot"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		v, ok := c.arg(1, "dims")
		if v.isList && len(v.list) == 2 {
			return c.TensorDot(x, y, intsOf(v.list[0]), intsOf(v.list[1]))
		}
		n := 2
		if f, is := v.plain.(float64); ok && is {
			n = int(f)
		}
		var ax, ay []int
		for i := range n {
			ax, ay = append(ax, c.rank(x)-n+i), append(ay, i)
		}
		return c.TensorDot(x, y, ax, ay)
	})
	torchRules["einsum"] = one1(func(c *call) *gorgonia.Node {
		equation, _ := c.s.Input.plain.(string)
		var xs []*gorgonia.Node
		if equation != "" {
			xs = c.nodes(0, "operands")
		} else {
			xs, equation = c.nodes(-1, ""), c.text(0, "equation", "")
		}
		return c.Einsum(equation, xs...)
	})
	torchRules["linalg_multi_dot"] = one1(func(c *call) *gorgonia.Node { return c.MultiDot(c.nodes(-1, "")...) })
	torchRules["chain_matmul"] = torchRules["linalg_multi_dot"]
	torchRules["linalg_vecdot"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		return c.Sum(c.Mul(x, y), c.int(1, "dim", -1))
	})
	torchRules["nn.functional.bilinear"] = one1(func(c *call) *gorgonia.Node {
		y := c.Einsum("...i,kij,...j->...k", c.input, c.tensor(1, "weight"), c.tensor(0, "input2"))
		if c.given(2, "bias") {
			y = c.Add(y, c.tensor(2, "bias"))
		}
		return y
	})
}

func matrixRules() {
	type B = graph.Builder
	for name, f := range map[string]func(b *B, x *gorgonia.Node) *gorgonia.Node{
		"linalg_det": (*B).Det, "det": (*B).Det, "linalg_inv": (*B).Inverse, "inverse": (*B).Inverse, "linalg_inv_ex": (*B).Inverse,
		"logdet": (*B).LogDet, "matrix_exp": (*B).MatrixExp, "linalg_matrix_exp": (*B).MatrixExp} {
		torchRules[name] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return f(c.Builder, x) })
	}
	torchRules["linalg_cholesky"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.flag(0, "upper", false) {
			return c.swap(c.Cholesky(c.swap(x, -1, -2)), -1, -2)
		}
		return c.Cholesky(x)
	})
	torchRules["cholesky"], torchRules["linalg_cholesky_ex"] = torchRules["linalg_cholesky"], torchRules["linalg_cholesky"]
	torchRules["linalg_slogdet"] = func(c *call) []*gorgonia.Node {
		sign, log := c.SlogDet(c.input)
		return []*gorgonia.Node{sign, log}
	}
	torchRules["slogdet"] = torchRules["linalg_slogdet"]
	torchRules["linalg_solve"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		if !c.flag(-1, "left", true) {
			return c.swap(c.Solve(c.swap(x, -1, -2), c.swap(y, -1, -2)), -1, -2)
		}
		if c.rank(y) == 1 || c.rank(y) == c.rank(x)-1 && sizeOf(c.Shape(y)) == sizeOf(c.Shape(x)[:c.rank(x)-1]) {
			return c.Squeeze(c.Solve(x, c.Unsqueeze(y, c.rank(y))), -1)
		}
		return c.Solve(x, y)
	})
	torchRules["linalg_solve_ex"] = torchRules["linalg_solve"]
	triangular := func(c *call, x, y *gorgonia.Node, upper, transposed, unit bool) *gorgonia.Node {
		if unit {
			n := c.Shape(x)[c.rank(x)-1]
			if upper {
				x = c.Triu(x, 1)
			} else {
				x = c.Tril(x, -1)
			}
			x = c.Add(x, c.Identity(n))
		}
		if transposed {
			if upper {
				x = c.Triu(x, 0)
			} else {
				x = c.Tril(x, 0)
			}
			x, upper = c.swap(x, -1, -2), !upper
		}
		return c.TriangularSolve(x, y, upper)
	}
	torchRules["linalg_solve_triangular"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		upper, unit := c.flag(-1, "upper", false), c.flag(-1, "unitriangular", false)
		if !c.flag(-1, "left", true) {
			return c.swap(triangular(c, x, c.swap(y, -1, -2), upper, true, unit), -1, -2)
		}
		return triangular(c, x, y, upper, false, unit)
	})
	torchRules["triangular_solve"] = func(c *call) []*gorgonia.Node { // torch.triangular_solve(b, A) returns A too
		x := c.tensor(0, "A")
		y := triangular(c, x, c.input, c.flag(1, "upper", true), c.flag(2, "transpose", false), c.flag(3, "unitriangular", false))
		return []*gorgonia.Node{y, c.Broadcast(x, append(c.Shape(y)[:c.rank(y)-2], c.Shape(x)[c.rank(x)-2:]...)...)}
	}
	torchRules["cholesky_solve"] = one1(func(c *call) *gorgonia.Node {
		l := c.tensor(0, "input2")
		c.triangle = map[*gorgonia.Node]bool{l: c.flag(1, "upper", false)}
		return c.CholeskySolve(l, c.input, c.triangle[l])
	})
	torchRules["cholesky_inverse"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		c.triangle = map[*gorgonia.Node]bool{x: c.flag(0, "upper", false)}
		return c.CholeskyInverse(x, c.triangle[x])
	})
	torchRules["linalg_matrix_power"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.MatrixPower(x, c.int(0, "n", 1)) })
	torchRules["matrix_power"] = torchRules["linalg_matrix_power"]
	torchRules["linalg_householder_product"] = each2(func(c *call, x, tau *gorgonia.Node) *gorgonia.Node { return c.HouseholderProduct(x, tau) })
	torchRules["orgqr"] = torchRules["linalg_householder_product"]
	torchRules["linalg_vander"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		x = c.lifted(x)
		return c.Vandermonde(x, c.int(-1, "N", c.Shape(x)[c.rank(x)-1]))
	})
	single := func(f func(c *call, x *gorgonia.Node) *gorgonia.Node) torchRule { // one variable gives a scalar
		return each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
			y := f(c, c.lifted(x))
			if sizeOf(c.Shape(y)) == 1 {
				return c.Reshape(y)
			}
			return y
		})
	}
	torchRules["cov"] = single(covariance)
	torchRules["corrcoef"] = single(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.Correlation(x) })
	factorRules()
	normRulesOfMatrices()
}

func covariance(c *call, x *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	n, correction := s[len(s)-1], c.num(-1, "correction", 1)
	frequency, importance := c.given(-1, "fweights"), c.given(-1, "aweights")
	if importance {
		c.k.Tolerance.RTol, c.k.Tolerance.ATol = 1e-6, 1e-7 // torch's divisor is in single precision
	}
	if !frequency && !importance {
		return c.Covariance(x, nil, max(0, float64(n)-correction))
	}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	w := c.Const(ones, n)
	if frequency {
		v, _ := c.arg(-1, "fweights")
		w = c.Const(v.tensor.Floats, n)
	}
	sum := c.Sum(w)
	norm := c.AddConst(sum, -correction)
	if importance {
		a := c.lifted(c.tensor(-1, "aweights"))
		w = c.Mul(w, a)
		sum = c.Sum(w)
		norm = c.Sub(sum, c.Scale(c.Div(c.Sum(c.Mul(w, a)), sum), correction))
	}
	return c.Div(c.Covariance(x, w, 1), c.ReLU(norm))
}

// cutOff is the part of the largest singular value up to which others count as 0.
func (c *call) cutOff(x *gorgonia.Node, key string) float64 {
	s := c.Shape(x)
	def := 0.0
	if n := len(s); n >= 2 {
		def = float64(max(s[n-1], s[n-2])) * 2.220446049250313e-16
	}
	return c.num(0, key, def)
}

// mirrored is the symmetric matrix whose lower triangle is x's, or whose upper one
// if the argument UPLO or upper says so; torch gives its gradient to both.
func (c *call) mirrored(x *gorgonia.Node) *gorgonia.Node {
	c.symmetric = true
	if c.text(0, "UPLO", "L") == "U" || c.flag(-1, "upper", false) || c.flag(1, "upper", len(c.s.Args) > 0 && c.s.Args[0].plain == true) {
		return c.Add(c.Triu(x, 0), c.swap(c.Triu(x, 1), -1, -2))
	}
	return c.Add(c.Tril(x, 0), c.swap(c.Tril(x, -1), -1, -2))
}

// signs are 1 or −1 for each column of v, so that it points to where that of
// output i does: the sign of an eigenvector is free.
func (c *call) signs(v *gorgonia.Node, i int) *gorgonia.Node {
	want := &array{}
	if err := json.Unmarshal(c.s.Outputs[i], want); err != nil || sizeOf(want.Shape) != sizeOf(c.Shape(v)) {
		c.unsupported("no vectors to compare with")
		return nil
	}
	same := c.StopGradient(c.Sum(c.Mul(v, c.Const(want.Floats, want.Shape...)), -2))
	return c.Unsqueeze(c.Where(c.Less(same, c.Scalar(0)), c.Scalar(-1), c.Scalar(1)), -2)
}

// leastSquares are the solution, the sums of the squared residuals of more
// equations than unknowns, and, where the driver finds them, the singular values.
func leastSquares(c *call) []*gorgonia.Node {
	x, b := c.input, c.tensor(0, "b")
	y := c.LeastSquares(x, b, c.cutOff(x, "rcond"))
	if len(c.s.Outputs) == 1 {
		return []*gorgonia.Node{y}
	}
	none := c.Const(nil, 0)
	rest, values := none, none
	s, driver := c.Shape(x), c.text(-1, "driver", "gelsy")
	if n := len(s); n >= 2 && s[n-2] > s[n-1] && driver != "gelsy" {
		rest = c.Sum(c.Square(c.Sub(c.MatMul(x, y), b)), -2)
	}
	if driver == "gelsd" || driver == "gelss" {
		_, values, _ = c.SVD(x)
	}
	return []*gorgonia.Node{y, rest, values}
}

func factorRules() {
	torchRules["linalg_eigh"] = func(c *call) []*gorgonia.Node {
		l, v := c.Eigh(c.mirrored(c.input))
		return []*gorgonia.Node{l, c.Mul(v, c.signs(v, 1))}
	}
	torchRules["symeig"] = func(c *call) []*gorgonia.Node {
		if !c.flag(0, "eigenvectors", false) {
			c.unsupported("eigenvalues beside an empty array")
			return nil
		}
		return torchRules["linalg_eigh"](c)
	}
	torchRules["linalg_eigvalsh"] = one1(func(c *call) *gorgonia.Node {
		l, _ := c.Eigh(c.mirrored(c.input))
		return l
	})
	svd := func(some func(c *call) bool, transposed bool) torchRule {
		return func(c *call) []*gorgonia.Node {
			s := c.Shape(c.input)
			if n := len(s); !some(c) && s[n-1] != s[n-2] {
				c.unsupported("full factors")
				return nil
			}
			u, d, v := c.SVD(c.input)
			signs := c.signs(u, 0)
			u, v = c.Mul(u, signs), c.Mul(v, signs)
			if transposed {
				v = c.swap(v, -1, -2)
			}
			return []*gorgonia.Node{u, d, v}
		}
	}
	torchRules["linalg_svd"] = svd(func(c *call) bool { return !c.flag(0, "full_matrices", true) }, true)
	torchRules["svd"] = svd(func(c *call) bool { return c.flag(0, "some", true) }, false)
	torchRules["linalg_svdvals"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { _, s, _ := c.SVD(x); return s })
	qr := func(thin func(c *call) bool) torchRule {
		return func(c *call) []*gorgonia.Node {
			s := c.Shape(c.input)
			if n := len(s); !thin(c) && s[n-2] > s[n-1] {
				c.unsupported("a full factor")
				return nil
			}
			q, r := c.QR(c.input)
			return []*gorgonia.Node{q, r}
		}
	}
	torchRules["qr"] = qr(func(c *call) bool { return c.flag(0, "some", true) })
	torchRules["linalg_qr"] = qr(func(c *call) bool {
		mode := c.text(0, "mode", "reduced")
		if mode == "r" {
			c.unsupported("one factor beside an empty array")
		}
		return mode == "reduced"
	})
	torchRules["linalg_pinv"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.flag(1, "hermitian", false) {
			c.unsupported("a matrix of which a triangle is read")
			return nil
		}
		for _, key := range []string{"rcond", "rtol"} {
			if v, _ := c.arg(-1, key); v.tensor != nil && len(v.tensor.Shape) > 0 || c.given(-1, "atol") {
				c.unsupported("cut-offs for each matrix, or absolute ones")
				return nil
			}
		}
		if c.given(-1, "rtol") {
			return c.Pinv(x, c.num(-1, "rtol", 0))
		}
		return c.Pinv(x, c.cutOff(x, "rcond"))
	})
	torchRules["pinverse"] = torchRules["linalg_pinv"]
	torchRules["linalg_lstsq"] = leastSquares
	torchRules["linalg_cond"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if c.given(0, "p") {
			norm := func(x *gorgonia.Node) *gorgonia.Node { return c.matrixNorm(x, 0, "p") }
			return c.Mul(norm(x), norm(c.Inverse(x)))
		}
		return c.Div(c.MatrixNorm(x, graph.NormSpectral), c.MatrixNorm(x, graph.NormSmallest))
	})
}

// matrixNorm is the norm of the last two axes that an argument names.
func (c *call) matrixNorm(x *gorgonia.Node, i int, name string) *gorgonia.Node {
	if word := c.text(i, name, ""); word == "fro" || word == "nuc" {
		return c.MatrixNorm(x, map[string]int{"fro": graph.NormFrobenius, "nuc": graph.NormNuclear}[word])
	}
	switch p := c.num(i, name, 2); p {
	case 1:
		return c.MatrixNorm(x, graph.NormColumns)
	case -1:
		return c.MatrixNorm(x, graph.NormColumnsLeast)
	case 2:
		return c.MatrixNorm(x, graph.NormSpectral)
	case -2:
		return c.MatrixNorm(x, graph.NormSmallest)
	case math.Inf(1):
		return c.MatrixNorm(x, graph.NormRows)
	case math.Inf(-1):
		return c.MatrixNorm(x, graph.NormRowsLeast)
	}
	c.unsupported("a norm of a matrix of that order")
	return nil
}

// matricesNorm moves two axes to the end, and keeps them with extent 1 if asked to.
func (c *call) matricesNorm(x *gorgonia.Node, axes []int, keep bool, norm func(x *gorgonia.Node) *gorgonia.Node) *gorgonia.Node {
	s := c.Shape(x)
	y := norm(c.MoveAxes(x, axes, []int{-2, -1}))
	if keep {
		for _, a := range axes {
			s[a] = 1
		}
		y = c.Reshape(y, s...)
	}
	return y
}

func normRulesOfMatrices() {
	vector := func(c *call, x *gorgonia.Node, p float64, dim, keep int) *gorgonia.Node {
		return c.folded(x, c.axesOf(dim, "dim", x), c.flag(keep, "keepdim", false), func(x *gorgonia.Node, axes ...int) *gorgonia.Node {
			return c.Norm(x, p, axes...)
		})
	}
	matrix := func(c *call, x *gorgonia.Node, ord, dim, keep int, name string) *gorgonia.Node {
		axes := []int{c.rank(x) - 2, c.rank(x) - 1}
		if c.given(dim, "dim") {
			axes = c.axesOf(dim, "dim", x)
		}
		return c.matricesNorm(x, axes, c.flag(keep, "keepdim", false), func(x *gorgonia.Node) *gorgonia.Node { return c.matrixNorm(x, ord, name) })
	}
	torchRules["frobenius_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return vector(c, x, 2, 1, 2) })
	torchRules["nuclear_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		c.s.Kwargs = c.s.Kwargs.with("ord", value{plain: "nuc"})
		return matrix(c, x, -1, 1, 2, "ord")
	})
	torchRules["linalg_vector_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return vector(c, x, c.num(0, "ord", 2), 1, 2) })
	torchRules["linalg_matrix_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if !c.given(0, "ord") {
			c.s.Kwargs = c.s.Kwargs.with("ord", value{plain: "fro"})
		}
		return matrix(c, x, 0, 1, 2, "ord")
	})
	torchRules["linalg_norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		if !c.given(0, "ord") {
			return vector(c, x, 2, 1, 2)
		}
		matrices := c.rank(x) == 2
		if c.given(1, "dim") {
			matrices = len(c.ints(1, "dim")) == 2
		}
		if matrices || c.text(0, "ord", "") != "" && c.rank(x) > 1 {
			return matrix(c, x, 0, 1, 2, "ord")
		}
		return vector(c, x, c.num(0, "ord", 2), 1, 2)
	})
	torchRules["norm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { // of vectors, whatever the axes
		switch c.text(0, "p", "") {
		case "nuc":
			return matrix(c, x, 0, 1, 2, "p")
		case "fro", "":
			if c.text(0, "p", "") == "fro" || !c.given(0, "p") {
				return vector(c, x, 2, 1, 2)
			}
		}
		return vector(c, x, c.num(0, "p", 2), 1, 2)
	})
	torchRules["dist"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		d := c.Sub(x, y)
		return c.Norm(c.Reshape(d, sizeOf(c.Shape(d))), c.num(1, "p", 2), 0)
	})
	torchRules["cdist"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node { return c.CrossDistances(x, y, c.num(1, "p", 2)) })
	torchRules["nn.functional.pdist"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node { return c.RowDistances(x, c.num(0, "p", 2)) })
	torchRules["nn.functional.pairwise_distance"] = each2(func(c *call, x, y *gorgonia.Node) *gorgonia.Node {
		d := c.PairwiseDistance(x, y, c.num(1, "p", 2), c.num(2, "eps", 1e-6))
		if c.flag(3, "keepdim", false) {
			d = c.Unsqueeze(d, c.rank(d))
		}
		return d
	})
	torchRules["renorm"] = each1(func(c *call, x *gorgonia.Node) *gorgonia.Node {
		return c.Renorm(x, c.num(0, "p", 2), c.int(1, "dim", 0), c.num(2, "maxnorm", 1))
	})
}
