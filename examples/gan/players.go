package main

import (
	"github.com/symgrad/symgrad/autograd"
	"github.com/symgrad/symgrad/graph"
	"github.com/symgrad/symgrad/graph/nn"
	"gorgonia.org/gorgonia"
)

// player is a model: all parameters of the game, of which it trains some, and its loss.
type player struct {
	params *graph.Params
	loss   func(b *graph.Builder, n int) (l, output *gorgonia.Node)
}

func (p player) Params() *graph.Params { return p.params }

func (p player) Loss(b *graph.Builder, n int) (l, output *gorgonia.Node) { return p.loss(b, n) }

// generate returns n points that the generator makes of normal numbers: [N, 2].
func generate(b *graph.Builder, n int) (y *gorgonia.Node) {
	b.Scope("generator", func() {
		h := nn.Dense(b, "hidden0", b.Normal(n, 8), 64, nn.ReLU)
		y = nn.Dense(b, "out", nn.Dense(b, "hidden1", h, 64, nn.ReLU), 2, nn.Identity)
	})
	return y
}

// judge returns the critic's logits for points x: [N, 2]: above 0 it takes them for real.
func judge(b *graph.Builder, x *gorgonia.Node) (y *gorgonia.Node) {
	b.Scope("critic", func() {
		h := nn.Dense(b, "hidden0", x, 64, nn.LeakyReLU)
		y = nn.Dense(b, "out", nn.Dense(b, "hidden1", h, 64, nn.LeakyReLU), 1, nn.Identity)
	})
	return y
}

// steepness returns a penalty on the critic's slope at real points, half the mean of its
// square times a weight: R1 of Mescheder et al. 2018. With it the players come to rest.
func steepness(b *graph.Builder, logits, x *gorgonia.Node) *gorgonia.Node {
	slope, err := autograd.Gradients(b.Sum(logits), x)
	if err != nil {
		b.Fail(err)
		return nil
	}
	return b.Scale(b.Mean(b.Sum(b.Square(slope[0]), 1)), weight/2)
}

// weight is that of the penalty.
const weight = 0.1

// players returns both players of one game.
func players(seed uint64) (critic, generator player) {
	all := graph.NewParams(graph.Float32, seed)
	critic = player{all.Only("critic/"), func(b *graph.Builder, n int) (l, output *gorgonia.Node) {
		x := b.Input("x", n, 2)
		seen, made := judge(b, x), judge(b, generate(b, n))
		l = b.Add(b.Mean(b.Softplus(b.Neg(seen))), b.Mean(b.Softplus(made)))
		return b.Add(l, steepness(b, seen, x)), seen
	}}
	generator = player{all.Only("generator/"), func(b *graph.Builder, n int) (l, output *gorgonia.Node) {
		points := generate(b, n)
		return b.Mean(b.Softplus(b.Neg(judge(b, points)))), points
	}}
	return critic, generator
}
