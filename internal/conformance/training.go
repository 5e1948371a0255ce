package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// This file has the cases about training: optimizers, initializers,
// metrics and the clipping of gradients. What the project does not have is not
// covered.

func missing(format string, args ...any) error {
	return fmt.Errorf("%w: %s", graph.ErrUnsupported, fmt.Sprintf(format, args...))
}

// settings are named numbers, of which each must be taken.
type settings map[string]any

func (s settings) take(name string, def float64) float64 {
	v, ok := s[name]
	delete(s, name)
	if x, err := number(v); ok && err == nil {
		return x
	}
	return def
}

// taken is the setting of that name: orZero if it is there, else 0 for the default.
func (s settings) taken(name string) float64 {
	if _, ok := s[name]; !ok {
		return 0
	}
	return orZero(s.take(name, 0))
}

// pair is the setting of two numbers.
func (s settings) pair(name string, def [2]float64) [2]float64 {
	list, ok := s[name].([]any)
	if !ok || len(list) != len(def) {
		return def
	}
	for i, v := range list {
		x, err := number(v)
		if err != nil {
			return def
		}
		def[i] = x
	}
	delete(s, name)
	return def
}

// left is an error that names what no one has taken, unless it is off.
func (s settings) left() error {
	for _, name := range sorted(s) {
		if v := s[name]; v != nil && v != false && v != 0.0 {
			return missing("the setting %s = %v", name, v)
		}
	}
	return nil
}

// trajectory is a sequence of parameters that an optimizer makes of gradients. The
// listed gradients are used at each step, so it is a test of the update alone.
type trajectory struct {
	Optimizer string
	Hyper     settings
	Params    named[*array] `json:"params0"`
	Steps     []struct {
		Grads map[string]*array
		After map[string]*array `json:"params_after"`
	}
	Sequence  []map[string]*array `json:"grad_sequence"`
	After     []map[string]*array `json:"params_after"`
	Tolerance tolerance           `json:"tolerance_float64"`
}

// optimizer is the project's own with the settings of torch's, and the rate.
func (t *trajectory) optimizer() (o train.Optimizer, lr float64, err error) {
	h := maps.Clone(t.Hyper)
	lr = h.take("lr", cmp.Or(rates[t.Optimizer], 1e-3))
	for _, name := range []string{"foreach", "fused", "capturable", "differentiable"} { // how torch computes, not what
		delete(h, name)
	}
	beta := [2]float64{}
	if h["betas"] != nil {
		beta = h.pair("betas", beta)
		beta[0], beta[1] = orZero(beta[0]), orZero(beta[1])
	}
	switch t.Optimizer {
	case "SGD":
		o = train.SGD{Momentum: h.take("momentum", 0), Dampening: h.take("dampening", 0), Nesterov: h.take("nesterov", 0) != 0, Decay: h.take("weight_decay", 0)}
	case "Adam":
		o = train.Adam{Beta1: beta[0], Beta2: beta[1], Eps: h.take("eps", 0), Decay: h.take("weight_decay", 0), AMSGrad: h.take("amsgrad", 0) != 0}
	case "AdamW":
		o = train.AdamW{Beta1: beta[0], Beta2: beta[1], Eps: h.take("eps", 0), Decay: orZero(h.take("weight_decay", 0.01)),
			AMSGrad: h.take("amsgrad", 0) != 0}
	case "Adagrad":
		o = train.Adagrad{RateDecay: h.take("lr_decay", 0), Initial: h.take("initial_accumulator_value", 0), Eps: h.taken("eps"), Decay: h.take("weight_decay", 0)}
	case "Adadelta":
		o = train.Adadelta{Rho: h.taken("rho"), Eps: h.taken("eps"), Decay: h.take("weight_decay", 0)}
	case "RMSprop":
		o = train.RMSprop{Alpha: h.taken("alpha"), Eps: h.taken("eps"), Momentum: h.take("momentum", 0), Centered: h.take("centered", 0) != 0, Decay: h.take("weight_decay", 0)}
	case "Adamax":
		o = train.Adamax{Beta1: beta[0], Beta2: beta[1], Eps: h.taken("eps"), Decay: h.take("weight_decay", 0)}
	case "NAdam":
		o = train.NAdam{Beta1: beta[0], Beta2: beta[1], Eps: h.taken("eps"), MomentumDecay: h.taken("momentum_decay"), Decay: h.take("weight_decay", 0),
			Decoupled: h.take("decoupled_weight_decay", 0) != 0, PyTorch1: true} // the cases are of version 1.13
	case "RAdam":
		o = train.RAdam{Beta1: beta[0], Beta2: beta[1], Eps: h.taken("eps"), Decay: h.take("weight_decay", 0), Decoupled: h.take("decoupled_weight_decay", 0) != 0}
	case "Rprop":
		eta, size := h.pair("etas", [2]float64{0.5, 1.2}), h.pair("step_sizes", [2]float64{1e-6, 50})
		o = train.Rprop{Down: eta[0], Up: eta[1], Min: orZero(size[0]), Max: size[1]}
	case "ASGD":
		o = train.ASGD{Lambda: orZero(h.take("lambd", 1e-4)), Alpha: orZero(h.take("alpha", 0.75)), T0: orZero(h.take("t0", 1e6)),
			Decay: h.take("weight_decay", 0)}
	default:
		return nil, 0, missing("the optimizer %s", t.Optimizer)
	}
	if h.take("maximize", 0) != 0 {
		o = train.Maximize{Optimizer: o}
	}
	if err := o.(train.Validator).Validate(); err != nil {
		return nil, 0, missing("%s: %v", t.Optimizer, err)
	}
	return o, lr, h.left()
}

// rates are torch's default rates other than 0.001.
var rates = map[string]float64{"Adagrad": 0.01, "Adadelta": 1, "RMSprop": 0.01, "Adamax": 0.002, "NAdam": 0.002, "Rprop": 0.01, "ASGD": 0.01}

// orZero is the setting v where 0 stands for a default.
func orZero(v float64) float64 { return cmp.Or(v, train.Zero) }

// prepare makes an experiment whose results are all parameters after each step.
func (t *trajectory) prepare(d graph.DType) (*experiment, error) {
	o, lr, err := t.optimizer()
	if err != nil {
		return nil, err
	}
	grads, after := t.Sequence, t.After
	for _, s := range t.Steps {
		grads, after = append(grads, s.Grads), append(after, s.After)
	}
	if len(after) == 0 || len(grads) != len(after) || after[0] == nil || grads[0] == nil {
		return nil, missing("steps without gradients and parameters")
	}
	e := &experiment{bench: newBench(d), tolerance: t.Tolerance}
	for i := range after {
		for _, name := range t.Params.Names {
			e.claims = append(e.claims, claim{what: fmt.Sprintf("%s after step %d", name, i), want: after[i][name]})
		}
	}
	e.run = func(n *noise) ([][]float64, error) {
		b := newBench(d)
		for _, name := range t.Params.Names {
			a := t.Params.By[name]
			b.Param(name, graph.Values(b.inRange(n.apply(a.Floats))), a.Shape...)
			b.Params().Get(name).Decay = true // torch knows no other
		}
		if b.Err() != nil {
			return nil, b.Err()
		}
		view, err := train.NewView(b.Params(), o, 1)
		if err != nil {
			return nil, err
		}
		_, g32 := b.Params().Flat32()
		_, g64 := b.Params().Flat64()
		var out [][]float64
		for i := range grads {
			for _, name := range t.Params.Names {
				at := b.Params().Get(name).Offset()
				for j, g := range n.apply(grads[i][name].Floats) {
					if d == graph.Float32 {
						g32[at+j] = float32(g)
					} else {
						g64[at+j] = g
					}
				}
			}
			o.Update(train.Step{N: i + 1, Rate: lr}, view)
			if err := view.Err(); err != nil {
				return nil, err
			}
			for _, name := range t.Params.Names {
				out = append(out, b.Params().Values(name))
			}
		}
		return out, nil
	}
	return e, nil
}

// laws are the initializers with the variance that each says it has.
var laws = []law{
	{graph.XavierNormal(), graph.NormalLaw, func(in, out float64) float64 { return 2 / (in + out) }},
	{graph.XavierUniform(), graph.UniformLaw, func(in, out float64) float64 { return 2 / (in + out) }},
	{graph.HeNormal(), graph.NormalLaw, func(in, _ float64) float64 { return 2 / in }},
	{graph.HeUniform(), graph.UniformLaw, func(in, _ float64) float64 { return 2 / in }},
	{graph.LeCunNormal(), graph.NormalLaw, func(in, _ float64) float64 { return 1 / in }},
	{graph.LeCunUniform(), graph.UniformLaw, func(in, _ float64) float64 { return 1 / in }},
}

type law struct {
	draw     graph.Initializer
	of       graph.Law
	variance func(in, out float64) float64
}

// The scales of torch's gains: tanh, leaky ReLU with the usual slopes, and SELU.
func init() {
	for _, scale := range []float64{1, 2, 25. / 9, 2 / (1 + 1e-4), 2 / 1.04, 1. / 3, 9. / 16} {
		for _, fan := range []graph.Fan{graph.FanIn, graph.FanOut, graph.FanMean} {
			for _, of := range []graph.Law{graph.NormalLaw, graph.TruncatedLaw, graph.UniformLaw} {
				laws = append(laws, law{graph.Scaled(graph.ScaledOptions{Scale: scale, Fan: fan, Law: of}), of, func(in, out float64) float64 {
					return scale / [...]float64{in, out, (in + out) / 2}[fan]
				}})
			}
		}
	}
}

// initial is a case of an initializer: the law of the elements it draws.
type initial struct {
	Shape  []int // of the orthogonal one
	Gain   *float64
	Accept float64 `json:"accept_float64"`

	OutIn  []int `json:"weight_shape_out_in"`
	Theory theory
	Limits struct {
		Mean float64 `json:"mean_abs_max"`
		Std  float64 `json:"std_rel_max"`
	} `json:"accept"`
}

// theory is what is known about the law of a case.
type theory struct {
	Mean, Std float64
	Lo        *float64 `json:"bound_low"`
	Hi        *float64 `json:"bound_high"`
	Kurtosis  float64  `json:"excess_kurtosis"`
}

// law is the one with such bounds and kurtosis: -1.2 is that of the uniform one.
func (t *theory) law() graph.Law {
	switch {
	case t.Lo == nil:
		return graph.NormalLaw
	case t.Kurtosis < -1:
		return graph.UniformLaw
	}
	return graph.TruncatedLaw
}

// bound is the largest number of the law, in standard deviations.
func (l law) bound() float64 {
	if l.of == graph.TruncatedLaw {
		return 2 / 0.87962566103423978
	}
	return math.Sqrt(3)
}

// checkInitial draws with the initializer that has the law of the case.
func checkInitial(text []byte) error {
	var k initial
	if err := json.Unmarshal(text, &k); err != nil {
		return err
	}
	if k.Gain != nil {
		return k.checkOrthogonal()
	}
	shape := slices.Clone(k.OutIn)
	if len(shape) == 2 { // a linear layer is [in, out] here
		slices.Reverse(shape)
	}
	in, out := graph.Fans(shape)
	t := &k.Theory
	for _, law := range laws {
		std := math.Sqrt(law.variance(in, out))
		if math.Abs(std-t.Std) > 1e-9*std || law.of != t.law() || t.Hi != nil && math.Abs(*t.Hi-std*law.bound()) > 1e-9*std {
			continue
		}
		v := make([]float64, sizeOf(shape))
		if err := law.draw(v, shape, rand.New(rand.NewPCG(1, 2))); err != nil {
			return err
		}
		return k.checkLaw(v)
	}
	return missing("no initializer of the deviation %v at %v", t.Std, k.OutIn)
}

func (k *initial) checkLaw(v []float64) error {
	mean, square := sum(v)/float64(len(v)), 0.0
	for _, x := range v {
		square += (x - mean) * (x - mean)
	}
	std := math.Sqrt(square / float64(len(v)-1))
	switch t := k.Theory; {
	case math.Abs(mean-t.Mean) > k.Limits.Mean:
		return fmt.Errorf("got the mean %v, want %v within %v", mean, t.Mean, k.Limits.Mean)
	case math.Abs(std/t.Std-1) > k.Limits.Std:
		return fmt.Errorf("got the deviation %v, want %v", std, t.Std)
	case t.Lo != nil && (slices.Min(v) < *t.Lo || slices.Max(v) > *t.Hi):
		return fmt.Errorf("got elements in [%v, %v], want [%v, %v]", slices.Min(v), slices.Max(v), *t.Lo, *t.Hi)
	}
	return nil
}

// checkOrthogonal checks that the shorter side has orthogonal vectors of the length
// gain.
func (k *initial) checkOrthogonal() error {
	v := make([]float64, sizeOf(k.Shape))
	if err := graph.Orthogonal(*k.Gain)(v, k.Shape, rand.New(rand.NewPCG(1, 2))); err != nil {
		return err
	}
	rows, cols := k.Shape[0], sizeOf(k.Shape[1:])
	n, m, at := rows, cols, func(i, j int) float64 { return v[i*cols+j] }
	if rows > cols {
		n, m, at = cols, rows, func(i, j int) float64 { return v[j*cols+i] }
	}
	for a := range n {
		for b := range n {
			dot, want := 0.0, 0.0
			for j := range m {
				dot += at(a, j) * at(b, j)
			}
			if a == b {
				want = *k.Gain * *k.Gain
			}
			if !near(dot, want, k.Accept) {
				return fmt.Errorf("the product of vectors %d and %d is %v, want %v", a, b, dot, want)
			}
		}
	}
	return nil
}
