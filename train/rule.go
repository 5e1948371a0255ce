package train

import (
	"fmt"
	"slices"

	"github.com/pkg/errors"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/ir"
	"github.com/symgrad/symgrad/internal/mistake"
	"github.com/symgrad/symgrad/internal/op"
	"gorgonia.org/gorgonia"
)

// Rule is an Optimizer that is written as a graph: Build returns the new parameter and the
// new slots, made of what they were. It is compiled like a model, with one program for each
// shape of the parameters. All operators are allowed, those with matrices too:
//
//	descent := train.Rule{Name: "descent", Build: func(b *graph.Builder, x train.RuleInputs) (*gorgonia.Node, gorgonia.Nodes) {
//		return b.Sub(x.Param, b.Mul(x.Rate, x.Grad)), nil
//	}}
//
// The programs are compiled before the first step, which fails with the mistakes of Build:
// they name its lines. Steps allocate nothing. The bits are the same for any number of
// threads. Each step is made with a copy of parameters and slots at hand, since it might
// overflow (see Bounded).
//
// Several Rules in one Optimizer need different names. Saved settings have Name and State, and
// not Build.
type Rule struct {
	Name  string // what messages call it; default "Rule"
	State []Slot // what it remembers of each element; none is Scalar
	Build func(b *graph.Builder, x RuleInputs) (param *gorgonia.Node, slots gorgonia.Nodes)
}

// RuleInputs are the nodes that Rule.Build makes a step of, for one parameter.
type RuleInputs struct {
	Param *gorgonia.Node // as it is before the step
	Grad  *gorgonia.Node // of the shape of Param
	Slots gorgonia.Nodes // in the order of Rule.State, of the shape of Param
	Rate  *gorgonia.Node // a scalar: the learning rate of the parameter (Span.Rate)
	Decay *gorgonia.Node // a scalar, to multiply a rate of weight decay by: 0 if the parameter does not decay, else 1 or the factor of its Group
	N     *gorgonia.Node // a scalar: the number of the step of the parameter, from 1 (Span.N)
}

func (o Rule) name() string {
	if o.Name == "" {
		return "Rule"
	}
	return o.Name
}

// Validate returns an ErrOption for a nil Build and for slots that are scalars.
func (o Rule) Validate() error {
	if o.Build == nil {
		return mistake.Optionf("Rule.Build of %q: got nil, want a function", o.name())
	}
	for _, s := range o.State {
		if s.Scalar {
			return mistake.Optionf("Rule.State of %q: slot %q: got a scalar, want a slot with an element for each of the parameter", o.name(), s.Name)
		}
	}
	return nil
}

// Slots returns State.
func (o Rule) Slots() []Slot { return o.State }

// Update makes one step. It fails with the mistakes of Build and of its programs (View.Fail).
func (o Rule) Update(s Step, v *View) {
	if v == nil {
		return
	}
	err := o.prepare(v)
	switch {
	case err != nil:
	case v.f32 != nil:
		err = stepRule(o, s, v, v.f32)
	default:
		err = stepRule(o, s, v, v.f64)
	}
	if err != nil {
		v.Fail(err)
	}
}

// prepare compiles the programs that v needs and does not have yet.
func (o Rule) prepare(v *View) error {
	if v.f32 != nil {
		return prepareRule(o, v, v.f32)
	}
	return prepareRule(o, v, v.f64)
}

// preparer is an Optimizer that must be prepared for a View.
type preparer interface{ prepare(v *View) error }

// prepare prepares o, or what it works on top of, for the parameters that v moves.
func (v *View) prepare(o Optimizer) error {
	for {
		if p, ok := o.(preparer); ok {
			return p.prepare(v)
		}
		w, ok := o.(Wrapper)
		if !ok {
			return nil
		}
		o = w.Unwrap()
	}
}

// ruleProgram is a Rule for parameters of one shape.
type ruleProgram[T Float] struct {
	rule  string
	shape []int
	prog  *graph.Program

	param, grad    graph.Input[T] // of those that the program has
	slots          []graph.Input[T]
	has            []bool // of param, grad and each slot
	rate, decay, n []T    // memory; nil for none
	out            []graph.Output[T]
}

// findRule returns the program of the rule for the shape; nil for none.
func findRule[T Float](v *View, rule string, shape []int) *ruleProgram[T] {
	for _, x := range v.rules {
		if p, ok := x.(*ruleProgram[T]); ok && p.rule == rule && slices.Equal(p.shape, shape) {
			return p
		}
	}
	return nil
}

func prepareRule[T Float](o Rule, v *View, m *arena[T]) error {
	for _, x := range m.whole {
		if findRule[T](v, o.name(), x.Of.Shape) != nil {
			continue
		}
		p, err := compileRule[T](o, v, x.Of.Shape)
		if err != nil {
			return errors.Wrapf(err, "the rule %q for parameters of the shape %v, such as %q", o.name(), ir.Shape(x.Of.Shape), x.Of.Name)
		}
		v.rules = append(v.rules, p)
	}
	return nil
}

// compileRule builds and compiles o for parameters of the shape.
func compileRule[T Float](o Rule, v *View, shape []int) (*ruleProgram[T], error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	d := graph.Float64
	if v.f32 != nil {
		d = graph.Float32
	}
	params := graph.NewParams(d, 0)
	b := graph.New(params)
	x := RuleInputs{Param: b.Input("param", shape...), Grad: b.Input("grad", shape...), Rate: b.Input("rate"), Decay: b.Input("decay"), N: b.Input("n")}
	for _, s := range o.State {
		x.Slots = append(x.Slots, b.Input("slot/"+s.Name, shape...))
	}
	var outputs gorgonia.Nodes
	err := try("Rule.Build", func() error {
		p, slots := o.Build(b, x)
		outputs = append(gorgonia.Nodes{p}, slots...)
		return nil
	})
	if first := b.Err(); first != nil {
		err = first
	}
	if err == nil {
		err = checkRule(o, params, outputs, shape)
	}
	if err != nil {
		return nil, err
	}
	p := &ruleProgram[T]{rule: o.name(), shape: slices.Clone(shape), has: make([]bool, 2+len(o.State)), slots: make([]graph.Input[T], len(o.State))}
	if p.prog, err = b.Compile(graph.Options{Outputs: outputs, Workers: v.workers.Workers()}); err != nil {
		return nil, err
	}
	return p, p.connect(o)
}

// checkRule checks what Build has returned.
func checkRule(o Rule, params *graph.Params, outputs gorgonia.Nodes, shape []int) error {
	if len(outputs) != 1+len(o.State) {
		return mistake.Optionf("Rule.Build: got %d slots, want %d, one for each of Rule.State", len(outputs)-1, len(o.State))
	}
	if list := everything(params); len(list) > 0 {
		return mistake.Optionf("Rule.Build: got the parameter or state %q, want none: what a rule remembers lies in its slots", list[0].Name)
	}
	for i, n := range outputs {
		name := "parameter"
		if i > 0 {
			name = fmt.Sprintf("slot %q", o.State[i-1].Name)
		}
		if n == nil {
			return mistake.Optionf("Rule.Build: got nil for the new %s, want a node", name)
		}
		if t, err := op.TypeOf(n); err != nil {
			return err
		} else if !slices.Equal([]int(t.Shape), shape) {
			return mistake.Shapef("Rule.Build: the new %s: got the shape %v, want %v (%s)", name, t.Shape, ir.Shape(shape), op.PositionOf(n))
		}
	}
	return nil
}

// connect finds inputs and outputs of the program.
func (p *ruleProgram[T]) connect(o Rule) (err error) {
	for _, in := range p.prog.Inputs() {
		x := graph.InputOf[T](p.prog, in.Name)
		switch in.Name {
		case "param":
			p.param, p.has[0] = x, true
		case "grad":
			p.grad, p.has[1] = x, true
		case "rate":
			p.rate, err = x.Memory()
		case "decay":
			p.decay, err = x.Memory()
		case "n":
			p.n, err = x.Memory()
		default:
			i := slices.IndexFunc(o.State, func(s Slot) bool { return "slot/"+s.Name == in.Name })
			if i < 0 {
				return mistake.Optionf("Rule.Build: got the input %q, want none but those of RuleInputs", in.Name)
			}
			p.slots[i], p.has[2+i] = x, true
		}
		if err != nil {
			return err
		}
	}
	for i := range 1 + len(o.State) {
		y := graph.OutputOf[T](p.prog, i)
		if _, err := y.Memory(); err != nil {
			return err
		}
		p.out = append(p.out, y)
	}
	return nil
}

// stepRule makes the step for each parameter.
func stepRule[T Float](o Rule, s Step, v *View, m *arena[T]) error {
	first := 0
	if len(o.State) > 0 {
		first = v.Slot(o.State[0].Name)
	}
	for _, x := range m.whole {
		if err := findRule[T](v, o.name(), x.Of.Shape).step(s, x, first); err != nil {
			return errors.Wrapf(err, "the rule %q: parameter %q", o.name(), x.Of.Name)
		}
	}
	return nil
}

// step makes the step for the parameter of x, whose slots begin with the first one.
func (p *ruleProgram[T]) step(s Step, x Span[T], first int) error {
	slots := x.Slot[first:]
	if p.has[0] {
		if err := p.param.Bind(x.Param); err != nil {
			return err
		}
	}
	if p.has[1] {
		if err := p.grad.Bind(x.Grad); err != nil {
			return err
		}
	}
	for i, in := range p.slots {
		if p.has[2+i] {
			if err := in.Bind(slots[i]); err != nil {
				return err
			}
		}
	}
	set(p.rate, x.Rate(s))
	set(p.decay, x.Decay(1))
	set(p.n, float64(x.N(s)))
	p.prog.SetStep(s.N)
	if err := p.prog.Run(); err != nil {
		return err
	}
	for i, y := range p.out {
		to := x.Param
		if i > 0 {
			to = slots[i-1]
		}
		mem, err := y.Memory()
		if err != nil {
			return err
		}
		copy(to, mem)
	}
	return nil
}

// set writes a scalar, if the program has it.
func set[T Float](mem []T, v float64) {
	if len(mem) > 0 {
		mem[0] = T(v)
	}
}
