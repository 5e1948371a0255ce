package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/train"
)

// This file has the cases about training: optimizers, schedules, initializers,
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
	lr = h.take("lr", 1e-3)
	beta := [2]float64{}
	if list, ok := h["betas"].([]any); ok && len(list) == 2 {
		delete(h, "betas")
		for i := range beta {
			beta[i], _ = number(list[i])
			if beta[i] == 0 {
				return nil, 0, missing("a beta of 0")
			}
		}
	}
	switch t.Optimizer {
	case "SGD":
		o = train.SGD{Momentum: h.take("momentum", 0), Nesterov: h.take("nesterov", 0) != 0, Decay: h.take("weight_decay", 0)}
	case "Adam":
		o = train.Adam{Beta1: beta[0], Beta2: beta[1], Eps: h.take("eps", 0), Decay: h.take("weight_decay", 0)}
	case "AdamW":
		a := train.AdamW{Beta1: beta[0], Beta2: beta[1], Eps: h.take("eps", 0), Decay: h.take("weight_decay", 0.01)}
		if o = a; a.Decay == 0 {
			return nil, 0, missing("AdamW without decay")
		}
	default:
		return nil, 0, missing("the optimizer %s", t.Optimizer)
	}
	return o, lr, h.left()
}

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
			for _, name := range t.Params.Names {
				out = append(out, b.Params().Values(name))
			}
		}
		return out, nil
	}
	return e, nil
}

// constructor is a call of one of torch's schedulers.
var constructor = regexp.MustCompile(`lambda o: S\.(\w+)\(`)

// checkSchedule compares the rates of the steps. The settings are those of the scheduler's
// state.
func checkSchedule(text []byte) error {
	var s struct {
		Ctor  string
		Base  float64 `json:"base_lr"`
		LR    []float64
		State struct {
			Size  int `json:"step_size"`
			Gamma float64
		} `json:"state_after"`
		Tolerance tolerance `json:"tolerance_float64"`
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	m := constructor.FindStringSubmatch(s.Ctor)
	var rate train.Schedule
	switch {
	case m != nil && m[1] == "StepLR":
		rate = train.StepDecay(s.Base, s.State.Size, s.State.Gamma)
	case m != nil && m[1] == "ExponentialLR":
		rate = train.StepDecay(s.Base, 1, s.State.Gamma)
	default:
		return missing("the schedule %s", s.Ctor)
	}
	for i, want := range s.LR {
		if got := rate(i); !near(got, want, s.Tolerance.ATol+s.Tolerance.RTol*want) {
			return fmt.Errorf("step %d: got the rate %v, want %v", i, got, want)
		}
	}
	return nil
}

// laws are the initializers with the variance that each says it has.
var laws = []struct {
	draw     graph.Initializer
	normal   bool
	variance func(in, out float64) float64
}{
	{graph.XavierNormal(), true, func(in, out float64) float64 { return 2 / (in + out) }},
	{graph.XavierUniform(), false, func(in, out float64) float64 { return 2 / (in + out) }},
	{graph.HeNormal(), true, func(in, _ float64) float64 { return 2 / in }},
	{graph.HeUniform(), false, func(in, _ float64) float64 { return 2 / in }},
	{graph.LeCunNormal(), true, func(in, _ float64) float64 { return 1 / in }},
	{graph.LeCunUniform(), false, func(in, _ float64) float64 { return 1 / in }},
}

// initial is a case of an initializer: the law of the elements it draws.
type initial struct {
	Shape  []int // of the orthogonal one
	Gain   *float64
	Accept float64 `json:"accept_float64"`

	OutIn  []int `json:"weight_shape_out_in"`
	Theory struct {
		Mean, Std float64
		Lo        *float64 `json:"bound_low"`
		Hi        *float64 `json:"bound_high"`
		Kurtosis  float64  `json:"excess_kurtosis"`
	}
	Limits struct {
		Mean float64 `json:"mean_abs_max"`
		Std  float64 `json:"std_rel_max"`
	} `json:"accept"`
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
	t := k.Theory
	for _, law := range laws {
		std := math.Sqrt(law.variance(in, out))
		if math.Abs(std-t.Std) > 1e-9*std || law.normal != (t.Lo == nil) || law.normal != (t.Kurtosis == 0) ||
			!law.normal && math.Abs(*t.Hi-std*math.Sqrt(3)) > 1e-9*std {
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

// meters are the project's metrics by the usual names.
var meters = map[string]func() train.Metric{"accuracy": train.Accuracy, "mae": train.MAE, "mean_absolute_error": train.MAE,
	"mse": train.MSE, "mean_squared_error": train.MSE, "r2": train.R2, "r2_score": train.R2}

// checkMetrics compares each metric that the project has.
func checkMetrics(text []byte) error {
	var k struct {
		True []float64 `json:"y_true"`
		Pred []float64 `json:"y_pred"`
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &k); err != nil || len(k.Pred) != len(k.True) {
		return missing("targets or predictions that are no list of numbers")
	}
	var open error
	for _, name := range sorted(all) {
		want, is := all[name].(float64)
		if !is {
			continue
		}
		if meters[name] == nil {
			open = missing("the metric %s", name)
			continue
		}
		m := meters[name]().Start()
		m.Add(scored(name, k.Pred, k.True))
		if got := m.Value(); !near(got, want, 1e-9*math.Abs(want)+1e-12) {
			return fmt.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	return open
}

// scored are predictions as a metric takes them: classes as scores of each class.
func scored(name string, pred, want []float64) train.Scored {
	s := train.Scored{N: len(want), Output: pred, Target: want}
	if name != "accuracy" {
		return s
	}
	classes := int(max(slices.Max(pred), slices.Max(want))) + 1
	s.Target, s.Output, s.Label = nil, make([]float64, len(pred)*max(2, classes)), make([]int, len(want))
	for i, p := range pred {
		s.Output[i*max(2, classes)+int(p)], s.Label[i] = 1, int(want[i])
	}
	return s
}
