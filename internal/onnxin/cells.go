package onnxin

import (
	"strings"

	"github.com/symgrad/symgrad/graph/nn"
)

// This file has one step of each recurrent cell, with any activations.

// activation is an activation of a cell, with its parameters.
type activation struct {
	name        string // in lower case, as ONNX compares names
	alpha, beta float64
}

// parameters are the defaults of alpha and beta.
var parameters = map[string][2]float64{
	"relu": {}, "tanh": {}, "sigmoid": {}, "softsign": {}, "softplus": {},
	"affine": {1, 0}, "leakyrelu": {0.01, 0}, "thresholdedrelu": {1, 0}, "scaledtanh": {1, 1}, "hardsigmoid": {0.2, 0.5}, "elu": {1, 0},
}

// takes are how many parameters an activation takes from the lists.
var takes = map[string]int{"affine": 2, "leakyrelu": 1, "thresholdedrelu": 1, "scaledtanh": 2, "hardsigmoid": 2, "elu": 1}

// is reports whether a is the activation without parameters.
func (a activation) is(name string) bool { return a.name == strings.ToLower(name) }

// activations returns those of direction d of n.
func (l *layer) activations(d, n int) []activation {
	names := l.textsAttr("activations")
	alphas, betas := l.floatsAttr("activation_alpha", nil), l.floatsAttr("activation_beta", nil)
	if len(names) == 0 {
		for range n {
			names = append(names, l.functions...)
		}
	}
	if len(names) != n*len(l.functions) {
		l.malformed("got activations = %v, want %d for each of %d directions", names, len(l.functions), n)
	}
	var all []activation
	for _, name := range names {
		a := activation{name: strings.ToLower(name)}
		by, ok := parameters[a.name]
		if !ok {
			l.malformed("got the activation %q, want one that ONNX has", name)
		}
		a.alpha, a.beta = by[0], by[1]
		if takes[a.name] > 0 && len(alphas) > 0 {
			a.alpha, alphas = alphas[0], alphas[1:]
		}
		if takes[a.name] > 1 && len(betas) > 0 {
			a.beta, betas = betas[0], betas[1:]
		}
		all = append(all, a)
	}
	return all[d*len(l.functions):][:len(l.functions)]
}

// f applies activation i to what is limited by clip.
func (l *layer) f(i int, x node) node {
	if l.clip > 0 {
		x = l.Clamp(x, -l.clip, l.clip)
	}
	switch a := l.act[i]; a.name {
	case "relu":
		return l.ReLU(x)
	case "tanh":
		return l.Tanh(x)
	case "sigmoid":
		return l.Sigmoid(x)
	case "softsign":
		return nn.Softsign(l.Builder, x)
	case "softplus":
		return l.Softplus(x)
	case "affine":
		return l.AddConst(l.Scale(x, a.alpha), a.beta)
	case "leakyrelu":
		return l.LeakyReLU(x, a.alpha)
	case "thresholdedrelu":
		return thresholded(l.Builder, x, a.alpha)
	case "scaledtanh":
		return l.Scale(l.Tanh(l.Scale(x, a.beta)), a.alpha)
	case "hardsigmoid":
		return l.Clamp(l.AddConst(l.Scale(x, a.alpha), a.beta), 0, 1)
	default:
		return l.ELU(x, a.alpha)
	}
}

func rnnStep(l *layer, x node, s nn.State) nn.State {
	return nn.State{H: l.f(0, l.Add(l.linear(x, l.w.Input, l.w.InputBias)[0], l.linear(s.H, l.w.Hidden, l.w.HiddenBias)[0]))}
}

// gruStep has nn's order of gates: reset, update, new.
func gruStep(l *layer, x node, s nn.State) nn.State {
	a, h := l.linear(x, l.w.Input, l.w.InputBias), l.linear(s.H, l.w.Hidden, l.w.HiddenBias)
	r, z := l.f(0, l.Add(a[0], h[0])), l.f(0, l.Add(a[1], h[1]))
	product := l.Mul(r, h[2])
	if !l.late {
		product = l.linear(l.Mul(r, s.H), l.w.Hidden, l.w.HiddenBias)[2]
	}
	n := l.f(1, l.Add(a[2], product))
	return nn.State{H: l.Add(n, l.Mul(z, l.Sub(s.H, n)))}
}

// lstmStep has nn's order of gates: input, forget, new, output. Peepholes let gates see the cell
// state; the output gate sees the next one.
func lstmStep(l *layer, x node, s nn.State) nn.State {
	a, h := l.linear(x, l.w.Input, l.w.InputBias), l.linear(s.H, l.w.Hidden, l.w.HiddenBias)
	gate := func(k, peephole int, state node) node {
		sum := l.Add(a[k], h[k])
		if l.peepholes != nil {
			sum = l.Add(sum, l.Mul(l.peepholes[peephole], state))
		}
		return l.f(0, sum)
	}
	in := gate(0, 0, s.C)
	forget := l.Sub(l.Scalar(1), in)
	if !l.forget {
		forget = gate(1, 2, s.C)
	}
	state := l.Add(l.Mul(forget, s.C), l.Mul(in, l.f(1, l.Add(a[2], h[2]))))
	return nn.State{H: l.Mul(gate(3, 1, state), l.f(2, state)), C: state}
}
