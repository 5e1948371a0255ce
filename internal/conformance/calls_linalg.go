package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/nn"
	"github.com/symgrad/symgrad/graph/special"
)

// This file has the rules of torch's products and functions of matrices.

func productRules() {
	products := func(c *call, x, y node) node { return c.MatMul(x, y) }
	for _, name := range []string{"matmul", "linalg.matmul", "mm", "bmm", "mv", "dot", "vdot"} {
		calls[name] = each2(products)
	}
	calls["inner"] = each2(func(c *call, x, y node) node { return c.Inner(x, y) })
	calls["outer"] = each2(func(c *call, x, y node) node { return c.Outer(x, y) })
	calls["ger"] = calls["outer"]
	calls["linalg.outer"] = calls["outer"]
	calls["kron"] = each2(func(c *call, x, y node) node { return linalg.Kron(c.Builder, x, y) })
	plus := func(product func(c *call, x, y node) node) rule {
		return each1(func(c *call, m node) node {
			p := product(c, c.second(), c.tensor(c.names[2]))
			return c.Add(c.Scale(m, c.num("beta", 1)), c.Scale(p, c.num("alpha", 1)))
		})
	}
	calls["addbmm"] = plus(func(c *call, x, y node) node { return c.Sum(c.MatMul(x, y), 0) })
	calls["addr"] = plus(func(c *call, x, y node) node { return c.Outer(x, y) })
	for _, name := range []string{"addmv", "baddbmm", "addmm"} {
		calls[name] = plus(products)
	}
	contractionRules()
}

func contractionRules() {
	crossed := func(first bool) rule { // torch.cross takes the first axis of extent 3
		return each2(func(c *call, x, y node) node {
			x, y = together(c, x, y)
			a := c.int("dim", -1)
			if first && !c.given("dim") {
				for i, n := range c.Shape(x) {
					if n == 3 {
						a = i
						break
					}
				}
			}
			return linalg.Cross(c.Builder, x, y, a)
		})
	}
	calls["cross"], calls["linalg.cross"] = crossed(true), crossed(false)
	calls["tensordot"] = each2(func(c *call, x, y node) node {
		v, _ := c.arg("dims")
		if v.isList && len(v.list) == 2 {
			return c.TensorDot(x, y, c.intsOf(v.list[0]), c.intsOf(v.list[1]))
		}
		n := c.int("dims", 2)
		var ax, ay []int
		for i := range n {
			ax, ay = append(ax, c.rank(x)-n+i), append(ay, i)
		}
		return c.TensorDot(x, y, ax, ay)
	})
	calls["einsum"] = one1(func(c *call) node {
		return c.Einsum(strings.ReplaceAll(c.text("equation", ""), " ", ""), c.nodes("operands")...)
	})
	calls["linalg.multi_dot"] = one1(func(c *call) node { return linalg.MultiDot(c.Builder, c.nodes("tensors")...) })
	calls["chain_matmul"] = calls["linalg.multi_dot"]
	calls["linalg.vecdot"] = each2(func(c *call, x, y node) node {
		return c.Sum(c.Mul(x, y), c.int("dim", -1))
	})
	calls[functional+"bilinear"] = one1(func(c *call) node {
		return c.plus(nn.BilinearForm(c.Builder, c.input, c.tensor("input2"), c.tensor("weight")), c.optional("bias"))
	})
}

func matrixRules() {
	for name, f := range map[string]func(b *build, x node) node{
		"det": linalg.Det, "inverse": linalg.Inverse,
		"logdet": linalg.LogDet, "matrix_exp": linalg.Exp} {
		calls[name] = each1(func(c *call, x node) node { return f(c.Builder, x) })
	}
	calls["cholesky"] = each1(func(c *call, x node) node {
		if c.flag("upper", false) {
			return c.swap(linalg.Cholesky(c.Builder, c.swap(x, -1, -2)), -1, -2)
		}
		return linalg.Cholesky(c.Builder, x)
	})
	calls["slogdet"] = func(c *call) []node {
		sign, log := linalg.SlogDet(c.Builder, c.input)
		return []node{sign, log}
	}
	solveRules()
}

func solveRules() {
	calls["linalg.solve"] = each2(func(c *call, x, y node) node {
		if !c.flag("left", true) {
			return c.swap(linalg.Solve(c.Builder, c.swap(x, -1, -2), c.swap(y, -1, -2)), -1, -2)
		}
		if c.rank(y) == 1 || c.rank(y) == c.rank(x)-1 && sizeOf(c.Shape(y)) == sizeOf(c.Shape(x)[:c.rank(x)-1]) {
			return c.Squeeze(linalg.Solve(c.Builder, x, c.Unsqueeze(y, c.rank(y))), -1)
		}
		return linalg.Solve(c.Builder, x, y)
	})
	triangular := func(c *call, x, y node, upper, transposed, unit bool) node {
		if unit {
			x = c.Add(half(c, x, upper, 1), c.Identity(c.Shape(x)[c.rank(x)-1]))
		}
		if transposed {
			x, upper = c.swap(half(c, x, upper, 0), -1, -2), !upper
		}
		return linalg.TriangularSolve(c.Builder, x, y, triangle(upper))
	}
	calls["linalg.solve_triangular"] = each2(func(c *call, x, y node) node {
		upper, unit := c.flag("upper", false), c.flag("unitriangular", false)
		if !c.flag("left", true) {
			return c.swap(triangular(c, x, c.swap(y, -1, -2), upper, true, unit), -1, -2)
		}
		return triangular(c, x, y, upper, false, unit)
	})
	calls["triangular_solve"] = func(c *call) []node { // torch.triangular_solve(b, A) returns A too
		x := c.tensor("A")
		y := triangular(c, x, c.tensor("b"), c.flag("upper", true), c.flag("transpose", false), c.flag("unitriangular", false))
		return []node{y, c.Broadcast(x, append(c.Shape(y)[:c.rank(y)-2], c.Shape(x)[c.rank(x)-2:]...)...)}
	}
	formRules()
}

// half is a triangle of x, without as many diagonals.
func half(c *call, x node, upper bool, without int) node {
	if upper {
		return c.Triu(x, without)
	}
	return c.Tril(x, -without)
}

// triangle is the one that torch's upper means.
func triangle(upper bool) linalg.Triangle {
	if upper {
		return linalg.Upper
	}
	return linalg.Lower
}

func formRules() {
	calls["cholesky_solve"] = one1(func(c *call) node {
		l := c.tensor("input2")
		c.triangle[l] = c.flag("upper", false)
		return linalg.CholeskySolve(c.Builder, l, c.input, triangle(c.triangle[l]))
	})
	calls["cholesky_inverse"] = each1(func(c *call, x node) node {
		c.triangle[x] = c.flag("upper", false)
		return linalg.CholeskyInverse(c.Builder, x, triangle(c.triangle[x]))
	})
	calls["matrix_power"] = each1(func(c *call, x node) node { return linalg.Power(c.Builder, x, c.int("n", 1)) })
	calls["linalg.householder_product"] = each2(func(c *call, x, tau node) node { return linalg.HouseholderProduct(c.Builder, x, tau) })
	calls["orgqr"] = calls["linalg.householder_product"]
	calls["linalg.vander"] = each1(func(c *call, x node) node {
		x = c.lifted(x)
		return linalg.Vandermonde(c.Builder, x, c.int("N", c.Shape(x)[c.rank(x)-1]))
	})
	single := func(f func(c *call, x node) node) rule { // one variable gives a scalar
		return each1(func(c *call, x node) node {
			y := f(c, c.lifted(x))
			if sizeOf(c.Shape(y)) == 1 {
				return c.Reshape(y)
			}
			return y
		})
	}
	calls["cov"] = single(covariance)
	calls["corrcoef"] = single(func(c *call, x node) node { return linalg.Correlation(c.Builder, x) })
	factorRules()
	normRulesOfMatrices()
}

func covariance(c *call, x node) node {
	s := c.Shape(x)
	n, correction := s[len(s)-1], c.num("correction", 1)
	frequency, importance := c.given("fweights"), c.given("aweights")
	if importance {
		c.loosen(1e-6, 1e-7) // torch's divisor is in single precision
	}
	if !frequency && !importance {
		return linalg.Covariance(c.Builder, x, nil, max(0, float64(n)-correction))
	}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	w := c.Const(ones, n)
	if frequency {
		w = c.Const(c.floats("fweights"), n)
	}
	sum := c.Sum(w)
	norm := c.AddConst(sum, -correction)
	if importance {
		a := c.lifted(c.tensor("aweights"))
		w = c.Mul(w, a)
		sum = c.Sum(w)
		norm = c.Sub(sum, c.Scale(c.Div(c.Sum(c.Mul(w, a)), sum), correction))
	}
	return c.Div(linalg.Covariance(c.Builder, x, w, 1), c.ReLU(norm))
}

// cutOff is the part of the largest singular value up to which others count as 0.
func (c *call) cutOff(x node, key string) float64 {
	s := c.Shape(x)
	return c.num(key, float64(max(s[len(s)-1], s[len(s)-2]))*0x1p-52)
}

// mirrored is the symmetric matrix whose lower triangle is x's, or whose upper one
// if the argument UPLO or upper says so; torch gives its gradient to both.
func (c *call) mirrored(x node) node {
	c.symmetric[x] = true
	upper := c.text("UPLO", "L") == "U" || slices.Contains(c.names, "upper") && c.flag("upper", true)
	return c.Add(half(c, x, upper, 0), c.swap(half(c, x, upper, 1), -1, -2))
}

// signs are 1 or −1 for each column of v, so that it points to where that of
// output i does: the sign of an eigenvector is free.
func (c *call) signs(v node, i int) node {
	if c.want == nil { // what a program computes from them does not depend on the sign
		return c.Scalar(1)
	}
	want := c.want[i]
	if sizeOf(want.Shape) != sizeOf(c.Shape(v)) {
		c.unsupported("no vectors to compare with")
		return nil
	}
	same := c.StopGradient(c.Sum(c.Mul(v, c.Const(want.Floats, want.Shape...)), -2))
	return c.Unsqueeze(c.Where(c.Less(same, c.Scalar(0)), c.Scalar(-1), c.Scalar(1)), -2)
}

// leastSquares are the solution, the sums of the squared residuals of more
// equations than unknowns, and, where the driver finds them, the singular values.
func leastSquares(c *call) []node {
	x, b := c.input, c.tensor("b")
	y := linalg.LeastSquares(c.Builder, x, b, c.cutOff(x, "rcond"))
	driver := c.text("driver", "gelsy")
	none := c.Const(nil, 0)
	rest, values := none, none
	s := c.Shape(x)
	if n := len(s); n >= 2 && s[n-2] > s[n-1] && driver != "gelsy" {
		rest = c.Sum(c.Square(c.Sub(c.MatMul(x, y), b)), -2)
	}
	if driver == "gelsd" || driver == "gelss" {
		_, values, _ = linalg.SVD(c.Builder, x)
	}
	return []node{y, rest, nil, values} // the rank is not computed
}

func factorRules() {
	calls["linalg.eigh"] = func(c *call) []node {
		l, v := linalg.Eigh(c.Builder, c.mirrored(c.input))
		return []node{l, c.Mul(v, c.signs(v, 1))}
	}
	calls["symeig"] = func(c *call) []node {
		if !c.flag("eigenvectors", false) {
			c.unsupported("eigenvalues beside an empty array")
			return nil
		}
		return calls["linalg.eigh"](c)
	}
	calls["linalg.eigvalsh"] = one1(func(c *call) node {
		l, _ := linalg.Eigh(c.Builder, c.mirrored(c.input))
		return l
	})
	svd := func(some func(c *call) bool, transposed bool) rule {
		return func(c *call) []node {
			if s, n := c.Shape(c.input), c.rank(c.input); !some(c) && s[n-1] != s[n-2] {
				c.unsupported("full factors")
				return nil
			}
			u, d, v := linalg.SVD(c.Builder, c.input)
			signs := c.signs(u, 0)
			u, v = c.Mul(u, signs), c.Mul(v, signs)
			if transposed {
				v = c.swap(v, -1, -2)
			}
			return []node{u, d, v}
		}
	}
	calls["linalg.svd"] = svd(func(c *call) bool { return !c.flag("full_matrices", true) }, true)
	calls["svd"] = svd(func(c *call) bool { return c.flag("some", true) }, false)
	calls["linalg.svdvals"] = each1(func(c *call, x node) node { _, s, _ := linalg.SVD(c.Builder, x); return s })
	lesserFactorRules()
}

func lesserFactorRules() {
	qr := func(thin func(c *call) bool) rule {
		return func(c *call) []node {
			if s, n := c.Shape(c.input), c.rank(c.input); !thin(c) && s[n-2] > s[n-1] {
				c.unsupported("a full factor")
				return nil
			}
			q, r := linalg.QR(c.Builder, c.input)
			return []node{q, r}
		}
	}
	calls["qr"] = qr(func(c *call) bool { return c.flag("some", true) })
	calls["linalg.qr"] = qr(func(c *call) bool {
		mode := c.text("mode", "reduced")
		if mode == "r" {
			c.unsupported("one factor beside an empty array")
		}
		return mode == "reduced"
	})
	calls["pinv"] = each1(func(c *call, x node) node {
		if c.flag("hermitian", false) {
			c.unsupported("a matrix of which a triangle is read")
			return nil
		}
		for _, key := range []string{"rcond", "rtol"} {
			if v, _ := c.arg(key); v.isTensor() && sizeOf(c.Shape(c.node(v))) > 1 || c.given("atol") {
				c.unsupported("cut-offs for each matrix, or absolute ones")
				return nil
			}
		}
		if c.given("rtol") {
			return linalg.Pinv(c.Builder, x, c.num("rtol", 0))
		}
		return linalg.Pinv(c.Builder, x, c.cutOff(x, "rcond"))
	})
	calls["linalg.lstsq"] = leastSquares
	calls["linalg.cond"] = each1(func(c *call, x node) node {
		if c.given("p") {
			norm := func(x node) node { return c.matrixNorm(x, "p") }
			return c.Mul(norm(x), norm(linalg.Inverse(c.Builder, x)))
		}
		return c.Div(linalg.Norm(c.Builder, x, linalg.Spectral), linalg.Norm(c.Builder, x, linalg.SmallestValue))
	})
}

// matrixNorm is the norm of the last two axes that an argument names.
func (c *call) matrixNorm(x node, name string) node {
	kind, ok := normKinds[c.text(name, "")]
	if !ok {
		kind, ok = normKinds[fmt.Sprint(c.num(name, 2))]
	}
	if !ok {
		c.unsupported("a norm of a matrix of that order")
		return nil
	}
	return linalg.Norm(c.Builder, x, kind)
}

// normKinds are the norms of matrices by their names or orders.
var normKinds = map[string]linalg.NormKind{"fro": linalg.Frobenius, "nuc": linalg.Nuclear, "1": linalg.MaxColumnSum, "-1": linalg.MinColumnSum,
	"2": linalg.Spectral, "-2": linalg.SmallestValue, "+Inf": linalg.MaxRowSum, "-Inf": linalg.MinRowSum}

func normRulesOfMatrices() {
	vector := func(c *call, x node, p float64) node {
		return c.folded(x, c.axesOf("dim", x), c.flag("keepdim", false), func(x node, axes ...int) node { return c.Norm(x, p, axes...) })
	}
	matrix := func(c *call, x node, name string) node {
		axes := []int{c.rank(x) - 2, c.rank(x) - 1}
		if c.given("dim") {
			axes = c.axesOf("dim", x)
		}
		y := c.matrixNorm(c.MoveAxes(x, axes, []int{-2, -1}), name)
		if !c.flag("keepdim", false) {
			return y
		}
		s := c.Shape(x)
		s[axes[0]], s[axes[1]] = 1, 1
		return c.Reshape(y, s...)
	}
	calls["frobenius_norm"] = each1(func(c *call, x node) node { c.ignore("p"); return vector(c, x, 2) })
	calls["nuclear_norm"] = each1(func(c *call, x node) node {
		c.args["ord"] = &value{plain: "nuc"}
		c.ignore("p")
		return matrix(c, x, "ord")
	})
	calls["linalg.vector_norm"] = each1(func(c *call, x node) node { return vector(c, x, c.num("ord", 2)) })
	calls["linalg.matrix_norm"] = each1(func(c *call, x node) node {
		if !c.given("ord") {
			c.args["ord"] = &value{plain: "fro"}
		}
		return matrix(c, x, "ord")
	})
	calls["linalg.norm"] = each1(func(c *call, x node) node {
		matrices := c.rank(x) == 2
		if c.given("dim") {
			matrices = len(c.ints("dim")) == 2
		}
		if c.given("ord") && (matrices || c.text("ord", "") != "" && c.rank(x) > 1) {
			return matrix(c, x, "ord")
		}
		return vector(c, x, c.num("ord", 2))
	})
	calls["norm"] = each1(func(c *call, x node) node { // of vectors, whatever the axes
		switch c.text("p", "") {
		case "nuc":
			return matrix(c, x, "p")
		case "fro":
			return vector(c, x, 2)
		}
		return vector(c, x, c.num("p", 2))
	})
	distanceRules()
}

func distanceRules() {
	calls["dist"] = each2(func(c *call, x, y node) node {
		d := c.Sub(x, y)
		return c.Norm(c.Reshape(d, sizeOf(c.Shape(d))), c.num("p", 2), 0)
	})
	calls["cdist"] = each2(func(c *call, x, y node) node { return special.CrossDistances(c.Builder, x, y, c.num("p", 2)) })
	calls[functional+"pdist"] = each1(func(c *call, x node) node { return special.RowDistances(c.Builder, x, c.num("p", 2)) })
	calls[functional+"pairwise_distance"] = each2(func(c *call, x, y node) node {
		d := special.PairwiseDistance(c.Builder, x, y, c.num("p", 2), c.num("eps", 1e-6))
		if c.flag("keepdim", false) {
			d = c.Unsqueeze(d, c.rank(d))
		}
		return d
	})
	calls["renorm"] = each1(func(c *call, x node) node {
		return special.Renorm(c.Builder, x, c.num("p", 2), c.int("dim", 0), c.num("maxnorm", 1))
	})
}
