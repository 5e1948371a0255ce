package main

import (
	_ "embed"
	"math"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// call is one call of a PyTorch function in the graph under construction. Its
// rule reads the arguments by their names; what it leaves unread is an argument
// that it does not know, and the call is not covered.
type call struct {
	*bench
	name  string
	names []string // of the parameters, in order
	args  map[string]*value
	read  map[string]bool
	input *gorgonia.Node // the first argument, if it is a tensor or a number
	kind  *kind          // of the results, if a rule says so
	want  []*array       // the results as the case lists them, if it does
}

// rule builds the results of a call. A nil node is a result that it cannot compute.
type rule func(c *call) []*gorgonia.Node

// calls are the rules by PyTorch's names; the files calls_*.go add theirs.
var calls = map[string]rule{}

//go:embed signatures.txt
var signatureText string

// signatures are the parameters of functions by their names.
var signatures = readSignatures(signatureText)

func readSignatures(text string) map[string][]string {
	out := map[string][]string{}
	for _, line := range strings.Split(text, "\n") {
		if params, names, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, "#") {
			for _, n := range strings.Fields(names) {
				out[n] = strings.Fields(params)
			}
		}
	}
	return out
}

// aliases are other names of functions, each in front of the usual one.
var aliases = pairs(`absolute abs arccos acos arccosh acosh arcsin asin arcsinh asinh arctan atan arctanh atanh arctan2 atan2 negative neg fix trunc
	multiply mul subtract sub divide div true_divide div not_equal ne less lt less_equal le greater gt greater_equal ge gammaln lgamma psi digamma expit sigmoid
	inv inverse inv_ex inverse cholesky_ex cholesky solve_ex solve special_polygamma polygamma upsample interpolate pinverse pinv
	multigammaln mvlgamma clip clamp conj positive conj_physical positive resolve_conj positive resolve_neg positive real positive clone positive
	contiguous positive double positive __add__ add __sub__ sub __mul__ mul __pow__ pow __neg__ neg __mod__ remainder __and__ logical_and
	__or__ logical_or __invert__ logical_not`)

func pairs(text string) map[string]string {
	out, list := map[string]string{}, strings.Fields(text)
	for i := 0; i < len(list); i += 2 {
		out[list[i]] = list[i+1]
	}
	return out
}

// of looks a function up. The same function can be a method, a function of
// torch, and one of its modules.
func of[T any](table map[string]T, name string) (T, bool) {
	bare := name
	for _, module := range []string{"opinfo.", "tensor.", "nn.functional.", "special.", "linalg."} {
		bare = strings.TrimPrefix(bare, module)
	}
	names := []string{name, strings.TrimPrefix(name, "opinfo."), bare, "tensor." + bare, "nn.functional." + bare, "linalg." + bare}
	if a := aliases[bare]; a != "" {
		names = append(names, a, "linalg."+a, "nn.functional."+a)
	}
	for _, n := range names {
		if t, ok := table[n]; ok {
			return t, true
		}
	}
	var none T
	return none, false
}

// bind gives arguments the names of the function's parameters.
func (c *call) bind(args []*value, kwargs map[string]*value) error {
	sig, ok := of(signatures, c.name)
	if !ok {
		return errors.Wrap(graph.ErrUnsupported, c.name)
	}
	at := 0
	for _, p := range sig {
		name, rest := strings.CutSuffix(p, "...")
		name, ignored := strings.CutSuffix(name, "~")
		c.names, c.read[name] = append(c.names, name), ignored
		switch {
		case rest && (at+1 < len(args) || at < len(args) && !args[at].isList):
			v := &value{isList: true}
			for ; at < len(args); at++ {
				v.list = append(v.list, *args[at])
			}
			c.args[name] = v
		case at < len(args):
			c.args[name] = args[at]
			at++
		}
	}
	if at < len(args) {
		return errors.Wrapf(graph.ErrUnsupported, "%s with %d arguments", c.name, len(args))
	}
	for name, v := range kwargs {
		if name == "self" || name == "input" && !slices.Contains(c.names, name) {
			name = c.names[0]
		}
		if !slices.Contains(c.names, name) && !v.isNone() || c.args[name] != nil {
			return errors.Wrapf(graph.ErrUnsupported, "%s with the argument %q", c.name, name)
		}
		c.args[name] = v
	}
	return nil
}

// run makes the call. Errors: ErrUnsupported if no rule knows the function or
// one of the arguments.
func (c *call) run(args []*value, kwargs map[string]*value) (out []value, err error) {
	defer func() { // a rule read a shape that the failed graph does not have
		if r := recover(); r != nil {
			if err = c.Err(); err == nil {
				err = errors.Errorf("panic: %v", r)
			}
		}
	}()
	f, ok := of(calls, c.name)
	if !ok {
		return nil, errors.Wrap(graph.ErrUnsupported, c.name)
	}
	if err := c.bind(args, kwargs); err != nil {
		return nil, err
	}
	if !makers[bareName(c.name)] {
		c.readDType()
	}
	first := value{}
	if len(c.names) > 0 {
		first, _ = c.arg(c.names[0])
		if _, isText := first.plain.(string); first.isTensor() || first.plain != nil && !isText {
			c.input = c.node(first)
		}
	}
	nodes := f(c)
	if c.Err() != nil {
		return nil, c.Err()
	}
	for name, v := range c.args {
		if !c.read[name] && !v.isNone() {
			return nil, errors.Wrapf(graph.ErrUnsupported, "%s with the argument %q", c.name, name)
		}
	}
	of := kindOf(c.name, c.args)
	if c.kind != nil {
		of = *c.kind
	}
	fixed := c.fixedArgs()
	if strings.HasSuffix(c.name, "_ex") {
		nodes = append(nodes, nil) // how it went
	}
	for _, n := range nodes {
		v := value{node: n, kind: of, fixed: fixed, absent: n == nil}
		if n != nil && isIndex(n) {
			v.kind = ofInts
		}
		out = append(out, v)
	}
	return out, nil
}

// isIndex says that the graph has integers for a node.
func isIndex(n *gorgonia.Node) bool { return n.Dtype().String() == "int" }

func (c *call) unsupported(format string, args ...any) {
	c.Fail(errors.Wrapf(graph.ErrUnsupported, format, args...))
}

// arg is the argument of that name, which is now read.
func (c *call) arg(name string) (value, bool) {
	c.read[name] = true
	if v := c.args[name]; v != nil {
		return *v, true
	}
	return value{}, false
}

// ignore reads arguments that have no part in the results.
func (c *call) ignore(names ...string) {
	for _, n := range names {
		c.read[n] = true
	}
}

// given says whether an argument is there and not None.
func (c *call) given(name string) bool {
	v, ok := c.arg(name)
	return ok && !v.isNone()
}

// node is a tensor, or a number as a scalar, of floats; integers that are known
// only when the graph runs stay integers.
func (c *call) node(v value) *gorgonia.Node {
	if v.node != nil {
		return v.node
	}
	if v.tensor != nil {
		return c.Const(c.inRange(v.tensor.Floats), v.tensor.Shape...)
	}
	f, err := number(v.plain)
	if err != nil {
		c.unsupported("%s of %v where a tensor is wanted", c.name, v.plain)
		return nil
	}
	return c.Scalar(c.inRange([]float64{f})[0])
}

func (c *call) tensor(name string) *gorgonia.Node {
	v, ok := c.arg(name)
	if !ok {
		c.unsupported("%s without %q", c.name, name)
		return nil
	}
	return c.node(v)
}

// optional is a tensor, or nil if it is not given.
func (c *call) optional(name string) *gorgonia.Node {
	if !c.given(name) {
		return nil
	}
	return c.tensor(name)
}

// second is the second parameter, whatever its name.
func (c *call) second() *gorgonia.Node { return c.tensor(c.names[1]) }

// labels is a tensor of integers.
func (c *call) labels(name string) *gorgonia.Node {
	v, _ := c.arg(name)
	if a := c.static(v); a != nil && a.Ints != nil {
		return c.ConstInts(a.Ints, a.Shape...)
	}
	if v.node == nil || !isIndex(v.node) {
		c.unsupported("%s with %q that is no tensor of integers", c.name, name)
		return nil
	}
	return v.node
}

// nodes is a list of tensors.
func (c *call) nodes(name string) []*gorgonia.Node {
	v, _ := c.arg(name)
	var out []*gorgonia.Node
	for _, x := range v.elements() {
		out = append(out, c.node(x))
	}
	return out
}

// numberOf is a number, or the only element of a tensor.
func (c *call) numberOf(v value) float64 {
	if a := c.static(v); a != nil && len(a.Floats) == 1 {
		return a.Floats[0]
	}
	f, err := number(v.plain)
	if err != nil {
		c.unsupported("%s with %v where numbers are wanted", c.name, v.plain)
	}
	return f
}

func (c *call) num(name string, def float64) float64 {
	v, ok := c.arg(name)
	if !ok || v.isNone() {
		return def
	}
	f := c.numberOf(v)
	if r := c.inRange([]float64{f})[0]; math.IsInf(r, 0) { // the precision of settings stays
		return r
	}
	return f
}

func (c *call) int(name string, def int) int { return int(c.num(name, float64(def))) }

func (c *call) flag(name string, def bool) bool {
	return c.num(name, map[bool]float64{true: 1}[def]) != 0
}

func (c *call) text(name, def string) string {
	v, ok := c.arg(name)
	if s, is := v.plain.(string); ok && is {
		return s
	}
	if ok && !v.isNone() {
		return "" // a number where a word could stand
	}
	return def
}

// word is a text that must be one of the words of a table.
func word[T any](c *call, name, def string, table map[string]T) T {
	v, _ := c.arg(name)
	w := c.text(name, def)
	out, ok := table[w]
	if !ok {
		c.unsupported("%s with %q %v", c.name, name, v.plain)
	}
	return out
}

// floats is a number or a list of them; nil if it is not there.
func (c *call) floats(name string) []float64 {
	v, _ := c.arg(name)
	return c.floatsOf(v)
}

func (c *call) floatsOf(v value) []float64 {
	if v.isNone() {
		return nil
	}
	if a := c.static(v); a != nil {
		return a.Floats
	}
	out := []float64{}
	for _, x := range v.elements() {
		out = append(out, c.numberOf(x))
	}
	return out
}

// ints is a number or a list of them; nil if it is not there.
func (c *call) ints(name string) []int {
	v, _ := c.arg(name)
	return c.intsOf(v)
}

func (c *call) intsOf(v value) []int {
	list := c.floatsOf(v)
	if list == nil {
		return nil
	}
	out := make([]int, len(list))
	for i, f := range list {
		out[i] = int(f)
	}
	return out
}

// axis counts a negative axis of n from the end.
func axis(a, n int) int {
	if a < 0 {
		a += n
	}
	return a
}

func (c *call) rank(x *gorgonia.Node) int { return len(c.Shape(x)) }

// one1 is the rule of a function with one result; each1 that of a function of the
// first argument; each2 of the first two.
func one1(f func(c *call) *gorgonia.Node) rule {
	return func(c *call) []*gorgonia.Node { return []*gorgonia.Node{f(c)} }
}

func each1(f func(c *call, x *gorgonia.Node) *gorgonia.Node) rule {
	return one1(func(c *call) *gorgonia.Node { return f(c, c.input) })
}

func each2(f func(c *call, x, y *gorgonia.Node) *gorgonia.Node) rule {
	return one1(func(c *call) *gorgonia.Node { return f(c, c.input, c.second()) })
}
