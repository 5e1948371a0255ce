package main

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/symgrad/symgrad/train/schedule"
)

// This file has the cases of learning rates. A case names the call of one of torch's
// schedulers in Python: it is read here, with its names and defaults.

// python is a call of Python, such as S.StepLR(o, 7, gamma=.5).
type python struct {
	name string
	args []any // float64, string, bool, []any, python, nil
	by   map[string]any
	used map[string]bool
}

// reader reads Python's literals, lists and calls.
type reader struct {
	text string
	err  error
}

func (r *reader) space() { r.text = strings.TrimLeft(r.text, " \n") }

func (r *reader) skip(token string) bool {
	r.space()
	rest, ok := strings.CutPrefix(r.text, token)
	if ok {
		r.text = rest
	}
	return ok
}

func (r *reader) fail() any {
	if r.err == nil {
		r.err = missing("the Python %.40q", r.text)
	}
	r.text = ""
	return nil
}

var (
	numeral    = regexp.MustCompile(`^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?`)
	identifier = regexp.MustCompile(`^[A-Za-z_][\w.]*`)
	quoted     = regexp.MustCompile(`^'[^']*'|^"[^"]*"`)
)

// value reads one value.
func (r *reader) value() any {
	r.space()
	if s := numeral.FindString(r.text); s != "" {
		r.text = r.text[len(s):]
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return r.fail()
		}
		if r.skip("/") {
			if d, ok := r.value().(float64); ok {
				return v / d
			}
			return r.fail()
		}
		return v
	}
	if s := quoted.FindString(r.text); s != "" {
		r.text = r.text[len(s):]
		return s[1 : len(s)-1]
	}
	if r.skip("[") || r.skip("(") {
		list := []any{}
		for r.err == nil && !r.skip("]") && !r.skip(")") {
			list = append(list, r.value())
			r.skip(",")
		}
		return list
	}
	s := identifier.FindString(r.text)
	if s == "" || s == "lambda" {
		return r.fail()
	}
	r.text = r.text[len(s):]
	switch s {
	case "True":
		return true
	case "False":
		return false
	case "None", "o":
		return nil
	}
	if !r.skip("(") {
		return r.fail()
	}
	c := python{name: s[strings.LastIndexByte(s, '.')+1:], by: map[string]any{}, used: map[string]bool{}}
	for r.err == nil && !r.skip(")") {
		r.space()
		if name := identifier.FindString(r.text); name != "" && strings.HasPrefix(strings.TrimLeft(r.text[len(name):], " "), "=") {
			r.text = r.text[len(name):]
			r.skip("=")
			c.by[name] = r.value()
		} else {
			c.args = append(c.args, r.value())
		}
		r.skip(",")
	}
	return c
}

// get returns the argument of that name, which has the position at; def if it is not given.
func get[T any](c python, at int, name string, def T) T {
	v, ok := c.by[name]
	c.used[name] = true
	if at < len(c.args) {
		v, ok = c.args[at], true
	}
	if x, is := v.(T); ok && is {
		return x
	}
	return def
}

// count is get for a number of steps.
func count(c python, at int, name string, def int) int { return int(get(c, at, name, float64(def))) }

// zero is what a setting is that torch has as 0, where 0 is the default here.
func zero(v float64) float64 {
	if v == 0 {
		return math.SmallestNonzeroFloat64
	}
	return v
}

func wholeNumbers(list []any) (out []int) {
	for _, v := range list {
		if x, ok := v.(float64); ok {
			out = append(out, int(x))
		}
	}
	return out
}

// schedule is the project's own with the settings of the call; base is the first rate.
func (c python) schedule(base float64) (schedule.Schedule, error) {
	s, err := c.convert(base)
	if err != nil {
		return nil, err
	}
	for name, v := range c.by {
		if name == "verbose" || name == "last_epoch" && v == -1.0 || strings.HasSuffix(name, "momentum") { // of the optimizer
			continue
		}
		if !c.used[name] {
			return nil, missing("the argument %s of %s", name, c.name)
		}
	}
	return s, schedule.Validate(s)
}

func (c python) convert(base float64) (schedule.Schedule, error) {
	rate := zero(base)
	switch c.name {
	case "StepLR":
		return schedule.Step{Rate: rate, Every: count(c, 1, "step_size", 0), Factor: zero(get(c, 2, "gamma", 0.1))}, nil
	case "MultiStepLR":
		return schedule.MultiStep{Rate: rate, Milestones: wholeNumbers(get[[]any](c, 1, "milestones", nil)), Factor: zero(get(c, 2, "gamma", 0.1))}, nil
	case "ConstantLR":
		factor, n := get(c, 1, "factor", 1.0/3), count(c, 2, "total_iters", 5)
		return schedule.WarmUp{Steps: n, Flat: true, From: zero(factor), Then: schedule.Constant(base)}, nil
	case "LinearLR":
		from, to, n := get(c, 1, "start_factor", 1.0/3), get(c, 2, "end_factor", 1.0), count(c, 3, "total_iters", 5)
		return schedule.Linear{From: base * from, To: base * to, Steps: n}, nil
	case "ExponentialLR":
		return schedule.Exponential{Rate: rate, Factor: zero(get(c, 1, "gamma", 0.0))}, nil
	case "PolynomialLR":
		return schedule.Polynomial{Rate: rate, Steps: count(c, 1, "total_iters", 5), Power: zero(get(c, 2, "power", 1.0))}, nil
	case "CosineAnnealingLR":
		return schedule.Cosine{Rate: rate, Steps: count(c, 1, "T_max", 0), Min: get(c, 2, "eta_min", 0.0), Wave: true}, nil
	case "CosineAnnealingWarmRestarts":
		return schedule.CosineRestarts{Rate: rate, First: count(c, 1, "T_0", 0), Mult: count(c, 2, "T_mult", 1), Min: get(c, 3, "eta_min", 0.0)}, nil
	case "OneCycleLR":
		steps := count(c, 2, "total_steps", 0)
		if epochs := count(c, 3, "epochs", 0) * count(c, 4, "steps_per_epoch", 0); steps == 0 {
			steps = epochs
		}
		how := get(c, 6, "anneal_strategy", "cos")
		if how != "cos" && how != "linear" {
			return nil, missing("the anneal_strategy %s", how)
		}
		return schedule.OneCycle{Rate: zero(get(c, 1, "max_lr", 0.0)), Steps: steps, Rise: zero(get(c, 5, "pct_start", 0.3)), Straight: how == "linear",
			Div: get(c, 10, "div_factor", 25.0), FinalDiv: get(c, 11, "final_div_factor", 1e4), ThreePhases: get(c, 12, "three_phase", false)}, nil
	case "CyclicLR":
		s := schedule.Cyclic{Min: get(c, 1, "base_lr", 0.0), Max: zero(get(c, 2, "max_lr", 0.0)), Up: count(c, 3, "step_size_up", 2000), Down: count(c, 4, "step_size_down", 0)}
		if err := s.Mode.UnmarshalText([]byte(get(c, 5, "mode", "triangular"))); err != nil {
			return nil, err
		}
		s.Factor = zero(get(c, 6, "gamma", 1.0))
		return s, nil
	case "ReduceLROnPlateau":
		s := schedule.Plateau{Of: schedule.Constant(base), Maximize: get(c, 1, "mode", "min") == "max", Factor: zero(get(c, 2, "factor", 0.1)),
			Patience: count(c, 3, "patience", 10), Threshold: zero(get(c, 4, "threshold", 1e-4)), Absolute: get(c, 5, "threshold_mode", "rel") == "abs",
			Cooldown: count(c, 6, "cooldown", 0), Min: get(c, 7, "min_lr", 0.0), Eps: zero(get(c, 8, "eps", 1e-8))}
		if s.Patience == 0 {
			s.Patience = -1
		}
		return s, nil
	case "SequentialLR":
		list, err := schedules(get[[]any](c, 1, "schedulers", nil), base)
		return schedule.Sequence{List: list, Milestones: wholeNumbers(get[[]any](c, 2, "milestones", nil))}, err
	case "ChainedScheduler":
		list, err := schedules(get[[]any](c, 0, "schedulers", nil), 1)
		return schedule.Scale{Factor: rate, Of: schedule.Product{List: list}}, err
	}
	return nil, missing("the scheduler %s", c.name)
}

func schedules(list []any, base float64) (out []schedule.Schedule, err error) {
	for _, v := range list {
		c, ok := v.(python)
		if !ok {
			return nil, missing("a list of schedulers with %v", v)
		}
		s, err := c.schedule(base)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// noam is the formula of a case with the constants of Noam: base, width and warm-up.
var noam = regexp.MustCompile(`^([\d.e-]+)\*([\d.]+)\^-0\.5\*min\(\(s\+1\)\^-0\.5,\(s\+1\)\*([\d.]+)\^-1\.5\)$`)

// checkSchedule compares the rates of the steps.
func checkSchedule(text []byte) error {
	var k struct {
		Ctor      string
		Base      float64 `json:"base_lr"`
		LR        []float64
		Metric    []float64
		Formula   string
		Tolerance tolerance `json:"tolerance_float64"`
	}
	if err := json.Unmarshal(text, &k); err != nil {
		return err
	}
	s, err := scheduleOf(k.Ctor, k.Formula, k.Base)
	if err != nil {
		return err
	}
	for i, want := range k.LR {
		m := schedule.Moment{Step: i, Epoch: i, Measured: map[string][]float64{"": k.Metric[:min(i, len(k.Metric))]}}
		if got := s.At(m); !near(got, want, k.Tolerance.ATol+k.Tolerance.RTol*want) {
			return fmt.Errorf("step %d: got the rate %v, want %v", i, got, want)
		}
	}
	return nil
}

// scheduleOf returns the schedule of torch's constructor, or of the formula of a function.
func scheduleOf(ctor, formula string, base float64) (schedule.Schedule, error) {
	if m := noam.FindStringSubmatch(strings.ReplaceAll(formula, " ", "")); m != nil {
		var v [3]float64
		for i := range v {
			var err error
			if v[i], err = strconv.ParseFloat(m[i+1], 64); err != nil {
				return nil, err
			}
		}
		return schedule.Noam{Scale: v[0], Dim: int(v[1]), Warm: int(v[2])}, nil
	}
	_, rest, ok := strings.Cut(ctor, "lambda o:")
	if !ok {
		return nil, missing("the schedule %s", ctor)
	}
	r := &reader{text: rest}
	c, ok := r.value().(python)
	if r.err != nil || !ok {
		return nil, missing("the schedule %s", rest)
	}
	return c.schedule(base)
}
