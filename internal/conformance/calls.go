package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// callFile is a file of samples of one PyTorch function: calls with arguments,
// results, and the gradients of the results' products with cotangents.
type callFile struct {
	Name      string
	Callable  string `json:"torch_callable"`
	Samples   []callSample
	Tolerance *struct{ RTol, ATol float64 } `json:"tolerance_float64"`
}

type callSample struct {
	Input      value
	Args       []value
	Kwargs     keywords
	Outputs    []json.RawMessage
	Cotangents []*array `json:"cotangents_of_differentiable_outputs"`
	Grads      []*array `json:"grads_of_requires_grad_inputs_in_order"`
}

// keywords are named arguments in the order of the file.
type keywords struct {
	names []string
	by    map[string]value
}

// with has one argument more.
func (k keywords) with(name string, v value) keywords {
	by := maps.Clone(k.by)
	if by == nil {
		by = map[string]value{}
	}
	by[name] = v
	return keywords{append(slices.Clone(k.names), name), by}
}

// UnmarshalJSON keeps the order of the keys.
func (k *keywords) UnmarshalJSON(text []byte) (err error) {
	if err := json.Unmarshal(text, &k.by); err != nil {
		return err
	}
	k.names, err = keysOf(text)
	return err
}

// value is an argument: a tensor, a list, or a plain JSON value.
type value struct {
	tensor *array
	grad   bool
	bools  bool
	list   []value
	isList bool
	plain  any
	node   *gorgonia.Node // of a formula: what another function made
}

// UnmarshalJSON reads {"tensor": ...}, {"list": [...]}, a list or a plain value.
func (v *value) UnmarshalJSON(text []byte) error {
	var o struct {
		Tensor *json.RawMessage
		Grad   bool `json:"requires_grad"`
		List   *[]value
	}
	text = bytes.TrimSpace(text)
	switch {
	case len(text) > 0 && text[0] == '{':
		if err := json.Unmarshal(text, &o); err != nil {
			return err
		}
		if o.List != nil {
			v.list, v.isList = *o.List, true
			return nil
		}
		if o.Tensor == nil {
			return json.Unmarshal(text, &v.plain)
		}
		var t struct{ DType string }
		if err := json.Unmarshal(*o.Tensor, &t); err != nil {
			return err
		}
		v.grad, v.bools = o.Grad, t.DType == "bool"
		return json.Unmarshal(*o.Tensor, &v.tensor)
	case len(text) > 0 && text[0] == '[':
		v.isList = true
		return json.Unmarshal(text, &v.list)
	}
	return json.Unmarshal(text, &v.plain)
}

// call is a graph under construction for a sample.
type call struct {
	*bench
	s     callSample
	wrt   gorgonia.Nodes
	made  map[*array]*gorgonia.Node
	input *gorgonia.Node
	// symmetric says that the input is a symmetric matrix: gradients are then
	// right if their symmetric parts are.
	symmetric bool
	// triangle says of a matrix that only its lower triangle is read, or, if
	// true, the upper one: torch's gradient of the other means nothing.
	triangle map[*gorgonia.Node]bool
}

// torchRule builds the results of a call, those of floats alone.
type torchRule func(c *call) []*gorgonia.Node

// torchRules are the rules by torch's name of the function.
var torchRules = map[string]torchRule{}

// ruleOf finds the rule of a function, whose name may have its module written
// with dots or underscores.
func ruleOf(name string) torchRule {
	name = strings.TrimPrefix(name, "torch.")
	if f := torchRules[name]; f != nil {
		return f
	}
	for _, at := range []string{strings.ReplaceAll(name, ".", "_"), strings.ReplaceAll(strings.Replace(name, "nn_functional_", "nn.functional.", 1), "linalg.", "linalg_"), "nn.functional." + name} {
		if f := torchRules[at]; f != nil {
			return f
		}
	}
	return nil
}

// checkCalls runs the samples of a file and calls verdict for each.
func checkCalls(text []byte, verdict func(name string, covered bool, err error)) error {
	var f callFile
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	for i, s := range f.Samples {
		k := &testCase{Name: fmt.Sprintf("%s sample %d", f.Name, i)}
		k.Tolerance.RTol, k.Tolerance.ATol = 1e-7, 1e-7 // torch's own for float64
		if f.Tolerance != nil {
			k.Tolerance.RTol, k.Tolerance.ATol = f.Tolerance.RTol, f.Tolerance.ATol
		}
		covered, err := checkCall(ruleOf(f.Callable), k, s)
		verdict(k.Name+": "+f.Callable, covered, err)
	}
	return nil
}

func checkCall(rule torchRule, k *testCase, s callSample) (covered bool, err error) {
	if rule == nil {
		return false, nil
	}
	c := &call{bench: &bench{Builder: graph.New(nil), k: k}, s: s, made: map[*array]*gorgonia.Node{}}
	defer func() {
		r := recover()
		switch {
		case r == nil:
		case c.Err() != nil: // the rule read a shape that the failed graph does not have
			covered, err = !errors.Is(c.Err(), graph.ErrUnsupported), c.Err()
		default:
			covered, err = true, fmt.Errorf("panic: %v", r)
		}
	}()
	k.Inputs.By = map[string]*array{}
	c.visit(s.Input) // leaves in the order of the arguments: gradients come so
	for _, v := range s.Args {
		c.visit(v)
	}
	for _, name := range s.Kwargs.names {
		c.visit(s.Kwargs.by[name])
	}
	if s.Input.tensor != nil {
		c.input = c.node(s.Input)
	}
	out := rule(c)
	if errors.Is(c.Err(), graph.ErrUnsupported) {
		return false, nil
	}
	if c.Err() != nil {
		return true, c.Err()
	}
	return true, c.check(out)
}

// check compares the float results and the gradients.
func (c *call) check(out []*gorgonia.Node) error {
	var want []expected
	for i, raw := range c.s.Outputs {
		a := &array{}
		if err := json.Unmarshal(raw, a); err != nil {
			return err
		}
		if a.Ints == nil && !strings.Contains(string(raw[:min(len(raw), 40)]), "bool") {
			want = append(want, expected{what: fmt.Sprint("output ", i), want: a})
		}
	}
	if len(out) != len(want) {
		return fmt.Errorf("built %d outputs, want %d", len(out), len(want))
	}
	nodes := append(gorgonia.Nodes{}, out...)
	var total *gorgonia.Node
	for i, cot := range c.s.Cotangents {
		if i >= len(out) || cot == nil {
			continue
		}
		if t := c.dot(out[i], cot); total == nil {
			total = t
		} else {
			total = c.Add(total, t)
		}
	}
	if total != nil && len(c.wrt) > 0 && len(c.s.Grads) == len(c.wrt) {
		grads, err := c.gradients(total)
		if err != nil {
			return err
		}
		for i, g := range c.s.Grads {
			if g != nil {
				node := grads[i]
				if c.symmetric {
					g, node = symmetricPart(g), c.Scale(c.Add(node, c.swap(node, -1, -2)), 0.5)
				}
				if upper, ok := c.triangle[c.wrt[i]]; ok {
					g = triangleOf(g, upper)
				}
				want = append(want, expected{what: fmt.Sprint("gradient ", i), want: g})
				nodes = append(nodes, node)
			}
		}
	}
	if c.Err() != nil {
		return c.Err()
	}
	return c.compare(nodes, want)
}

// symmetricPart is (a + aᵀ)/2 of square matrices.
func symmetricPart(a *array) *array {
	out := zeros(a.Shape)
	n := a.Shape[len(a.Shape)-1]
	for i := range a.Floats {
		m, r, k := i/(n*n), i/n%n, i%n
		out.Floats[i] = (a.Floats[i] + a.Floats[(m*n+k)*n+r]) / 2
	}
	return out
}

// triangleOf is a with zeros outside of a triangle of the last two axes.
func triangleOf(a *array, upper bool) *array {
	out := zeros(a.Shape)
	n := a.Shape[len(a.Shape)-1]
	for i, v := range a.Floats {
		if r, k := i/n%a.Shape[len(a.Shape)-2], i%n; r == k || (r < k) == upper {
			out.Floats[i] = v
		}
	}
	return out
}

// visit makes the leaves of a value.
func (c *call) visit(v value) {
	for _, x := range v.list {
		c.visit(x)
	}
	if v.tensor != nil && v.grad {
		name := fmt.Sprint("x", len(c.wrt))
		n := c.Input(name, v.tensor.Shape...)
		c.k.Inputs.Names, c.k.Inputs.By[name] = append(c.k.Inputs.Names, name), v.tensor
		if c.in == nil {
			c.in = map[string]*gorgonia.Node{}
		}
		c.in[name] = n
		c.wrt = append(c.wrt, n)
		c.made[v.tensor] = n
	}
}

// node is a tensor, or a number as a scalar.
func (c *call) node(v value) *gorgonia.Node {
	a := v.tensor
	if v.node != nil {
		return v.node
	}
	if a == nil {
		f, ok := v.plain.(float64)
		if is, flag := v.plain.(bool); flag {
			f, ok = 0, true
			if is {
				f = 1
			}
		}
		if !ok {
			c.unsupported("an argument %v where a tensor is wanted", v.plain)
			return nil
		}
		return c.Scalar(f)
	}
	if c.made[a] == nil {
		if a.Ints != nil && !v.bools {
			c.made[a] = c.ConstInts(a.Ints, a.Shape...)
		} else {
			c.made[a] = c.Const(a.Floats, a.Shape...)
		}
	}
	return c.made[a]
}

func (c *call) unsupported(format string, args ...any) {
	c.Fail(errors.Wrapf(graph.ErrUnsupported, format, args...))
}

// arg is the i-th argument behind the input, or the one of that name.
func (c *call) arg(i int, name string) (value, bool) {
	if v, ok := c.s.Kwargs.by[name]; ok {
		return v, true
	}
	if i >= 0 && i < len(c.s.Args) {
		return c.s.Args[i], true
	}
	return value{}, false
}

// given says whether an argument is there and not None.
func (c *call) given(i int, name string) bool {
	v, ok := c.arg(i, name)
	return ok && (v.tensor != nil || v.node != nil || v.isList || v.plain != nil)
}

func (c *call) tensor(i int, name string) *gorgonia.Node {
	v, ok := c.arg(i, name)
	if !ok {
		c.unsupported("no argument %d %q", i, name)
		return nil
	}
	return c.node(v)
}

// nodes is a list of tensors; the i-th argument, or the input for -1.
func (c *call) nodes(i int, name string) []*gorgonia.Node {
	v := c.s.Input
	if i >= 0 {
		v, _ = c.arg(i, name)
	}
	var out []*gorgonia.Node
	for _, x := range v.list {
		out = append(out, c.node(x))
	}
	if !v.isList && v.tensor != nil {
		out = append(out, c.node(v))
	}
	return out
}

func (c *call) num(i int, name string, def float64) float64 {
	v, ok := c.arg(i, name)
	switch {
	case !ok || v.tensor == nil && v.plain == nil:
		return def
	case v.tensor != nil && len(v.tensor.Floats) == 1:
		return v.tensor.Floats[0]
	}
	switch x := v.plain.(type) {
	case float64:
		return x
	case bool:
		if x {
			return 1
		}
		return 0
	case string:
		if f, err := number(x); err == nil {
			return f
		}
	}
	c.unsupported("the argument %q", name)
	return def
}

func (c *call) int(i int, name string, def int) int { return int(c.num(i, name, float64(def))) }

func (c *call) flag(i int, name string, def bool) bool {
	v, ok := c.arg(i, name)
	if b, is := v.plain.(bool); ok && is {
		return b
	}
	return def
}

func (c *call) text(i int, name, def string) string {
	v, ok := c.arg(i, name)
	if s, is := v.plain.(string); ok && is {
		return s
	}
	return def
}

// ints is a number or a list of them; nil if it is not there.
func (c *call) ints(i int, name string) []int {
	v, ok := c.arg(i, name)
	if !ok {
		return nil
	}
	return intsOf(v)
}

// floats is a number or a list of them.
func (c *call) floats(i int, name string) []float64 {
	v, _ := c.arg(i, name)
	list := v.list
	if !v.isList {
		list = []value{v}
	}
	var out []float64
	for _, x := range list {
		switch f := x.plain.(type) {
		case float64:
			out = append(out, f)
		case string:
			f64, _ := number(f)
			out = append(out, f64)
		}
	}
	if v.tensor != nil {
		out = v.tensor.Floats
	}
	return out
}

func intsOf(v value) []int {
	if f, ok := v.plain.(float64); ok {
		return []int{int(f)}
	}
	if v.tensor != nil {
		return v.tensor.Ints
	}
	if !v.isList {
		return nil
	}
	out := []int{}
	for _, x := range v.list {
		f, _ := x.plain.(float64)
		out = append(out, int(f))
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

func one1(f func(c *call) *gorgonia.Node) torchRule {
	return func(c *call) []*gorgonia.Node { return []*gorgonia.Node{f(c)} }
}
