package graph_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/linalg"
	"github.com/symgrad/symgrad/graph/loss"
	"github.com/symgrad/symgrad/graph/special"
	"github.com/symgrad/symgrad/internal/golden"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// mistakes are what users do wrong when they build a graph, with the kind that
// errors.Is must find.
var mistakes = []struct {
	name string
	kind error
	do   func(b *graph.Builder)
}{
	{"matmul that does not fit", graph.ErrShape, func(b *graph.Builder) {
		b.MatMul(b.Input("x", 2, 3), b.Param("w", graph.Zeros(), 4, 5))
	}},
	{"sum of shapes that do not broadcast", graph.ErrShape, func(b *graph.Builder) {
		b.Add(b.Input("x", 2, 3), b.Input("y", 4))
	}},
	{"reshape to another size", graph.ErrShape, func(b *graph.Builder) { b.Reshape(b.Input("x", 6), 4, -1) }},
	{"reshape with two free axes", graph.ErrShape, func(b *graph.Builder) { b.Reshape(b.Input("x", 6), -1, -1) }},
	{"axis out of range", graph.ErrShape, func(b *graph.Builder) { b.Sum(b.Input("x", 2, 3), 2) }},
	{"axis given twice", graph.ErrShape, func(b *graph.Builder) { b.Mean(b.Input("x", 2, 3), 0, -2) }},
	{"permutation that is none", graph.ErrShape, func(b *graph.Builder) { b.Transpose(b.Input("x", 2, 3), 0, 0) }},
	{"integers where floats are wanted", graph.ErrDType, func(b *graph.Builder) { b.Tanh(b.Ints("labels", 3)) }},
	{"float32 and float64", graph.ErrDType, func(b *graph.Builder) {
		b.Add(b.Input("x", 3), gorgonia.NewVector(b.Graph(), tensor.Float32, gorgonia.WithShape(3), gorgonia.WithName("single")))
	}},
	{"negative extent", graph.ErrShape, func(b *graph.Builder) { b.Input("x", 3, -1) }},
	{"draw of a negative extent", graph.ErrShape, func(b *graph.Builder) { b.Normal(3, -1) }},
	{"draw of too many elements", graph.ErrShape, func(b *graph.Builder) { b.Uniform(1<<30, 1<<30) }},
	{"permutation of less than nothing", graph.ErrShape, func(b *graph.Builder) { b.Permutation(-1) }},
	{"probabilities that are integers", graph.ErrDType, func(b *graph.Builder) { b.Bernoulli(b.Ints("p", 3)) }},
	{"logits that are integers", graph.ErrDType, func(b *graph.Builder) { b.Categorical(b.Ints("logits", 3)) }},
	{"logits without axes", graph.ErrShape, func(b *graph.Builder) { b.Categorical(b.Input("logits")) }},
	{"logits of no categories", graph.ErrShape, func(b *graph.Builder) { b.Categorical(b.Input("logits", 3, 0)) }},
	{"too many elements", graph.ErrShape, func(b *graph.Builder) { b.Input("x", 1<<30, 1<<30) }},
	{"too many elements by broadcasting", graph.ErrShape, func(b *graph.Builder) {
		b.Add(b.Input("x", 1<<20, 1), b.Input("y", 1<<20))
	}},
	{"name that a file cannot have", graph.ErrOption, func(b *graph.Builder) { b.Param("__metadata__", graph.Zeros(), 2) }},
	{"name of other bytes", graph.ErrOption, func(b *graph.Builder) { b.State("w\xff", graph.Zeros(), 2) }},
	{"one name for two parameters", nil, func(b *graph.Builder) {
		b.Param("w", graph.Zeros(), 2)
		b.Param("w", graph.Zeros(), 3)
	}},
	{"nodes of two graphs", nil, func(b *graph.Builder) { b.Add(b.Input("x", 2), graph.New(nil).Input("y", 2)) }},
	{"nil node", nil, func(b *graph.Builder) { b.Tanh(nil) }},
	{"no initializer", nil, func(b *graph.Builder) { b.Param("w", nil, 2) }},
	{"initializer of another shape", graph.ErrShape, func(b *graph.Builder) { b.Param("w", graph.Values([]float64{1}), 2) }},
	{"reflection of more than there is", graph.ErrShape, func(b *graph.Builder) {
		b.Pad(b.Input("x", 3), []int{3}, []int{0}, graph.PadReflect)
	}},
	{"determinant of no square", graph.ErrShape, func(b *graph.Builder) { linalg.Det(b, b.Input("x", 2, 3)) }},
	{"parameter of another shape than before", graph.ErrShape, func(b *graph.Builder) {
		graph.New(b.Params()).Param("w", graph.Zeros(), 2)
		b.Param("w", graph.Zeros(), 3)
	}},
	{"parameter after the layout is fixed", nil, func(b *graph.Builder) {
		b.Param("w", graph.Zeros(), 2)
		b.Params().Values("w")
		b.Param("v", graph.Zeros(), 2)
	}},
	{"parameter without elements", graph.ErrShape, func(b *graph.Builder) { b.Param("w", graph.Zeros(), 0, 3) }},
	{"parameter that is too large", graph.ErrShape, func(b *graph.Builder) { b.Param("w", graph.Zeros(), 1<<30, 1<<30) }},
	{"interval the wrong way round", nil, func(b *graph.Builder) { b.Param("w", graph.Uniform(1, 0), 2) }},
	{"negative deviation", nil, func(b *graph.Builder) { b.Param("w", graph.Normal(0, -1), 2) }},
	{"orthogonal vector", nil, func(b *graph.Builder) { b.Param("w", graph.Orthogonal(1), 2) }},
	{"one name for two inputs", nil, func(b *graph.Builder) {
		b.Input("x", 2)
		b.Input("x", 2)
	}},
	{"constant of another size", graph.ErrShape, func(b *graph.Builder) { b.Const([]float64{1, 2}, 3) }},
	{"integers of another size", graph.ErrShape, func(b *graph.Builder) { b.ConstInts([]int{1, 2}, 3) }},
	{"pad lists of two lengths", graph.ErrShape, func(b *graph.Builder) {
		b.Pad(b.Input("x", 3), []int{1}, []int{1, 1}, graph.PadReflect)
	}},
	{"tile without a count", graph.ErrShape, func(b *graph.Builder) { b.Tile(b.Input("x", 3, 2), 2) }},
	{"squeeze of an axis with places", graph.ErrShape, func(b *graph.Builder) { b.Squeeze(b.Input("x", 3, 2), 1) }},
	{"unsqueeze beyond the axes", graph.ErrShape, func(b *graph.Builder) { b.Unsqueeze(b.Input("x", 3, 2), 4) }},
	{"split into other parts", graph.ErrShape, func(b *graph.Builder) { b.Split(b.Input("x", 5), 0, 2, 2) }},
	{"axis to unflatten out of range", graph.ErrShape, func(b *graph.Builder) { b.Unflatten(b.Input("x", 6), 1, 2, 3) }},
	{"axes without places to go to", graph.ErrShape, func(b *graph.Builder) { b.MoveAxes(b.Input("x", 2, 3), []int{0, 1}, []int{1}) }},
	{"flatten backwards", graph.ErrShape, func(b *graph.Builder) { b.Flatten(b.Input("x", 2, 3), 1, 0) }},
	{"unflatten to another size", graph.ErrShape, func(b *graph.Builder) { b.Unflatten(b.Input("x", 6), 0, 4, 2) }},
	{"windows of no places", graph.ErrShape, func(b *graph.Builder) { special.Windows(b, b.Input("x", 6), 0, special.WindowOptions{Step: 1}) }},
	{"strides of other axes", graph.ErrShape, func(b *graph.Builder) { special.Strided(b, b.Input("x", 6), []int{2, 2}, []int{1}, 0) }},
	{"strides beyond the end", graph.ErrShape, func(b *graph.Builder) { special.Strided(b, b.Input("x", 6), []int{2}, []int{6}, 0) }},
	{"combinations of a matrix", graph.ErrShape, func(b *graph.Builder) { special.Combinations(b, b.Input("x", 2, 2), 2) }},
	{"blocks of three axes", graph.ErrShape, func(b *graph.Builder) { special.BlockDiagonal(b, b.Input("x", 2, 2, 2)) }},
	{"diagonals of a scalar", graph.ErrShape, func(b *graph.Builder) { special.DiagonalMatrices(b, b.Scalar(1), 0, [2]int{0, 1}) }},
	{"weights of other classes", graph.ErrShape, func(b *graph.Builder) {
		loss.MultiMargin(b, b.Input("x", 2, 3), b.Ints("labels", 2), 1, loss.MultiMarginOptions{Weight: b.Input("w", 2)})
	}},
	{"variances of another shape", graph.ErrShape, func(b *graph.Builder) {
		loss.GaussianNLL(b, b.Input("x", 3, 1), b.Input("y", 3, 1), b.Input("v", 3))
	}},
	{"eps of -1", graph.ErrOption, func(b *graph.Builder) {
		loss.PoissonNLL(b, b.Input("x", 3), b.Input("y", 3), loss.PoissonNLLOptions{Rate: true, Eps: -1})
	}},
	{"margin that is NaN", graph.ErrOption, func(b *graph.Builder) { loss.HingeEmbedding(b, b.Input("x", 3), b.Input("y", 3), math.NaN()) }},
	{"target that is no probability", graph.ErrTarget, func(b *graph.Builder) {
		loss.BCEWithLogits(b, b.Input("x", 3, 2), b.Const([]float64{0, 1, 1, 1, 0, 2}, 3, 2))
	}},
	{"losses of other shapes", graph.ErrShape, func(b *graph.Builder) { loss.MSE(b, b.Input("x", 2, 3), b.Input("y", 3, 2)) }},
	{"delta of 0", nil, func(b *graph.Builder) { loss.Huber(b, b.Input("x", 2), b.Input("y", 2), 0) }},
	{"labels of other examples", graph.ErrShape, func(b *graph.Builder) { loss.CrossEntropy(b, b.Input("x", 2, 3), b.Ints("labels", 3)) }},
	{"likelihoods of other labels", graph.ErrShape, func(b *graph.Builder) { loss.NLL(b, b.Input("x", 2, 3), b.Ints("labels", 3)) }},
	{"labels that are floats", graph.ErrDType, func(b *graph.Builder) {
		loss.CrossEntropy(b, b.Input("x", 2, 3), b.Input("labels", 2))
	}},
	{"one-hot vectors of floats", graph.ErrDType, func(b *graph.Builder) { b.OneHot(b.Input("labels", 2), 3) }},
	{"rows at floats", graph.ErrDType, func(b *graph.Builder) { b.Take(b.Input("x", 2, 3), b.Input("rows", 2)) }},
	{"elements at floats", graph.ErrDType, func(b *graph.Builder) { b.Gather(b.Input("x", 2, 3), b.Input("at", 2, 3), 1) }},
	{"smoothing of 2", graph.ErrOption, func(b *graph.Builder) {
		loss.NLL(b, b.Input("x", 2, 3), b.Ints("labels", 2), loss.CrossEntropyOptions{Smoothing: 2})
	}},
	{"soft labels of a scalar", graph.ErrShape, func(b *graph.Builder) {
		loss.SoftCrossEntropy(b, b.Scalar(1), b.Scalar(1))
	}},
	{"margins of the power 3", graph.ErrOption, func(b *graph.Builder) {
		loss.MultiMargin(b, b.Input("x", 2, 3), b.Ints("labels", 2), 1, loss.MultiMarginOptions{Power: 3})
	}},
	{"label sets of other examples", graph.ErrShape, func(b *graph.Builder) { loss.MultiLabelMargin(b, b.Input("x", 2, 3), [][]int{{0}}) }},
	{"label that is no class", graph.ErrShape, func(b *graph.Builder) { loss.MultiLabelMargin(b, b.Input("x", 1, 3), [][]int{{3}}) }},
	{"transcripts of other batches", graph.ErrShape, func(b *graph.Builder) { loss.CTC(b, b.Input("x", 4, 2, 3), b.Ints("labels", 3, 2), 0) }},
	{"two reductions", graph.ErrOption, func(b *graph.Builder) { loss.MSE(b, b.Input("x", 2), b.Input("y", 2), loss.Sum, loss.Each) }},
	{"reduction that is none", graph.ErrOption, func(b *graph.Builder) { loss.MSE(b, b.Input("x", 2), b.Input("y", 2), loss.Reduction(7)) }},
	{"two sets of options", graph.ErrOption, func(b *graph.Builder) {
		loss.BCEWithLogits(b, b.Input("x", 2), b.Input("y", 2), loss.BCEWithLogitsOptions{}, loss.BCEWithLogitsOptions{})
	}},
	{"eps of logarithms of rates", graph.ErrOption, func(b *graph.Builder) {
		loss.PoissonNLL(b, b.Input("x", 2), b.Input("y", 2), loss.PoissonNLLOptions{Eps: 1e-8})
	}},
	{"constant label that is no class", graph.ErrOption, func(b *graph.Builder) {
		loss.CrossEntropy(b, b.Input("x", 2, 3), b.ConstInts([]int{0, 3}, 2))
	}},
	{"classes of an axis that is not there", graph.ErrShape, func(b *graph.Builder) {
		loss.CrossEntropy(b, b.Input("x", 2, 3), b.Ints("labels", 2), loss.CrossEntropyOptions{Axis: 2})
	}},
	{"labels of images along another axis", graph.ErrShape, func(b *graph.Builder) {
		loss.CrossEntropy(b, b.Input("x", 2, 3, 4), b.Ints("labels", 2, 4))
	}},
	{"blank that is no class", graph.ErrOption, func(b *graph.Builder) { loss.CTC(b, b.Input("x", 4, 2, 3), b.Ints("labels", 2, 2), 3) }},
	{"distances of rows of other lengths", graph.ErrShape, func(b *graph.Builder) {
		special.CrossDistances(b, b.Input("x", 2, 3), b.Input("y", 2, 4), 2)
	}},
	{"distances within a vector", graph.ErrShape, func(b *graph.Builder) { special.RowDistances(b, b.Input("x", 3), 2) }},
	{"gamma of no dimension", nil, func(b *graph.Builder) { special.MultivariateLgamma(b, b.Input("x", 3), 0) }},
	{"smallest of no places", graph.ErrShape, func(b *graph.Builder) { special.KthValue(b, b.Input("x", 0), 1, 0) }},
	{"fourth of three", graph.ErrShape, func(b *graph.Builder) { special.KthValue(b, b.Input("x", 3), 4, 0) }},
	{"quantile of 2", nil, func(b *graph.Builder) { special.Quantile(b, b.Input("x", 3), 2, 0, special.Linear) }},
	{"differences of the order 3", graph.ErrShape, func(b *graph.Builder) { special.Differences(b, b.Input("x", 5), nil, 0, 3) }},
	{"unknown fold", nil, func(b *graph.Builder) {
		special.ScatterReduce(b, b.Input("x", 3), b.Input("s", 3), b.Ints("at", 3), 0, special.ReduceOptions{Reduction: 99})
	}},
	{"index of another length", graph.ErrShape, func(b *graph.Builder) {
		special.IndexCopy(b, b.Input("x", 3, 2), b.Input("s", 2, 2), b.Ints("at", 3), 0)
	}},
	{"copies of other rows", graph.ErrShape, func(b *graph.Builder) {
		special.IndexCopy(b, b.Input("x", 3, 2), b.Input("s", 2, 4), b.Ints("at", 2), 0)
	}},
	{"index of another rank", graph.ErrShape, func(b *graph.Builder) { special.GatherBroadcast(b, b.Input("x", 3, 2), b.Ints("at", 3), 0) }},
	{"mask of another size", graph.ErrShape, func(b *graph.Builder) { special.MaskedSelect(b, b.Input("x", 3), []bool{true}) }},
	{"elements for other places", graph.ErrShape, func(b *graph.Builder) {
		special.MaskedScatter(b, b.Input("x", 2), []bool{true, true}, b.Input("s", 1))
	}},
	{"reflectors of other shapes", graph.ErrShape, func(b *graph.Builder) { linalg.HouseholderProduct(b, b.Input("x", 2, 3), b.Input("tau", 2)) }},
	{"unknown norm", nil, func(b *graph.Builder) { linalg.Norm(b, b.Input("x", 2, 3), 99) }},
	{"axes to sum over of two numbers", graph.ErrShape, func(b *graph.Builder) {
		b.TensorDot(b.Input("x", 2, 3), b.Input("y", 3, 2), []int{0, 1}, []int{0})
	}},
	{"product of nothing", nil, func(b *graph.Builder) { linalg.MultiDot(b) }},
	{"cross product of two places", graph.ErrShape, func(b *graph.Builder) { linalg.Cross(b, b.Input("x", 2), b.Input("y", 2), 0) }},
	{"too many steps to unroll", graph.ErrUnsupported, func(b *graph.Builder) { b.Diff(b.Input("x", 1<<24), 1<<20, 0) }},
	{"tiles of too many elements", graph.ErrShape, func(b *graph.Builder) { b.Tile(b.Input("x", 1<<20), math.MaxInt32) }},
	{"repetitions of too many elements", graph.ErrShape, func(b *graph.Builder) { b.Repeat(b.Input("x", 1<<20), 0, math.MaxInt32) }},
	{"no powers", graph.ErrShape, func(b *graph.Builder) { linalg.Vandermonde(b, b.Input("x", 3), 0) }},
	{"covariance of three axes", graph.ErrShape, func(b *graph.Builder) { linalg.Covariance(b, b.Input("x", 2, 3, 4), nil, 1) }},
}

// lines are places in this file, whose lines move.
var lines = regexp.MustCompile(`errors_test\.go:\d+`)

// grammar is the form of an error about an operator: package, operator, the name that the
// user gave, what is wrong, operands with their shapes, and the line.
var grammar = regexp.MustCompile(`^[a-z]+: [A-Z]\w*( "[^"]*")?: .*\bwant .* ?\((?:.+: .*\[.*\], )?errors_test\.go:\d+\)$`)

// spoken is the form of an error that is no operator's: package, function, what is wrong and
// what is wanted. Operators of others have words of their own.
var spoken = regexp.MustCompile(`^([a-z]+: )?[A-Z]\w*( "[^"]*")?: (.*\bwant |Do of failing: )`)

// inner is what an error must not show: lists of Go, types of the compiler, numbers of
// nodes, verbs without arguments.
var inner = regexp.MustCompile(`\[-?\d+ -?\d|\b[fi](32|64)\b|[a-z]#\d|%!`)

// ungrammatical says what is wrong with the words of an error, "" if nothing.
func ungrammatical(err error, oe *graph.OpError) string {
	text := err.Error()
	name := oe.Package + "." + oe.Op
	switch {
	case !grammar.MatchString(text):
		return "want package: Operator: ... want ... (operands, line)"
	case inner.MatchString(strings.ReplaceAll(text, "const#", "")):
		return "it shows " + inner.FindString(text)
	case !slices.ContainsFunc(operators(), func(o operator) bool { return o.Name == strings.TrimPrefix(name, "graph.") }):
		return "no operator " + name
	}
	for _, in := range oe.In {
		if !strings.Contains(text, in.Name+": ") {
			return "it does not show the operand " + in.Name
		}
	}
	return ""
}

// TestMistakes holds what each mistake is answered with to a golden file, those of
// refusals as well, and checks that building goes on without effect and Compile
// reports the mistake.
func TestMistakes(t *testing.T) {
	var got strings.Builder
	for _, m := range mistakes {
		b := graph.New(nil)
		m.do(b)
		err := b.Err()
		if err == nil {
			t.Errorf("%s: got no error", m.name)
			continue
		}
		if m.kind != nil && !errors.Is(err, m.kind) {
			t.Errorf("%s: got %v, want an error that is %q", m.name, err, m.kind)
		}
		var oe *graph.OpError
		if !errors.As(err, &oe) || !strings.HasPrefix(oe.At, "errors_test.go:") {
			t.Errorf("%s: got %v, want an OpError at this file", m.name, err)
		}
		if n := b.Add(b.Input("late", 2), b.Scalar(1)); n != nil {
			t.Errorf("%s: building went on", m.name)
		}
		if _, again := b.Compile(graph.Options{}); again != err {
			t.Errorf("%s: Compile returned %v, want %v", m.name, again, err)
		}
		if fault := ungrammatical(err, oe); fault != "" {
			t.Errorf("%s: %v: %s", m.name, err, fault)
		}
		fmt.Fprintf(&got, "%s:\n\t%s\n", m.name, lines.ReplaceAllString(err.Error(), "errors_test.go"))
	}
	for _, m := range refusals {
		if text := m.Do(t).Error(); !spoken.MatchString(text) {
			t.Errorf("%s: got %q, want package: Function: ... want ...", m.Name, text)
		}
	}
	text := strings.ReplaceAll(got.String()+golden.Errors(t, refusals), fmt.Sprint("at most ", op.MaxElements), "at most MaxElements")
	golden.Check(t, "testdata/errors.golden", text)
}
