package models

import (
	"fmt"
	"math"
	"slices"

	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/internal/mistake"
	"gorgonia.org/gorgonia"
)

// SampleOptions are the settings of a text that a model writes token by token.
type SampleOptions struct {
	Prompt      []int   // tokens that the text begins with, at least one
	Length      int     // tokens to draw, ≥ 1
	Temperature float64 // divides the logits: below 1 likely tokens are drawn more often; > 0; 0: 1
	TopK        int     // draw one of so many tokens that are the likeliest; 0: of all
	Seed        uint64  // of the draws
}

// check says what is wrong with the settings for a model of a vocabulary.
func (o SampleOptions) check(vocabulary int) error {
	if err := atLeastOne(count{len(o.Prompt), "tokens in the prompt"}, count{o.Length, "tokens to draw"}); err != nil {
		return err
	}
	switch {
	case !(o.Temperature >= 0) || math.IsInf(o.Temperature, 0):
		return mistake.Optionf("got the temperature %v, want a finite number above 0", o.Temperature)
	case o.TopK < 0 || o.TopK > vocabulary:
		return mistake.Optionf("got TopK %d, want 0 to %d, the size of the vocabulary", o.TopK, vocabulary)
	}
	for i, token := range o.Prompt {
		if token < 0 || token >= vocabulary {
			return mistake.Optionf("got the token %d at %d of the prompt, want one in [0, %d)", token, i, vocabulary)
		}
	}
	return nil
}

// draw returns a token for logits: [1, V], of the distribution that the settings make.
func (o SampleOptions) draw(b *graph.Builder, logits *gorgonia.Node) *gorgonia.Node {
	b.SetSeed(o.Seed)
	if o.TopK > 0 {
		least := b.Min(b.TopK(logits, o.TopK, -1))
		logits = b.Where(b.Less(logits, least), b.Scalar(math.Inf(-1)), logits)
	}
	if o.Temperature > 0 {
		logits = b.Scale(logits, 1/o.Temperature)
	}
	return b.Categorical(logits)
}

// memory is what a step of a model hands to the next: inputs of a program, and the nodes
// that they are set to after each run. They are zeros before the first.
type memory struct{ before, after gorgonia.Nodes }

// input returns an input of the memory.
func (m *memory) input(b *graph.Builder, shape ...int) *gorgonia.Node {
	x := b.Input(fmt.Sprintf("memory%d", len(m.before)), shape...)
	m.before = append(m.before, x)
	return x
}

// step builds one step of a model: the logits: [1, V] of the token that follows token:
// Ints [1], which is at position: Ints.
type step func(b *graph.Builder, token, position *gorgonia.Node, m *memory) (logits *gorgonia.Node)

// sample runs the step for the tokens of the prompt and for those that it draws, which it
// returns. A draw depends on the logits, the seed and the position in the text alone.
func sample(p *graph.Params, o SampleOptions, f step) ([]int, error) {
	b := graph.New(p)
	var m memory
	drawn := o.draw(b, f(b, b.Ints("token", 1), b.Ints("position"), &m))
	prog, err := b.Compile(graph.Options{Outputs: append(gorgonia.Nodes{drawn}, m.after...)})
	if err != nil {
		return nil, err
	}
	next := graph.OutputOf[int](prog, 0)
	text := slices.Clone(o.Prompt)
	for i := range len(o.Prompt) + o.Length - 1 {
		err := m.feed(prog, text[i], i)
		prog.SetStep(i)
		if err == nil {
			err = prog.Run()
		}
		if err != nil {
			return nil, err
		}
		if i >= len(o.Prompt)-1 {
			text = append(text, next.Scalar())
		}
	}
	return text[len(o.Prompt):], nil
}

// feed sets the inputs of a program to a token at a position and to what the run before
// returned, to zeros at first. Not every model reads the position.
func (m *memory) feed(p *graph.Program, token, position int) error {
	ints := map[string]int{"token": token, "position": position}
	for _, in := range p.Inputs() {
		if v, ok := ints[in.Name]; ok {
			if err := graph.InputOf[int](p, in.Name).Set([]int{v}); err != nil {
				return err
			}
		}
	}
	for i, x := range m.before {
		v := graph.OutputOf[float64](p, i+1).Read(nil)
		if position == 0 {
			clear(v)
		}
		if err := graph.InputOf[float64](p, x.Name()).Set(v); err != nil {
			return err
		}
	}
	return nil
}
