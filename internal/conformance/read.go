package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/graph"
	"gorgonia.org/gorgonia"
)

// This file finds rules for formulas that are no names of a rule: patterns of
// words with numbers, functions by torch's names, and expressions.

// has says whether the case has an input or a constant of that name.
func (b *bench) has(name string) bool {
	return b.in[name] != nil || b.k.ConstInputs[name] != nil || b.k.Consts[name] != nil
}

// functionOf is the rule of torch's function of that name, by its own or another
// usual name.
func functionOf(name string) torchRule {
	other := map[string]string{"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
		"arctan2": "atan2", "power": "pow", "swish": "silu", "hard_sigmoid": "hardsigmoid", "hard_swish": "hardswish", "hard_tanh": "hardtanh",
		"transpose": "T", "concat": "cat", "concatenate": "cat", "tr": "trace", "absolute": "abs", "ln": "log", "inv": "inverse",
		"solve": "linalg_solve", "eigvalsh": "linalg_eigvalsh", "svdvals": "linalg_svdvals", "pinv": "linalg_pinv", "slogdet": "linalg_slogdet",
		"matrix_norm": "linalg_matrix_norm", "vector_norm": "linalg_vector_norm", "ndtr": "special_ndtr", "ndtri": "special_ndtri",
		"erfcx": "special_erfcx", "log_ndtr": "special_log_ndtr", "entr": "special_entr", "i1": "special_i1", "i0e": "special_i0e", "i1e": "special_i1e",
		"xlog1py": "special_xlog1py", "stop_gradient": "detach_", "detach": "detach_", "mae": "nn.functional.l1_loss", "mse": "nn.functional.mse_loss",
		"mae_loss": "nn.functional.l1_loss", "l1": "nn.functional.l1_loss", "huber": "nn.functional.huber_loss", "smooth_l1": "nn.functional.smooth_l1_loss",
		"bce_with_logits": "nn.functional.binary_cross_entropy_with_logits", "bce": "nn.functional.binary_cross_entropy",
		"kl": "nn.functional.kl_div", "poisson_nll": "nn.functional.poisson_nll_loss", "gaussian_nll": "nn.functional.gaussian_nll_loss",
		"nll": "nn.functional.nll_loss", "ce": "nn.functional.cross_entropy", "hinge_embedding": "nn.functional.hinge_embedding_loss",
		"cosine_embedding": "nn.functional.cosine_embedding_loss", "margin_ranking": "nn.functional.margin_ranking_loss",
		"triplet_margin": "nn.functional.triplet_margin_loss", "triplet": "nn.functional.triplet_margin_loss", "soft_margin": "nn.functional.soft_margin_loss",
		"multi_margin": "nn.functional.multi_margin_loss", "multilabel_soft_margin": "nn.functional.multilabel_soft_margin_loss",
		"upsample": "nn.functional.interpolate", "triangular_solve": "linalg_solve_triangular", "cosine": "nn.functional.cosine_similarity"}
	name = strings.TrimPrefix(name, "np.")
	if o, ok := other[name]; ok {
		name = o
	}
	return ruleOf(name)
}

// callOf is a call with the arguments, in the graph of a case.
func callOf(b *bench, args []value, kw keywords) *call {
	c := &call{bench: b, made: map[*array]*gorgonia.Node{}}
	c.s.Input, c.s.Args, c.s.Kwargs = args[0], args[1:], kw
	return c
}

// run applies a rule.
func (c *call) run(f torchRule) []*gorgonia.Node {
	if v := c.s.Input; !v.isList && (v.tensor != nil || v.node != nil || v.plain != nil) {
		if _, isText := v.plain.(string); !isText {
			c.input = c.node(v)
		}
	}
	return f(c)
}

// arguments are all inputs of a case, then its constant ones.
func (b *bench) arguments() []value {
	var out []value
	for _, n := range b.k.Inputs.Names {
		out = append(out, value{node: b.in[n]})
	}
	names := make([]string, 0, len(b.k.ConstInputs))
	for n := range b.k.ConstInputs {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		a := b.k.ConstInputs[n]
		out = append(out, value{tensor: a, node: b.at(n)})
	}
	return out
}

// keywordsOf are the attributes of a case as torch's keywords.
func (k *testCase) keywordsOf(more ...any) keywords {
	kw := keywords{by: map[string]value{}}
	rename := map[string]string{"axis": "dim", "axes": "dim", "keepdims": "keepdim", "alpha_": "alpha"}
	set := func(name string, x any) {
		if n := rename[name]; n != "" {
			name = n
		}
		var v value
		text, err := json.Marshal(x)
		if err == nil && v.UnmarshalJSON(text) == nil {
			kw.names, kw.by[name] = append(kw.names, name), v
		}
	}
	for name, x := range k.Attrs {
		set(name, x)
	}
	for i := 0; i+1 < len(more); i += 2 {
		set(more[i].(string), more[i+1])
	}
	slices.Sort(kw.names)
	return kw
}

// reading is one way to understand a formula; nil outputs: it is none.
type reading func(b *bench) []*gorgonia.Node

// readings are the ways to understand a formula, the surest first.
func readings(formula string) []reading {
	var out []reading
	for _, text := range spellings(formula) {
		for _, p := range patterns {
			if m := p.when.FindStringSubmatch(text); m != nil {
				out = append(out, func(b *bench) []*gorgonia.Node { return p.then(b, m) })
			}
		}
		out = append(out, named(text))
		for _, first := range []bool{true, false} {
			out = append(out, func(b *bench) []*gorgonia.Node {
				if y := evaluate(b, text, first == ofMatrices[b.k.Category]); y != nil {
					return []*gorgonia.Node{y}
				}
				return nil
			})
		}
	}
	return out
}

// ofMatrices are the categories in which names side by side are first taken for a
// product of matrices.
var ofMatrices = map[string]bool{"linalg": true, "second": true, "graph": true, "attention": true}

// spellings are the formula, and the formula without the remarks behind it.
func spellings(formula string) []string {
	out := []string{formula}
	add := func(s string) {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	for _, sep := range []string{": ", " (", "; ", ", "} {
		if head, _, ok := strings.Cut(formula, sep); ok {
			add(head)
		}
	}
	if _, tail, ok := strings.Cut(formula, ": "); ok {
		add(tail)
	}
	for _, sep := range []string{" of ", " from ", " at ", " with ", " on ", " for "} {
		if head, _, ok := strings.Cut(formula, sep); ok && !strings.Contains(head, " ") {
			add(head)
		}
	}
	return out
}

// parameter is a number behind a name: elu_alpha1, clamp_-0.5_0.7.
var parameter = regexp.MustCompile(`^(.+?)((?:_[a-z]*-?[0-9.]+)+)$`)

// named reads a name of a function that is applied to all inputs, with numbers
// behind it as further arguments.
func named(text string) reading {
	return func(b *bench) []*gorgonia.Node {
		args := b.arguments()
		if len(args) == 0 || strings.ContainsAny(text, " (),") {
			return nil
		}
		if f := functionOf(text); f != nil {
			return callOf(b, args, b.k.keywordsOf()).run(f)
		}
		if m := parameter.FindStringSubmatch(text); m != nil {
			f := functionOf(m[1])
			if f == nil {
				return nil
			}
			for _, p := range strings.Split(m[2], "_")[1:] {
				v, err := strconv.ParseFloat(strings.TrimLeft(p, "abcdefghijklmnopqrstuvwxyz"), 64)
				if err != nil {
					return nil
				}
				args = append(args, value{plain: v})
			}
			return callOf(b, args, b.k.keywordsOf()).run(f)
		}
		return nil
	}
}

// pattern is a form of words, with its meaning.
type pattern struct {
	when *regexp.Regexp
	then func(b *bench, m []string) []*gorgonia.Node
}

var patterns []pattern

// when adds a pattern; its blanks match any number of them.
func when(form string, then func(b *bench, m []string) *gorgonia.Node) {
	patterns = append(patterns, pattern{regexp.MustCompile("^(?:" + form + ")$"), func(b *bench, m []string) []*gorgonia.Node {
		if y := then(b, m); y != nil {
			return []*gorgonia.Node{y}
		}
		return nil
	}})
}

// numbers are the integers in a text.
func numbers(text string) (out []int) {
	for _, n := range regexp.MustCompile(`-?[0-9]+`).FindAllString(text, -1) {
		v, _ := strconv.Atoi(n)
		out = append(out, v)
	}
	return out
}

// numberIn is the first number in a text, or def.
func numberIn(text string, def float64) float64 {
	m := regexp.MustCompile(`-?[0-9]+\.?[0-9]*(?:e-?[0-9]+)?`).FindString(text)
	if v, err := strconv.ParseFloat(m, 64); err == nil {
		return v
	}
	return def
}

// torch applies torch's function of that name to all inputs, with keywords.
func (b *bench) torch(name string, kw ...any) *gorgonia.Node {
	f := functionOf(name)
	if args := b.arguments(); f != nil && len(args) > 0 {
		if out := callOf(b, args, b.k.keywordsOf(kw...)).run(f); len(out) > 0 {
			return out[0]
		}
	}
	return nil
}

// understand returns a rule that tries the readings of a formula until one has outputs
// of the shapes that the case has.
func understand(k *testCase) rule {
	list := readings(k.Formula)
	for _, r := range list {
		if k.fits(r) {
			return rule(r)
		}
	}
	return nil
}

// fits says whether a reading builds outputs of the case's shapes.
func (k *testCase) fits(r reading) (ok bool) {
	defer func() {
		if recover() != nil { // a rule of another function's arguments
			ok = false
		}
	}()
	b := k.newBench()
	out := r(b)
	want := k.Outputs.Names
	if k.Value != nil {
		want = []string{""}
	}
	if b.Err() != nil || len(want) == 0 || len(out) != len(want) {
		return false
	}
	for i, name := range want {
		shape := []int{}
		if k.Value == nil {
			shape = append(shape, k.Outputs.By[name].Shape...)
		}
		if out[i] == nil || fmt.Sprint(b.Shape(out[i])) != fmt.Sprint(shape) {
			return false
		}
	}
	return true
}

// newBench is a graph with the inputs of a case.
func (k *testCase) newBench() *bench {
	b := &bench{Builder: graph.New(nil), k: k, in: map[string]*gorgonia.Node{}}
	for _, name := range k.Inputs.Names {
		b.in[name] = b.Input(name, k.Inputs.By[name].Shape...)
	}
	return b
}
